"""Decisions by date: which doors close when, what to watch, and what to do then."""

from collections.abc import Callable, Iterator
from math import isfinite

from sim.lockin import WHOLE
from sim.reports import words
from sim.reports.document.facts import Facts
from sim.reports.document.parts import Cell, Column, Figure, Section, Table
from sim.reports.document.sections.leaving import forcing
from sim.reports.lockin import layer_name
from sim.strategy.outcome import MonthResult, Outcome

Row = tuple[int, str, str, str]


Indicator = tuple[str, Callable[[MonthResult], float], Callable[[float], str]]
INDICATORS: tuple[Indicator, ...] = (
    ("Gross margin", lambda m: m.gross_margin, words.percent),
    ("Cost per 1M tokens", lambda m: m.usd_per_mtok_allocated, words.money),
    ("Use of our own GPUs", lambda m: m.utilization, words.percent),
    ("Requests served", lambda m: m.served, words.count),
    ("Data held, GB", lambda m: m.data_gb, words.count),
    ("Cash to leave", lambda m: m.exit[WHOLE].usd_cash, words.money),
    ("Months to leave", lambda m: m.exit[WHOLE].exit_months, words.months),
)


def write(facts: Facts) -> Section:
    name = facts.options[facts.proposed].short
    plan = facts.plan
    dated = sorted([*_events(plan), *_doors(facts, plan)])
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (Figure(month, words.month(month)), what, watch, then) for month, what, watch, then in dated
    )
    columns = (
        Column("When", 0.7),
        Column("What happens, as planned", 1.7),
        Column("Leading indicator", 1.4),
        Column("Trigger, and what to do", 1.6),
    )
    closing = [row for row in dated if "notice" in row[1]]
    headline = (
        f"With {name}, the first door closes in {words.month(closing[0][0])}, as planned"
        if closing
        else f"With {name}, every door stays open within its notice, as planned"
    )
    return Section(
        key="dates",
        kicker="Decisions by date",
        headline=headline,
        standfirst="A door closes when leaving takes longer than the shortest notice anyone would give us.",
        blocks=(
            Table(
                "dates",
                "What to decide by when",
                "Months as planned; the indicator moves before the month comes.",
                columns,
                rows,
            ),
            _indicators(facts),
        ),
    )


def _events(plan: Outcome) -> Iterator[Row]:
    yield (
        plan.launch_month + 1,
        "The platform opens",
        "people building it, tests passed",
        "a month late: the market lost for each month of delay is in the plan",
    )
    if plan.payback_month is not None:
        yield (
            plan.payback_month + 1,
            "Cash is back above zero",
            "cash since the start",
            "three months behind this plan: open the decision again",
        )
    ceiling = plan.ceiling
    if ceiling.month is not None and isfinite(ceiling.multiplier):
        binds = words.BINDS_WORDS[ceiling.binds]
        yield (
            ceiling.month + 1,
            f"Demand reaches the ceiling: {binds}",
            "load of the busiest hour",
            f"at four fifths of {ceiling.multiplier:.1f} times {words.month(ceiling.reference_month + 1)}: "
            "lift what binds",
        )
    for change in plan.scenario.changes:
        yield change.month + 1, "A decision of the plan takes effect", "the work it needs", change.because
    for move in plan.migrations:
        layers = " and ".join(words.LAYER_WORDS[layer] for layer in move.layers)
        yield (
            min(move.done_month, len(plan.months)) + 1,
            f"Leaving {layers} is done",
            "work left to rewrite",
            f"{words.money(move.cash_usd)} is spent by then",
        )


def _doors(facts: Facts, plan: Outcome) -> Iterator[Row]:
    """The first month in which leaving a layer takes longer than the shortest notice of it."""
    for layer in words.LAYER_WORDS:
        if layer == WHOLE:
            continue
        shocks = [shock for shock in forcing(facts) if layer in shock.forces]
        if not shocks:
            continue
        shortest = min(shocks, key=lambda shock: shock.notice_months.likely)
        notice = shortest.notice_months.likely
        late = next((m.month + 1 for m in plan.months[: facts.months] if m.exit[layer].exit_months > notice), None)
        if late is not None:
            yield (
                late,
                f"{layer_name(layer)} takes longer to leave than the notice of {words.months(notice)}",
                "integration points and data that hold us there",
                f"two months before: rehearse leaving it, or accept the risk of “{shortest.label}” in writing",
            )


def _indicators(facts: Facts) -> Table:
    plan, last = facts.plan, facts.plan.months[facts.months - 1]
    half = facts.months // 2
    rows: list[tuple[Cell, ...]] = []
    for label, read, write in INDICATORS:
        middle, end = read(plan.months[half - 1]), read(last)
        if isfinite(end):
            rows.append((label, Figure(middle, write(middle)), Figure(end, write(end))))
    columns = (
        Column("Indicator", 1.4),
        Column(f"Planned in {words.month(half)}", numeric=True),
        Column(f"Planned in {words.month(facts.months)}", numeric=True),
    )
    return Table(
        "indicators",
        "What to watch",
        "Compare with what is measured; a gap that grows for two quarters is a reason to read this report again.",
        columns,
        tuple(rows),
    )
