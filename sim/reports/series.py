"""The series a reader can plot: what they are called, how they are read off an outcome, how they are written.

A month's flows and the stocks at its end are shown at the month's end: the
first month played is month 1 on every axis, and month 0 is the start.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, nan

from sim.reports import words
from sim.strategy.outcome import MonthResult, Outcome

Band = tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Series:
    """One line over the months.

    `subject` starts a sentence with its verb; `above` and `below` end it, after
    the size of the difference to the preset. `higher_is_better` is `None` where neither is.
    """

    key: str
    title: str
    subtitle: str
    subject: str
    above: str
    below: str
    higher_is_better: bool | None
    read: Callable[[Outcome], tuple[float, ...]]
    write: Callable[[float], str]
    write_difference: Callable[[float], str]
    scale: float = 1.0
    """What one unit of the axis is: 0.01 for percent, 1e6 for millions."""
    unit: str = ""
    """Written after the top tick."""
    band: Callable[[Outcome], Band] | None = None

    def values(self, outcome: Outcome) -> tuple[float, ...]:
        """The series, one value a month, in its own unit; `nan` where there is none."""
        return self.read(outcome)


def _monthly(pick: Callable[[MonthResult], float]) -> Callable[[Outcome], tuple[float, ...]]:
    return lambda outcome: tuple(pick(m) for m in outcome.months)


def p95_s(month: MonthResult) -> float:
    """p95 of the product nearest its promise [s]; `nan` while nothing is promised yet."""
    return month.nearest_promise.p95_s.mean if month.promises else nan


def p95_range_s(month: MonthResult) -> tuple[float, float]:
    """Where the p95 likely lies [s]: the model's validation error and, where known, the replication noise."""
    if not month.promises:
        return nan, nan
    reading = month.nearest_promise
    noise = reading.p95_s.half_width if isfinite(reading.p95_s.half_width) else 0.0
    if not isfinite(reading.p95_s.mean):
        return reading.p95_s.mean, reading.p95_s.mean
    spread = reading.p95_s.mean * reading.model_error + noise
    return max(0.0, reading.p95_s.mean - spread), reading.p95_s.mean + spread


def _p95_band(outcome: Outcome) -> Band:
    ranges = [p95_range_s(m) for m in outcome.months]
    return tuple(low for low, _ in ranges), tuple(high for _, high in ranges)


SERIES: dict[str, Series] = {
    s.key: s
    for s in (
        Series(
            "margin",
            "Gross margin",
            "Gross margin by month, % of revenue",
            "Margin stays",
            "above the preset",
            "below the preset",
            True,
            _monthly(lambda m: m.gross_margin),
            words.percent,
            words.points,
            scale=0.01,
            unit="%",
        ),
        Series(
            "exit",
            "Cash to leave",
            "Cash to leave if the decision is taken that month, $M",
            "Leaving stays",
            "dearer",
            "cheaper",
            False,
            _monthly(lambda m: m.exit["whole"].usd_cash),
            words.money,
            words.money,
            scale=1e6,
            unit="M",
        ),
        Series(
            "cost",
            "Cost per 1M tokens",
            "All in, idle included, by month, $",
            "A million tokens stays",
            "dearer",
            "cheaper",
            False,
            _monthly(lambda m: m.usd_per_mtok_allocated),
            words.money,
            words.money,
            unit="$",
        ),
        Series(
            "p95",
            "Slowest 5 % of answers",
            "p95 of the product nearest its promise, seconds",
            "The slowest 5 % stay",
            "slower",
            "faster",
            False,
            _monthly(p95_s),
            words.seconds,
            words.seconds,
            unit="s",
            band=_p95_band,
        ),
        Series(
            "exit_months",
            "Months to leave",
            "Time to leave everything if decided that month, months",
            "Leaving takes",
            "longer",
            "shorter",
            False,
            _monthly(lambda m: m.exit["whole"].exit_months),
            words.months,
            words.months,
            unit="months",
        ),
        Series(
            "served",
            "Requests served",
            "Requests served by month, millions",
            "Requests served stay",
            "above the preset",
            "below the preset",
            True,
            _monthly(lambda m: m.served),
            words.count,
            words.count,
            scale=1e6,
            unit="M",
        ),
        Series(
            "revenue",
            "Revenue and cost",
            "Revenue and all cost by month, $k",
            "Revenue stays",
            "above the preset",
            "below the preset",
            True,
            _monthly(lambda m: m.revenue_usd),
            words.money,
            words.money,
            scale=1e3,
            unit="k",
        ),
        Series(
            "cash",
            "Cash since the start",
            "Cumulative cash, $M",
            "Cash stays",
            "above the preset",
            "below the preset",
            True,
            lambda outcome: outcome.cumulative_cash_usd,
            words.money,
            words.money,
            scale=1e6,
            unit="M",
        ),
        Series(
            "utilization",
            "Use of our own GPUs",
            "Load over the most our pools can serve, %",
            "Use stays",
            "above the preset",
            "below the preset",
            None,
            _monthly(lambda m: m.utilization),
            words.percent,
            words.points,
            scale=0.01,
            unit="%",
        ),
    )
}
"""Every series, by key, in the order of the chart menu."""


def total_cost_usd(outcome: Outcome) -> tuple[float, ...]:
    """All cost of each month [USD], building included."""
    return tuple(m.cost_usd["total"] for m in outcome.months)
