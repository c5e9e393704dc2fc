"""When requests arrive: unit exponential gaps turned into times.

The gaps are drawn once and stretched, so every load faces the same randomness
(common random numbers).
"""

from math import ceil, sqrt
from typing import Final

import numpy as np
from numpy.random import Generator

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
