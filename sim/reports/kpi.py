"""The four key numbers of a month, against the preset, ready to be printed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isfinite, nan

from sim.metrics import Estimate
from sim.reports import words
from sim.reports.series import SERIES, Band, Series, p95_range_s
from sim.strategy.outcome import LAYERS, Ceiling, MonthResult, Outcome

BAND, LEAST_NOISE_S = 0.8, 0.005
"""Confidence of the intervals on the cards, and the least noise that is worth a line [s]."""
KPI_KEYS = ("p95", "cost", "margin", "exit")


@dataclass(frozen=True, slots=True)
class Delta:
    """Difference to the preset: its size in words, its direction, and whether it is for the better."""

    size: str
    word: str
    upward: bool
    better: bool


@dataclass(frozen=True, slots=True)
class KpiCard:
    """One key number: what it is, what it is now, what it was at the preset, and its lines."""

    key: str
    label: str
    help: str
    value: str
    delta: Delta | None
    lines: tuple[str, ...]
    plan: tuple[float, ...]
    preset: tuple[float, ...]
    band: Band | None
    limit: float | None
    alt: str


_NO_INTERVAL = (
    " No interval stands here: demand, prices and people are taken as given, and the noise of a run is not carried "
    "into money. Futures shows what other worlds would do to it."
)
_HELP = {
    "p95": (
        "95 of 100 answers of the product nearest its promise are faster than this, at the user "
        "(p95: first words or finished answer, as the product promises). Refused and timed-out requests count "
        "as infinitely late. The range joins the model's validation error and the noise of the run."
    ),
    "cost": (
        "All cost to serve except support, idle GPUs included, over the tokens of delivered answers. "
        "Not a saving when the models differ." + _NO_INTERVAL
    ),
    "margin": (
        "Revenue less cost to serve, over revenue. People who run the platform are in cost to serve, "
        "people who build it are not." + _NO_INTERVAL
    ),
    "exit": (
        "Cash to leave every layer if that is decided this month: moving data, new embeddings, rework, running "
        "both, testing again, compliance and the rest of the contract (exit cost). Growth forgone is apart. "
        "No interval stands here: every part is a judgement with a range of its own, and Lock-in shows how likely "
        "each door's class is over those ranges."
    ),
}

_WORDS = {
    "p95": ("slower than preset", "faster than preset"),
    "cost": ("more than preset", "less than preset"),
    "margin": ("above preset", "below preset"),
    "exit": ("more than preset", "less than preset"),
}


def _delta(series: Series, ours: float, theirs: float) -> Delta | None:
    if not (isfinite(ours) and isfinite(theirs)) or series.write(ours) == series.write(theirs):
        return None
    upward = ours > theirs
    better = upward == bool(series.higher_is_better)
    return Delta(series.write_difference(abs(ours - theirs)), _WORDS[series.key][0 if upward else 1], upward, better)


def _noise(samples_s: tuple[float, ...]) -> float:
    """Half-width of the 80 % interval of a figure over its replications; `nan` where there are not several."""
    return Estimate.of(samples_s, confidence=BAND).half_width if len(samples_s) > 1 else nan


def _p95_delta(ours: MonthResult, theirs: MonthResult, delta: Delta | None) -> Delta | None:
    """The difference with its 80 % interval: both faced the same requests, and are compared sample by sample."""
    if delta is None or not (ours.promises and theirs.promises):
        return delta
    a, b = ours.nearest_promise, theirs.nearest_promise
    pairs = tuple(x - y for x, y in zip(a.samples_s, b.samples_s, strict=False))
    if a.product != b.product or len(a.samples_s) != len(b.samples_s) or not all(map(isfinite, pairs)):
        return delta
    noise = _noise(pairs)
    return replace(delta, size=f"{delta.size} ± {noise:.2f}") if noise >= LEAST_NOISE_S else delta


def _p95_lines(month: MonthResult) -> tuple[str, ...]:
    if not month.promises:
        return ("not launched yet",)
    reading = month.nearest_promise
    low, high = p95_range_s(month)
    spread = f"range {low:.1f} {words.NONE} {words.seconds(high)}" if isfinite(high) else "more than 5 % get none"
    promise = f"promise {words.seconds(reading.limit_s)}, {words.percent(reading.in_time_share)} in time"
    basis = "assumed, not simulated" if reading.assumed else words.MEASURE_WORDS.get(reading.measure, reading.measure)
    noise = _noise(reading.samples_s) if all(map(isfinite, reading.samples_s)) else nan
    known = (f"run alone: ± {words.seconds(noise)} (80 %)",) if noise >= LEAST_NOISE_S else ()
    return spread, *known, promise, f"{reading.product}; {basis}"


def _cost_lines(month: MonthResult) -> tuple[str, ...]:
    if not isfinite(month.usd_per_mtok_allocated):
        return ("not launched yet",)
    return (
        f"{words.money(month.usd_per_served_request * 1000)} per 1,000 answers",
        f"{words.money(month.usd_per_mtok_used)} only while working",
    )


def _margin_lines(month: MonthResult) -> tuple[str, ...]:
    if not isfinite(month.gross_margin):
        return ("no revenue yet",)
    return (
        f"{words.percent(month.gross_margin_before_people)} before run people",
        f"{words.percent(month.gross_margin_after_build)} after build people",
    )


def dearest_door(month: MonthResult) -> str:
    """The single layer that would cost most to leave."""
    return max(LAYERS, key=lambda layer: (month.exit[layer].usd_cash, layer))


def _exit_lines(month: MonthResult) -> tuple[str, ...]:
    whole = month.exit["whole"]
    profit = (
        f"{words.months(whole.months_of_profit)} of profit"
        if isfinite(whole.months_of_profit)
        else "not payable from profit"
    )
    dearest = words.LAYER_WORDS[dearest_door(month)]
    return (
        f"+ {words.money(whole.usd_growth_forgone)} growth forgone",
        f"{words.months(whole.exit_months)}; {profit}",
        f"dearest door: {dearest}",
    )


_LINES: dict[str, Callable[[MonthResult], tuple[str, ...]]] = {
    "p95": _p95_lines,
    "cost": _cost_lines,
    "margin": _margin_lines,
    "exit": _exit_lines,
}


def kpi_cards(outcome: Outcome, preset: Outcome, *, month: int) -> tuple[KpiCard, ...]:
    """The four cards for the end of `month`, in the order in which they are shown."""
    return tuple(_card(SERIES[key], outcome, preset, month) for key in KPI_KEYS)


def _card(series: Series, outcome: Outcome, preset: Outcome, month: int) -> KpiCard:
    plan, reference = series.values(outcome), series.values(preset)
    now = outcome.months[month - 1]
    value = series.write(plan[month - 1])
    promised = series.key == "p95" and bool(now.promises)
    delta = _delta(series, plan[month - 1], reference[month - 1])
    if series.key == "p95":
        delta = _p95_delta(now, preset.months[month - 1], delta)
    against = f", {delta.size} {delta.word}" if delta else ", as the preset"
    return KpiCard(
        key=series.key,
        label=series.title,
        help=_HELP[series.key],
        value=value,
        delta=delta,
        lines=_LINES[series.key](now),
        plan=plan,
        preset=reference,
        band=series.band(outcome) if series.band else None,
        limit=now.nearest_promise.limit_s if promised else None,
        alt=f"{series.title} over the months: {value} in month {month}{against}",
    )


@dataclass(frozen=True, slots=True)
class Chip:
    """A small fact under the cards: a name, the figure, and what qualifies it."""

    name: str
    figure: str
    note: str


def _ceiling_chip(ceiling: Ceiling) -> Chip:
    of, why = f" the load of {words.month(ceiling.reference_month + 1)}", words.ceiling_words(ceiling)
    if ceiling.gives_way == "none":
        return Chip("Ceiling", f"above {ceiling.multiplier:.0f}×", f"{of}, the most tried; {why}")
    when = f", reached in {words.month(ceiling.month + 1)}" if ceiling.month is not None else ", not reached"
    return Chip("Ceiling", f"{ceiling.multiplier:.1f}×", f"{of}{when}; {why}")


def chips(outcome: Outcome, preset: Outcome, *, month: int) -> tuple[Chip, ...]:
    """Ceiling (where one was computed), launch, deepest cash hole and requests refused in the month."""
    now = outcome.months[month - 1]
    found: list[Chip] = []
    if isfinite(outcome.ceiling.multiplier):
        found.append(_ceiling_chip(outcome.ceiling))
    same = outcome.launch_month == preset.launch_month
    note = ", as the preset" if same else f", preset {preset.launch_month + 1}"
    found.append(Chip("Launch", words.month(outcome.launch_month + 1), note))
    low = min(range(len(outcome.cumulative_cash_usd)), key=lambda i: outcome.cumulative_cash_usd[i])
    hole = outcome.cumulative_cash_usd[low]
    found.append(
        Chip("Deepest cash hole", words.money(hole), f" in {words.month(low + 1)}")
        if hole < 0
        else Chip("Deepest cash hole", "none", ": cash never falls below zero")
    )
    lost = now.refused + now.timed_out
    share = now.refused / now.requests if now.requests else float("nan")
    late = f", {words.percent(lost / now.requests)} with those who gave up" if now.timed_out and now.requests else ""
    found.append(Chip("Refused", words.percent(share), f" of requests{late}" if now.requests else " no requests yet"))
    return tuple(found)
