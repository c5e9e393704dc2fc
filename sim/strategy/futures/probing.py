"""Reading chosen worlds: many strategies, many values, spread over an executor."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sim.scenario import Scenario
from sim.scenario.assumptions import catalogue_of
from sim.scenario.schema import ShockEvent
from sim.strategy.executors import Executor, Serial
from sim.strategy.futures.draws import as_drawn
from sim.strategy.futures.lean import Figures
from sim.strategy.futures.outcome import Future, Uncertain
from sim.strategy.futures.run import check, gathered, read_futures, scout, tasks_of
from sim.strategy.futures.uncertain import uncertain_of, value_at
from sim.strategy.outcome import Fidelity
from sim.strategy.store import SurfaceStore, shared_store

VALUED = ("setting", "factor", "added", "rows")
"""Kinds of what has a value from low to high; shocks strike or do not."""


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """Some strategies that can be read in any world."""

    scenarios: tuple[Scenario, ...]
    parameters: tuple[Uncertain, ...]
    fidelity: Fidelity
    store: SurfaceStore
    executor: Executor = field(default_factory=Serial)

    @classmethod
    def of(
        cls,
        scenarios: Sequence[Scenario],
        *,
        fidelity: Fidelity,
        store: SurfaceStore | None,
        executor: Executor | None,
    ) -> "Probe":
        """Surfaces are simulated first, so that no reading has to wait for one.

        Raises:
            ValueError: as `futures` does.
        """
        check(scenarios, 1)
        store, executor = store or shared_store(), executor or Serial()
        parameters = uncertain_of(scenarios, catalogue_of(scenarios[0]))
        for scenario in scenarios:
            scout(scenario, (), parameters=parameters, fidelity=fidelity, store=store, executor=executor)
        return cls(tuple(scenarios), parameters, fidelity, store, executor)

    @property
    def valued(self) -> tuple[Uncertain, ...]:
        """What has a value, in the order of the parameters."""
        return tuple(parameter for parameter in self.parameters if parameter.kind in VALUED)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(scenario.name for scenario in self.scenarios)

    def read(self, worlds: Sequence[Future]) -> list[list[Figures]]:
        """Figures by strategy and world."""
        tasks = tasks_of(
            self.scenarios, worlds, parameters=self.parameters, fidelity=self.fidelity, surfaces=self.store.all_pooled()
        )
        return gathered(self.executor.map(read_futures, tasks), strategies=len(self.scenarios))


def at_places(places: dict[Uncertain, float], shocks: Sequence[ShockEvent] = ()) -> Future:
    """The world with some parameters at places of their ranges: -1 low, 0 likely, 1 high."""
    return as_drawn({parameter.id: value_at(parameter, place) for parameter, place in places.items()}, shocks)
