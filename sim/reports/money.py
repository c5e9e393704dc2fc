"""The economics page: what a token costs and why, where the money goes, at what volume it pays, what stands idle."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan

from sim.economics import COST_PER_TOKEN
from sim.economics.api_bill import TOKENS_PER_MTOK
from sim.economics.lines import LINES
from sim.reports import words
from sim.reports.sentences import Part
from sim.reports.waterfall import Step
from sim.strategy.answers import EuBreakEven
from sim.strategy.outcome import MonthResult, Outcome

LABELS = {line.name: line.label for line in LINES}
WINDOWS = {"month": "this month", "year": "the year up to it", "all": "all months up to it"}
"""What a figure is summed over, by the name in the page's control."""
YEAR = 12
SMALL_SHARE = 0.002
"""Lines below this share of the cost are told as one."""


def window_of(outcome: Outcome, *, month: int, window: str) -> tuple[MonthResult, ...]:
    """The months that a window names, ending with `month`.

    Raises:
        LookupError: there is no such window.
    """
    first = {"month": month - 1, "year": max(0, month - YEAR), "all": 0}.get(window)
    if first is None:
        raise LookupError(f"there is no window '{window}': the windows are {', '.join(WINDOWS)}")
    return outcome.months[first:month]


def mtok(months: Sequence[MonthResult]) -> float:
    """Million tokens of delivered answers."""
    return sum(month.tokens_delivered for month in months) / TOKENS_PER_MTOK


def line_usd(months: Sequence[MonthResult], line: str) -> float:
    """What one cost line comes to [USD]."""
    return sum(month.cost_usd.get(line, 0.0) for month in months)


def unit_steps(months: Sequence[MonthResult]) -> tuple[Step, ...]:
    """Cost of a million tokens by line, those that cost nothing left out; none before tokens are delivered."""
    tokens = mtok(months)
    if tokens <= 0:
        return ()
    costs = {line: line_usd(months, line) / tokens for line in COST_PER_TOKEN}
    least = SMALL_SHARE * sum(costs.values())
    steps = [Step(LABELS[line], usd) for line, usd in costs.items() if usd >= least and usd > 0]
    rest = sum(usd for usd in costs.values() if usd < least)
    return (*steps, *((Step("All else", rest),) if rest > 0 else ()))


def unit_finding(steps: Sequence[Step]) -> str:
    """What the waterfall of a token shows: the largest line."""
    if not steps:
        return "No tokens are delivered yet"
    total = sum(step.value for step in steps)
    largest = max(steps, key=lambda step: step.value)
    return f"{largest.label}: {words.percent(largest.value / total)} of what a token costs"


def money_headline(outcome: Outcome, *, month: int, window: str) -> tuple[Part, ...]:
    """What a million tokens costs, what is left of revenue, and when the cash is back."""
    months = window_of(outcome, month=month, window=window)
    steps = unit_steps(months)
    when = words.year_end(month)
    payback = outcome.payback_month
    back = (
        (Part("cash is back above zero in "), Part(words.month(payback + 1), True), Part("."))
        if payback is not None
        else (Part("the cash is not back within "), Part(words.months(len(outcome.months)), True), Part("."))
    )
    if not steps:
        return (Part(f"Nothing is delivered by {when}; "), *back)
    cost = sum(step.value for step in steps)
    idle = idle_share(months)
    said = [Part("A million tokens costs "), Part(words.money(cost), True), Part(f" at {when}")]
    if isfinite(idle) and idle > 0:
        said += [Part(", "), Part(words.percent(idle), True), Part(" of it for GPUs that stand idle")]
    return (*said, Part("; "), *back)


def idle_share(months: Sequence[MonthResult]) -> float:
    """Part of the cost of tokens that pays for idle GPUs; `nan` without cost."""
    total = sum(line_usd(months, line) for line in COST_PER_TOKEN)
    return line_usd(months, "idle") / total if total > 0 else nan


# --- where the money goes -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Layer:
    """Cost lines that are drawn as one layer of a stack."""

    label: str
    lines: tuple[str, ...]


LAYERS = (
    Layer("own GPUs, working", ("gpu",)),
    Layer("own GPUs, idle", ("idle",)),
    Layer("models by the token", ("api",)),
    Layer("data", ("search", "storage", "egress")),
    Layer("people who run it", ("people",)),
    Layer("support", ("support", "fallen")),
    Layer("compliance", ("compliance",)),
    Layer("building and moving", ("build", "migration")),
)
"""The stack from the bottom; all lines are in it once."""


GROUPS = {"layer": "what it is for", "line": "cost line"}
"""How the cost of a step is divided, by the name in the page's control."""
STEPS = {1: "month", 3: "quarter", 12: "year"}
"""Months in a step of time, and their word."""


def groups(by: str) -> tuple[Layer, ...]:
    """The parts a cost is divided into, from the bottom of the stack; all lines are in them once.

    Raises:
        LookupError: there is no such division.
    """
    if by not in GROUPS:
        raise LookupError(f"there is no division '{by}': the divisions are {', '.join(GROUPS)}")
    return LAYERS if by == "layer" else tuple(Layer(LABELS[name], (name,)) for part in LAYERS for name in part.lines)


def stack(outcome: Outcome, *, by: str = "layer", step: int = 1) -> dict[str, tuple[float, ...]]:
    """Cost by part and step of time [USD]; parts that never cost anything are left out.

    Args:
        by: a name of `GROUPS`.
        step: months in a step, of `STEPS`; a last step may be cut off by the horizon.
    """
    starts = range(0, len(outcome.months), step)
    found = {
        part.label: tuple(sum(line_usd(outcome.months[at : at + step], line) for line in part.lines) for at in starts)
        for part in groups(by)
    }
    return {label: values for label, values in found.items() if any(values)}


def stack_finding(outcome: Outcome, *, month: int) -> str:
    """What the stack shows in a month: the largest layer."""
    layers = stack(outcome)
    total = outcome.months[month - 1].cost_usd["total"]
    if not layers or total <= 0:
        return f"Nothing is spent in {words.month(month)}"
    label = max(layers, key=lambda name: layers[name][month - 1])
    share = words.percent(layers[label][month - 1] / total)
    verb = "take" if _plural(label) else "takes"
    return f"{label[0].upper()}{label[1:]} {verb} {share} of the cost in {words.month(month)}"


def _plural(label: str) -> bool:
    return label.split()[0] in ("own", "models", "people")


def stack_table(outcome: Outcome, *, by: str = "line", step: int = 1) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of the table under the stack."""
    parts = stack(outcome, by=by, step=step)
    rows = [
        (
            _span(at, step, months=len(outcome.months)),
            *(words.money(values[at]) for values in parts.values()),
            words.money(sum(values[at] for values in parts.values())),
        )
        for at in range(len(range(0, len(outcome.months), step)))
    ]
    return (STEPS[step].capitalize(), *parts, "Total"), rows


def _span(at: int, step: int, *, months: int) -> str:
    """The months of a step, counted from 1."""
    first, last = at * step + 1, min((at + 1) * step, months)
    return str(first) if first == last else f"{first}–{last}"


# --- volume ---------------------------------------------------------------------------------------------------------


def volume_finding(outcome: Outcome) -> str:
    """Between which volumes the margin target is met."""
    ceiling = outcome.ceiling
    target = words.percent(outcome.scenario.company.target_margin)
    low, high = ceiling.margin_floor, ceiling.margin_ceiling
    if not isfinite(low):
        return f"No volume reaches the margin target of {target}"
    floor = f"from {times(low)}" if low > 0 else "from the smallest volume"
    if not isfinite(high):
        return f"The margin target of {target} is met {floor} on"
    return f"The margin target of {target} is met {floor} to {times(high)}"


def times(multiplier: float) -> str:
    """A multiple of the reference month's demand: `2.9×`, `38×`."""
    return f"{multiplier:.{1 if multiplier < 9.95 else 0}f}×"


def volume_table(outcome: Outcome) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of the table of volumes."""
    header = ("Demand", "Requests a second in the busiest hour", "Gross margin", "In time", "Slowest 5 %")
    rows: list[tuple[str, ...]] = [
        (
            times(v.multiplier),
            words.count(v.requests_per_s),
            words.percent(v.gross_margin),
            words.percent(v.in_time_share),
            words.seconds(v.p95_s),
        )
        for v in outcome.ceiling.volumes
    ]
    return header, rows


# --- cash and idle --------------------------------------------------------------------------------------------------


def cash_finding(outcome: Outcome) -> str:
    """When the cash is back, or how deep it stays."""
    cash = outcome.cumulative_cash_usd
    low = min(range(len(cash)), key=lambda at: cash[at])
    if cash[low] >= 0:
        return "Cash never falls below zero"
    hole = f"{words.money(cash[low])} in {words.month(low + 1)}"
    if outcome.payback_month is None:
        return f"Cash is not back by the end; at its lowest it is {hole}"
    return f"Cash is back in {words.month(outcome.payback_month + 1)}, after {hole}"


def idle_usd(outcome: Outcome) -> tuple[float, ...]:
    """What idle GPUs cost in each month [USD]."""
    return tuple(month.cost_usd["idle"] for month in outcome.months)


def gpus_usd(outcome: Outcome) -> tuple[float, ...]:
    """What all our GPUs cost in each month [USD]."""
    return tuple(month.cost_usd["idle"] + month.cost_usd["gpu"] for month in outcome.months)


def idle_finding(outcome: Outcome, *, month: int) -> str:
    """How much of the money for GPUs pays for waiting."""
    whole = gpus_usd(outcome)[month - 1]
    if not any(gpus_usd(outcome)):
        return "No GPUs of our own, so none stand idle"
    if whole <= 0:
        return f"No GPUs are held in {words.month(month)}"
    idle = idle_usd(outcome)[month - 1]
    return f"{words.percent(idle / whole)} of the money for our GPUs pays for waiting"


def idle_table(outcome: Outcome) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of the table of idle GPUs."""
    rows: list[tuple[str, ...]] = [
        (str(at + 1), words.money(idle), words.money(whole), words.percent(idle / whole) if whole > 0 else words.NONE)
        for at, (idle, whole) in enumerate(zip(idle_usd(outcome), gpus_usd(outcome), strict=True))
    ]
    return ("Month", "Idle", "All our GPUs", "Idle share"), rows


def eu_table(eu: EuBreakEven) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of what processing in the EU gains, by the share of demand that needs it."""
    rows: list[tuple[str, ...]] = [
        (words.percent(share), words.money(gain)) for share, gain in zip(eu.shares, eu.gain_usd, strict=True)
    ]
    return ("Share of demand that needs the EU", "Gain of processing there"), rows
