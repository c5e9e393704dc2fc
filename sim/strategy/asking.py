"""Asking several scenarios at once: each is evaluated once, in order, on shared surfaces."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sim.lockin import LockinResult
from sim.scenario import Scenario, scenario_hash, set_fields
from sim.scenario.assumptions import catalogue_of
from sim.strategy.carrying import carry_out
from sim.strategy.evaluate import Stage, blas, evaluate
from sim.strategy.executors import Executor, Serial
from sim.strategy.outcome import Fidelity, Outcome
from sim.strategy.play import Played
from sim.strategy.store import SurfaceStore, shared_store

Progress = Callable[[int, int], None]
"""Called after each evaluation with how many are done, and of how many."""


def evaluate_each(
    scenarios: Sequence[Scenario],
    *,
    fidelity: Fidelity = "draft",
    store: SurfaceStore | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> list[Outcome]:
    """The outcome of every scenario, in order; equal ones share theirs."""
    found: dict[str, Outcome] = {}
    names = [scenario_hash(scenario) for scenario in scenarios]
    for done, (name, scenario) in enumerate(zip(names, scenarios, strict=True), start=1):
        if name not in found:
            found[name] = evaluate(scenario, fidelity=fidelity, store=store, executor=executor)
        if progress is not None:
            progress(done, len(scenarios))
    return [found[name] for name in names]


def with_change(scenario: Scenario, month: int, *, because: str, set: Mapping[str, Any]) -> Scenario:
    """The scenario with one more dated change, after those that it has.

    Raises:
        ScenarioError: the change names no setting, or leads to a scenario that is not sound.
    """
    before = [change.model_dump(mode="json") for change in scenario.changes]
    return set_fields(scenario, {"changes": [*before, {"month": month, "because": because, "set": dict(set)}]})


def play_again(
    scenario: Scenario, *, fidelity: Fidelity, store: SurfaceStore | None, executor: Executor | None
) -> Played:
    """The months as an evaluation plays them, for questions that an outcome does not answer; moves and shocks in it."""
    stage = Stage(
        scenario,
        fidelity=fidelity,
        store=store or shared_store(),
        executor=executor or Serial(),
        catalogue=catalogue_of(scenario),
    )
    with blas().limit(limits=1):
        return stage.play(carry_out(scenario, stage.strikes, rehearse=stage.rehearse), strikes=stage.strikes)


def leaving_of(outcome: Outcome) -> LockinResult:
    """The lock-in of an outcome.

    Raises:
        ValueError: it was stored without.
    """
    if outcome.lockin is None:
        raise ValueError(f"{outcome.scenario.name}: this outcome holds no lock-in result. Evaluate the scenario again.")
    return outcome.lockin
