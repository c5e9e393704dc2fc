"""Latency histograms that can be added up: percentiles of merged hours, months and replications.

Every histogram has the same bins, so merging is adding, weighting is
multiplying, and no percentile is ever averaged. Counts may be fractions, have
shape (..., BINS), and every function works along the last axis:

- bin 0 holds what is at most the first edge, 0.1 ms;
- bins 1 to BINS - 2 divide each decade up to 100,000 s into 100 equal ratios,
  so a bin is 2.3 % wide; a value on an edge belongs to the bin below it;
- the last bin holds everything beyond, and whoever never got an answer (`inf`).
"""

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Counts = NDArray[np.floating[Any]]

BINS_PER_DECADE: Final = 100
_LOWEST_DECADE: Final = -4
_HIGHEST_DECADE: Final = 5
BINS: Final = (_HIGHEST_DECADE - _LOWEST_DECADE) * BINS_PER_DECADE + 2


def _read_only(values: NDArray[np.float64]) -> NDArray[np.float64]:
    values.setflags(write=False)
    return values


EDGES_S: Final = _read_only(
    10.0 ** (np.arange(_LOWEST_DECADE * BINS_PER_DECADE, _HIGHEST_DECADE * BINS_PER_DECADE + 1) / BINS_PER_DECADE)
)
"""Edges between the bins, rising, shape (BINS - 1,) [s]."""

_LOW_S: Final = _read_only(np.concatenate([[0.0], EDGES_S]))
_HIGH_S: Final = _read_only(np.concatenate([EDGES_S, [np.inf]]))


def latency_counts(values_s: ArrayLike, weights: ArrayLike | None = None) -> Counts:
    """Histogram of latencies.

    `inf` counts, in the last bin: give it to whoever was refused or gave up,
    or the platform is rewarded for shedding load. `nan` means that there is
    nothing to measure, such as the pace of a one-word answer, and is left out.

    Args:
        values_s: latencies, shape (n,) [s].
        weights: how much each counts, shape (n,); 1 where not given.

    Returns:
        shape (BINS,).
    """
    values = np.asarray(values_s, dtype=np.float64)
    measured = ~np.isnan(values)
    bins = np.searchsorted(EDGES_S, values[measured], side="left")
    if weights is None:
        return np.bincount(bins, minlength=BINS).astype(np.float64)
    return np.bincount(bins, np.asarray(weights, dtype=np.float64)[measured], minlength=BINS).astype(np.float64)


def quantile_s(counts: Counts, q: float) -> NDArray[np.float64]:
    """Latency that a share `q` of the requests did not exceed, within a bin's width [s].

    Inside a bin the logarithm of the latency is taken to be spread evenly;
    inside the lowest bin the latency itself.

    Args:
        counts: shape (..., BINS).
        q: share in [0, 1].

    Returns:
        shape (...), non-decreasing in `q`; `inf` where the quantile falls into
        the last bin, `nan` where the histogram is empty.

    Raises:
        ValueError: `q` is outside [0, 1].
    """
    if not 0 <= q <= 1:
        raise ValueError(f"a quantile is a share between 0 and 1 (got {q})")
    upto = np.cumsum(counts, axis=-1)
    total = upto[..., -1:]
    target = q * total
    # The first bin with anything in it that reaches the target; which one does not matter where nothing is in any.
    least = np.maximum(target, np.finfo(upto.dtype).smallest_subnormal)
    at = np.argmax(upto >= least, axis=-1)[..., None]
    inside = np.take_along_axis(counts, at, axis=-1)
    before = np.take_along_axis(upto, at, axis=-1) - inside
    with np.errstate(divide="ignore", invalid="ignore"):
        fraction = np.clip((target - before) / inside, 0.0, 1.0)
        spread = np.where(at == 0, fraction * _HIGH_S[at], _LOW_S[at] * (_HIGH_S[at] / _LOW_S[at]) ** fraction)
    value = np.where(at == BINS - 1, np.inf, spread)
    return np.where(total > 0, value, np.nan)[..., 0]


def share_at_most(counts: Counts, limit_s: float) -> NDArray[np.float64]:
    """Share of the requests with a latency of at most a limit.

    Exact where the limit is an edge, interpolated as `quantile_s` does
    elsewhere. What is in the last bin is beyond every limit.

    Args:
        counts: shape (..., BINS).
        limit_s: the limit [s].

    Returns:
        shape (...), in [0, 1]; `nan` where the histogram is empty.
    """
    total = counts.sum(axis=-1)
    within = _mass_at_most(counts, np.array([limit_s]))[..., 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, within / total, np.nan)


def shift(counts: Counts, by_s: float) -> Counts:
    """The histogram after adding a constant time, such as a network round trip, to every latency.

    A moved bin is divided among the bins that it then overlaps, so the number of
    requests is kept exactly, what is at most an edge afterward is what was at
    most the edge less `by_s`, and means and quantiles are kept within a bin's
    width. Time may be taken off; what would fall below zero ends in the lowest bin.

    Args:
        counts: shape (..., BINS).
        by_s: time added [s].

    Returns:
        shape (..., BINS). With `by_s` 0, the counts themselves.
    """
    if by_s == 0:
        return counts.copy()
    finite = counts[..., :-1].sum(axis=-1, keepdims=True)
    # Values may pass the highest edge or fall below zero: no edge stands between them and the outer bins.
    upto = _mass_at_most(counts, EDGES_S - by_s)
    lost = finite - upto[..., -1:]
    return np.concatenate(
        [upto[..., :1], np.maximum(np.diff(upto, axis=-1), 0.0), counts[..., -1:] + np.maximum(lost, 0.0)], axis=-1
    )


def _mass_at_most(counts: Counts, limits_s: NDArray[np.float64]) -> Counts:
    """Counts with a finite latency of at most each limit, shape (..., len(limits_s))."""
    at = np.minimum(np.searchsorted(EDGES_S, limits_s, side="left"), BINS - 2)
    low, high = _LOW_S[at], _HIGH_S[at]
    limits = np.clip(limits_s, low, high)
    with np.errstate(divide="ignore", invalid="ignore"):
        fraction = np.where(at == 0, limits / high, np.log(limits / low) / np.log(high / low))
    upto = np.cumsum(counts[..., : at.max() + 1], axis=-1)
    return upto[..., at] - (1.0 - fraction) * counts[..., at]
