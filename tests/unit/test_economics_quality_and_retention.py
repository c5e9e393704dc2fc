"""Answers that do not stand, and customers who leave."""

from math import inf

import pytest

from sim.economics import (
    BILLED_LINES,
    MonthStatement,
    PriceBook,
    Retention,
    break_even_share,
    fallen_answers_usd,
    next_retention,
    standing_share,
    statement,
)
from sim.reports import words
from sim.reports.comparison import who_answers_sentence
from sim.strategy.who_answers import answers_moved
from tests.unit.economics_months import (
    EMPTY,
    PROTOTYPE,
    SUPPORT,
    catalogue_with,
    month,
    scenario,
    served,
    shipped_book,
)


def test_break_even_is_where_the_cheaper_model_loses_its_lead() -> None:
    """Rule 12: at the break-even share the cost of fallen answers equals the gain."""
    share = break_even_share(2.95e6, answers=5e8, usd_per_fallen_answer=4)
    assert fallen_answers_usd(5e8, standing_share=1 - share, usd_per_fallen_answer=4) == pytest.approx(2.95e6)
    assert break_even_share(1.0, answers=5, usd_per_fallen_answer=0) == inf
    assert fallen_answers_usd(100, standing_share=1, usd_per_fallen_answer=4) == 0


PRICES = shipped_book().on(EMPTY.on)


def fallen_usd(product: dict[str, object], *, decisions: dict[str, object] = PROTOTYPE, **rows: float) -> float:
    book = PriceBook(catalogue_with(**rows)) if rows else shipped_book()
    flow = month(8, products=(served("support", 1000, timed_out=100),))
    return statement(flow, scenario(decisions, products=[SUPPORT | product]), book=book).cost_usd["fallen"]


def test_answers_cost_nothing_more_as_shipped() -> None:
    assert fallen_usd({}) == fallen_usd({"standing_share": 0.5}) == fallen_usd({"usd_per_fallen_answer": 4}) == 0


def test_served_answers_that_do_not_stand_cost_what_the_product_says() -> None:
    assert fallen_usd({"standing_share": 0.9, "usd_per_fallen_answer": 4}) == pytest.approx(900 * 0.1 * 4)
    assert fallen_usd({"standing_share": 0.9}, business__rules__usd_per_fallen_answer=3) == pytest.approx(900 * 0.1 * 3)


def test_a_model_s_own_share_counts_beside_the_product_s() -> None:
    """Rule 12: two fields, per product and per model; an answer stands where both say so."""
    costs = fallen_usd({"standing_share": 0.9, "usd_per_fallen_answer": 4}, apis__mid__standing_share=0.8)
    assert costs == pytest.approx(900 * (1 - 0.9 * 0.8) * 4)


def test_fallen_answers_are_cost_to_serve_but_no_part_of_the_cost_of_a_token() -> None:
    def stated(usd: float) -> MonthStatement:
        product = SUPPORT | {"standing_share": 0.9, "usd_per_fallen_answer": usd}
        flow = month(8, products=(served("support", 1000, tokens=1e6),), data_gb=100)
        return statement(flow, scenario(products=[product]), book=shipped_book())

    assert stated(4).cost_to_serve_usd == pytest.approx(stated(0).cost_to_serve_usd + 400)
    assert stated(4).usd_per_mtok_allocated == stated(0).usd_per_mtok_allocated
    assert "fallen" not in BILLED_LINES


def test_a_plan_s_answers_stand_as_its_models_do() -> None:
    """Rule 12: own, bought and first-tried answers, the last until they are asked again."""
    rows = {"apis__mid__standing_share": 0.9, "apis__small__standing_share": 0.6,
            "models__gpt_oss_120b__standing_share": 0.8}
    prices = PriceBook(catalogue_with(**rows)).on(EMPTY.on)

    def share(own: float, small: float) -> float:
        return standing_share(scenario(PROTOTYPE | {"own_share": own, "small_first_share": small}), prices)

    assert share(0, 0) == pytest.approx(0.9)
    assert share(1, 0.5) == pytest.approx(0.8)
    assert share(0, 1) == pytest.approx(0.75 * 0.6 + 0.25 * 0.9)
    assert share(0.4, 0.5) == pytest.approx(0.4 * 0.8 + 0.6 * (0.5 * 0.9 + 0.5 * 0.675))
    assert standing_share(scenario(), PRICES) == 1


def retention(**own: object) -> Retention:
    return Retention.of(scenario(products=[SUPPORT | own]).products[0], PRICES)


def test_late_answers_beyond_what_is_tolerated_and_timeouts_cost_customers() -> None:
    flow = served("support", 1000, timed_out=100, late=90)
    assert next_retention(0.9, flow, retention=retention()) == pytest.approx(
        0.9 * (1 - 0.02 * (0.1 - 0.01) - 0.5 * 0.1))


def test_a_product_may_lose_more_to_lateness_than_the_catalogue_says() -> None:
    flow = served("support", 1000, late=110)
    assert next_retention(1.0, flow, retention=retention(loss_per_late_share=0.5)) == pytest.approx(1 - 0.5 * 0.1)


def test_good_service_loses_nobody() -> None:
    assert next_retention(1.0, served("support", 1000, late=9), retention=retention()) == 1.0
    assert next_retention(0.7, served("support", 0), retention=retention()) == 0.7

# --- who answers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "models", "hosts"),
    [
        ({}, {}, 0.0, 0.0),
        ({"api_tier": "mid"}, {"api_tier": "top"}, 1.0, 0.0),
        ({"own_share": 1.0}, {"own_share": 0.0, "api_tier": "open_hosted"}, 0.0, 1.0),
        ({"own_share": 0.9, "api_tier": "mid"}, {"own_share": 0.0, "api_tier": "open_hosted"}, 0.1, 0.9),
        ({"own_share": 0.4, "api_tier": "mid"}, {"own_share": 0.7, "api_tier": "mid"}, 0.3, 0.0),
        ({"api_tier": "mid"}, {"api_tier": "mid", "small_first_share": 0.8}, 0.6, 0.0),
        ({"spare_room": 0.1}, {"spare_room": 0.9}, 0.0, 0.0),
    ],
)
def test_another_model_is_told_from_another_host_of_the_same_model(
    one: dict[str, object], other: dict[str, object], models: float, hosts: float
) -> None:
    """Rule 12: Compare separates the two; a quarter of what a small model is asked first is asked again."""
    moved = answers_moved(scenario(PROTOTYPE | one), scenario(PROTOTYPE | other))
    assert (moved.other_model_share, moved.other_host_share) == (pytest.approx(models), pytest.approx(hosts, abs=1e-12))
    said = who_answers_sentence(moved).replace(words.NBSP, " ")
    assert ("another model" in said) == (models > 0) and ("another host" in said) == (hosts > 0)
    for share in (models, hosts):
        assert share == 0 or f"{words.percent(share)}".replace(words.NBSP, " ") in said
