"""What can be asked of a plan, by its laws: more vectors, answers that do not stand, another price, the EU."""

from collections.abc import Mapping
from itertools import pairwise

import pytest

from sim.reports.decisions import eu_sentence, petabyte_sentence, quality_sentence
from sim.scenario import Scenario, load, scenario_hash, set_fields
from sim.strategy import Outcome, SurfaceStore, evaluate
from sim.strategy.answers import at_price, eu_break_even, quality_break_even, standing
from sim.strategy.petabytes import petabytes


@pytest.fixture(scope="module")
def store() -> SurfaceStore:
    return SurfaceStore()


@pytest.fixture(scope="module")
def managed() -> Scenario:
    return load("prototype_by_friday")


@pytest.fixture(scope="module")
def outcomes(managed: Scenario, store: SurfaceStore) -> Mapping[str, Outcome]:
    named = (managed, load("own_the_platform"), load("open_models_by_the_token"))
    return {s.name: evaluate(s, store=store) for s in named}


# Petabytes.


def test_more_vectors_are_never_cheaper_or_quicker_to_leave(managed: Scenario, store: SurfaceStore) -> None:
    sizes = petabytes(managed, store=store)
    for less, more in pairwise(sizes):
        assert more.npv_usd < less.npv_usd
        for one, other in ((less.kept, more.kept), (less.made_again, more.made_again)):
            assert other.usd_cash > one.usd_cash and other.exit_months >= one.exit_months
    for size in sizes:
        assert size.made_again.usd_cash - size.kept.usd_cash >= size.embed_usd
        assert size.must_be_made_again and size.forced is size.made_again


def test_a_petabyte_of_vectors_is_held_by_the_speed_of_embedding(managed: Scenario, store: SurfaceStore) -> None:
    """Hand values: 1.1e11 vectors of 400 tokens at 10M tokens a minute take 100 months and $0.88M; a link, a month."""
    (petabyte,) = petabytes(managed, vectors=(110e9,), month=0, store=store)
    assert petabyte.data_gb == pytest.approx(1.03e6, rel=0.02)
    assert petabyte.embed_months == pytest.approx(100.4, rel=0.01)
    assert petabyte.embed_usd == pytest.approx(0.88e6, rel=0.01)
    assert petabyte.move_months < 1 and petabyte.made_again.binds == "embed" and petabyte.kept.binds != "embed"
    assert "making the vectors again takes longest" in petabyte_sentence(petabyte)


def test_the_presets_own_size_leaves_the_plan_as_it_is(managed: Scenario, store: SurfaceStore) -> None:
    (own,) = petabytes(managed, vectors=(managed.company.vectors_start,), store=store)
    outcome = evaluate(managed, store=store)
    assert own.npv_usd == outcome.npv_usd
    assert own.forced.usd_cash == outcome.months[-1].exit["data"].usd_cash


# Quality and demand.


def test_all_answers_stand_unless_somebody_says_otherwise(outcomes: Mapping[str, Outcome]) -> None:
    for outcome in outcomes.values():
        assert all(product.fallen == 0 and product.share == 1 for product in standing(outcome))


def test_answers_that_do_not_stand_are_counted_and_priced(managed: Scenario, store: SurfaceStore) -> None:
    worse = {"products.support.standing_share": 0.9, "products.support.usd_per_fallen_answer": 4.0}
    outcome = evaluate(set_fields(managed, worse), store=store)
    support, coding = standing(outcome)
    served = [flow.products[0].served for flow in outcome.flows]
    assert support.fallen == pytest.approx(0.1 * sum(served)) and coding.fallen == 0
    assert support.fallen_usd == pytest.approx(
        sum(0.1 * 4 * count / 1.1 ** (month / 12) for month, count in enumerate(served))
    )
    # What the statement charges for them is the same money.
    assert evaluate(managed, store=store).npv_usd - outcome.npv_usd == pytest.approx(support.fallen_usd)


def test_at_the_break_even_two_plans_are_worth_the_same(outcomes: Mapping[str, Outcome]) -> None:
    token, prototype = outcomes["Open models by the token"], outcomes["Prototype by Friday"]
    even = quality_break_even(prototype, token)
    assert even == quality_break_even(token, prototype)
    assert even.ahead == token.scenario.name and even.gain_usd == pytest.approx(token.npv_usd - prototype.npv_usd)
    lost_usd = sum(
        even.ticket_share * even.ticket_usd * flow.products[0].served / 1.1 ** (flow.month / 12)
        for flow in token.flows
    )
    assert lost_usd == pytest.approx(even.gain_usd)
    # The hand model says 31.6 % of answers unpaid, or 0.2 points with a person's ticket of 4 USD.
    assert even.unpaid_share == pytest.approx(0.316, rel=0.25)
    assert even.ticket_share == pytest.approx(0.002, rel=0.25)
    assert "points" in quality_sentence(even)
    assert "the same" in quality_sentence(quality_break_even(token, token))


def test_a_price_moves_demand_only_by_its_elasticity(managed: Scenario) -> None:
    support = managed.products[0]
    doubled = 2 * support.price.usd  # type: ignore[union-attr]
    still = at_price(managed, "support", usd=doubled)
    assert still.products[0].demand.amount == support.demand.amount
    moved = at_price(managed, "support", usd=doubled, elasticity=1.0)
    assert moved.products[0].demand.amount == pytest.approx(support.demand.amount / 2)
    assert scenario_hash(at_price(managed, "coding", usd=19.0, elasticity=1.5)) == scenario_hash(managed)
    with pytest.raises(ValueError, match="prices above 0"):
        at_price(managed, "support", usd=0.0, elasticity=1.0)
    with pytest.raises(LookupError, match="no product 'suport'"):
        at_price(managed, "suport", usd=1.0)


def test_serving_the_eu_pays_above_its_break_even_and_not_below(managed: Scenario, store: SurfaceStore) -> None:
    eu = eu_break_even(managed, store=store)
    assert list(eu.gain_usd) == sorted(eu.gain_usd)

    def gain_usd(share: float) -> float:
        there, anywhere = (
            evaluate(set_fields(managed, {"world.eu_required_share": share, "decisions.residency": place}), store=store)
            for place in ("eu_only", "anywhere")
        )
        return there.npv_usd - anywhere.npv_usd

    assert gain_usd(eu.break_even_share - 0.03) < 0 < gain_usd(eu.break_even_share + 0.03)
    assert "of demand needs it" in eu_sentence(eu)
