"""What many futures say about some strategies: values that a page and a report read, and nothing they compute.

A strategy is a scenario. All strategies meet the same futures, in the same
order, so they are compared future by future.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.metrics import Estimate
from sim.scenario.schema import Scenario, ShockEvent
from sim.strategy.outcome import Fidelity

Array = NDArray[np.float64]

Kind = Literal["setting", "factor", "added", "rows", "hazards", "strike", "gravity"]

TRIANGULAR = "triangular from low over likely to high"
LAWS: dict[Kind, str] = {
    "setting": TRIANGULAR,
    "factor": TRIANGULAR,
    "added": TRIANGULAR,
    "rows": TRIANGULAR,
    "hazards": TRIANGULAR,
    "strike": "exponential waits at the shock's chance in that future",
    "gravity": "mild, likely or grave by their stated shares",
}
"""The law by which a future draws each kind of uncertain thing; `draws.draw` follows it."""

PERCENTS = (5.0, 25.0, 50.0, 75.0, 95.0)
"""Percentiles of every fan, rising."""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """One thing that nobody knows, with its range, in the unit that people read.

    `setting` takes its value as it is; `factor` multiplies settings and `added`
    is added to them. `rows` moves catalogue rows within their own ranges, all
    to the same place, and `hazards` does so with every shock's chance: their
    value is the leading row's, over its likely one. `strike` is the month of a
    shock's first strike, the horizon where it never comes; `gravity` is how
    grave it is, from 0 to 1.
    """

    id: str
    title: str
    unit: str
    kind: Kind
    low: float
    likely: float
    high: float
    paths: tuple[str, ...]
    """What it moves: dotted settings of a scenario, or rows of the catalogue as table/id/quantity."""
    source: str
    grade: str
    note: str = ""

    @property
    def law(self) -> str:
        """How its values are spread, in words: a judgment as much as the range is."""
        return LAWS[self.kind]


@dataclass(frozen=True, slots=True, eq=False)
class Future:
    """One way the world may go, the same for every strategy."""

    index: int
    values: Mapping[str, float]
    """By id of what is uncertain; what is not named is as likely."""
    shocks: tuple[ShockEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a strategy has to reach in a future to pass there."""

    id: str
    title: str
    unit: str
    limit: float
    at_least: bool
    """Whether the figure must not be below the limit, or not above it."""
    source: str
    """The scenario's field or the catalogue's row that says so."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A range of one uncertain thing; one of the two ends is open where it is `None`."""

    id: str
    title: str
    unit: str
    kind: Kind
    at_least: float | None
    at_most: float | None


@dataclass(frozen=True, slots=True)
class FailingBox:
    """Where a strategy fails: the futures that meet all conditions together (scenario discovery)."""

    conditions: tuple[Condition, ...]
    density: float
    """Share of those futures that fail."""
    coverage: float
    """Share of all failures that are among them."""
    mass: float
    """Share of all futures that are among them."""


@dataclass(frozen=True, slots=True, eq=False)
class Fan:
    """How a figure spreads over the futures, month by month."""

    name: str
    title: str
    unit: str
    percents: tuple[float, ...]
    values: Array
    """Shape (percents, months); `nan` before the launch where there is no such figure."""
    likely: Array
    """The same figure where everything is as likely and nothing strikes, shape (months,)."""


@dataclass(frozen=True, slots=True, eq=False)
class AnnualColumn:
    """One line of the yearly profit and loss over the futures [USD]."""

    line: str
    title: str
    likely: Array
    """Shape (years,)."""
    low: Array
    """5th percentile, shape (years,)."""
    median: Array
    high: Array
    """95th percentile."""


@dataclass(frozen=True, slots=True, eq=False)
class StrategyFutures:
    """One strategy over all futures; arrays of shape (futures,) are in the futures' order."""

    name: str
    scenario: Scenario
    thresholds: tuple[Threshold, ...]
    figures: Mapping[str, Array]
    """By threshold's id, the figure that it judges."""
    passes: Mapping[str, NDArray[np.bool_]]
    """By threshold's id."""
    pass_share: Estimate
    """Share of futures in which every threshold is passed; the interval is over the design's independent blocks."""
    pass_by_threshold: Mapping[str, float]
    npv_usd: Array
    npv_likely_usd: float
    exit_usd: Array
    """Cash to leave the whole stack at the end of the horizon."""
    deepest_cash_usd: Array
    """Lowest cumulative cash, at most 0."""
    regret_usd: Array
    """Worth of the best strategy of each future, less this one's; at least 0."""
    fans: tuple[Fan, ...]
    annual: tuple[AnnualColumn, ...]
    by_month: Mapping[str, Array]
    """By name, each of shape (futures, months): `worth_usd` (present value of the cash up to the month's end),
    `margin` and `usd_per_mtok` (`nan` before the launch)."""
    by_year_usd: Mapping[str, Array]
    """By line of `annual`, shape (futures, years)."""
    boxes: tuple[FailingBox, ...]
    """Where it fails, most telling first; empty where it hardly ever fails, or nearly always."""

    @property
    def passed(self) -> NDArray[np.bool_]:
        """Whether every threshold is passed, shape (futures,)."""
        return np.logical_and.reduce([self.passes[t.id] for t in self.thresholds])

    @property
    def max_regret_usd(self) -> float:
        return float(self.regret_usd.max())

    @property
    def mean_regret_usd(self) -> float:
        return float(self.regret_usd.mean())

    @property
    def best_share(self) -> float:
        """Share of futures in which no other strategy is worth more."""
        return float((self.regret_usd <= 0).mean())


@dataclass(frozen=True, slots=True, eq=False)
class FuturesResult:
    """Strategies over many futures."""

    strategies: tuple[StrategyFutures, ...]
    uncertain: tuple[Uncertain, ...]
    futures: tuple[Future, ...]
    inputs: Array
    """What every future is, shape (futures, uncertain), in the order of `uncertain`."""
    seed: int
    fidelity: Fidelity
    extra: Mapping[str, Any]
    """Windows simulated before, and seconds taken by stage."""

    @property
    def n(self) -> int:
        return len(self.futures)

    @property
    def minimax(self) -> StrategyFutures:
        """The strategy whose largest regret is smallest; the first of equals."""
        return min(self.strategies, key=lambda strategy: strategy.max_regret_usd)

    @property
    def best_pass(self) -> StrategyFutures:
        """The strategy that passes in most futures; the first of equals."""
        return max(self.strategies, key=lambda strategy: strategy.pass_share.mean)
