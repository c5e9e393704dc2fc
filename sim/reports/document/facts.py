"""What the sections are written from: the options beside one another, and the ranges that are known of leaving them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan

import numpy as np

from sim.lockin import SHOWN_SETS, WHOLE
from sim.lockin.doors import basis_of
from sim.lockin.exit_cost import exit_costs
from sim.reports.document.evidence import RANGE, Evidence, Paired
from sim.reports.document.report import Audience, Option
from sim.reports.sentences import TIE_SHARE
from sim.strategy.compare import Comparison
from sim.strategy.evaluate import DOOR_DRAWS
from sim.strategy.outcome import Outcome

Array = np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class LeavingDraws:
    """Cash and months to leave in futures drawn over the ranges of lock-in, shape (futures, months), by set of layers.

    Equal names draw equal values, so two plans can be compared future by
    future. Empty where an outcome carries no lock-in basis.
    """

    usd_cash: dict[str, Array]
    exit_months: dict[str, Array]

    @classmethod
    def of(cls, outcome: Outcome) -> "LeavingDraws":
        if outcome.lockin is None:
            return cls({}, {})
        basis = outcome.lockin.basis
        drawn = basis_of(basis.inputs, basis.parameters.draws(DOOR_DRAWS, outcome.scenario.seed))
        costs = {name: exit_costs(drawn, layers) for name, layers in SHOWN_SETS.items()}
        months = len(outcome.months)
        shape = (DOOR_DRAWS, months)
        return cls(
            {name: np.broadcast_to(cost.usd_cash, shape) for name, cost in costs.items()},
            {name: np.broadcast_to(cost.exit_months, shape) for name, cost in costs.items()},
        )

    def usd_range(self, layer: str, *, month: int) -> tuple[float, float]:
        """Where 80 of 100 futures lie [USD] at the end of a month; `nan` where none are known."""
        return _range(self.usd_cash.get(layer), month)

    def months_range(self, layer: str, *, month: int) -> tuple[float, float]:
        return _range(self.exit_months.get(layer), month)

    def usd_band(self, layer: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Lower and upper edge by month; empty where none are known."""
        if layer not in self.usd_cash:
            return (), ()
        low, high = np.quantile(self.usd_cash[layer], RANGE, axis=0)
        return tuple(low.tolist()), tuple(high.tolist())


def _range(draws: Array | None, month: int) -> tuple[float, float]:
    if draws is None:
        return nan, nan
    low, high = np.quantile(draws[:, month - 1], RANGE)
    return float(low), float(high)


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Everything a section may read."""

    options: tuple[Option, ...]
    outcomes: tuple[Outcome, ...]
    proposed: int
    against: int | None
    """What the proposed option is compared with; `None` where there is a single one."""
    comparison: Comparison | None
    leaving: tuple[LeavingDraws, ...]
    evidence: Evidence
    audience: Audience

    @property
    def plan(self) -> Outcome:
        return self.outcomes[self.proposed]

    @property
    def months(self) -> int:
        """Last month that every option has."""
        return min(len(outcome.months) for outcome in self.outcomes)

    @property
    def gain(self) -> Paired | None:
        """Worth of the proposed option less its counterpart's over the futures; `None` where none were drawn."""
        futures = self.evidence.futures
        return futures.paired(self.proposed, self.against) if futures and self.against is not None else None

    @property
    def leaving_less(self) -> Paired | None:
        """Cash saved when leaving everything at the end, proposed against its counterpart, in the same futures."""
        if self.against is None:
            return None
        ours, theirs = (self.leaving[at].usd_cash.get(WHOLE) for at in (self.proposed, self.against))
        if ours is None or theirs is None:
            return None
        last = self.months - 1
        return Paired.of(theirs[:, last].tolist(), ours[:, last].tolist())


def chosen(outcomes: Sequence[Outcome], evidence: Evidence) -> tuple[int, int | None]:
    """Places of the option to propose and of the one it is set against.

    The first is what happens if nothing is decided. Another one is proposed
    only where it is worth more by more than counts as equal, and, with futures
    at hand, where that holds in more of them than not beyond their interval.
    """
    if len(outcomes) == 1:
        return 0, None
    worth = [outcome.npv_usd for outcome in outcomes]
    order = sorted(range(len(worth)), key=lambda at: -worth[at])
    best = order[0]
    if best == 0:
        return 0, order[1]
    equal = abs(worth[best] - worth[0]) <= TIE_SHARE * abs(worth[best])
    if evidence.futures is not None:
        # Whether it can be told apart is then known, not a rule of thumb.
        found = evidence.futures.paired(best, 0)
        equal = found.mean <= 0 or found.above.low <= 0.5
    return (0, best) if equal or not isfinite(worth[best]) else (best, 0)
