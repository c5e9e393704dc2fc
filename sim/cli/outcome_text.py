"""An outcome as a calm page of text: years beside the last month, doors, ceiling, warnings."""

from collections.abc import Callable, Sequence
from math import isfinite, isinf, nan

from sim.cli.events_text import move_sentence, shock_sentence
from sim.cli.output import table
from sim.economics import COST_PER_TOKEN, LINES
from sim.reports import words
from sim.reports.decisions import dragged_sentence
from sim.scenario.assumption_files import changed_rows
from sim.strategy.dragged import also_moved
from sim.strategy.outcome import COST_TO_SERVE, Ceiling, MonthResult, Outcome, PromiseReading

MONTHS_PER_YEAR = 12
TOKENS_PER_MTOK = 1e6
LINE_LABELS = {line.name: line.label for line in LINES}
BINDS = {
    "compute": "our GPUs",
    "rate_limit": "the API's rate limit",
    "network": "the way to the users",
    "residency": "where data is processed",
    "unit_economics": "the margin",
}
"""Causes that may give way after another, as `words.BINDS_WORDS` has those that do first."""

DOORS_NOTE = (
    "  sure: share of futures drawn uniformly over the ranges of lock-in; harder below: growth a month below which it\n"
    "  gets harder to undo; in cash alone: without growth forgone"
)
SHARED = "The layers do not add up to everything: evaluation, dual running and compliance are counted once."

Months = Sequence[MonthResult]
Row = tuple[str, Callable[[Months], str]]


def outcome_text(outcome: Outcome) -> str:
    """The whole page."""
    scenario = outcome.scenario
    parts = [
        f"{scenario.name}: {words.FIDELITY_WORDS[outcome.fidelity].lower()}, seed {scenario.seed}, "
        f"{scenario.months} months from {scenario.start}",
        _money_table(outcome.months),
        "Promises in the last month\n" + _promises(outcome.months[-1]),
        "How hard it is to leave\n" + "\n".join((doors_text(outcome), f"  {SHARED}", *_dragged(outcome))),
        f"Ceiling      {ceiling_sentence(outcome.ceiling)}",
        _worth(outcome),
    ]
    if scenario.assumptions:
        parts.append("Changed in the catalogue\n" + "\n".join(f"  {row}" for row in changed_rows(scenario)))
    if outcome.migrations:
        parts.append("Moves\n" + "\n".join(f"  {move_sentence(move, scenario.months)}" for move in outcome.migrations))
    if outcome.shocks:
        parts.append("Shocks\n" + "\n".join(f"  {shock_sentence(shock)}" for shock in outcome.shocks))
    if outcome.warnings:
        parts.append("Warnings\n" + "\n".join(f"  {sentence}" for sentence in outcome.warnings))
    return "\n\n".join(parts)


def _dragged(outcome: Outcome) -> list[str]:
    return [f"  {dragged_sentence(dragged)}" for dragged in also_moved(outcome)]


def _money_table(months: Months) -> str:
    spans = [months[at : at + MONTHS_PER_YEAR] for at in range(0, len(months), MONTHS_PER_YEAR)]
    columns = [(f"year {number}", span) for number, span in enumerate(spans, start=1)]
    columns.append((f"month {len(months)}", months[-1:]))
    spent = [line for line in LINE_LABELS if any(month.cost_usd[line] for month in months)]
    rows: list[Row] = [
        ("Requests", lambda span: words.count(_sum(span, lambda m: m.requests))),
        ("Served", lambda span: words.percent(_ratio(span, lambda m: m.served, lambda m: m.requests))),
        ("In time", lambda span: words.percent(_ratio(span, lambda m: m.good, lambda m: m.requests))),
        ("Revenue", lambda span: words.money(_sum(span, lambda m: m.revenue_usd))),
        ("Cost", lambda span: words.money(_sum(span, lambda m: m.cost_usd["total"]))),
        *(_cost_row(line) for line in spent),
        ("Gross margin", lambda span: words.percent(_ratio(span, _gross_profit_usd, lambda m: m.revenue_usd))),
        ("Per 1M tokens, all in", lambda span: words.money(_per_mtok(span, COST_PER_TOKEN))),
        ("Per 1M tokens, only while working", lambda span: words.money(
            _per_mtok(span, [line for line in COST_PER_TOKEN if line != "idle"]))),
        ("GPUs busy at the end", lambda span: words.percent(span[-1].utilization)),
        *([("Replicas at the end", lambda span: _replicas(span[-1]))] if months[-1].replicas else []),
        ("Cash to leave at the end", lambda span: words.money(span[-1].exit["whole"].usd_cash)),
        ("  and growth forgone", lambda span: words.money(span[-1].exit["whole"].usd_growth_forgone)),
        ("Months to leave at the end", lambda span: f"{span[-1].exit['whole'].exit_months:.1f}"),
    ]  # fmt: skip
    head = ("", *(title for title, _ in columns))
    return table([head, *((label, *(of(span) for _, span in columns)) for label, of in rows)])


def _cost_row(line: str) -> Row:
    return f"  {LINE_LABELS[line]}", lambda span: words.money(_sum(span, lambda m: m.cost_usd[line]))


def _replicas(month: MonthResult) -> str:
    """Of all pools; the fewest and the most of a month where an autoscaler moves them."""
    least, most = sum(month.replicas_least.values()), sum(month.replicas.values())
    return f"{most}" if least == most else f"{least} to {most}"


def _sum(span: Months, of: Callable[[MonthResult], float]) -> float:
    return sum(of(month) for month in span)


def _ratio(span: Months, above: Callable[[MonthResult], float], below: Callable[[MonthResult], float]) -> float:
    whole = _sum(span, below)
    return _sum(span, above) / whole if whole > 0 else nan


def _gross_profit_usd(month: MonthResult) -> float:
    """Before launch nothing is sold, so nothing is spent on serving what is sold."""
    return month.revenue_usd - sum(month.cost_usd[line] for line in COST_TO_SERVE) if month.requests > 0 else 0.0


def _per_mtok(span: Months, lines: Sequence[str]) -> float:
    """Over months that delivered anything, as each month's own figure is."""
    span = [month for month in span if month.tokens_delivered > 0]
    mtok = _sum(span, lambda m: m.tokens_delivered) / TOKENS_PER_MTOK
    return _sum(span, lambda m: sum(m.cost_usd[line] for line in lines)) / mtok if mtok > 0 else nan


# --- promises, doors, ceiling -----------------------------------------------------------------------------------


def _promises(month: MonthResult) -> str:
    if not month.promises:
        return "  not launched"
    return table([_promise_row(reading) for reading in month.promises], indent="  ")


def _promise_row(reading: PromiseReading) -> tuple[str, ...]:
    p95_s = reading.p95_s
    noise = f" ± {p95_s.half_width:.2g}" if isfinite(p95_s.half_width) else ""
    basis = "assumed law" if reading.assumed else f"model ± {words.percent(reading.model_error)}"
    answered = f"95 % within {words.seconds(p95_s.mean)}{noise}"
    return (
        reading.product,
        words.MEASURE_WORDS.get(reading.measure, reading.measure),
        "more than 5 % get none" if isinf(p95_s.mean) else answered,
        f"promise {words.seconds(reading.limit_s)}",
        f"{words.percent(reading.in_time_share)} in time",
        basis,
    )


def doors_text(outcome: Outcome) -> str:
    """One line a layer: its class, how sure it is, cash to leave after so many months, and its class in cash alone.

    Beside each class stands the growth a month below which the layer gets harder to undo.
    """
    marks = list(outcome.doors[0].usd)
    head = ("", "", "sure", "harder below", *(f"month {mark}" for mark in marks), "months", "in cash alone",
            "harder below")  # fmt: skip
    rows = [
        (
            words.LAYER_WORDS[door.decision],
            words.DOOR_WORDS[door.door_class],
            words.percent(door.class_share),
            words.percent(door.compounds_below_growth),
            *(words.money(door.usd[mark]) for mark in marks),
            f"{door.exit_months:.1f}",
            words.DOOR_WORDS[door.class_cash_only],
            words.percent(door.compounds_below_growth_cash_only),
        )
        for door in outcome.doors
    ]
    return f"{table([head, *rows], indent='  ')}\n{DOORS_NOTE}"


def ceiling_sentence(ceiling: Ceiling) -> str:
    """How far demand can grow, when it gets there, and what gives way."""
    of = f"the demand of month {ceiling.reference_month + 1}"
    if not isfinite(ceiling.multiplier):
        return f"unknown: nothing is served in month {ceiling.reference_month + 1}."
    away = f" {words.away(ceiling.out_of_reach_share)}." if ceiling.out_of_reach_share > 0 else ""
    if ceiling.gives_way == "none":
        return f"above {ceiling.multiplier:.3g} times {of}, the most that was tried.{away}"
    when = "not reached by growth" if ceiling.month is None else f"reached in month {ceiling.month + 1}"
    served = f"{ceiling.multiplier:.2g} times {of}, {when}: {words.BINDS_WORDS[ceiling.gives_way]}"
    if ceiling.held_back:
        return f"{served}. Until then residency is what holds sales back:{away}"
    next_up = "" if ceiling.runner_up == "none" else f"; next would be {BINDS[ceiling.runner_up]}"
    if ceiling.margin_floor > ceiling.multiplier:
        next_up = "; no demand up to there earns the margin target"
    return f"{served}{next_up}.{away}"


def _worth(outcome: Outcome) -> str:
    back = outcome.payback_month
    cash = "cash is never back above zero" if back is None else f"cash stays above zero from month {back + 1} on"
    rate = words.percent(outcome.scenario.company.discount_per_year)
    return f"Worth        {words.money(outcome.npv_usd)} at {rate} a year; {cash}."
