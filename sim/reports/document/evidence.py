"""What a report may be told beyond its outcomes: futures drawn, assumptions moved one at a time, waiting, p*.

All of it is optional: a section that has nothing to rest on is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.special import ndtri

from sim.strategy.waiting import CostOfWaiting
from sim.strategy.worth_it import WorthOfPortability

Array = np.ndarray

RANGE = (0.1, 0.9)
"""Ends of the range that a report prints: 80 of 100 futures lie within."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of futures with its 95 % interval (Wilson's)."""

    count: int
    n: int
    low: float
    high: float

    @classmethod
    def of(cls, count: int, n: int, *, confidence: float = 0.95) -> "Share":
        """Raises ValueError where no future was drawn."""
        if n <= 0:
            raise ValueError("a share needs at least one future")
        z = float(ndtri((1 + confidence) / 2))
        center = (count + z * z / 2) / (n + z * z)
        half = z / (n + z * z) * sqrt(count * (n - count) / n + z * z / 4)
        return cls(count, n, max(0.0, center - half), min(1.0, center + half))

    @property
    def mean(self) -> float:
        return self.count / self.n


@dataclass(frozen=True, slots=True)
class Paired:
    """One option less another in the same futures: the mean, the range of 80 of 100, and how often it is above zero."""

    mean: float
    low: float
    high: float
    above: Share

    @classmethod
    def of(cls, ours: Sequence[float], theirs: Sequence[float]) -> "Paired":
        """Of values future by future, in equal order."""
        gain = np.asarray(ours, dtype=float) - np.asarray(theirs, dtype=float)
        low, high = np.quantile(gain, RANGE)
        return cls(float(gain.mean()), float(low), float(high), Share.of(int((gain > 0).sum()), len(gain)))

    @property
    def turned(self) -> "Paired":
        """The other one less this one; a tie counts as above for neither."""
        n = self.above.n
        return Paired(-self.mean, -self.high, -self.low, Share.of(n - self.above.count, n))


Band = tuple[tuple[float, ...], tuple[float, ...]]
"""Lower and upper edge, place by place; empty where it is not known."""


def _edges(values: Array) -> Band:
    known = ~np.isnan(values).all(axis=0)
    edges = np.full((len(RANGE), values.shape[1]), np.nan)
    edges[:, known] = np.nanquantile(values[:, known], RANGE, axis=0)
    low, high = edges.tolist()
    return tuple(low), tuple(high)


@dataclass(frozen=True, slots=True)
class FailsWhen:
    """A condition found in the failures of an option, and how many of them it covers. Found, not proved."""

    condition: str
    covers: int


@dataclass(frozen=True, slots=True, eq=False)
class FuturesFound:
    """Futures in which every option was read. Outer order is that of the report's options."""

    n: int
    tests: tuple[str, ...]
    """What an option has to pass, in words."""
    passing: tuple[int, ...]
    fails_when: tuple[tuple[FailsWhen, ...], ...]
    npv_usd: tuple[tuple[float, ...], ...]
    """By option and future; the same future at the same place."""
    by_month: tuple[Mapping[str, Array], ...]
    """By option and name, as in `StrategyFutures`; each of shape (futures, months)."""
    by_year_usd: tuple[Mapping[str, Array], ...]
    """Lines of the yearly statement by option and name; each of shape (futures, years)."""
    regret_usd: tuple[tuple[float, ...], ...] = ()
    """By option and kind of futures: mean worth of the option that is best over them, less this one's."""
    named: tuple[str, ...] = ()
    ties: tuple[tuple[bool, ...], ...] = ()
    """Whether the distance is within what can be told, as `regret_usd`."""

    def paired(self, ours: int, theirs: int) -> Paired:
        """Worth of one option less that of another."""
        return Paired.of(self.npv_usd[ours], self.npv_usd[theirs])

    def gain_band(self, ours: int, theirs: int) -> Band:
        """Where 80 of 100 futures lie, month by month: worth so far of one option less that of another [USD]."""
        one, other = self.by_month[ours]["worth_usd"], self.by_month[theirs]["worth_usd"]
        months = min(one.shape[1], other.shape[1])
        return _edges(one[:, :months] - other[:, :months])

    def month_band(self, option: int, name: str) -> Band:
        """The same of one figure of one option; `nan` in months in which no future has it."""
        return _edges(self.by_month[option][name])

    def year_band(self, option: int, line: str) -> Band:
        """Where 80 of 100 futures lie with a line of the statement, year by year and then in all [USD]."""
        years = self.by_year_usd[option][line]
        return _edges(np.concatenate([years, years.sum(axis=1, keepdims=True)], axis=1))


@dataclass(frozen=True, slots=True)
class Pulled:
    """One assumption moved through its range while all else stays: what the difference in worth becomes."""

    label: str
    low_input: str
    likely_input: str
    high_input: str
    at_low_usd: float
    at_high_usd: float
    flip_input: str = ""
    """The value at which the ranking flips, written; empty where it does not within the range."""
    flips_below: bool = False
    """Whether the other option is ahead below that value, or above it."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Assumptions by how far they pull the worth of one option less another."""

    ours: int
    theirs: int
    expected_usd: float
    pulls: tuple[Pulled, ...]
    """The strongest first."""


@dataclass(frozen=True, slots=True, eq=False)
class WaitingFound:
    """The decisions of one option, taken in each of several months instead of at the start."""

    option: int
    """Whose decisions they are; without them the first option goes on."""
    cost: CostOfWaiting
    gains: tuple[Paired, ...] = ()
    """Worth of deciding in each month less that of never deciding, in the same futures; empty where none were drawn."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """All that is optional."""

    futures: FuturesFound | None = None
    sensitivity: Sensitivity | None = None
    waiting: WaitingFound | None = None
    portability: WorthOfPortability | None = None
