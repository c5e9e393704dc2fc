"""Who answers: by which models a plan's answers are given, and at whose place each of them runs.

Two plans can differ in both. Another model may answer worse, which no price
shows; the same model at another host answers alike. So the two are told apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sim.catalogue import Catalogue
from sim.economics.quality import SMALL_TIER
from sim.scenario import Scenario, in_month
from sim.scenario.assumptions import catalogue_of

OPEN_TIER = "open_hosted"
"""Tier of `apis` at which a host runs the open model that our own GPUs would."""
OURS = "our own GPUs"

Answers = Mapping[tuple[str, ...], float]
"""Share of the answers by model and host, as people read them; or by model alone."""


@dataclass(frozen=True, slots=True)
class AnswersMoved:
    """How the answers of one plan differ from another's in the horizon's last month; shares of all answers."""

    one: str
    other: str
    other_model_share: float
    """Answers that another model gives."""
    other_host_share: float
    """Answers that the same model gives at another host."""


def who_answers(scenario: Scenario) -> Answers:
    """Shares of answers as decided for the last month; they sum to 1.

    A question that is asked again is answered by the larger model. That a
    hosted open model is the one of our own pools is a judgment: its price row
    is that of the same class.
    """
    state, catalogue = in_month(scenario, scenario.months - 1), catalogue_of(scenario)
    decisions, own_model = state.decisions, catalogue.label("models", state.platform.engine.model)
    bought = 1 - decisions.own_share
    first = 0.0
    if decisions.small_first_share > 0 and decisions.api_tier != SMALL_TIER:
        again = catalogue.value("business", "rules", "asked_again_share")
        first = bought * decisions.small_first_share * (1 - again)
    shares: dict[tuple[str, ...], float] = {}
    for who, share in (
        ((own_model, OURS), decisions.own_share),
        (_bought(SMALL_TIER, own_model, catalogue), first),
        (_bought(decisions.api_tier, own_model, catalogue), bought - first),
    ):
        if share > 0:
            shares[who] = shares.get(who, 0.0) + share
    return shares


def _bought(tier: str, own_model: str, catalogue: Catalogue) -> tuple[str, str]:
    label = catalogue.label("apis", tier)
    return (own_model, label) if tier == OPEN_TIER else (label, label)


def answers_moved(one: Scenario, other: Scenario) -> AnswersMoved:
    """Answers that change their model, and those that keep it and change their host; 0 and 0 between equal plans."""
    ours, theirs = who_answers(one), who_answers(other)
    moved = _distance(ours, theirs)
    other_model = _distance(_by_model(ours), _by_model(theirs))
    return AnswersMoved(one.name, other.name, other_model, max(0.0, moved - other_model))


def _by_model(shares: Answers) -> Answers:
    models: dict[tuple[str, ...], float] = {}
    for (model, _), share in shares.items():
        models[model,] = models.get((model,), 0.0) + share
    return models


def _distance(ours: Answers, theirs: Answers) -> float:
    """Share that has to change for one distribution to become the other."""
    return sum(max(0.0, share - theirs.get(who, 0.0)) for who, share in ours.items())
