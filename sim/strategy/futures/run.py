"""Many futures of some strategies: surfaces are simulated first, then every future is read from them."""

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil
from time import perf_counter

from sim.scenario import Scenario
from sim.scenario.assumptions import catalogue_of
from sim.strategy.evaluate import blas
from sim.strategy.executors import Executor, Serial, tasks_of_scenario
from sim.strategy.futures.draws import as_drawn, draw
from sim.strategy.futures.judge import judged
from sim.strategy.futures.lean import Figures, LeanStage
from sim.strategy.futures.outcome import Future, FuturesResult, Uncertain
from sim.strategy.futures.uncertain import uncertain_of
from sim.strategy.futures.worlds import catalogue_in, scenario_in
from sim.strategy.outcome import Fidelity
from sim.strategy.pricing import price_book
from sim.strategy.store import SurfaceStore, shared_store
from sim.strategy.surface import Surface
from sim.strategy.tabulation import Tabulated

FUTURES = 1000
"""How many unless asked otherwise."""
MOST_IN_TASK, LEAST_IN_TASK, TASKS = 100, 10, 16
SCOUTED = 3
"""Futures of every strategy that are read before the others, so that surfaces are simulated once, not by each task."""
SIZES = ("growth", "volume", "eu_required_share")
"""What decides how large the platform is, and with that which surfaces are read."""

LIKELY = as_drawn({})

Tell = Callable[[str, int, int], None]
"""Told what is being done, and how many of how many steps of it are; no steps where the executor counts them."""


@dataclass(frozen=True, slots=True, eq=False)
class FutureTask:
    """Some futures of one strategy; everything that its figures depend on."""

    name: str
    scenario: Scenario
    parameters: tuple[Uncertain, ...]
    futures: tuple[Future, ...]
    fidelity: Fidelity
    surfaces: tuple[tuple[Tabulated, Surface], ...] = ()
    """Simulated before; what is missing is simulated by the task, to the same bytes."""

    @property
    def identity(self) -> tuple[object, ...]:
        """What decides its result: not which surfaces were at hand."""
        return self.scenario, self.parameters, self.futures, self.fidelity


def read_futures(task: FutureTask) -> list[Figures]:
    """The figures of a task's futures, in order."""
    store = pooled_store()
    store.add(task.surfaces)
    return figures_of(task.scenario, task.futures, parameters=task.parameters, fidelity=task.fidelity, store=store)


@cache
def pooled_store() -> SurfaceStore:
    """Surfaces of this process without their samples: apart from those of evaluations, which need them."""
    return SurfaceStore()


def figures_of(
    scenario: Scenario,
    futures: Sequence[Future],
    *,
    parameters: Sequence[Uncertain],
    fidelity: Fidelity,
    store: SurfaceStore,
    executor: Executor | None = None,
) -> list[Figures]:
    """What one strategy comes to in some futures, in order.

    Args:
        executor: where missing surfaces are simulated; here unless given.
    """
    catalogue = catalogue_of(scenario)
    book = price_book(catalogue)
    # One thread, as in `evaluate`: a sum must not depend on how many cores share it.
    with blas().limit(limits=1):
        return [
            _read(
                LeanStage(
                    scenario_in(scenario, future, parameters=parameters),
                    fidelity=fidelity,
                    store=store,
                    executor=executor or Serial(),
                    catalogue=catalogue,
                    book=book.of(catalogue_in(catalogue, future, parameters=parameters)),
                )
            )
            for future in futures
        ]


def _read(stage: LeanStage) -> Figures:
    """A future's figures; meanwhile nobody looks for garbage, which a future makes none of that counting does not find.

    A look at all that months, terms and flows leave behind took a tenth of the time.
    """
    watched = gc.isenabled()
    gc.disable()
    try:
        return stage.figures()
    finally:
        if watched:
            gc.enable()


def futures(
    scenarios: Sequence[Scenario],
    *,
    n: int = FUTURES,
    seed: int | None = None,
    fidelity: Fidelity = "draft",
    store: SurfaceStore | None = None,
    executor: Executor | None = None,
    tell: Tell | None = None,
) -> FuturesResult:
    """Meet many futures with some strategies.

    Args:
        scenarios: the strategies; they play the same months.
        n: number of futures; the first of more are the same.
        seed: of the draws; the first scenario's unless given.
        fidelity: of the surfaces that are read.
        store: surfaces already simulated; the process's own unless given.
        executor: where futures are read; here unless given.
        tell: is told how far it is.

    Raises:
        ValueError: no strategy, no future, two strategies of one name, or horizons that differ.
    """
    check(scenarios, n)
    catalogue, store, executor = catalogue_of(scenarios[0]), store or shared_store(), executor or Serial()
    seed = scenarios[0].seed if seed is None else seed
    parameters = uncertain_of(scenarios, catalogue)
    drawn, inputs = draw(parameters, n=n, seed=seed, months=scenarios[0].months, catalogue=catalogue)
    began_s = perf_counter()
    likely = []
    for at, scenario in enumerate(scenarios):
        if tell is not None:
            tell("Building surfaces: plan", at + 1, len(scenarios))
        first = drawn[:SCOUTED]
        likely.append(
            scout(scenario, first, parameters=parameters, fidelity=fidelity, store=store, executor=executor)
        )
    scouted_s = perf_counter()
    if tell is not None:
        tell("Reading futures: part", 0, 0)
    tasks = tasks_of(scenarios, drawn, parameters=parameters, fidelity=fidelity, surfaces=store.all_pooled())
    found = gathered(executor.map(read_futures, tasks), strategies=len(scenarios))
    read_s = perf_counter()
    return FuturesResult(
        strategies=judged(
            scenarios, found, likely=likely, parameters=parameters, inputs=inputs, catalogue=catalogue
        ),
        uncertain=parameters,
        futures=drawn,
        inputs=inputs,
        seed=seed,
        fidelity=fidelity,
        extra={"scout_s": scouted_s - began_s, "read_s": read_s - scouted_s, "judge_s": perf_counter() - read_s},
    )


def check(scenarios: Sequence[Scenario], n: int) -> None:
    """Refuse strategies that cannot be compared; raises as `futures` does."""
    if not scenarios:
        raise ValueError("futures: no strategy is given. Name at least one scenario.")
    if n < 1:
        raise ValueError(f"futures: at least one future is wanted (got {n})")
    names = [scenario.name for scenario in scenarios]
    if len(set(names)) < len(names):
        raise ValueError(f"futures: strategies are told apart by name, and two share one ({', '.join(names)})")
    months = {scenario.months for scenario in scenarios}
    if len(months) > 1:
        raise ValueError(
            f"futures: strategies are compared over one horizon, and these play {', '.join(map(str, sorted(months)))} "
            "months. Give all the same 'months'."
        )


def scout(
    scenario: Scenario,
    first: Sequence[Future],
    *,
    parameters: Sequence[Uncertain],
    fidelity: Fidelity,
    store: SurfaceStore,
    executor: Executor,
) -> Figures:
    """Read a few telling worlds, so that what they need is simulated; returns the likely one's figures."""
    sizes = [parameter for parameter in parameters if parameter.id in SIZES]
    ends = [{p.id: getattr(p, end) for p in sizes} for end in ("low", "high")]
    with tasks_of_scenario(scenario.name):
        likely, *_ = figures_of(
            scenario,
            (LIKELY, *(as_drawn(end) for end in ends), *first),
            parameters=parameters,
            fidelity=fidelity,
            store=store,
            executor=executor,
        )
    return likely


def tasks_of(
    scenarios: Sequence[Scenario],
    drawn: Sequence[Future],
    *,
    parameters: tuple[Uncertain, ...],
    fidelity: Fidelity,
    surfaces: tuple[tuple[Tabulated, Surface], ...],
) -> list[FutureTask]:
    """Futures of every strategy in parts of equal size, strategy by strategy."""
    size = min(MOST_IN_TASK, max(LEAST_IN_TASK, ceil(len(drawn) * len(scenarios) / TASKS)))
    return [
        FutureTask(
            name=f"{scenario.name}, futures {start} to {min(start + size, len(drawn)) - 1}",
            scenario=scenario,
            parameters=parameters,
            futures=tuple(drawn[start : start + size]),
            fidelity=fidelity,
            surfaces=surfaces,
        )
        for scenario in scenarios
        for start in range(0, len(drawn), size)
    ]


def gathered(parts: Sequence[list[Figures]], *, strategies: int) -> list[list[Figures]]:
    """Figures by strategy and future, from the results of `tasks_of`."""
    per_strategy = len(parts) // strategies
    return [
        [figures for part in parts[at * per_strategy : (at + 1) * per_strategy] for figures in part]
        for at in range(strategies)
    ]
