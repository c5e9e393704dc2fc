"""When requests arrive: unit exponential gaps turned into times.

The gaps are drawn once and stretched, so every load faces the same randomness
(common random numbers). Equations and sources: docs/model_routing.md, "Arrivals".
"""

from dataclasses import dataclass
from math import ceil, isfinite, sqrt
from typing import Final

import numpy as np
from numpy.random import Generator
from scipy.special import gammaincinv

from sim.workload.trace import FloatColumn

SECONDS_PER_HOUR: Final = 3600.0


def poisson_arrivals(unit_gaps: FloatColumn, rate_rps: float) -> FloatColumn:
    """Arrival times of a Poisson process of constant rate, in order, shape as `unit_gaps` [s].

    Args:
        unit_gaps: exponential draws with mean 1, shape (n,).
        rate_rps: arrivals per second.

    Raises:
        ValueError: the rate is not a positive number.
    """
    if not 0 < rate_rps < float("inf"):
        raise ValueError(f"the arrival rate must be a positive number of requests per second (got {rate_rps})")
    return np.cumsum(unit_gaps) / rate_rps


def nonhomogeneous_poisson(
    unit_gaps: FloatColumn, hourly_rates_rps: FloatColumn, *, hour_s: float = SECONDS_PER_HOUR
) -> FloatColumn:
    """Arrival times of a Poisson process whose rate is constant within each hour.

    Exact: the cumulative rate is inverted at the running sum of the gaps
    (Cinlar's inversion; nothing is thinned, so no draw is thrown away).

    Args:
        unit_gaps: exponential draws with mean 1, enough to pass the end;
            `gaps_to_cover` draws them.
        hourly_rates_rps: arrivals per second in each hour, shape (h,); 0 is allowed.
        hour_s: length of one hour [s].

    Returns:
        times in [0, h * hour_s], non-decreasing [s]; their number is random.

    Raises:
        ValueError: a rate is negative or not finite, or the gaps end before the last hour does.
    """
    rates = np.asarray(hourly_rates_rps, dtype=np.float64)
    if not np.all(np.isfinite(rates)) or np.any(rates < 0):
        raise ValueError(f"arrival rates must be finite and at least 0 (got {rates})")
    expected = np.concatenate([[0.0], np.cumsum(rates * hour_s)])
    events = np.cumsum(unit_gaps)
    if expected[-1] > 0 and (len(events) == 0 or events[-1] < expected[-1]):
        raise ValueError(
            f"{len(events)} gaps end before the last hour, where {expected[-1]:.0f} arrivals are expected: "
            "draw more, for example with gaps_to_cover"
        )
    events = events[events < expected[-1]]
    hour = np.searchsorted(expected, events, side="right") - 1
    # Rounding must not carry an arrival past its hour, where the next one may stand.
    return np.minimum(hour * hour_s + (events - expected[hour]) / rates[hour], (hour + 1) * hour_s)


def gaps_to_cover(rng: Generator, expected_arrivals: float) -> FloatColumn:
    """Unit exponential gaps whose sum passes the expected number of arrivals.

    A larger number extends the same sequence, so a longer or busier window
    begins like a shorter one.
    """
    block = ceil(expected_arrivals + 6 * sqrt(expected_arrivals) + 16)
    gaps = rng.standard_exponential(block)
    while gaps.sum() <= expected_arrivals:
        gaps = np.concatenate([gaps, rng.standard_exponential(block)])
    return gaps


def with_bursts(unit_gaps: FloatColumn, cv: float) -> FloatColumn:
    """The same gaps with another coefficient of variation: a gamma renewal process of mean 1.

    Each exponential draw keeps its quantile, so a larger cv makes the same
    short gaps shorter and the same long ones longer. With cv 1 nothing changes.

    Args:
        unit_gaps: exponential draws with mean 1, shape (n,).
        cv: standard deviation of the gaps over their mean.

    Raises:
        ValueError: `cv` is not a positive number.
    """
    if not 0 < cv < float("inf"):
        raise ValueError(f"the cv of the gaps must be a positive number (got {cv}); 1 is a Poisson process")
    if cv == 1.0:
        return unit_gaps
    shape = cv**-2
    return gammaincinv(shape, -np.expm1(-unit_gaps)) / shape


@dataclass(frozen=True, slots=True)
class RateCurve:
    """A rate over time: straight lines between knots; two knots at one time are a step.

    Attributes:
        times_s: times of the knots, non-decreasing from 0 [s].
        rates_rps: rates at the knots, at least 0; the curve ends with the last.
    """

    times_s: tuple[float, ...]
    rates_rps: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.times_s) != len(self.rates_rps) or len(self.times_s) < 2:
            raise ValueError(f"{len(self.times_s)} times for {len(self.rates_rps)} rates: give two knots or more")
        if self.times_s[0] != 0 or np.any(np.diff(self.times_s) < 0) or not isfinite(self.times_s[-1]):
            raise ValueError(f"the knots of a rate must run from 0 s forward (got {self.times_s})")
        if min(self.rates_rps) < 0 or not isfinite(sum(self.rates_rps)):
            raise ValueError(f"arrival rates must be finite and at least 0 (got {self.rates_rps})")

    @property
    def expected_arrivals(self) -> float:
        return float(np.trapezoid(self.rates_rps, self.times_s))

    @property
    def mean_rps(self) -> float:
        return self.expected_arrivals / self.times_s[-1]


def flash_crowd(
    base_rps: float, *, peak_multiple: float, begins_s: float, rises_s: float, holds_s: float, falls_s: float,
    window_s: float,
) -> RateCurve:  # fmt: skip
    """A constant rate on which a crowd descends: the rate climbs to a multiple, stays, and falls back.

    Raises:
        ValueError: the crowd does not fit the window, or a number is negative.
    """
    steps_s = (begins_s, rises_s, holds_s, falls_s)
    if min(steps_s) < 0 or sum(steps_s) > window_s or peak_multiple < 0:
        raise ValueError(
            f"a crowd that begins at {begins_s} s and lasts {rises_s + holds_s + falls_s} s must fit the window "
            f"of {window_s} s, and nothing of it may be negative"
        )
    peak_rps = base_rps * peak_multiple
    times_s = np.cumsum((0.0, *steps_s)).tolist()
    return RateCurve(
        (*times_s, max(window_s, times_s[-1])), (base_rps, base_rps, peak_rps, peak_rps, base_rps, base_rps)
    )


def modulated_rates(
    rng: Generator, *, mean_rps: float, busy_multiple: float, busy_s: float, quiet_s: float, window_s: float
) -> RateCurve:
    """One path of a two-state Markov-modulated rate: busy and quiet spells of exponential length in turn.

    The quiet rate follows from the mean, so bursts move load about and add none:
    quiet = mean * (busy_s + quiet_s - busy_multiple * busy_s) / quiet_s.

    Args:
        rng: the stream that the spells are drawn from; the first state is drawn by its share of time.
        mean_rps: long-run mean rate.
        busy_multiple: rate of a busy spell over the mean.
        busy_s: mean length of a busy spell [s].
        quiet_s: mean length of a quiet spell [s].
        window_s: length of the curve [s].

    Raises:
        ValueError: the busy spells alone bring more than the mean.
    """
    quiet_multiple = (busy_s + quiet_s - busy_multiple * busy_s) / quiet_s
    if quiet_multiple < 0:
        raise ValueError(
            f"busy spells at {busy_multiple} times the mean for {busy_s / (busy_s + quiet_s):.0%} of the time bring "
            "more than the mean: lower busy_multiple or busy_s"
        )
    busy = bool(rng.random() < busy_s / (busy_s + quiet_s))
    times_s, rates_rps = [], []
    now_s = 0.0
    while now_s < window_s:
        ends_s = min(window_s, now_s + rng.standard_exponential() * (busy_s if busy else quiet_s))
        times_s += [now_s, ends_s]
        rates_rps += [mean_rps * (busy_multiple if busy else quiet_multiple)] * 2
        now_s = ends_s
        busy = not busy
    return RateCurve(tuple(times_s), tuple(rates_rps))


def arrivals_along(unit_gaps: FloatColumn, curve: RateCurve) -> FloatColumn:
    """Arrival times of a Poisson process along a curve of rates, by inversion of the cumulative rate.

    Where the rate is r + g*t the inverse of x is 2x / (r + sqrt(r^2 + 2gx)),
    which does not cancel where g is tiny.

    Args:
        unit_gaps: exponential draws with mean 1 that pass the curve's expected arrivals (`gaps_to_cover`).
        curve: the rate over time.

    Returns:
        times within the curve, non-decreasing [s]; their number is random.

    Raises:
        ValueError: the gaps end before the curve does.
    """
    times_s, rates = np.array(curve.times_s), np.array(curve.rates_rps)
    width_s = np.diff(times_s)
    expected = np.concatenate([[0.0], np.cumsum(width_s * (rates[:-1] + rates[1:]) / 2)])
    events = np.cumsum(unit_gaps)
    if expected[-1] > 0 and (len(events) == 0 or events[-1] < expected[-1]):
        raise ValueError(
            f"{len(events)} gaps end before the curve, where {expected[-1]:.0f} arrivals are expected: "
            "draw more, for example with gaps_to_cover"
        )
    events = events[events < expected[-1]]
    piece = np.searchsorted(expected, events, side="right") - 1
    beyond = events - expected[piece]
    start = rates[piece]
    slope = (rates[piece + 1] - start) / width_s[piece]
    root = np.sqrt(np.maximum(0.0, start**2 + 2 * slope * beyond))
    # An event at the very foot of a slope from 0 has neither rate nor root: it stands at the knot.
    into_s = np.divide(2 * beyond, start + root, out=np.zeros_like(beyond), where=start + root > 0)
    return np.minimum(times_s[piece] + into_s, times_s[piece + 1])
