"""What is found by asking many worlds: which assumptions matter, where rankings turn, what a search found."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.scenario.schema import Scenario
from sim.strategy.futures.outcome import Kind
from sim.strategy.outcome import Fidelity


@dataclass(frozen=True, slots=True)
class TornadoBar:
    """What one assumption does to a figure when it alone is at its low or its high end."""

    id: str
    title: str
    unit: str
    kind: Kind
    low: float
    likely: float
    high: float
    """Values of the assumption."""
    at_low: float
    at_high: float
    """Values of the figure."""

    @property
    def swing(self) -> float:
        return abs(self.at_high - self.at_low)


@dataclass(frozen=True, slots=True)
class TornadoResult:
    """One figure of one strategy, one assumption at a time; the widest bar first."""

    strategy: str
    figure: str
    title: str
    unit: str
    likely: float
    bars: tuple[TornadoBar, ...]


@dataclass(frozen=True, slots=True)
class SwitchPoint:
    """Where the ranking of strategies by worth flips while one assumption moves over its range."""

    id: str
    title: str
    unit: str
    kind: Kind
    low: float
    likely: float
    high: float
    value: float | None
    """Nearest to what is likely; `None` where the ranking is the same over the whole range."""
    before: tuple[str, ...]
    """Names from the best to the worst on the likely side of it."""
    after: tuple[str, ...]
    """The same beyond it."""

    @property
    def changes_best(self) -> bool:
        """Whether the strategy that is best changes, and not only those behind it."""
        return self.value is not None and self.before[0] != self.after[0]


@dataclass(frozen=True, slots=True)
class GlobalEffect:
    """An assumption's effect on a figure over the whole space (Morris screening)."""

    id: str
    title: str
    mean_abs: float
    """Mean size of its elementary effects, from its low to its high end, in the figure's unit."""
    mean_abs_half_width: float
    spread: float
    """Standard deviation of its effects: large where it acts in concert with others, or not in a straight line."""


@dataclass(frozen=True, slots=True, eq=False)
class SensitivityResult:
    """Which assumptions matter, and where they turn the ranking."""

    strategies: tuple[str, ...]
    tornadoes: tuple[TornadoResult, ...]
    switch_points: tuple[SwitchPoint, ...]
    effects: Mapping[str, tuple[GlobalEffect, ...]]
    """By strategy, on its worth; empty where it was not asked for."""


@dataclass(frozen=True, slots=True)
class FrontPoint:
    """One architecture that no other of the search beats in margin, p95 and cash to leave at once."""

    levers: Mapping[str, Any]
    """Value by dotted name."""
    scenario: Scenario
    margin: float
    """Gross margin of the last year, as the search read it from surfaces."""
    p95_ratio: float
    """p95 of the product nearest its promise, over the promise."""
    exit_usd: float
    cost_usd: float
    """Present value of all costs."""
    pass_share: float
    """Share of the search's futures in which every threshold is passed."""
    checked_margin: float
    checked_p95_ratio: float
    checked_exit_usd: float
    """The same by a simulation of its own, on surfaces that the search did not use."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Architectures that a search over the levers found."""

    tried: int
    required_pass_share: float
    cheapest: FrontPoint | None
    """Lowest cost among those that pass in the required share of futures; `None` where none does."""
    front: tuple[FrontPoint, ...]
    seed: int
    fidelity: Fidelity
