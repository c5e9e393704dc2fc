"""What takes longer and is asked for: futures drawn, every assumption moved, and the same decision taken later."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.reports.document.evidence import Evidence, Paired, WaitingFound
from sim.reports.document.facts import LeavingDraws, chosen
from sim.reports.document.from_futures import evidence_of
from sim.scenario import Scenario, set_fields
from sim.strategy.compare import DECISIONS, differences
from sim.strategy.executors import Executor
from sim.strategy.outcome import Outcome
from sim.strategy.waiting import CostOfWaiting, cost_of_waiting

WAITING_FUTURES = 100
"""Most futures in which a later decision is read: each adds as many readings as there are months to decide in."""

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report shall know beyond its outcomes."""

    futures: int = 0
    """How many are drawn; 0 for none, and then no assumption is moved either."""
    waiting: bool = False

    def __bool__(self) -> bool:
        return self.futures > 0 or self.waiting


def gathered(
    outcomes: Sequence[Outcome], asked: Asked, *, executor: Executor | None = None, tell: Tell | None = None
) -> Evidence:
    """The evidence of some outcomes of one fidelity.

    Args:
        tell: is told what is being done and how far it is; it may raise to end the work.

    Raises:
        ValueError: horizons differ, or nothing is decided that could be decided later.
        ScenarioError: the decisions cannot be taken later.
    """
    outcomes = _named_apart(outcomes)
    effort: dict[str, Any] = {"fidelity": outcomes[0].fidelity, "executor": executor}
    evidence = _futures(outcomes, asked.futures, effort, tell=tell) if asked.futures else Evidence()
    if asked.waiting and len(outcomes) > 1:
        found = _waiting(outcomes, evidence, effort, n=min(asked.futures, WAITING_FUTURES), tell=tell)
        evidence = replace(evidence, waiting=found)
    return evidence


def _named_apart(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The same outcomes, plans of one name numbered: futures tell strategies apart by name."""
    counts = Counter(outcome.scenario.name for outcome in outcomes)
    return [
        outcome
        if counts[outcome.scenario.name] == 1
        else replace(outcome, scenario=outcome.scenario.model_copy(update={"name": f"{outcome.scenario.name} {at}"}))
        for at, outcome in enumerate(outcomes, start=1)
    ]


def _futures(outcomes: Sequence[Outcome], n: int, effort: dict[str, Any], *, tell: Tell | None) -> Evidence:
    from sim.strategy.futures import futures, sensitivity

    scenarios = [outcome.scenario for outcome in outcomes]
    drawn = futures(scenarios, n=n, tell=tell, **effort)
    if len(scenarios) == 1:
        return evidence_of(outcomes, drawn=drawn)
    if tell is not None:
        tell("Moving every assumption: part", 0, 0)
    return evidence_of(outcomes, drawn=drawn, moved=sensitivity(scenarios, **effort))


# --- deciding later -------------------------------------------------------------------------------------------------


def decisions_between(base: Scenario, other: Scenario) -> dict[str, Any]:
    """What is decided differently, as the other one decides it; settings of the world and the company stay."""
    return {
        found.field: found.values[1]
        for found in differences([base, other])
        if found.field.startswith(DECISIONS) and found.values[1] is not None
    }


def _waiting(
    outcomes: Sequence[Outcome], evidence: Evidence, effort: dict[str, Any], *, n: int, tell: Tell | None
) -> WaitingFound:
    ours, against = chosen(outcomes, evidence, leaving=[LeavingDraws.of(outcome) for outcome in outcomes])
    option = ours or against
    assert option is not None
    base, other = outcomes[0].scenario, outcomes[option].scenario
    decision = decisions_between(base, other)
    if not decision:
        raise ValueError(
            f"cost of waiting: {other.name} decides what {base.name} decides, so nothing can be decided later. "
            "Leave it out, or name a plan that decides otherwise."
        )

    def progress(done: int, expected: int) -> None:
        if tell is not None:
            tell("Deciding later: plan", min(done + 1, expected), expected)

    progress(0, 2)
    cost = cost_of_waiting(base, decision, progress=progress, **effort)
    return WaitingFound(option, cost, _gains(cost, effort, n=n, tell=tell) if n else ())


def _gains(cost: CostOfWaiting, effort: dict[str, Any], *, n: int, tell: Tell | None) -> tuple[Paired, ...]:
    from sim.strategy.futures import futures

    later = [
        set_fields(waited.outcome.scenario, {"name": f"decided after {waited.month} months"}) for waited in cost.taken
    ]
    drawn = futures([cost.never.scenario, *later], n=n, tell=tell, **effort)
    never, *taken = drawn.strategies
    return tuple(Paired.of(each.npv_usd.tolist(), never.npv_usd.tolist()) for each in taken)
