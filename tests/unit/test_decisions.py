"""Decisions, by their laws: portability, waiting, what can be sold, and the cheapest lift."""

from itertools import pairwise
from math import inf, isfinite

import numpy as np
import pytest

from sim.catalogue import load_catalogue
from sim.lockin import Premium, deck, portability
from sim.reports import words
from sim.reports.decisions import (
    curve_sentence,
    lift_sentence,
    portability_sentences,
    price_sentence,
    sellable_sentences,
    waiting_sentence,
)
from sim.scenario import Scenario, load, set_fields
from sim.strategy import Outcome, SurfaceStore, evaluate
from sim.strategy.asking import evaluate_each, leaving_of
from sim.strategy.lift import Step, cheapest_lift, steps
from sim.strategy.selling import LowestPrice, ceiling_rps, tightest_promises, what_you_can_sell
from sim.strategy.sustainable import highest_kept, sustainable_curve
from sim.strategy.waiting import CostOfWaiting, cost_of_waiting
from sim.strategy.worth_it import judged, managed_twin, portable_twin, worth_of_portability

OPEN = {
    "decisions.orchestration": "open_hosted",
    "decisions.vector_store": "open_hosted",
    "decisions.movable_share": 0.6,
}


@pytest.fixture(scope="module")
def store() -> SurfaceStore:
    return SurfaceStore()


@pytest.fixture(scope="module")
def managed() -> Scenario:
    return load("prototype_by_friday")


@pytest.fixture(scope="module")
def owned() -> Scenario:
    return load("own_the_platform")



# Is portability worth it?


def test_a_plan_against_itself_costs_and_avoids_exactly_nothing(managed: Scenario, store: SurfaceStore) -> None:
    twin = managed_twin(managed)
    worth = worth_of_portability(managed, portable=twin, store=store)
    assert worth.premium.paid_usd.tolist() == [0.0] * managed.months
    assert (worth.premium.once_usd, worth.premium.usd_per_month, worth.premium.delay_usd) == (0.0, 0.0, 0.0)
    assert worth.verdict.expected_avoided_usd == 0
    assert all(np.isinf(event.verdict.break_even_probability).all() for event in worth.verdict.events)
    assert not worth.pays
    assert worth.later is not None and worth.later.value_usd == 0


def test_the_premium_is_the_whole_difference_in_worth_and_its_parts_add_up(
    managed: Scenario, store: SurfaceStore
) -> None:
    worth = worth_of_portability(managed, learn_month=managed.months, store=store)
    assert worth.later is None
    assert worth.premium_usd == pytest.approx(worth.managed.npv_usd - worth.portable.npv_usd, rel=1e-9)
    monthly = worth.premium_usd - worth.premium.once_usd - worth.premium.delay_usd
    undiscounted = worth.premium.usd_per_month * managed.months
    assert 0.8 * undiscounted < monthly < undiscounted
    assert worth.portable.launch_month > worth.managed.launch_month and worth.premium.delay_usd > 0


def test_without_later_launch_builders_or_searches_the_monthly_premium_is_the_price_of_points(
    managed: Scenario, store: SurfaceStore
) -> None:
    twin = managed_twin(managed)
    a, b = evaluate_each([twin, set_fields(twin, {"decisions.movable_share": 0.5})], store=store)
    premium = judged(a, b).premium
    point_usd = load_catalogue().value("choices", "movable_share", "usd_per_month_per_point")
    assert premium.usd_per_month == pytest.approx(50 * point_usd)
    assert premium.once_usd == pytest.approx(0, abs=1e-6) and premium.delay_usd == pytest.approx(0, abs=1e-3)


def test_a_premium_of_nothing_always_pays_where_an_exit_is_cheaper(managed: Scenario, store: SurfaceStore) -> None:
    a, b = evaluate_each([managed_twin(managed), portable_twin(managed)], store=store)
    free = portability(
        leaving_of(a),
        leaving_of(b),
        premium=Premium(once_usd=0.0, usd_per_month=0.0, delay_usd=0.0),
        shocks=deck(load_catalogue()),
        discount_per_year=0.1,
    )
    saving = [event for event in free.events if event.verdict.avoided.usd[-1] > 0]
    assert len(saving) == 4
    assert all(event.pays[-1] for event in saving) and free.worth_usd > 0


def test_deciding_later_never_loses_against_the_best_fixed_plan(managed: Scenario, store: SurfaceStore) -> None:
    worth = worth_of_portability(managed, store=store)
    assert worth.later is not None and worth.later.value_usd >= 0
    best = max(
        outcome.npv_usd - _expected_exits_usd(outcome) for outcome in (worth.managed, worth.portable)
    )
    assert worth.later.committed_usd == pytest.approx(best, rel=1e-9)
    assert portability_sentences(worth)[0].startswith("Portability ")


def test_portability_leads_with_what_is_expected_to_be_avoided_and_then_says_each_event_s_break_even(
    managed: Scenario, store: SurfaceStore
) -> None:
    """Rule 11: the deck against the premium first, in cash too, then the chance of each event at which it pays."""
    worth = judged(evaluate(managed, store=store), evaluate(portable_twin(managed), store=store))
    verdict, compared, *premium_and_events, whole = portability_sentences(worth)
    assert compared.startswith("Portable differs from managed in")
    for usd in (worth.premium_usd, worth.verdict.expected_avoided_usd, worth.verdict.expected_avoided_usd_cash_only):
        assert words.money(abs(usd)) in verdict
    assert premium_and_events[0].startswith("Portability takes") and whole.startswith("Chance of having to leave")
    for event, said in zip(worth.verdict.events, premium_and_events[1:], strict=True):
        assert said.startswith(event.shock.label) and f"{words.percent(float(event.chance[-1]))} likely" in said
        needed = float(event.verdict.break_even_probability[-1])
        assert f"pays above {words.percent(needed)}" in said if 0 < needed <= 1 else "pays above" not in said
    assert any("pays above" in said for said in premium_and_events)


def _expected_exits_usd(outcome: Outcome) -> float:
    """By hand: each month's chance times what leaving then would cost, discounted to the start."""
    total = 0.0
    for shock in deck(load_catalogue()):
        if shock.forces:
            usd = leaving_of(outcome).leaving(shock.forces).costs.usd_with_growth_forgone
            rate = outcome.scenario.company.discount_per_year
            total += sum(
                shock.hazard_per_year.likely / 12 * usd[month] / (1 + rate) ** ((month + 1) / 12)
                for month in range(len(usd))
            )
    return total


# Cost of waiting.


@pytest.fixture(scope="module")
def waiting(managed: Scenario, store: SurfaceStore) -> CostOfWaiting:
    return cost_of_waiting(managed, OPEN, months=(24, 0, 12, 400), store=store)


def test_deciding_in_month_0_is_the_plain_decision(
    managed: Scenario, store: SurfaceStore, waiting: CostOfWaiting
) -> None:
    plain = evaluate(set_fields(managed, OPEN), store=store)
    first = waiting.taken[0]
    assert first.month == 0 and first.npv_usd == plain.npv_usd
    # By their text, since what does not exist yet is nan, which equals nothing.
    assert repr(first.outcome.months) == repr(plain.months)
    assert first.move_usd == 0
    assert waiting.lost_usd(first) == 0


def test_waiting_keeps_the_months_before_it_and_leaves_more_to_leave(waiting: CostOfWaiting) -> None:
    assert [waited.month for waited in waiting.taken] == [0, 12, 24]
    _, middle, late = waiting.taken
    assert middle.leave_then_usd == waiting.never.months[11].exit["whole"].usd_cash
    assert waiting.taken[0].leave_then_usd == waiting.never.months[0].exit["whole"].usd_cash
    assert late.leave_then_usd > middle.leave_then_usd > waiting.taken[0].leave_then_usd
    assert [repr(month) for month in late.outcome.months[:24]] == [repr(month) for month in waiting.never.months[:24]]
    assert middle.move_usd > 0 and late.move_usd > 0
    assert "Cash to leave grows" in waiting_sentence(waiting)


def test_a_decision_that_changes_nothing_is_worth_the_same_whenever_it_is_taken(
    managed: Scenario, store: SurfaceStore
) -> None:
    same = {"decisions.orchestration": managed.decisions.orchestration}
    waiting = cost_of_waiting(managed, same, months=(0, 12), store=store)
    assert {waited.npv_usd for waited in waiting.taken} == {waiting.never.npv_usd}
    assert "no difference" in waiting_sentence(waiting)


def test_no_month_within_the_horizon_is_refused(managed: Scenario) -> None:
    with pytest.raises(ValueError, match="outside the horizon"):
        cost_of_waiting(managed, OPEN, months=(36, 48))


# What you can sell.


@pytest.mark.parametrize("name", ["prototype_by_friday", "own_the_platform"])
def test_the_lowest_price_closes_the_margin_exactly(name: str, store: SurfaceStore) -> None:
    scenario = load(name)
    outcome = evaluate(scenario, store=store)
    sellable = what_you_can_sell(scenario, month=18, outcome=outcome, store=store)
    for price in sellable.prices:
        field = "usd_per_month" if price.kind == "per_seat" else "usd"
        again = evaluate(
            set_fields(scenario, {f"products.{price.product}.price.{field}": price.lowest_usd}), store=store
        )
        assert again.months[18].gross_margin == pytest.approx(scenario.company.target_margin, abs=1e-9)


def test_a_margin_that_support_alone_eats_has_no_price(managed: Scenario, store: SurfaceStore) -> None:
    dreamer = set_fields(managed, {"company.target_margin": 0.96})
    prices = what_you_can_sell(dreamer, store=store).prices
    assert {price.lowest_usd for price in prices} == {inf}
    assert "no price reaches" in price_sentence(prices[0], 0.96)


def test_the_tightest_promise_is_kept_for_its_share(owned: Scenario, store: SurfaceStore) -> None:
    outcome = evaluate(owned, store=store)
    promises = tightest_promises(owned, outcome.months[12], store=store)
    again = evaluate(
        set_fields(owned, {f"products.{p.product}.promise.limit_s": p.limit_s for p in promises}
                   | {"platform.min_replicas": outcome.months[12].replicas["pool.us_east"],
                      "platform.max_replicas": outcome.months[12].replicas["pool.us_east"]}),
        store=store,
    )  # fmt: skip
    for promise, reading in zip(promises, again.months[12].promises, strict=True):
        assert promise.kept_share == 0.99 and promise.careful_limit_s > promise.limit_s
        assert reading.in_time_share == pytest.approx(promise.kept_share, abs=1e-6)


def test_what_can_be_sold_is_said_for_load_promises_and_prices(managed: Scenario, store: SurfaceStore) -> None:
    sellable = what_you_can_sell(managed, store=store)
    outcome = evaluate(managed, store=store)
    assert sellable.highest_rps == ceiling_rps(outcome.ceiling)
    said = sellable_sentences(sellable)
    assert len(said) == 1 + 2 * len(managed.products) and all("assumed" in line for line in said[1:3])
    late = set_fields(managed, {"months": 12})
    with pytest.raises(ValueError, match="longer horizon"):
        what_you_can_sell(late, store=store)
    assert LowestPrice("a", "A", "per_request", 0.0, inf).lowest_usd == inf


# The cheapest lift.


def test_a_lifted_ceiling_is_lifted_when_it_is_asked_again(managed: Scenario, store: SurfaceStore) -> None:
    outcome = evaluate(managed, store=store)
    lift = cheapest_lift(managed, outcome=outcome, store=store)
    assert lift.before == outcome.ceiling
    assert {tried.step.name for tried in lift.tried} == {step.name for step in steps(managed)}
    best = lift.cheapest
    assert best is not None
    again = evaluate(set_fields(managed, best.step.set), store=store)
    assert ceiling_rps(again.ceiling) == pytest.approx(lift.before_rps + best.lifted_rps)
    assert best.cost_usd == outcome.npv_usd - again.npv_usd
    costs = [tried.usd_per_lifted_rps for tried in lift.helping if tried.cost_usd > 0]
    assert costs == sorted(costs) and all(isfinite(usd) for usd in costs)
    same = lift.cheapest_same_models
    assert same is not None and not same.step.other_model and "with the same models" in lift_sentence(lift)


def test_a_step_that_changes_nothing_is_not_called_a_lift(managed: Scenario, store: SurfaceStore) -> None:
    nothing = [Step("same", "Same", {"name": "Other"}), Step("none", "None", {"platform.min_replicas": -1})]
    lift = cheapest_lift(managed, choice=nothing, store=store)
    assert [tried.lifted_rps for tried in lift.tried] == [0.0] and lift.cheapest is None
    assert lift_sentence(lift) == "None of 1 single steps lifts the ceiling."


def test_the_steps_of_a_plan_with_pools_have_replicas_and_a_router(owned: Scenario) -> None:
    names = {step.name for step in steps(owned)}
    assert {"replica", "routing.least_loaded", "spare_room.more", "own_share.more", "api_tier.top"} <= names
    full = set_fields(owned, {"decisions.own_share": 1.0})
    assert "own_share.more" not in {step.name for step in steps(full)}


def test_more_replicas_never_sustain_less(owned: Scenario, managed: Scenario, store: SurfaceStore) -> None:
    curve = sustainable_curve(owned, store=store)
    loads = [point.requests_per_s for point in curve]
    assert loads[0] > 0 and all(more >= less * (1 - 1e-6) for less, more in pairwise(loads))
    assert curve_sentence(curve).startswith("Replicas: 1 in every region serve")
    assert sustainable_curve(managed, store=store) == ()


def test_a_kept_volume_is_interpolated_where_the_promise_is_first_missed() -> None:
    def falling(volumes: np.ndarray) -> np.ndarray:
        """1 at a volume of 1, and 0.1 less for every doubling."""
        return 1 - 0.1 * np.log2(volumes)

    assert highest_kept(falling, 0.95) == pytest.approx(np.sqrt(2))
    assert highest_kept(falling, 0.83) == pytest.approx(2**1.7)
    assert highest_kept(falling, 1.7) == 0.0 and highest_kept(falling, 0.1) == inf
