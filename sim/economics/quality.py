"""Answers that do not stand: what they cost, and how many it takes to turn a ranking round."""

from math import inf

from sim.economics.prices import Prices
from sim.scenario.schema import Product, Scenario

SMALL_TIER = "small"
"""Id in table `apis` of the model that is tried first."""


def standing_share(state: Scenario, prices: Prices) -> float:
    """Share of a plan's answers that stand, for the models that give them: equal quality is 1.

    A small model's answers count until they are asked again on the larger one.
    """
    decisions = state.decisions
    bought = prices.value("apis", decisions.api_tier, "standing_share")
    if decisions.small_first_share > 0 and decisions.api_tier != SMALL_TIER:
        again = prices.rule("asked_again_share")
        first = (1 - again) * prices.value("apis", SMALL_TIER, "standing_share") + again * bought
        bought = decisions.small_first_share * first + (1 - decisions.small_first_share) * bought
    own = prices.value("models", state.platform.engine.model, "standing_share")
    return decisions.own_share * own + (1 - decisions.own_share) * bought


def standing_rows(state: Scenario) -> tuple[str, ...]:
    """Catalogue rows that the share rests on."""
    decisions = state.decisions
    return (
        *((f"models/{state.platform.engine.model}/standing_share",) if decisions.own_share > 0 else ()),
        *((f"apis/{decisions.api_tier}/standing_share",) if decisions.own_share < 1 else ()),
        *(
            (f"apis/{SMALL_TIER}/standing_share", "business/rules/asked_again_share")
            if decisions.small_first_share > 0 and decisions.own_share < 1
            else ()
        ),
    )


def usd_per_fallen_answer(product: Product, prices: Prices) -> tuple[float, str]:
    """Cost of an answer that does not stand [USD], and the catalogue row or the field of the scenario that says so."""
    if product.usd_per_fallen_answer is not None:
        return product.usd_per_fallen_answer, f"products.{product.id}.usd_per_fallen_answer"
    return prices.rule("usd_per_fallen_answer"), "business/rules/usd_per_fallen_answer"


def fallen_answers_usd(answers: float, *, standing_share: float, usd_per_fallen_answer: float) -> float:
    """Cost of the answers that do not stand [USD].

    Args:
        answers: answers delivered.
        standing_share: share that need no correction, 0 to 1.
        usd_per_fallen_answer: cost of one that does: its price where the
            customer does not pay, or the person who answers instead.
    """
    return answers * (1 - standing_share) * usd_per_fallen_answer


def break_even_share(gain_usd: float, *, answers: float, usd_per_fallen_answer: float) -> float:
    """Additional share of answers that may fall before a cheaper model is no longer the better one.

    Both the gain and the answers may be discounted sums over months, if both
    are. `inf` where a fallen answer costs nothing: then quality never turns
    the ranking round. Above 1 it does not either.

    Args:
        gain_usd: by how much the cheaper model is ahead at equal quality.
        answers: answers delivered.
        usd_per_fallen_answer: cost of one that does not stand.
    """
    at_stake_usd = answers * usd_per_fallen_answer
    return gain_usd / at_stake_usd if at_stake_usd > 0 else inf
