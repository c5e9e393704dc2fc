"""Scenario discovery: the box of conditions in which failures are concentrated (PRIM).

Bump hunting after Friedman and Fisher (1999), used as Bryant and Lempert (2010)
propose: peel thin slices off the space wherever that raises the share of
failures most, paste back what costs nothing, choose a box of the path, and drop
conditions that do not matter. Boxes are found one after the other, each among
the points that those before it left.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

PEEL = 0.05
"""Share of the box's points that one peel takes off, as the authors advise."""
LEAST_MASS = 0.03
"""Smallest share of all points that a box may hold."""
LEAST_POINTS = 10
NO_LOSS = 0.03
"""Share of a box's telling power that a condition must be worth to be kept."""
MOST_CONDITIONS = 4
"""More conditions than a sentence holds are dropped, the weakest first."""
LEAST_TELLING = 0.03
"""Failures beyond the base rate, as a share of all points, below which a box says nothing."""
MOST_BOXES = 3


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """Ranges, one for each column; -inf and inf where a side is open. Both ends belong to it."""

    low: Array
    high: Array

    @classmethod
    def whole(cls, columns: int) -> "Box":
        return cls(np.full(columns, -inf), np.full(columns, inf))

    def holds(self, points: Array) -> Mask:
        """Which points lie inside, shape (n,)."""
        return np.asarray(((points >= self.low) & (points <= self.high)).all(axis=1), dtype=bool)

    def restricted(self) -> list[int]:
        """Columns with a closed side."""
        return np.flatnonzero(np.isfinite(self.low) | np.isfinite(self.high)).tolist()

    def with_side(self, column: int, *, low: float | None = None, high: float | None = None) -> "Box":
        """The box with one side of a column elsewhere."""
        lows, highs = self.low.copy(), self.high.copy()
        if low is not None:
            lows[column] = low
        if high is not None:
            highs[column] = high
        return Box(lows, highs)

    def freed(self, column: int) -> "Box":
        return self.with_side(column, low=-inf, high=inf)


def find_boxes(points: Array, fails: Mask, *, most: int = MOST_BOXES) -> list[Box]:
    """Boxes in which failures are concentrated, most telling first as they are found.

    None where hardly anything or nearly everything fails: then no condition
    tells the one from the other.

    Args:
        points: shape (n, columns).
        fails: shape (n,).
        most: boxes at most.
    """
    left = np.ones(len(points), dtype=bool)
    found: list[Box] = []
    while len(found) < most and fails[left].sum() >= LEAST_POINTS and (~fails[left]).sum() >= LEAST_POINTS:
        box = find_box(points[left], fails[left], of=len(points))
        inside = box.holds(points) & left
        if not box.restricted() or telling(box, points[left], fails[left]) * left.mean() < LEAST_TELLING:
            break
        found.append(box)
        left &= ~inside
    return found


def find_box(points: Array, fails: Mask, *, of: int | None = None) -> Box:
    """The most telling box of the peeling path, pasted and simplified.

    Args:
        of: number of all points, of which these are what is left.
    """
    path = list(_peeled(points, fails, least=max(LEAST_POINTS, int(LEAST_MASS * (of or len(points))))))
    best = max(path, key=lambda box: telling(box, points, fails))
    return _simplified(_pasted(best, points, fails), points, fails)


def telling(box: Box, points: Array, fails: Mask) -> float:
    """Failures inside beyond what the base rate gives, as a share of all points (weighted relative accuracy)."""
    inside = box.holds(points)
    return float((fails[inside] - fails.mean()).sum() / len(points)) if inside.any() else 0.0


def _peeled(points: Array, fails: Mask, *, least: int) -> Iterator[Box]:
    """Boxes from the whole space on, each with one slice less than the one before."""
    box = Box.whole(points.shape[1])
    yield box
    while True:
        inside = box.holds(points)
        if fails[inside].all():
            return
        smaller = _best_peel(box, points[inside], fails[inside], least=least)
        if smaller is None:
            return
        box = smaller
        yield box


def _best_peel(box: Box, points: Array, fails: Mask, *, least: int) -> Box | None:
    """The peel that leaves the largest share of failures; of equals, the one that takes least."""
    best: tuple[float, int, Box] | None = None
    for column in range(points.shape[1]):
        values = points[:, column]
        for kept, smaller in _peels(box, column, values):
            count = int(kept.sum())
            if count < least or count == len(values):
                continue
            rated = (float(fails[kept].mean()), count)
            if best is None or rated > best[:2]:
                best = (*rated, smaller)
    return None if best is None else best[2]


def _peels(box: Box, column: int, values: Array) -> Iterator[tuple[Mask, Box]]:
    """What is left when the lowest or the highest slice of a column goes; equal values go together."""
    lowest, highest = np.quantile(values, (PEEL, 1 - PEEL), method="inverted_cdf")
    above, below = values > lowest, values < highest
    if above.any():
        yield above, box.with_side(column, low=float(values[above].min()))
    if below.any():
        yield below, box.with_side(column, high=float(values[below].max()))


def _pasted(box: Box, points: Array, fails: Mask) -> Box:
    """The box grown again, face by face, as long as that makes it more telling."""
    grown = True
    while grown:
        grown = False
        for larger in _pastes(box, points):
            if telling(larger, points, fails) > telling(box, points, fails):
                box, grown = larger, True
                break
    return box


def _pastes(box: Box, points: Array) -> Iterator[Box]:
    """The box with a slice more at one of its faces."""
    slice_points = max(1, int(PEEL * box.holds(points).sum()))
    for column in box.restricted():
        others = box.freed(column).holds(points)
        values = np.sort(points[others, column])
        under, over = values[values < box.low[column]], values[values > box.high[column]]
        if len(under):
            yield box.with_side(column, low=float(under[-slice_points:][0]))
        if len(over):
            yield box.with_side(column, high=float(over[:slice_points][-1]))


def _simplified(box: Box, points: Array, fails: Mask) -> Box:
    """The box without conditions that tell little: the weakest goes first."""
    while box.restricted():
        freed = [box.freed(column) for column in box.restricted()]
        weakest = max(freed, key=lambda other: telling(other, points, fails))
        keeps = telling(weakest, points, fails) >= (1 - NO_LOSS) * telling(box, points, fails)
        if not keeps and len(freed) <= MOST_CONDITIONS:
            return box
        box = weakest
    return box
