"""Cost of waiting: the same decision taken later, in worth and in cash to leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.lockin import WHOLE
from sim.scenario import Scenario, set_fields
from sim.strategy.asking import Progress, evaluate_each, with_change
from sim.strategy.executors import Executor
from sim.strategy.outcome import Fidelity, Outcome
from sim.strategy.store import SurfaceStore

MONTHS = (0, 6, 12, 18, 24)
"""When a decision is tried, unless asked otherwise."""


@dataclass(frozen=True, slots=True, eq=False)
class Waited:
    """One month in which the decision is taken."""

    month: int
    outcome: Outcome
    leave_then_usd: float
    """Cash to leave the plan as it stands without the decision, at the end of the last month before it.

    For a decision at the start, at the end of the first month.
    """
    leave_at_end_usd: float
    """Cash to leave everything at the horizon's end."""
    move_usd: float
    """What was paid to carry it out, undiscounted."""

    @property
    def npv_usd(self) -> float:
        return self.outcome.npv_usd


@dataclass(frozen=True, slots=True, eq=False)
class CostOfWaiting:
    """The same decision over the months in which it could be taken, and never."""

    decision: Mapping[str, Any]
    taken: tuple[Waited, ...]
    """By month, rising."""
    never: Outcome

    def lost_usd(self, waited: Waited) -> float:
        """Worth lost by deciding then and not in the first month tried; below zero where waiting gains."""
        return self.taken[0].npv_usd - waited.npv_usd

    @property
    def best(self) -> Waited | None:
        """The month worth most; `None` where never deciding is worth more. The earlier of equals."""
        best = max(self.taken, key=lambda waited: (waited.npv_usd, -waited.month))
        return best if best.npv_usd >= self.never.npv_usd else None


def cost_of_waiting(
    scenario: Scenario,
    decision: Mapping[str, Any],
    *,
    months: Sequence[int] = MONTHS,
    fidelity: Fidelity = "draft",
    store: SurfaceStore | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> CostOfWaiting:
    """Take a decision in each of several months. One evaluation a month, and one without it.

    In month 0 it is part of the plan: what is built is built that way, and
    launches when that allows. Later it is a dated change, carried out from what
    stands by then.

    Args:
        decision: new values by dotted name, as a dated change sets them.
        months: tried; those at or past the horizon's end are left out.

    Raises:
        ScenarioError: the decision names no setting, or none that a dated change may set.
        ValueError: no month lies within the horizon.
    """
    tried = sorted({month for month in months if 0 <= month < scenario.months})
    if not tried:
        raise ValueError(
            f"no month to decide in: {list(months)} lie outside the horizon of {scenario.months} months. "
            f"Name months from 0 to {scenario.months - 1}."
        )
    plans = [scenario, *(taken_in(scenario, decision, month=month) for month in tried)]
    never, *outcomes = evaluate_each(plans, fidelity=fidelity, store=store, executor=executor, progress=progress)
    taken = tuple(_waited(month, outcome, never) for month, outcome in zip(tried, outcomes, strict=True))
    return CostOfWaiting(decision=dict(decision), taken=taken, never=never)


def taken_in(scenario: Scenario, decision: Mapping[str, Any], *, month: int) -> Scenario:
    """The scenario with a decision taken in a month; from the start in month 0."""
    if month == 0:
        return set_fields(scenario, decision)
    return with_change(scenario, month, because=f"Decided in month {month}", set=decision)


def _waited(month: int, outcome: Outcome, never: Outcome) -> Waited:
    return Waited(
        month=month,
        outcome=outcome,
        leave_then_usd=never.months[max(0, month - 1)].exit[WHOLE].usd_cash,
        leave_at_end_usd=outcome.months[-1].exit[WHOLE].usd_cash,
        move_usd=sum(result.cost_usd["migration"] for result in outcome.months),
    )
