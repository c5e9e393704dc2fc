"""Searching architectures over the levers: the cheapest that holds in enough futures, and the front of what trades off.

The optimizer is Optuna's NSGA-II, seeded, so that equal searches find equal
architectures. It proposes levers; every figure comes from the simulator's
surfaces, and what ends on the front is simulated once more on surfaces of its own.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from math import isfinite
from typing import Any

from sim.catalogue import load_catalogue
from sim.scenario import FieldCard, Scenario, ScenarioError, lever_cards, set_fields
from sim.strategy.evaluate import evaluate
from sim.strategy.executors import Executor
from sim.strategy.futures.draws import draw
from sim.strategy.futures.judge import figure_of, passes, thresholds_of
from sim.strategy.futures.lean import Figures
from sim.strategy.futures.outcome import FrontPoint, Future, SearchResult, Uncertain
from sim.strategy.futures.run import LIKELY, figures_in
from sim.strategy.futures.uncertain import uncertain_of
from sim.strategy.outcome import Fidelity, Outcome
from sim.strategy.store import SurfaceStore, shared_store

TRIALS, FUTURES = 60, 20
"""Architectures tried, and futures in which each is read, unless asked otherwise."""
POPULATION = 20
MUST = ("margin", "promise")
"""Thresholds that an architecture has to pass in the stated share of futures."""
CHECK_SEED = 1
"""Added to a scenario's seed for the simulation that checks a point: other requests, so other surfaces."""
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
class Question:
    """What is searched."""

    scenario: Scenario
    parameters: tuple[Uncertain, ...]
    futures: tuple[Future, ...]
    fixed: Mapping[str, Any]
    fidelity: Fidelity
    store: SurfaceStore
    executor: Executor | None
    tried: dict[tuple[tuple[str, Any], ...], Tried | None] = field(default_factory=dict)
    """By levers; `None` where they do not belong together."""

    def read(self, levers: Mapping[str, Any]) -> Tried | None:
        """An architecture, read once however often it is proposed."""
        key = tuple(sorted(levers.items()))
        if key not in self.tried:
            self.tried[key] = self._read(levers)
        return self.tried[key]

    def _read(self, levers: Mapping[str, Any]) -> Tried | None:
        try:
            scenario = set_fields(self.scenario, levers)
        except ScenarioError:
            return None
        thresholds = [t for t in thresholds_of(scenario, load_catalogue()) if t.id in MUST]
        likely, *found = [self._figures(scenario, future) for future in (LIKELY, *self.futures)]
        passed = [all(passes(t, figure_of(t.id, figures)) for t in thresholds) for figures in found]
        return Tried(levers, scenario, likely, sum(passed) / len(passed) if passed else float("nan"))

    def _figures(self, scenario: Scenario, future: Future) -> Figures:
        return figures_in(
            scenario, future, self.parameters, fidelity=self.fidelity, store=self.store, executor=self.executor
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
        store: surfaces already simulated; the process's own unless given.
        executor: where surfaces are simulated; here unless given.
        progress: called after each architecture with how many are done, and of how many.

    Raises:
        ScenarioError: what is fixed is no setting.
        ModuleNotFoundError: Optuna is not installed.
    """
    optuna = _optuna()
    held = set_fields(scenario, dict(fixed or {}))
    parameters = uncertain_of([held], load_catalogue())
    drawn, _ = draw(parameters, n=n, seed=held.seed, months=held.months, catalogue=load_catalogue())
    question = Question(
        held, parameters, drawn, dict(fixed or {}), fidelity, store or shared_store(), executor
    )
    study = optuna.create_study(
        directions=["maximize", "minimize", "minimize"],
        sampler=optuna.samplers.NSGAIISampler(population_size=POPULATION, seed=held.seed % 2**32),
    )
    study.enqueue_trial({card.path: _held(held, card) for card in _searched(question.fixed)})

    def objective(trial: Any) -> tuple[float, float, float]:
        levers = {card.path: _proposed(trial, card) for card in _searched(question.fixed)}
        found = question.read(levers)
        if progress is not None:
            progress(trial.number + 1, trials)
        if found is None:
            raise optuna.TrialPruned
        return _objectives(found.likely)

    study.optimize(objective, n_trials=trials)
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
    return SearchResult(
        tried=len(question.tried),
        required_pass_share=pass_share,
        cheapest=None if cheapest is None else _point(cheapest, question),
        front=tuple(_point(tried, question) for tried in front),
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


def _point(tried: Tried, question: Question) -> FrontPoint:
    """An architecture with its check: the same scenario simulated on other requests."""
    checked = evaluate(
        set_fields(tried.scenario, {"seed": tried.scenario.seed + CHECK_SEED}),
        fidelity=question.fidelity,
        store=SurfaceStore(),
        executor=question.executor,
    )
    nearest = checked.months[-1].nearest_promise if checked.months[-1].promises else None
    return FrontPoint(
        levers={**question.fixed, **tried.levers},
        scenario=tried.scenario,
        margin=tried.likely.margin_last_year,
        p95_ratio=tried.likely.p95_ratio,
        exit_usd=tried.likely.exit_usd,
        cost_usd=tried.likely.cost_usd,
        pass_share=tried.pass_share,
        checked_margin=_margin_last_year(checked),
        checked_p95_ratio=nearest.p95_s.mean / nearest.limit_s if nearest else float("nan"),
        checked_exit_usd=checked.months[-1].exit["whole"].usd_cash,
    )


def _margin_last_year(outcome: Outcome) -> float:
    year = outcome.statements[-12:]
    revenue = sum(statement.revenue_usd for statement in year)
    return 1 - sum(s.cost_to_serve_usd for s in year) / revenue if revenue > 0 else float("nan")
