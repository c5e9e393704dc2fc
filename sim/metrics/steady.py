"""One long run: how much of its beginning to leave out, and how well the rest is known."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.metrics.estimate import Estimate

BATCH = 5
"""Observations that MSER-5 averages before it looks."""
LATEST = 0.5
"""Share of a run from which on MSER-5's answer says that the run is too short."""


def mser5(values: Sequence[float] | NDArray[np.float64]) -> int | None:
    """Observations to leave out at the start of a run, by the marginal standard error rule on averages of five.

    The cut that makes the interval of the rest narrowest: d that minimizes
    sum over i > d of (z_i - mean)^2 / (m - d)^2, where z are m averages of five
    (White, Cobb and Spratt 2000).

    Args:
        values: one series in the order of time, shape (n,).

    Returns:
        A multiple of five, or `None` where the best cut lies in the second
        half: then the run never settled.

    Raises:
        ValueError: there are fewer than twenty values, or some are not finite.
    """
    series = np.asarray(values, dtype=np.float64)
    if len(series) < 4 * BATCH or not np.isfinite(series).all():
        raise ValueError(f"the warm-up is found in at least {4 * BATCH} finite values (got {len(series)})")
    averages = series[: len(series) // BATCH * BATCH].reshape(-1, BATCH).mean(axis=1)
    left = np.arange(len(averages), 0, -1)
    # Sums over what is left after each cut, from the end; centered first, so that squares do not cancel.
    centered = (averages - averages.mean())[::-1]
    sums, squares = np.cumsum(centered)[::-1], np.cumsum(centered**2)[::-1]
    error = (squares - sums**2 / left) / left**2
    # The last few always look still.
    best = int(np.argmin(error[: max(1, len(averages) - BATCH)]))
    return best * BATCH if best < LATEST * len(averages) else None


def batch_means(
    values: Sequence[float] | NDArray[np.float64], *, batches: int, confidence: float = 0.95
) -> Estimate:
    """The mean of one long run, its noise known from the means of equal parts.

    Neighbors in a run resemble each other, so its own spread says too little;
    means of parts much longer than that resemblance are nearly independent.

    Args:
        values: in the order of time, warm-up left out, shape (n,); what does
            not fill the last part is left out too.

    Raises:
        ValueError: there are fewer than two parts, or fewer values than parts.
    """
    if not 2 <= batches <= len(values):
        raise ValueError(f"batch means need 2 to {len(values)} parts of {len(values)} values (got {batches})")
    size = len(values) // batches
    parts = np.asarray(values, dtype=np.float64)[: batches * size].reshape(batches, size)
    return Estimate.of(parts.mean(axis=1).tolist(), confidence=confidence)
