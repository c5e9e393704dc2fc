"""Margin, cash, worth and payback."""

from collections.abc import Callable, Iterator
from functools import partial
from math import isfinite, nan

import numpy as np

from sim.lockin import WHOLE
from sim.reports import words
from sim.reports.document import claims
from sim.reports.document.facts import Facts
from sim.reports.document.parts import Axis, Bar, Bars, Cell, Column, Figure, Line, Lines, Section, Stack, Table
from sim.reports.money import LABELS, stack, stack_finding, unit_finding, unit_steps, window_of
from sim.reports.series import SERIES
from sim.strategy.outcome import COST_LINES, MonthResult, Outcome

YEAR = 12
DRAWN = {"margin": "margin"}
"""Series that have a range where futures were drawn, by their names there."""
RANGED = {"Revenue after credits": "revenue", "All cost": "total", "Profit": "profit"}
"""Lines of the statement that carry their range where futures were drawn, by their names there."""
UNSEEN_SHARE = 0.0005
"""A part of a bar this small could not be seen, and its figure would be all zeros."""


def write(facts: Facts) -> Section:
    plan = facts.plan
    return Section(
        key="money",
        kicker="Margin, cash and worth",
        headline=_headline(facts),
        standfirst=_standfirst(facts),
        blocks=(
            series_lines(facts, "margin"),
            *((worth_fan(facts), _worth_ranges(facts)) if facts.evidence.futures else ()),
            _stack(facts, plan),
            _unit(facts, plan),
            by_year(facts),
            _worth(facts),
        ),
        sources=("Revenue, every cost line and cash are those of the monthly statements.",),
    )


def _headline(facts: Facts) -> str:
    plan = facts.plan
    margin, target = plan.months[facts.months - 1].gross_margin, plan.scenario.company.target_margin
    name = facts.options[facts.proposed].short
    if margin != margin:
        return f"{name} earns nothing yet at {words.year_end(facts.months)}"
    side = "above" if margin >= target else "below"
    return (
        f"{name} keeps {words.percent(margin)} of revenue at {words.year_end(facts.months)}, {side} the target of "
        f"{words.percent(target)}"
    )


def _standfirst(facts: Facts) -> str:
    said = [
        claims.breaks_even(option.short, month=outcome.payback_month, months=len(outcome.months))
        for option, outcome in zip(facts.options, facts.outcomes, strict=True)
    ]
    return " ".join(said)


def series_lines(facts: Facts, key: str) -> Lines:
    """One series of every option, each named at its end; the title says which ends ahead."""
    series = SERIES[key]
    lines = []
    for at, (option, outcome) in enumerate(zip(facts.options, facts.outcomes, strict=True)):
        values = series.values(outcome)[: facts.months]
        low, high = series.band(outcome) if series.band else ((), ())
        note = ""
        if key in DRAWN and facts.evidence.futures is not None:
            low, high = facts.evidence.futures.month_band(at, DRAWN[key])
            note = f"range {series.write(low[-1])} to {series.write(high[-1])}" if isfinite(low[-1]) else ""
        last = next((v for v in reversed(values) if v == v), nan)
        lines.append(
            Line(
                option.short,
                at,
                values,
                f"{option.short} {series.write(last)}",
                note,
                low=low[: facts.months],
                high=high[: facts.months],
            )
        )
    known = [line for line in lines if line.values and line.values[-1] == line.values[-1]]
    title = f"{series.title}: {series.write(lines[facts.proposed].values[-1])} at {words.year_end(facts.months)}"
    if len(known) > 1:
        texts = {series.write(line.values[-1]) for line in known}
        best = (max if series.higher_is_better else min)(known, key=lambda line: line.values[-1])
        side = "highest" if series.higher_is_better else "lowest"
        title = (
            f"{series.title} ends alike: {texts.pop()}"
            if len(texts) == 1
            else f"{series.title} ends {side} under {best.name}, at {series.write(best.values[-1])}"
        )
    known_range = "Band: the range." if any(line.low for line in lines) else "As planned."
    if key in DRAWN and facts.evidence.futures is not None:
        known_range = "Line: as planned. Band: 80 of 100 futures."
    return Lines(key, title, f"{series.subtitle}. {known_range}", Axis(series.scale, series.unit), tuple(lines))


def worth_fan(facts: Facts) -> Lines:
    """Worth so far of every option by month: the middle of the futures, and where 80 of 100 lie."""
    futures = facts.evidence.futures
    assert futures is not None
    lines = []
    for at, (option, known) in enumerate(zip(facts.options, futures.by_month, strict=True)):
        middle = tuple(np.median(known["worth_usd"], axis=0).tolist())
        low, high = futures.month_band(at, "worth_usd")
        note = claims.money_range(low[-1], high[-1])
        lines.append(
            Line(option.short, at, middle, f"{option.short} {words.money(middle[-1])}", note, low=low, high=high)
        )
    name = facts.options[facts.proposed].short
    losing = int((np.asarray(futures.npv_usd[facts.proposed]) < 0).sum())
    return Lines(
        "worth_fan",
        f"{name} is worth less than nothing in {claims.of_hundred(losing / futures.n)} futures"
        if losing
        else f"{name} is worth more than nothing in every future drawn",
        f"Worth so far by month, discounted, $M. Line: middle of {futures.n} futures. Band: 80 of 100.",
        Axis(1e6, "M"),
        tuple(lines),
        zero="paid back",
    )


def _worth_ranges(facts: Facts) -> Bars:
    futures = facts.evidence.futures
    assert futures is not None
    bars = []
    for at, option in enumerate(facts.options):
        values = np.asarray(futures.npv_usd[at])
        low, middle, high = (float(v) for v in np.quantile(values, (0.1, 0.5, 0.9)))
        bars.append(
            Bar(option.short, Figure(middle, words.money(middle), low, high, claims.money_range(low, high)), at)
        )
    best = max(bars, key=lambda bar: bar.figure.value)
    return Bars(
        "worth_ranges",
        f"{best.label} has the highest middle; look at the difference before choosing",
        f"Worth over the horizon, discounted, $M: middle of {futures.n} futures; the line holds 80 of 100.",
        Axis(1e6, "M"),
        tuple(bars),
    )


def _stack(facts: Facts, plan: Outcome) -> Stack:
    layers = tuple(Line(label, -1, values, label) for label, values in stack(plan).items())
    return Stack(
        "cost_stack",
        stack_finding(plan, month=len(plan.months)),
        f"All cost of {facts.options[facts.proposed].short} by month, $k, building included.",
        Axis(1e3, "k"),
        layers,
    )


def _unit(facts: Facts, plan: Outcome) -> Bars:
    month = len(plan.months)
    steps = unit_steps(window_of(plan, month=month, window="month"))
    whole = sum(step.value for step in steps)
    steps = tuple(step for step in steps if step.value >= UNSEEN_SHARE * whole)
    return Bars(
        "unit_cost",
        unit_finding(steps),
        f"Cost of one million tokens of {facts.options[facts.proposed].short} in {words.month(month)}, all in, $.",
        Axis(1.0, "$"),
        tuple(Bar(step.label, Figure(step.value, words.money(step.value))) for step in steps),
        total="All in",
    )


def by_year(facts: Facts) -> Table:
    """The statement of every option by year: revenue, every cost line that is used, and what is left."""
    columns: list[Column] = [Column("", 1.7)]
    years = [(start, min(start + YEAR, facts.months)) for start in range(0, facts.months, YEAR)]
    for at in range(1, len(years) + 1):
        columns.append(Column(f"Year {at}", numeric=True))
    columns.append(Column("All", numeric=True))
    rows: list[tuple[Cell, ...]] = []
    groups = []
    for at, (option, outcome) in enumerate(zip(facts.options, facts.outcomes, strict=True)):
        for label, read in _statement(outcome):
            values = [sum(read(month) for month in outcome.months[a:b]) for a, b in years]
            values.append(sum(values))
            bands = _year_bands(facts, at, label, count=len(values))
            rows.append((label, *(_ranged(value, *band) for value, band in zip(values, bands, strict=True))))
            groups.append(option.short)
    return Table(
        "by_year",
        "The statement by year",
        "US dollars; a year is twelve months played. "
        + ("As planned." if facts.evidence.futures is None else "As planned; below a figure: 80 of 100 futures."),
        tuple(columns),
        tuple(rows),
        tuple(groups),
    )


def _year_bands(facts: Facts, option: int, label: str, *, count: int) -> list[tuple[float, float]]:
    """Range of a line in each year and in all; `nan` where none is known, or the option plays longer than others."""
    futures = facts.evidence.futures
    if futures is not None and label in RANGED:
        low, high = futures.year_band(option, RANGED[label])
        if len(low) == count:
            return list(zip(low, high, strict=True))
    return [(nan, nan)] * count


def _ranged(value: float, low: float, high: float) -> Figure:
    return Figure(value, words.money(value), low, high, claims.money_range(low, high))


def _statement(outcome: Outcome) -> Iterator[tuple[str, Callable[[MonthResult], float]]]:
    """Lines of the statement in order, each with what it reads of a month; cost lines never used are left out."""
    yield "Revenue after credits", lambda month: month.revenue_usd
    for line in COST_LINES:
        if any(month.cost_usd[line] for month in outcome.months):
            yield LABELS[line], partial(_cost, line=line)
    yield "All cost", partial(_cost, line="total")
    yield "Gross profit", lambda month: month.revenue_usd - month.cost_to_serve_usd
    yield "Profit", lambda month: month.revenue_usd - month.cost_usd["total"]


def _cost(month: MonthResult, *, line: str) -> float:
    return month.cost_usd[line]


def _worth(facts: Facts) -> Table:
    rows: list[tuple[Cell, ...]] = []
    labels = (
        "Worth over the horizon (NPV)",
        "Deepest cash hole",
        "Cash at the end",
        "Paid back in",
        "Launch",
        "Cash to leave at the end",
    )
    read = [_worth_cells(outcome, facts.months) for outcome in facts.outcomes]
    for at, label in enumerate(labels):
        rows.append((label, *(cells[at] for cells in read)))
    columns = (Column("", 1.6), *(Column(option.short, 1.0, numeric=True) for option in facts.options))
    return Table(
        "worth",
        "Worth, cash and payback",
        f"As planned, discounted at {words.percent(facts.plan.scenario.company.discount_per_year)} a year.",
        columns,
        tuple(rows),
    )


def _worth_cells(outcome: Outcome, month: int) -> tuple[Cell, ...]:
    hole = min(0.0, *outcome.cumulative_cash_usd)
    back = outcome.payback_month
    leave = outcome.months[month - 1].exit[WHOLE].usd_cash
    return (
        Figure(outcome.npv_usd, words.money(outcome.npv_usd)),
        Figure(hole, words.money(hole)),
        Figure(outcome.cumulative_cash_usd[month - 1], words.money(outcome.cumulative_cash_usd[month - 1])),
        "not within the horizon" if back is None else Figure(back + 1, words.month(back + 1)),
        Figure(outcome.launch_month + 1, words.month(outcome.launch_month + 1)),
        Figure(leave, words.money(leave)),
    )
