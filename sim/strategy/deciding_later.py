"""What it is worth to decide later: start one way, learn whether one will be forced to leave, and go on accordingly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from sim.economics.prices import MONTHS_PER_YEAR
from sim.lockin import Shock, quasi_option_value
from sim.scenario import Scenario
from sim.strategy.asking import leaving_of, with_change
from sim.strategy.outcome import Outcome

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DecidingLater:
    """The best start that waits, against the best plan that never changes.

    Two states of the world: from the month of learning on nothing forces one
    to leave, or the deck does, at its expected cost. Waiting pays the move that
    it then chooses, as the played plan with that dated change says.
    """

    month: int
    start: str
    """Best way to start: `managed` or `portable`."""
    chance_forced: float
    """Chance that something of the deck forces an exit from that month to the end."""
    committed: str
    """Best plan that is never changed."""
    committed_usd: float
    """Its expected worth, expected exits paid."""
    value_usd: float
    """What being able to decide later adds; 0 where the best plan would never be changed."""


def switched(managed: Scenario, portable: Scenario, *, month: int, fields: Sequence[str]) -> list[Scenario]:
    """The portable plan that turns managed in a month, and the managed one that turns portable; none past the end."""
    if month >= managed.months:
        return []
    return [
        with_change(
            plan,
            month,
            because="Decided once it was known whether we would have to leave",
            set={name: attrgetter(name)(other) for name in fields},
        )
        for plan, other in ((portable, managed), (managed, portable))
    ]


def deciding_later(
    fixed: Mapping[str, Outcome], *, turned: Mapping[str, Outcome], shocks: Sequence[Shock], month: int
) -> DecidingLater:
    """Worth of deciding later, over every way to start.

    Args:
        fixed: each plan kept to the end, by name.
        turned: the plan that starts the same way and turns to the other in the month, by the same names.
        month: when it is learned whether an exit will be forced.
    """
    horizon = len(next(iter(fixed.values())).months)
    chance = 1 - float(np.prod([(1 - s.hazard_per_month) ** (horizon - month) for s in shocks if s.forces]))
    states = np.array([1 - chance, chance])
    worth = {name: _by_state(outcome, shocks, month=month, chance=chance) for name, outcome in fixed.items()}
    committed = np.array(list(worth.values()))
    values = {
        name: quasi_option_value(
            states,
            committed=committed,
            flexible=np.array([kept, _by_state(turned[name], shocks, month=month, chance=chance)]),
        )
        for name, kept in worth.items()
    }
    start = max(values, key=lambda name: (values[name], name))
    best = max(worth, key=lambda name: (float(worth[name] @ states), name))
    return DecidingLater(
        month=month,
        start=start,
        chance_forced=chance,
        committed=best,
        committed_usd=float(worth[best] @ states),
        value_usd=values[start],
    )


def _by_state(outcome: Outcome, shocks: Sequence[Shock], *, month: int, chance: float) -> Array:
    """Worth of a plan if nothing forces it to leave from a month on, and if something does."""
    exits_usd = expected_exit_usd(outcome, shocks)
    quiet = outcome.npv_usd - float(exits_usd[:month].sum())
    forced_usd = float(exits_usd[month:].sum())
    return np.array([quiet, quiet - forced_usd / chance if chance > 0 else quiet])


def expected_exit_usd(outcome: Outcome, shocks: Sequence[Shock]) -> Array:
    """Expected cost of forced exits in each month, growth forgone included, discounted; shape (months,)."""
    leaving = leaving_of(outcome)
    months = len(outcome.months)
    worth = (1 + outcome.scenario.company.discount_per_year) ** (-np.arange(1, months + 1) / MONTHS_PER_YEAR)
    return np.sum(
        [
            shock.hazard_per_month * leaving.leaving(shock.forces).costs.usd_with_growth_forgone * worth
            for shock in shocks
            if shock.forces
        ],
        axis=0,
    )
