"""The hand-worked cases of lock-in, to the digits they are printed with."""

import json
from dataclasses import replace
from math import inf
from pathlib import Path

import numpy as np
import pytest

from sim.catalogue import load_catalogue
from sim.lockin import LAYERS, WHOLE, ExitCosts, Premium, deck, portability, quasi_option_value, steady_switch
from sim.lockin.exit_cost import ExitBasis, exit_costs, tiered_egress_usd
from sim.lockin.state import Stocks, accumulate, evolve, tuned_prompts
from tests.unit.lockin_example import (
    DATA_START_GB,
    GB_PER_REQUEST,
    MANAGED,
    PORTABLE,
    REQUESTS,
    VECTORS_PER_REQUEST,
    VECTORS_START,
    example,
    example_inputs,
    example_parameters,
    one_month,
)

BUSINESS = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "validation" / "business_cases_public.json"
NOMINAL_TEN_PERCENT = (1 + 0.10 / 12) ** 12 - 1
"""The yearly rate whose monthly discount is the (1 + r/12) that these figures were first printed with."""


@pytest.mark.parametrize(("gb", "usd"), [(206_144, 14_107.20), (1_000_000, 53_800), (0, 0), (10_000, 900)])
def test_t1_egress_pays_each_tier_at_its_price(gb: float, usd: float) -> None:
    assert float(tiered_egress_usd(np.array(gb, dtype=float), example_parameters())) == pytest.approx(usd, abs=0.005)


def test_t2_one_month_from_the_start() -> None:
    zero = np.zeros(())
    data_gb = accumulate(np.array([GB_PER_REQUEST * REQUESTS]), start=DATA_START_GB, deleted_share=zero)
    vectors = accumulate(np.array([VECTORS_PER_REQUEST * REQUESTS]), start=VECTORS_START, deleted_share=zero)
    stocks = evolve(
        data_gb=data_gb,
        vectors=vectors,
        data_start_gb=DATA_START_GB,
        open_share=np.zeros((1, 6)),
        rebuilt=np.zeros((1, 6), dtype=bool),
        parameters=example_parameters(),
    )
    assert stocks.data_gb[0] == pytest.approx(24_000)
    assert stocks.vectors[0] == pytest.approx(5.4e7)
    assert stocks.points[0, LAYERS.index("orchestration")] == pytest.approx(3.71333, abs=5e-6)
    assert stocks.prompts[0] == pytest.approx(25.8)


def test_prompts_follow_their_recursion() -> None:
    held, by_hand = 20.0, []
    for _ in range(40):
        held = held * 0.99 + 6
        by_hand.append(held)
    assert tuned_prompts(40, example_parameters()) == pytest.approx(by_hand)
    assert tuned_prompts(3, example_parameters({"point_retirement": 0.0})) == pytest.approx([26, 32, 38])


def snapshot(*, reembeds: bool = True, egress_factor: float = 1.0) -> ExitCosts:
    """Fixture T3: reversing the data layer, with 25 points in it."""
    inputs = one_month(reembeds=reembeds, egress_factor=egress_factor)
    stocks = Stocks(inputs.data_gb, inputs.vectors, np.full((1, 6), 25.0), np.full(1, 20.0))
    basis = ExitBasis.of(stocks=stocks, inputs=inputs, parameters=example_parameters())
    return exit_costs(basis, frozenset({"data"}))


def test_t3_reversing_the_data_layer() -> None:
    costs = snapshot()
    by_hand = {
        "move": 14_107.20,
        "embed": 10_000,
        "rework": 353_900.66,
        "dual": 137_708.42,
        "reval": 20_000,
        "compliance": 40_000,
        "commitment": 0,
    }
    assert {name: float(usd[0]) for name, usd in costs.components.items()} == pytest.approx(by_hand, abs=0.005)
    assert costs.exit_months[0] == pytest.approx(3.5870, abs=5e-5)
    assert costs.usd_growth_forgone[0] == pytest.approx(134_185.05, abs=0.005)
    assert costs.usd_with_growth_forgone[0] == pytest.approx(709_901.33, abs=0.005)


def test_t3_under_the_eu_rule_the_move_is_free() -> None:
    assert snapshot(egress_factor=0.0).usd_with_growth_forgone[0] == pytest.approx(695_794.13, abs=0.005)


def test_t3b_without_new_embeddings() -> None:
    costs = snapshot(reembeds=False)
    assert costs.components["dual"][0] == pytest.approx(82_836.32, abs=0.005)
    assert costs.components["embed"][0] == pytest.approx(2_000)
    assert costs.exit_months[0] == pytest.approx(3.5870, abs=5e-5)
    assert costs.usd_with_growth_forgone[0] == pytest.approx(647_029.22, abs=0.005)


CLASSES = {
    "model_api": ((133, 193, 336, 537), 0.93, 1.8, 0.94, "two_way", (402, 0.69, 1.2, "two_way")),
    "agent_framework": ((115, 171, 312, 527), 0.91, 2.4, 1.06, "two_way", (329, 0.57, 1.4, "two_way")),
    "orchestration": ((224, 399, 862, 1591), 2.75, 7.0, 1.64, "compounding", (595, 1.03, 2.7, "two_way")),
    "data": ((250, 406, 842, 1571), 2.71, 6.4, 1.45, "compounding", (810, 1.40, 3.0, "sticky")),
    "network": ((192, 265, 457, 755), 1.30, 3.2, 0.91, "sticky", (521, 0.90, 2.1, "two_way")),
    "identity": ((121, 179, 333, 570), 0.98, 2.6, 1.09, "two_way", (373, 0.64, 1.6, "two_way")),
    WHOLE: ((636, 1151, 2607, 5244), 9.05, 18.4, 1.91, "compounding", (1861, 3.21, 7.1, "sticky")),
}
"""Managed: USD thousand after 6/12/24/36 months, then months of profit, months to leave, growth and class at 36."""


@pytest.mark.parametrize("name", CLASSES)
def test_t4_classes_of_the_managed_platform(name: str) -> None:
    k_usd, months_of_profit, exit_months, growth, door_class, _ = CLASSES[name]
    result = example(MANAGED)
    leaving = result.by_set[name]
    in_full = leaving.costs.usd_with_growth_forgone[[5, 11, 23, 35]] / 1e3
    assert tuple(round(float(k)) for k in in_full) == k_usd
    assert round(float(leaving.months_of_profit[-1]), 2) == months_of_profit
    assert round(float(leaving.exit_months[-1]), 1) == exit_months
    door = result.doors(draws=8, seed=1)[name]
    assert round(door.growth_of_burden, 2) == growth
    assert door.door_class == door_class


@pytest.mark.parametrize("name", CLASSES)
def test_t4_classes_of_the_portable_platform(name: str) -> None:
    k_usd, months_of_profit, exit_months, door_class = CLASSES[name][-1]
    result = example(PORTABLE)
    leaving = result.by_set[name]
    assert round(float(leaving.costs.usd_with_growth_forgone[-1] / 1e3)) == k_usd
    assert round(float(leaving.months_of_profit[-1]), 2) == months_of_profit
    assert round(float(leaving.exit_months[-1]), 1) == exit_months
    assert result.doors(draws=8, seed=1)[name].door_class == door_class


def test_t4_a_model_swap_that_drags_the_embeddings_is_no_longer_easy() -> None:
    swap = example().leaving({"model_api", "data"})
    assert swap.costs.usd_with_growth_forgone[-1] == pytest.approx(1_897e3, abs=500)
    assert swap.months_of_profit[-1] == pytest.approx(3.3, abs=0.05)
    assert swap.exit_months[-1] == pytest.approx(7.2, abs=0.05)


def premium(*, delay_usd: float = 200e3) -> Premium:
    return Premium(once_usd=250e3, usd_per_month=8e3, delay_usd=delay_usd)


def test_t5_break_even_probability_of_leaving_everything() -> None:
    verdict = portability(
        example(MANAGED), example(PORTABLE), premium=premium(), shocks=(), discount_per_year=0.10
    ).whole
    at = verdict.break_even_probability[[11, 23, 35]]
    assert [round(float(p), 2) for p in at] == [1.03, 0.49, 0.28]


def test_t5_without_the_delay() -> None:
    verdict = portability(
        example(MANAGED),
        example(PORTABLE),
        premium=premium(delay_usd=0),
        shocks=(),
        discount_per_year=NOMINAL_TEN_PERCENT,
    ).whole
    at = verdict.break_even_probability[[11, 23, 35]]
    assert [round(float(p), 2) for p in at] == [0.65, 0.34, 0.20]


def test_portability_event_by_event_over_the_deck() -> None:
    """The figures of the claims table: no single event pays, and the deck as a whole is a toss-up."""
    found = portability(
        example(MANAGED),
        example(PORTABLE),
        premium=premium(),
        shocks=deck(load_catalogue()),
        discount_per_year=NOMINAL_TEN_PERCENT,
    )
    at_end = {event.shock.id: float(event.verdict.break_even_probability[-1]) for event in found.events}
    assert at_end == pytest.approx(
        {"model_retired": 6.95, "vendor_acquired": 1.24, "residency_ruling": 0.87, "cloud_price_rise": 0.71}, abs=0.005
    )
    assert float(found.whole.break_even_probability_cash_only[-1]) == pytest.approx(0.61, abs=0.005)
    assert found.expected_avoided_usd == pytest.approx(515e3, abs=500)
    assert found.expected_avoided_usd_cash_only == pytest.approx(370e3, abs=500)
    assert float(found.premium_usd[-1]) == pytest.approx(698e3, abs=500)
    assert found.worth_usd < 0
    assert not any(event.pays[-1] for event in found.events)


def test_t6_quasi_option_value() -> None:
    worth = quasi_option_value(
        np.array([0.6, 0.4]),
        committed=np.array([[2.0, -1.0], [1.4, 0.9]]),
        flexible=np.array([[1.7, -inf], [1.4, 0.9]]),
    )
    assert worth == pytest.approx(0.18)


def test_p5_a_switch_at_a_steady_yearly_chance() -> None:
    if not BUSINESS.exists():
        pytest.skip("the shared validation data is not beside this checkout")
    case = next(case for case in json.loads(BUSINESS.read_text()) if case["id"] == "P5")
    given, exact = case["inputs"], case["exact"]
    found = steady_switch(
        build_usd=given["build_cost"],
        premium_share=given["premium"],
        switch_usd=given["switch_cost"],
        saved_share=given["reduction"],
        chance_per_year=given["p_year"],
        years=given["years"],
        discount_per_year=given["disc"],
    )
    assert {
        "upfront_premium": found.upfront_premium_usd,
        "P_switch_within_horizon": found.chance_within_horizon,
        "discounted_switch_factor": found.discounted_chance,
        "expected_cost_locked_in": found.expected_usd_locked_in,
        "expected_cost_portable": found.expected_usd_portable,
        "npv_of_portability": found.worth_usd,
        "breakeven_discounted_factor": found.break_even_discounted_chance,
    } == pytest.approx(exact, rel=case["tolerance_rel"])


def test_petabytes_of_vectors_wait_for_embedding_throughput() -> None:
    """1.1e11 vectors: 0.87-0.88 million dollars, but about 100 months at 10M tokens a minute, 10 at 100M."""
    inputs = replace(example_inputs(), vectors=np.full(36, 1.1e11))
    months = []
    for tokens_per_min in (1e7, 1e8):
        parameters = example_parameters({"embed_tokens_per_min": tokens_per_min})
        stocks = Stocks(inputs.data_gb, inputs.vectors, np.ones((36, 6)), np.ones(36))
        basis = ExitBasis.of(stocks=stocks, inputs=inputs, parameters=parameters)
        costs = exit_costs(basis, frozenset({"data"}))
        months.append(float(costs.exit_months[-1]))
        assert float(basis.embed_usd[-1]) == pytest.approx(0.88e6)
    assert months == pytest.approx([101.4, 11.04], abs=0.05)
