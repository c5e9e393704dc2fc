"""The cheapest single step that lifts the ceiling: each one is taken, played and read again."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import inf, isnan
from typing import Any

from sim.scenario import FieldCard, Scenario, ScenarioError, field_cards, set_fields
from sim.strategy.asking import Progress, evaluate_each
from sim.strategy.executors import Executor
from sim.strategy.outcome import Ceiling, Fidelity, Outcome
from sim.strategy.selling import ceiling_rps
from sim.strategy.store import SurfaceStore

LEAST_LIFT = 0.005
"""A ceiling that rises by less than this share of itself has not been lifted: reading surfaces is no finer."""

WHO_ANSWERS = frozenset({"decisions.own_share", "decisions.api_tier"})
"""Settings that decide which models answer."""

ROUTERS = ("fixed_share", "least_loaded", "spill_over")
"""Routers that are tried: each takes a simulation of its own."""

@dataclass(frozen=True, slots=True)
class Step:
    """One thing that could be done."""

    name: str
    title: str
    """As a person reads it."""
    set: Mapping[str, Any]
    other_model: bool = False
    """Whether other models then answer, more or fewer of the questions: whether those answers stand is not judged."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What one step does to the ceiling and to the plan's worth."""

    step: Step
    ceiling: Ceiling
    highest_rps: float
    """Requests per second in the busiest hour at its ceiling."""
    lifted_rps: float
    """More than without the step; 0 where it lifts nothing worth the name."""
    cost_usd: float
    """Worth given up for it over the horizon; below zero where the step is a gain."""

    @property
    def usd_per_lifted_rps(self) -> float:
        """`inf` where it lifts nothing."""
        return self.cost_usd / self.lifted_rps if self.lifted_rps > 0 else inf


@dataclass(frozen=True, slots=True)
class Lift:
    """Every step that was tried, the cheapest that helps first."""

    before: Ceiling
    before_rps: float
    tried: tuple[Tried, ...]
    """Steps that help, by cost of a lifted request per second, those that gain money before all; then the rest."""

    @property
    def helping(self) -> tuple[Tried, ...]:
        return tuple(tried for tried in self.tried if tried.lifted_rps > 0)

    @property
    def cheapest(self) -> Tried | None:
        """`None` where no single step helps, or where nothing was in the way."""
        return self.helping[0] if self.helping else None

    @property
    def cheapest_same_models(self) -> Tried | None:
        """The cheapest step that leaves who answers as it is; `None` where none of those helps."""
        return next((tried for tried in self.helping if not tried.step.other_model), None)


def cheapest_lift(
    scenario: Scenario,
    *,
    choice: Iterable[Step] | None = None,
    outcome: Outcome | None = None,
    fidelity: Fidelity = "draft",
    store: SurfaceStore | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Lift:
    """Try single steps from a plan: an evaluation for each, about ten; none where nothing gives way.

    A step that brings another router or another model simulates surfaces of its own and takes longest.

    Args:
        choice: the steps to try; all of `steps` unless given.
        outcome: of this scenario at this fidelity, where it is at hand.
    """
    base = outcome or evaluate_each([scenario], fidelity=fidelity, store=store, executor=executor)[0]
    rps = ceiling_rps(base.ceiling)
    if base.ceiling.gives_way == "none" or isnan(rps):
        return Lift(base.ceiling, rps, ())
    wanted = steps(scenario) if choice is None else choice
    taken = [(step, plan) for step in wanted if (plan := _taken(scenario, step)) is not None]
    outcomes = evaluate_each(
        [plan for _, plan in taken], fidelity=fidelity, store=store, executor=executor, progress=progress
    )
    tried = [_tried(step, after, base=base) for (step, _), after in zip(taken, outcomes, strict=True)]
    return Lift(base.ceiling, rps, tuple(sorted(tried, key=_order)))


def _order(tried: Tried) -> tuple[int, float, str]:
    if tried.lifted_rps <= 0:
        return 2, tried.cost_usd, tried.step.name
    if tried.cost_usd <= 0:
        return 0, tried.cost_usd, tried.step.name
    return 1, tried.usd_per_lifted_rps, tried.step.name


def _tried(step: Step, after: Outcome, *, base: Outcome) -> Tried:
    before_rps, after_rps = ceiling_rps(base.ceiling), ceiling_rps(after.ceiling)
    lifted = after_rps - before_rps
    return Tried(
        step=step,
        ceiling=after.ceiling,
        highest_rps=after_rps,
        lifted_rps=lifted if lifted > LEAST_LIFT * before_rps else 0.0,
        cost_usd=base.npv_usd - after.npv_usd,
    )


def _taken(scenario: Scenario, step: Step) -> Scenario | None:
    """The plan with the step; `None` where its fields do not allow it."""
    try:
        return set_fields(scenario, step.set)
    except ScenarioError:
        return None


def steps(scenario: Scenario) -> Iterator[Step]:
    """Single steps from a plan: a replica, the other router, spare room, own share, a place, a region, a model."""
    cards = {card.path: card for card in field_cards()}
    platform, decisions = scenario.platform, scenario.decisions
    if decisions.own_share > 0:
        yield Step(
            "replica",
            "one more replica in every region",
            {"platform.min_replicas": platform.min_replicas + 1, "platform.max_replicas": platform.max_replicas + 1},
        )
        routers = _others("platform.routing", platform.routing, cards=cards)
        yield from (step for step in routers if step.set["platform.routing"] in ROUTERS)
    yield from _notch("decisions.spare_room", decisions.spare_room, cards=cards)
    yield from _notch("decisions.own_share", decisions.own_share, cards=cards)
    yield from _others("decisions.residency", decisions.residency, cards=cards)
    yield from _others("decisions.api_tier", decisions.api_tier, cards=cards)
    if decisions.residency != "anywhere" and len(platform.eu_regions) > 1:
        yield Step("region", "one EU region fewer", {"platform.eu_regions": list(platform.eu_regions[:-1])})


def _notch(path: str, value: float, *, cards: Mapping[str, FieldCard]) -> Iterator[Step]:
    """One step of a lever up and one down, within its bounds."""
    card = cards[path]
    assert card.step is not None and card.low is not None and card.high is not None
    name = path.rpartition(".")[2]
    for direction, way in (("more", 1), ("less", -1)):
        moved = round(min(card.high, max(card.low, value + way * card.step)), 6)
        if moved != value:
            title = f"{card.title}: {100 * moved:.0f} %"
            yield Step(f"{name}.{direction}", title, {path: moved}, other_model=path in WHO_ANSWERS)


def _others(path: str, value: str, *, cards: Mapping[str, FieldCard]) -> Iterator[Step]:
    """Every other option of a choice."""
    card, name = cards[path], path.rpartition(".")[2]
    for option, words in card.options.items():
        if option != value:
            title = f"{card.title}: {words.replace('_', ' ')}"
            yield Step(f"{name}.{option}", title, {path: option}, other_model=path in WHO_ANSWERS)
