"""When what is decided takes effect: moves that are carried out over months, and the states that result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from sim.scenario.changes import with_settings
from sim.scenario.schema import Scenario

TOLERANCE = 1e-9
"""A move that ends a hair after a month's end has ended with it."""


@dataclass(frozen=True, slots=True)
class Migration:
    """Layers that are being left: until the move is done the old way still serves.

    Cost and time are those of the lock-in state at the end of the month before
    the decision. Contracts that run on are no part of the cash: they are paid
    month by month as GPUs that nobody needs. Profit that does not come because
    the roadmap stands still is told, and is no cash.
    """

    decided_month: int
    start_month: float
    """When work on it begins: later than decided where a move of the same layers was under way."""
    ends_at: float
    """When work on it ends, in months from the start of the scenario."""
    layers: tuple[str, ...]
    components: Mapping[str, float]
    """Cash by component of cash to leave [USD]; dual running is one of them."""
    usd_growth_forgone: float
    exit_months: float
    """Months to leave by the lock-in state, without waiting and frozen weeks."""
    because: str
    settings: Mapping[str, Any]
    """What it changes when it is done, by dotted name."""
    forced_by: str = ""
    """Id of the shock that forced it; empty where it was decided."""

    @property
    def cash_usd(self) -> float:
        return sum(self.components.values())

    @property
    def done_month(self) -> int:
        """First month in which the new way serves; at or after the horizon where it does not come to that."""
        return ceil(self.ends_at - TOLERANCE)

    def usd_in(self, month: int) -> float:
        """Cash paid in a month: the same in each from the decision on until it is done."""
        if not self.decided_month <= month < self.done_month:
            return 0.0
        return self.cash_usd / (self.done_month - self.decided_month)


@dataclass(frozen=True, slots=True)
class Effect:
    """Settings that take effect in a month."""

    month: int
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Exit:
    """How a strike's demand to leave was met."""

    months: float
    """From the strike until the layers are left; `nan` where nothing has to be left."""
    migration: Migration | None
    """The move that does it; one that was under way already serves as well."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """What takes effect when, as far as it is known."""

    effects: tuple[Effect, ...] = ()
    """What takes effect without a move, or after one that had to be finished first."""
    migrations: tuple[Migration, ...] = ()
    exits: tuple[Exit, ...] = ()
    """One for each strike, in order."""

    def migration_usd(self, month: int) -> float:
        return sum([move.usd_in(month) for move in self.migrations])

    def pending(self, month: int) -> tuple[Migration, ...]:
        """Moves that are not done by a month."""
        return tuple(move for move in self.migrations if move.done_month > month)


def effective_states(scenario: Scenario, schedule: Schedule) -> tuple[Scenario, ...]:
    """The scenario as it serves in each month; months between two effects share one object.

    Effects of one month are applied in their order: moves that are done, then
    what is decided in it.
    """
    done = [Effect(move.done_month, move.settings) for move in schedule.migrations if move.settings]
    waiting = sorted([*done, *schedule.effects], key=lambda effect: effect.month)
    states: list[Scenario] = []
    state = scenario
    for effect in waiting:
        if effect.month >= scenario.months:
            break
        states += [state] * (effect.month - len(states))
        state = with_settings(state, effect.settings)
    return (*states, *[state] * (scenario.months - len(states)))


def worked_until(start: float, *, work_months: float, freezes: Sequence[tuple[float, float]]) -> float:
    """When work of some months ends that begins at a point in time and stands still during freezes.

    Args:
        freezes: beginnings and ends, in order.
    """
    now, left = start, work_months
    for begins, ends in freezes:
        if ends <= now:
            continue
        if begins >= now + left:
            break
        left -= max(0.0, begins - now)
        now = ends
    return now + left
