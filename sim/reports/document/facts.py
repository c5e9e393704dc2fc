"""What the sections are written from: the options beside one another, and the ranges that are known of leaving them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np

from sim.lockin import SHOWN_SETS, WHOLE
from sim.lockin.doors import basis_of
from sim.lockin.exit_cost import exit_costs
from sim.reports.document.claims import can_be_told
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
        return leaving_saved(self.leaving, self.proposed, than=self.against, month=self.months)


def chosen(
    outcomes: Sequence[Outcome], evidence: Evidence, *, leaving: Sequence[LeavingDraws]
) -> tuple[int, int | None]:
    """Places of the option to propose and of the one it is set against.

    The first is what happens if nothing is decided. The most valuable of the
    others is proposed only where its lead in worth can be told, or where worth
    cannot be told apart and it is cheaper to leave beyond the range of that.
    """
    if len(outcomes) == 1:
        return 0, None
    other = max(range(1, len(outcomes)), key=lambda at: outcomes[at].npv_usd)
    lead = _lead(outcomes, evidence, other)
    if lead == 0:
        saved = leaving_saved(leaving, other, than=0, month=min(len(outcome.months) for outcome in outcomes))
        lead = 1 if saved is not None and saved.low > 0 else -1
    return (other, 0) if lead > 0 else (0, other)


def _lead(outcomes: Sequence[Outcome], evidence: Evidence, other: int) -> int:
    """1 where an option is worth more than doing nothing, -1 where it is worth less, 0 where nobody can tell."""
    gain_usd = outcomes[other].npv_usd - outcomes[0].npv_usd
    if evidence.futures is None:
        most = max(abs(outcomes[other].npv_usd), abs(outcomes[0].npv_usd))
        return 0 if abs(gain_usd) <= TIE_SHARE * most else 1 if gain_usd > 0 else -1
    found = evidence.futures.paired(other, 0)
    return int(can_be_told(found)) - int(can_be_told(found.turned))


def leaving_saved(leaving: Sequence[LeavingDraws], ours: int, *, than: int, month: int) -> Paired | None:
    """Cash saved when one option is left at the end of a month and not another; `None` where it is not known."""
    one, other = (leaving[at].usd_cash.get(WHOLE) for at in (ours, than))
    if one is None or other is None:
        return None
    return Paired.of(other[:, month - 1].tolist(), one[:, month - 1].tolist())
