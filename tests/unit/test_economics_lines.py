"""Each cost line and the rules that settle what belongs to it."""

from dataclasses import replace
from math import isnan

import pytest

from sim.economics import (
    COST_LINES,
    COST_TO_SERVE,
    MonthStatement,
    PriceBook,
    choices,
    price_level,
    price_levels,
    statement,
)
from sim.economics.choices import Choices
from sim.metrics.flows import ProductTokens, TokenFlow
from sim.scenario.schema import Scenario
from tests.unit.economics_months import (
    EMPTY,
    EU,
    OWN,
    PROTOTYPE,
    bought,
    catalogue_with,
    month,
    pool,
    product,
    scenario,
    served,
    shipped_book,
)


def chosen(of: Scenario) -> Choices:
    return choices(of.decisions, shipped_book().on(EMPTY.on))


def stated(number: int, decisions: dict[str, object] = PROTOTYPE, **changed: object) -> MonthStatement:
    return statement(month(number, **changed), scenario(decisions), book=shipped_book())


@pytest.mark.parametrize(("decisions", "launch", "people"), [(PROTOTYPE, 1, 2), (OWN, 6, 5), (EU, 4, 4)])
def test_launch_month_and_run_people_of_the_presets(decisions: dict[str, object], launch: int, people: int) -> None:
    assert chosen(scenario(decisions)).launch_month == launch
    assert chosen(scenario(decisions)).run_fte == people


def test_openness_is_the_larger_of_the_lever_and_the_choice() -> None:
    low = chosen(scenario(OWN | {"movable_share": 0.1})).open_share
    assert low == {"model_api": 0.1, "agent_framework": 0.1, "orchestration": 0.7, "data": 0.6, "network": 0.7,
                   "identity": 0.1}
    assert set(chosen(scenario(OWN | {"movable_share": 0.9})).open_share.values()) == {0.9}


def test_portability_costs_115_dollars_a_point_from_the_first_month_on() -> None:
    assert stated(0, PROTOTYPE, launched=False).cost_usd["build"] == 2 * 15_000 + 10 * 115
    assert stated(5, PROTOTYPE).cost_usd["build"] == 10 * 115


def test_run_people_begin_a_month_before_launch_and_build_people_end_with_it() -> None:
    """Rule 4, and the launch month of 'own' is 6."""
    people = [stated(m, OWN, launched=m >= 6).cost_usd["people"] for m in range(8)]
    build = [stated(m, OWN, launched=m >= 6).cost_usd["build"] - 70 * 115 for m in range(8)]
    assert people == [0] * 5 + [5 * 15_000] * 3
    assert build == pytest.approx([30_000] * 6 + [0] * 2)


def test_audit_is_paid_once_in_the_month_before_launch() -> None:
    assert [stated(m, EU).cost_usd["compliance"] for m in range(6)] == [20e3, 20e3, 20e3, 80e3, 20e3, 20e3]


def test_audit_moves_to_the_month_a_later_decision_names() -> None:
    late = statement(month(18), scenario(EU), book=shipped_book(), audit_month=18)
    assert late.cost_usd["compliance"] == 80e3


def test_idle_is_what_utilization_leaves_and_utilization_counts_to_one() -> None:
    half, full, beyond = (stated(7, OWN, pools=(pool(4, u),)).cost_usd for u in (0.25, 1.0, 1.7))
    bill = 4 * 5.29 * 0.692 * 730.5
    assert half["gpu"] == pytest.approx(bill * 0.25)
    assert half["idle"] == pytest.approx(bill * 0.75)
    assert full["gpu"] == pytest.approx(bill) == pytest.approx(beyond["gpu"])
    assert full["idle"] == beyond["idle"] == 0


def test_token_classes_are_priced_apart_with_zone_and_drift() -> None:
    tokens = bought("mid", new=1e6, cached=2e6, out=3e6, in_eu_zone=True)
    drifting = scenario(world={"api_price_drift_per_year": 0.2})
    cost = statement(month(6, tokens=(tokens,)), drifting, book=shipped_book()).cost_usd
    assert cost["api"] == pytest.approx((1 * 2 + 2 * 0.1 + 3 * 10) * 1.1 * 1.2**0.5)


def test_gpu_rent_drifts_by_the_year() -> None:
    def rent(number: int) -> float:
        falling = scenario(OWN, world={"gpu_price_drift_per_year": -0.3})
        cost = statement(month(number, pools=(pool(4, 0.5),)), falling, book=shipped_book()).cost_usd
        return cost["gpu"]

    assert rent(18) == pytest.approx(rent(6) * 0.7)


@pytest.mark.parametrize(
    ("store", "usd"), [("vendor", 0.55), ("open_hosted", 0.14), ("open_self_run", 0.056)])
def test_searches_cost_by_who_holds_the_vectors(store: str, usd: float) -> None:
    """Rule 13; the quarter of a person of the self-run store is in `people`."""
    cost = stated(9, PROTOTYPE | {"vector_store": store}, searches=1e6).cost_usd
    assert cost["search"] == pytest.approx(1000 * usd)
    assert cost["people"] == pytest.approx(15_000 * (2.25 if store == "open_self_run" else 2))


def test_egress_is_tiered_and_cross_region_is_apart() -> None:
    assert stated(3, egress_gb=206_144).cost_usd["egress"] == pytest.approx(14_107.20)
    assert stated(3, cross_region_gb=1000).cost_usd["egress"] == pytest.approx(20)


def test_storage_is_paid_on_data_at_the_end_of_the_month() -> None:
    assert stated(0, data_gb=20_000).cost_usd["storage"] == pytest.approx(460)


def test_seats_are_paid_however_they_are_served_and_answers_only_when_served() -> None:
    products = (served("support", 1000, late=100, timed_out=50), served("coding", 1000, timed_out=1000, units=500))
    earned = stated(12, products=products).revenue_by_product_usd
    assert earned == {"support": pytest.approx(950 * 0.02 * 0.9), "coding": 500 * 19}


def test_credit_comes_off_late_answers_only() -> None:
    half = PriceBook(catalogue_with(business__rules__credit_share=0.5))
    products = (served("support", 1000, late=100, timed_out=50), served("coding", 0))
    stated = statement(month(0, products=products), scenario(), book=half)
    assert stated.revenue_usd == pytest.approx((850 + 50) * 0.02)


def test_margin_with_and_without_people_who_run_and_who_build() -> None:
    """Rule 4: run people are in cost to serve, build people are not, and each version is shown."""
    of = stated(12, products=(served("support", 1e7), served("coding", 0)))
    revenue, cost = of.revenue_usd, of.cost_usd
    serve = sum(cost[line] for line in COST_TO_SERVE)
    assert of.gross_margin == pytest.approx((revenue - serve) / revenue)
    assert of.gross_margin_before_people == pytest.approx((revenue - serve + 30_000) / revenue)
    assert of.gross_margin_after_build == pytest.approx((revenue - serve - cost["build"]) / revenue)
    assert "people" in COST_TO_SERVE and "build" not in COST_TO_SERVE and "migration" not in COST_TO_SERVE


def test_unit_cost_divides_by_delivered_tokens_only() -> None:
    """Rule 5: what a cascade tried first, and support, do not change the divisor or the dividend."""
    delivered = (served("support", 1000, tokens=2e6), served("coding", 0))
    once = stated(12, products=delivered, tokens=(bought("mid", new=2e6, cached=0, out=0),))
    twice = stated(12, products=delivered, tokens=(
        bought("mid", new=2e6, cached=0, out=0), bought("small", new=2e6, cached=0, out=0)))
    assert twice.usd_per_mtok_allocated - once.usd_per_mtok_allocated == pytest.approx(2 * 0.1 / 2)
    assert once.usd_per_mtok_allocated == pytest.approx((once.cost_to_serve_usd - once.cost_usd["support"]) / 2)


def test_before_launch_ratios_are_unknown_and_nothing_is_earned() -> None:
    waiting = statement(EMPTY, scenario(), book=shipped_book())
    assert waiting.revenue_usd == 0
    for ratio in ("gross_margin", "gross_margin_before_people", "gross_margin_after_build",
                  "usd_per_mtok_allocated", "usd_per_mtok_used", "usd_per_served_request"):
        assert isnan(getattr(waiting, ratio)), ratio


def test_a_move_is_a_line_of_its_own_outside_margin() -> None:
    still = stated(12)
    moving = statement(month(12), scenario(), book=shipped_book(), migration_usd=90_000.0)
    assert moving.cost_usd["migration"] == 90_000 and still.cost_usd["migration"] == 0
    assert moving.cost_to_serve_usd == still.cost_to_serve_usd
    assert moving.cost_usd["total"] == still.cost_usd["total"] + 90_000


def test_first_month_of_the_presets_by_hand() -> None:
    """Cash of month 0 in the design's table, in thousands: -62 and -53."""
    for decisions, build_people, cash in ((PROTOTYPE, 2, -62), (OWN, 3, -53)):
        waiting = statement(
            month(0, launched=False, data_gb=20_000), scenario(decisions, build_people=build_people),
            book=shipped_book())
        assert waiting.profit_usd / 1000 == pytest.approx(cash, abs=1)


def test_a_hand_month_of_the_prototype_lands_where_the_hand_table_does() -> None:
    """Month 12: revenue 260, API 100, margin 43 %, $2.19 a million tokens, cash 110 (thousands of dollars)."""
    market = 0.98 * 0.8
    answers = 200_000 * 30.4375 * 1.05**12 * market
    seats = 5_000 * 1.03**12 * market
    suggestions = seats * 150 * 21.74
    prompt = answers * 1646 + suggestions * 2570
    written = answers * 108 + suggestions * 20
    of = stated(
        12,
        products=(served("support", answers, tokens=answers * 1754),
                  served("coding", suggestions, tokens=suggestions * 2590, units=seats)),
        tokens=(bought("mid", new=0.7 * prompt, cached=0.3 * prompt, out=written),),
        searches=answers, data_gb=50_000,
    )
    assert of.revenue_usd == pytest.approx(260e3, rel=0.01)
    assert of.cost_usd["api"] == pytest.approx(100e3, rel=0.01)
    assert of.gross_margin == pytest.approx(0.43, abs=0.006)
    assert of.usd_per_mtok_allocated == pytest.approx(2.19, rel=0.01)
    assert of.profit_usd == pytest.approx(110e3, rel=0.01)


def test_price_levels_follow_a_drift_that_changes() -> None:
    steady = [scenario(world={"api_price_drift_per_year": 0.2})] * 25
    assert price_levels(steady)[24].api == pytest.approx(price_level(steady[0].world, 24).api)
    turned = steady[:12] + [scenario(world={"api_price_drift_per_year": -0.5})] * 13
    assert price_levels(turned)[24].api == pytest.approx(1.2 * 0.5)
    assert price_levels(turned)[12].api == pytest.approx(1.2)


def test_every_line_has_its_own_name() -> None:
    assert len(set(COST_LINES)) == len(COST_LINES)
    assert set(stated(3).cost_usd) == {*COST_LINES, "total"}


def sold(price: dict[str, object], **own: object) -> Scenario:
    return scenario(products=[product("support", price) | own])


def test_tokens_are_paid_by_the_million_with_late_ones_credited() -> None:
    """A tenth of the answers, so a tenth of the tokens, is late and earns half."""
    of = sold({"kind": "per_mtok", "usd": 3, "drift_per_year": -0.2}, credit_share=0.5)
    flow = month(12, products=(served("support", 1000, late=100, tokens=2e6),))
    assert statement(flow, of, book=shipped_book()).revenue_usd == pytest.approx(2 * 3 * 0.8 * (0.9 + 0.1 * 0.5))


def test_a_product_s_own_credit_replaces_the_catalogue_s_and_seats_have_none() -> None:
    flow = month(0, products=(served("support", 100, late=20, units=10),))
    half = PriceBook(catalogue_with(business__rules__credit_share=0.5))

    def revenue(of: Scenario) -> float:
        return statement(flow, of, book=half).revenue_usd

    answer = {"kind": "per_request", "usd": 1}
    assert revenue(sold(answer)) == pytest.approx(80 + 20 * 0.5)
    assert revenue(sold(answer, credit_share=0.2)) == pytest.approx(80 + 20 * 0.8)
    assert revenue(sold({"kind": "per_seat", "usd_per_month": 7}, credit_share=1)) == pytest.approx(70)


def test_tokens_stored_and_tokens_reasoned_are_priced_apart() -> None:
    tokens = replace(bought("mid", new=1e6, cached=0, out=1e6), cache_write_tokens=2e6, reasoning_tokens=4e6)
    found = stated(6, tokens=(tokens,))
    assert found.cost_usd["api"] == pytest.approx(1 * 2 + 2 * 2.5 + 1 * 10 + 4 * 10)
    assert len(found.cost_terms["api"]) == 4


def test_gpu_cost_is_shared_by_gpu_time_where_it_is_known_and_by_tokens_where_not() -> None:
    """Coding has a tenth of the tokens but nine tenths of the time on our GPUs."""
    flows = (served("support", 1, tokens=9e6), served("coding", 1, tokens=1e6))

    def coding_share(line: str, *gpu_s: float) -> float:
        timed = tuple(replace(flow, gpu_s=busy) for flow, busy in zip(flows, gpu_s, strict=True))
        found = stated(9, OWN, products=timed, pools=(pool(4, 0.5),), data_gb=1000)
        return found.cost_shares_by_product["coding"][line]

    assert coding_share("idle", 10, 90) == pytest.approx(0.9)
    assert coding_share("storage", 10, 90) == pytest.approx(0.1)
    assert coding_share("idle", 0, 0) == pytest.approx(0.1)


def test_the_api_line_is_shared_by_what_each_product_s_calls_cost() -> None:
    """Support has all the answer tokens, at 10 a million; coding the stored prompts, at 2 + 2.5, with few delivered."""
    flows = (served("support", 1, tokens=9e6), served("coding", 1, tokens=1e6))
    of = (ProductTokens("support", 0.0, 0.0, 1e6), ProductTokens("coding", 2e6, 0.0, 0.0))
    tokens = replace(bought("mid", new=1e6, cached=0, out=1e6), cache_write_tokens=1e6, reasoning_tokens=1e6)
    batched = replace(tokens, batched=True, by_product=of[::-1])
    ahead = replace(bought("mid", new=0, cached=0, out=0), provisioned_tokens_per_min=1000.0)

    def coding_usd(*bills: TokenFlow) -> float:
        found = stated(9, products=flows, tokens=bills)
        return found.cost_shares_by_product["coding"]["api"] * found.cost_usd["api"]

    known = replace(tokens, by_product=of)
    assert coding_usd(known) == pytest.approx(2 + 2.5)
    assert coding_usd(tokens) == pytest.approx(0.1 * (2 + 2.5 + 20))
    ratio = shipped_book().on(EMPTY.on).value("api_options", "batch", "price_ratio")
    assert coding_usd(known, batched) == pytest.approx((2 + 2.5) * (1 + ratio))
    assert coding_usd(known, replace(known, in_data_zone=True)) == pytest.approx((2 + 2.5) * (1 + 1.1))
    assert coding_usd(known, ahead) == pytest.approx(2 + 2.5 + coding_usd(ahead))
    assert coding_usd(ahead) == pytest.approx(0.1 * stated(9, products=flows, tokens=(ahead,)).cost_usd["api"])


def test_throughput_bought_ahead_is_paid_for_by_the_hour_used_or_not() -> None:
    idle = bought("mid", new=0.0, cached=0.0, out=0.0, calls=0.0)
    ahead = replace(idle, provisioned_tokens_per_min=5000.0)
    price = shipped_book().on(EMPTY.on).value("api_options", "provisioned", "usd_per_1000_tokens_min_hour")
    assert stated(0, tokens=(idle,)).cost_usd["api"] == 0
    assert stated(0, tokens=(ahead,)).cost_usd["api"] == pytest.approx(5 * 730.5 * price)


def test_batches_pay_their_ratio_of_every_token_price() -> None:
    tokens = bought("mid", new=1e6, cached=2e6, out=3e6)
    ratio = shipped_book().on(EMPTY.on).value("api_options", "batch", "price_ratio")
    at_once, batched = (stated(0, tokens=(each,)) for each in (tokens, replace(tokens, batched=True)))
    assert 0 < ratio < 1
    assert batched.cost_usd["api"] == pytest.approx(ratio * at_once.cost_usd["api"])
    assert all("api_options/batch/price_ratio" in term.rows for term in batched.cost_terms["api"])
