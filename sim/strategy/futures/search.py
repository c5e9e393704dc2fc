"""Searching architectures over the levers: the cheapest that holds in enough futures, and the front of what trades off.

The optimizer is Optuna's NSGA-II, seeded, so that equal searches find equal
architectures. It proposes levers; every figure comes from the simulator's
surfaces, and what ends on the front is simulated once more on surfaces of its own.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from math import isfinite, nan
from typing import Any

from sim.scenario import FieldCard, Scenario, ScenarioError, lever_cards, set_fields
from sim.scenario.assumptions import catalogue_of
from sim.strategy.executors import Executor, Serial
from sim.strategy.futures.checking import Check, Checked, check
from sim.strategy.futures.draws import draw
from sim.strategy.futures.findings import FrontPoint, SearchResult
from sim.strategy.futures.judge import figure_of, passes, thresholds_of
from sim.strategy.futures.lean import Figures
from sim.strategy.futures.outcome import Future, Uncertain
from sim.strategy.futures.run import LIKELY, figures_of
from sim.strategy.futures.uncertain import uncertain_of
from sim.strategy.outcome import Fidelity
from sim.strategy.store import SurfaceStore
from sim.strategy.surface import Surface
from sim.strategy.tabulation import Tabulated

TRIALS, FUTURES = 60, 20
"""Architectures tried, and futures in which each is read, unless asked otherwise."""
POPULATION, BATCH = 20, 10
"""Architectures of a generation, and those proposed at once: the same whatever executor reads them."""
MUST = ("margin", "promise")
"""Thresholds that an architecture has to pass in the stated share of futures."""
UNMEASURED = 1e9
"""Stands for a figure that does not exist, so that the optimizer turns away from it."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """One architecture as the search read it."""

    levers: Mapping[str, Any]
    scenario: Scenario
    likely: Figures
    pass_share: float


@dataclass(frozen=True, slots=True, eq=False)
class ArchitectureTask:
    """One architecture in the likely world and in some futures; everything that its figures depend on."""

    name: str
    levers: Mapping[str, Any]
    scenario: Scenario
    parameters: tuple[Uncertain, ...]
    futures: tuple[Future, ...]
    fidelity: Fidelity
    surfaces: tuple[tuple[Tabulated, Surface], ...]
    """Simulated before; what is missing is simulated by the task, to the same bytes."""


Surfaces = tuple[tuple[Tabulated, Surface], ...]


def read_architecture(task: ArchitectureTask) -> tuple[Tried, Surfaces]:
    """An architecture as it reads, and the surfaces that had to be simulated for it."""
    store = SurfaceStore()
    store.add(task.surfaces)
    likely, *found = figures_of(
        task.scenario, (LIKELY, *task.futures), parameters=task.parameters, fidelity=task.fidelity, store=store
    )
    thresholds = [t for t in thresholds_of(task.scenario, catalogue_of(task.scenario)) if t.id in MUST]
    passed = [all(passes(t, figure_of(t.id, figures)) for t in thresholds) for figures in found]
    known = {key for key, _ in task.surfaces}
    new = tuple((key, surface) for key, surface in store.all_pooled() if key not in known)
    return Tried(task.levers, task.scenario, likely, sum(passed) / len(passed) if passed else nan), new


Levers = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is searched, and what was read so far."""

    scenario: Scenario
    parameters: tuple[Uncertain, ...]
    futures: tuple[Future, ...]
    fixed: Mapping[str, Any]
    fidelity: Fidelity
    store: SurfaceStore
    executor: Executor
    tried: dict[Levers, Tried | None] = field(default_factory=dict)
    """By levers; `None` where they do not belong together."""

    def read(self, proposed: Sequence[Mapping[str, Any]]) -> list[Tried | None]:
        """Architectures, spread over the executor; each is read once however often it is proposed."""
        keys = [tuple(sorted(levers.items())) for levers in proposed]
        surfaces = self.store.all_pooled()
        tasks: dict[Levers, ArchitectureTask] = {}
        for key, levers in zip(keys, proposed, strict=True):
            if key in self.tried or key in tasks:
                continue
            try:
                tasks[key] = self._task(levers, surfaces)
            except ScenarioError:
                self.tried[key] = None
        for key, (tried, new) in zip(
            tasks, self.executor.map(read_architecture, list(tasks.values())), strict=True
        ):
            self.store.add(new)
            self.tried[key] = tried
        return [self.tried[key] for key in keys]

    def _task(self, levers: Mapping[str, Any], surfaces: Surfaces) -> ArchitectureTask:
        return ArchitectureTask(
            name=", ".join(f"{path} {value}" for path, value in levers.items()),
            levers=levers,
            scenario=set_fields(self.scenario, levers),
            parameters=self.parameters,
            futures=self.futures,
            fidelity=self.fidelity,
            surfaces=surfaces,
        )


def search(
    scenario: Scenario,
    *,
    trials: int = TRIALS,
    n: int = FUTURES,
    pass_share: float = 0.8,
    fixed: Mapping[str, Any] | None = None,
    fidelity: Fidelity = "draft",
    store: SurfaceStore | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> SearchResult:
    """Search the eight levers of a scenario.

    Args:
        scenario: its world, products and platform stay.
        trials: architectures proposed.
        n: futures in which each is read.
        pass_share: share of them in which margin and promise must hold.
        fixed: levers that are not searched, by dotted name; residency, where the law has decided it.
        fidelity: of the surfaces that are read; a check is at this fidelity with another seed.
        store: surfaces already simulated; one of the search's own unless given.
        executor: where architectures are read; here unless given.
        progress: called after each batch of architectures with how many are done, and of how many.

    Raises:
        ScenarioError: what is fixed is no setting.
        ModuleNotFoundError: Optuna is not installed.
    """
    optuna = _optuna()
    held = set_fields(scenario, dict(fixed or {}))
    catalogue = catalogue_of(held)
    parameters = uncertain_of([held], catalogue)
    drawn, _ = draw(parameters, n=n, seed=held.seed, months=held.months, catalogue=catalogue)
    question = Question(
        held, parameters, drawn, dict(fixed or {}), fidelity, store or SurfaceStore(), executor or Serial()
    )
    study = optuna.create_study(
        directions=["maximize", "minimize", "minimize"],
        sampler=optuna.samplers.NSGAIISampler(population_size=POPULATION, seed=held.seed % 2**32),
    )
    study.enqueue_trial({card.path: _held(held, card) for card in _searched(question.fixed)})

    for start in range(0, trials, BATCH):
        asked = [study.ask() for _ in range(min(BATCH, trials - start))]
        proposed = [{card.path: _proposed(trial, card) for card in _searched(question.fixed)} for trial in asked]
        for trial, tried in zip(asked, question.read(proposed), strict=True):
            if tried is None:
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
            else:
                study.tell(trial, _objectives(tried.likely))
        if progress is not None:
            progress(start + len(asked), trials)
    return _result(question, pass_share=pass_share)


def _optuna() -> Any:
    try:
        optuna = import_module("optuna")
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "the search needs the library Optuna, which is not installed. Install the extra: "
            "pip install 'loadbearing[futures]'."
        ) from error
    optuna.logging.set_verbosity(logging.WARNING)
    return optuna


def _searched(fixed: Mapping[str, Any]) -> list[FieldCard]:
    return [card for card in lever_cards() if card.path not in fixed]


def _held(scenario: Scenario, card: FieldCard) -> Any:
    value = getattr(scenario.decisions, card.path.split(".")[1])
    return value if card.options else _on_grid(value, card)


def _on_grid(value: float, card: FieldCard) -> float:
    """The nearest step of a lever, as the optimizer counts them."""
    low, step = card.low or 0.0, card.step or 1.0
    return round(low + round((value - low) / step) * step, 10)


def _proposed(trial: Any, card: FieldCard) -> Any:
    if card.options:
        return trial.suggest_categorical(card.path, list(card.options))
    return round(trial.suggest_float(card.path, card.low, card.high, step=card.step), 10)


def _objectives(figures: Figures) -> tuple[float, float, float]:
    """Margin to be large, p95 over the promise and cash to leave to be small."""
    margin, p95 = figures.margin_last_year, figures.p95_ratio
    return (
        margin if isfinite(margin) else -UNMEASURED,
        p95 if isfinite(p95) else UNMEASURED,
        figures.exit_usd,
    )


# --- what was found -----------------------------------------------------------------------------------------------


def _result(question: Question, *, pass_share: float) -> SearchResult:
    sound = [tried for tried in question.tried.values() if tried is not None]
    holding = [tried for tried in sound if tried.pass_share >= pass_share]
    cheapest = min(holding, key=lambda tried: tried.likely.cost_usd, default=None)
    front = sorted(undominated(sound), key=lambda tried: -tried.likely.margin_last_year)
    told = [*front, *([cheapest] if cheapest is not None and cheapest not in front else [])]
    checks = question.executor.map(check, [Check(tried.scenario, question.fidelity) for tried in told])
    points = [_point(tried, checked, fixed=question.fixed) for tried, checked in zip(told, checks, strict=True)]
    return SearchResult(
        tried=len(question.tried),
        required_pass_share=pass_share,
        cheapest=next((point for tried, point in zip(told, points, strict=True) if tried is cheapest), None),
        front=tuple(points[: len(front)]),
        seed=question.scenario.seed,
        fidelity=question.fidelity,
    )


def undominated(tried: Sequence[Tried]) -> list[Tried]:
    """Those that no other matches in every objective and betters in one; what cannot be measured is left out."""
    rated = [(each, _objectives(each.likely)) for each in tried]
    known = [(each, rate) for each, rate in rated if abs(rate[0]) < UNMEASURED and rate[1] < UNMEASURED]

    def beaten(rate: tuple[float, float, float]) -> bool:
        return any(
            other != rate and other[0] >= rate[0] and other[1] <= rate[1] and other[2] <= rate[2]
            for _, other in known
        )

    return [each for each, rate in known if not beaten(rate)]


def _point(tried: Tried, checked: Checked, *, fixed: Mapping[str, Any]) -> FrontPoint:
    return FrontPoint(
        levers={**fixed, **tried.levers},
        scenario=tried.scenario,
        margin=tried.likely.margin_last_year,
        p95_ratio=tried.likely.p95_ratio,
        exit_usd=tried.likely.exit_usd,
        cost_usd=tried.likely.cost_usd,
        pass_share=tried.pass_share,
        checked_margin=checked.margin,
        checked_p95_ratio=checked.p95_ratio,
        checked_exit_usd=checked.exit_usd,
    )
