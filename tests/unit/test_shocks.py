"""Shocks act on what the decisions have built: notice against months to leave, and what being late costs."""

import math

import numpy as np
import pytest

from sim.catalogue import load_catalogue
from sim.scenario import ScenarioError, load, presets
from sim.strategy import SurfaceStore, evaluate
from sim.strategy.architecture import architecture
from sim.strategy.delivery import delivered, plans
from sim.strategy.pressure import Shortage
from sim.strategy.strikes import overlap, strikes
from sim.strategy.worth_it import worth_of_portability
from tests.unit.dated import MANAGED, OWN, STORE, calm, costs, dated, outcome

CATALOGUE = load_catalogue()
PRICES = ("api_price_rise", "api_price_fall", "cheaper_equal_model", "gpu_price_spike", "gpu_price_fall",
          "security_incident", "data_act_relief", "cloud_price_rise")  # fmt: skip


def struck(shock, month=20, gravity="likely", preset=MANAGED, **what):
    found = outcome(preset, shocks=((shock, month, gravity),), **what)
    return found, found.shocks[0]


# --- what is played -----------------------------------------------------------------------------------------------


def test_a_grave_shock_is_larger_longer_and_gives_less_notice():
    mild, likely, grave = (
        strikes(dated(shocks=(("rate_limit_cut", 5, gravity),)), CATALOGUE)[0] for gravity in ("low", "likely", "high")
    )
    assert (mild.size, likely.size, grave.size) == (-0.25, -0.5, -0.75)
    assert (mild.notice_months, likely.notice_months, grave.notice_months) == (1.0, 0.5, 0.0)
    spike = [strikes(dated(shocks=(("demand_spike", 5, g),)), CATALOGUE)[0] for g in ("low", "likely", "high")]
    assert [strike.size for strike in spike] == [1.5, 3, 10]
    assert [strike.duration_months for strike in spike] == sorted(strike.duration_months for strike in spike)


def test_the_share_of_a_month():
    assert overlap(4, from_month=4.5, until_month=6.25) == 0.5
    assert overlap(6, from_month=4.5, until_month=6.25) == 0.25
    assert overlap(7, from_month=4.5, until_month=6.25) == 0.0


def test_faults_of_shocks_are_told():
    with pytest.raises(ScenarioError) as caught:
        dated(shocks=(("model_retird", 3, "likely"), ("api_outage", 36, "likely")))
    assert caught.value.faults == (
        "shocks[0].shock: the catalogue's table 'shocks' has no 'model_retird'. Did you mean 'model_retired'?",
        "shocks[1].month: must be before the end, month 36 (got 36). Raise 'months' or move the shock.",
    )


@pytest.mark.parametrize("shock", CATALOGUE.ids("shocks"))
@pytest.mark.parametrize("preset", [MANAGED, OWN])
def test_every_shock_plays_and_changes_nothing_before_it(shock, preset):
    found, what = struck(shock, preset=preset)
    for month in range(20):
        assert found.months[month].cost_usd == pytest.approx(calm(preset).months[month].cost_usd, rel=1e-12)
        assert found.months[month].served == pytest.approx(calm(preset).months[month].served, rel=1e-12)
    assert found.fidelity == "draft" and what.shock == shock
    for month in found.months:
        ends = month.served + month.timed_out + month.refused + month.failed
        assert ends == pytest.approx(month.requests, rel=1e-7)
        lines = sum(usd for line, usd in month.cost_usd.items() if line != "total")
        assert month.cost_usd["total"] == pytest.approx(lines, rel=1e-12)
    without = sum(s.profit_usd for s in calm(preset).statements)
    with_it = sum(s.profit_usd for s in found.statements)
    assert what.consequence_usd == pytest.approx(with_it - without, abs=1e-3)


# --- physics and money stand apart --------------------------------------------------------------------------------


@pytest.mark.parametrize("shock", PRICES)
@pytest.mark.parametrize("preset", [MANAGED, OWN])
def test_a_shock_of_prices_simulates_nothing(shock, preset):
    calm(preset)
    found = evaluate(dated(preset, shocks=((shock, 14, "likely"),)), store=STORE)
    assert found.simulated_windows == 0


def test_a_fresh_store_gives_the_same_answer():
    scenario = dated(shocks=(("demand_spike", 9, "likely"), ("residency_ruling", 20, "high")))
    one, other = (evaluate(scenario, store=store) for store in (STORE, SurfaceStore()))
    assert one.npv_usd == other.npv_usd
    assert one.cumulative_cash_usd == other.cumulative_cash_usd
    assert repr(one.shocks) == repr(other.shocks)


# --- prices -------------------------------------------------------------------------------------------------------


def test_a_rise_of_api_prices_is_paid_after_its_notice():
    found, _ = struck("api_price_rise")
    ratio = [a / b for a, b in zip(costs(found, "api")[20:], costs(calm(), "api")[20:], strict=True)]
    assert ratio[0] == pytest.approx(1.5)
    assert ratio[1:] == pytest.approx([2.0] * 15)


def test_a_rise_ends_for_whoever_buys_another_model():
    found, _ = struck("api_price_rise", changes=((22, {"decisions.api_tier": "open_hosted"}),))
    moved = outcome(changes=((22, {"decisions.api_tier": "open_hosted"}),))
    assert costs(found, "api")[30] == pytest.approx(costs(moved, "api")[30])


def test_a_fall_of_api_prices_is_earned_only_once_the_move_is_done():
    found, what = struck("api_price_fall", month=10)
    (move,) = found.migrations
    assert move.forced_by == "api_price_fall"
    ratio = [a / b for a, b in zip(costs(found, "api")[10:], costs(calm(), "api")[10:], strict=True)]
    assert ratio[: int(what.exit_months)] == pytest.approx([1.0] * int(what.exit_months))
    assert ratio[move.done_month - 10 :] == pytest.approx([0.4] * (36 - move.done_month))
    saved = sum(costs(calm(), "api")[10:]) - sum(costs(found, "api")[10:])
    assert what.captured_share == pytest.approx(saved / (0.6 * sum(costs(calm(), "api")[10:])))
    assert 0 < what.captured_share < 1
    assert what.consequence_usd == pytest.approx(saved - move.cash_usd)


def test_nobody_moves_for_a_fall_that_saves_less_than_moving_costs():
    found, what = struck("api_price_fall", month=32)
    assert found.migrations == ()
    assert what.captured_share == 0.0
    assert found.npv_usd == calm().npv_usd


def test_gpu_contracts_keep_their_price():
    spike, _ = struck("gpu_price_spike", month=19, gravity="high", preset=OWN)
    rented = [a + b for a, b in zip(costs(spike, "gpu"), costs(spike, "idle"), strict=True)]
    before = [a + b for a, b in zip(costs(calm(OWN), "gpu"), costs(calm(OWN), "idle"), strict=True)]
    assert rented[19] == pytest.approx(before[19])
    on_demand = {"platform": calm(OWN).scenario.platform.model_dump(mode="json") | {"reserved_share": 0.0}}
    calm_rent, paid = outcome(OWN, **on_demand), struck("gpu_price_spike", 19, "high", OWN, **on_demand)[0]
    assert costs(paid, "gpu")[20] == pytest.approx(2.2 * costs(calm_rent, "gpu")[20])
    assert costs(paid, "gpu")[30] == pytest.approx(costs(calm_rent, "gpu")[30])


# --- being forced to leave ----------------------------------------------------------------------------------------


def test_a_retired_model_is_left_and_whoever_is_late_is_refused():
    found, what = struck("model_retired", gravity="high")
    assert what.notice_months == 0.5
    assert what.late_months == pytest.approx(what.exit_months - 0.5)
    lost = sum(m.refused for m in found.months) - sum(m.refused for m in calm().months)
    late = [max(0.0, min(m + 1, 20 + what.exit_months) - max(m, 20.5)) for m in range(36)]
    expected = sum(share * m.requests for share, m in zip(late, calm().months, strict=True))
    assert lost == pytest.approx(expected, rel=0.02)
    assert found.months[21].revenue_usd == 0.0
    assert any("months late" in sentence for sentence in found.warnings)


def test_a_retired_model_in_time_costs_only_the_move():
    found, what = struck("model_retired", gravity="low")
    assert what.late_months == 0.0
    assert what.consequence_usd == pytest.approx(-found.migrations[0].cash_usd)


def test_whoever_buys_no_tokens_need_not_leave_the_model():
    own = calm(OWN).scenario.decisions.model_dump() | {"own_share": 1.0}
    found, what = struck("model_retired", preset=OWN, decisions=own)
    assert (found.migrations, what.must_leave) == ((), ())
    assert math.isnan(what.exit_months)


def test_a_move_that_is_under_way_serves_as_the_exit():
    found, what = struck("model_retired", 13, changes=((12, {"decisions.api_tier": "open_hosted"}),))
    (move,) = found.migrations
    assert move.forced_by == ""
    assert what.exit_months == pytest.approx(move.ends_at - 13)
    assert what.consequence_usd == pytest.approx(0.0)


def test_a_residency_ruling_moves_the_data_and_refuses_the_eu_while_late():
    found, what = struck("residency_ruling", gravity="high")
    (move,) = found.migrations
    assert {"data", "network"} <= set(move.layers)
    assert what.late_months == pytest.approx(what.exit_months - 3.0)
    late_month = 23
    share = min(1.0, 20 + what.exit_months - late_month)
    # Users in the EU are 30 % of those that are served.
    assert found.months[late_month].refused == pytest.approx(0.3 * share * calm().months[late_month].requests, rel=0.02)
    fine = 0.07 * 12 * found.months[late_month - 1].revenue_usd
    paid = found.months[late_month].cost_usd["migration"]
    assert paid == pytest.approx(fine + move.usd_in(late_month))
    assert found.months[-1].requests > calm().months[-1].requests


def test_a_residency_ruling_finds_the_regulated_ready():
    found, what = struck("residency_ruling", preset="regulated_in_the_eu")
    assert (found.migrations, what.consequence_usd) == ((), 0.0)


def test_an_acquired_vendor_names_its_price_to_whoever_is_late():
    found, what = struck("vendor_acquired", gravity="high")
    assert found.migrations[0].done_month == 24
    assert what.late_months == pytest.approx(what.exit_months - 3)
    ratio = found.months[23].cost_usd["search"] / calm().months[23].cost_usd["search"]
    assert ratio == pytest.approx(1 + 9 * what.late_months)
    assert found.months[24].cost_usd["search"] < calm().months[24].cost_usd["search"]
    assert struck("vendor_acquired", preset=OWN)[0].npv_usd == calm(OWN).npv_usd


# --- service ------------------------------------------------------------------------------------------------------


def test_a_demand_spike_was_not_planned_for():
    found, what = struck("demand_spike", month=12)
    assert found.months[12].requests == pytest.approx(2 * calm().months[12].requests)
    assert found.months[13].requests == calm().months[13].requests
    assert what.lost_requests > 0
    seats = calm().months[12].revenue_by_product_usd["coding"]
    assert found.months[12].revenue_by_product_usd["coding"] == pytest.approx(seats)


def test_an_outage_of_the_api_fails_its_hours():
    found, _ = struck("api_outage")
    month = calm().months[20]
    assert found.months[20].failed == pytest.approx(2 / 730.5 * month.requests)
    assert found.months[20].served == pytest.approx((1 - 2 / 730.5) * month.served)
    for after, before in zip(found.months[20].promises, month.promises, strict=True):
        assert after.in_time_share == pytest.approx((1 - 2 / 730.5) * before.in_time_share)
    own, _ = struck("api_outage", preset=OWN)
    assert own.months[20].failed == pytest.approx(0.1 * 2 / 730.5 * own.months[20].requests, rel=1e-6)


def test_an_outage_of_the_region_fails_all_that_is_there():
    found, _ = struck("region_outage", preset=OWN)
    assert found.months[20].failed == pytest.approx(8 / 730.5 * found.months[20].requests)
    two, _ = struck("region_outage", preset="regulated_in_the_eu")
    assert two.months[20].failed < 0.9 * 8 / 730.5 * two.months[20].requests


def test_a_cut_of_the_rate_limit_lowers_what_can_be_served():
    found, what = struck("rate_limit_cut", gravity="high")
    assert what.lost_requests > 0
    assert found.months[35].served < 0.6 * calm().months[35].served


def test_a_rival_costs_more_of_the_market_for_each_month_of_delay():
    found, _ = struck("rival_launches_first", 0, preset=OWN)
    assert found.months[20].requests == pytest.approx(calm(OWN).months[20].requests * (1 - 6 * 0.06) / (1 - 6 * 0.02))
    halfway, _ = struck("rival_launches_first", 4, preset=OWN)
    left = (1 - 4 * 0.02 - 2 * 0.06) / (1 - 6 * 0.02)
    assert halfway.months[20].requests == pytest.approx(calm(OWN).months[20].requests * left)
    assert struck("rival_launches_first", 10, preset=OWN)[0].npv_usd == calm(OWN).npv_usd


def test_in_a_shortage_what_is_ordered_comes_late():
    built = architecture(calm(OWN).scenario, CATALOGUE)
    months = list(range(6, 21))
    planned = [np.array([[float(2 + (month - 6) // 3)] for month in months]) for _ in built.stations]
    shortage = (Shortage(10.0, 16.0, 6),)
    what = {"launch_month": 6, "lead": 1, "shortages": shortage}
    pools, quota = delivered(planned, months, built=built, **what)
    # The plan of month 12 is ordered in month 10 and there in month 16; that of month 15 comes with it.
    assert pools[:, 0].tolist() == [2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 5, 5, 6, 6, 6]
    assert (quota == planned[1]).all()
    made = plans(months, interval=3, **what)
    assert [made[months.index(month)][0] for month in (9, 12, 15, 18)] == [8, 10, 10, 17]


# --- one-offs -----------------------------------------------------------------------------------------------------


def test_an_incident_costs_once_and_freezes_moves():
    found, _ = struck("security_incident")
    year_usd = 12 * calm().months[19].revenue_usd
    assert costs(found, "migration")[20] == pytest.approx(min(4.44e6, 0.5 * year_usd))
    assert sum(costs(found, "migration")) == costs(found, "migration")[20]
    change = ((19, {"decisions.vector_store": "open_hosted"}),)
    (free,), (frozen,) = (
        outcome(changes=change).migrations, struck("security_incident", changes=change)[0].migrations
    )  # fmt: skip
    assert frozen.ends_at == pytest.approx(free.ends_at + 0.5)


def test_relief_from_switching_fees_changes_only_the_move():
    found, _ = struck("data_act_relief", month=5)
    for month in (4, 5, 35):
        after, before = (o.months[month].exit["whole"].components for o in (found, calm()))
        assert {name for name in after if after[name] != before[name]} == ({"move"} if month >= 5 else set())
    assert found.months[35].exit["data"].components["move"] == 0.0
    assert found.npv_usd == calm().npv_usd


# --- shipped scenarios --------------------------------------------------------------------------------------------


def test_the_eu_rule_frees_the_move_from_the_month_in_which_it_is_in_force():
    """Rule 1: 12 January 2027 lies after the first day of month 0; who is no EU switch goes on paying."""
    regulated, anywhere = (
        [month.exit["data"].components["move"] for month in calm(preset).months]
        for preset in ("regulated_in_the_eu", MANAGED)
    )
    assert regulated[0] > 0 and set(regulated[1:]) == {0.0}
    assert min(anywhere) > 0


def test_stocks_are_stated_at_the_end_of_a_month():
    """Rule 1: data of a month is what lay there before and what its own answers leave behind."""
    found = calm(MANAGED)
    kept = {product.id: product.gb_per_request for product in found.scenario.products}
    before = found.scenario.company.data_start_gb
    for flow in found.flows:
        left = sum(kept[product.product] * product.served for product in flow.products)
        assert flow.data_gb == pytest.approx(before + left, rel=1e-12)
        before = flow.data_gb
    assert found.flows[1].data_gb > found.flows[0].data_gb
    assert [month.data_gb for month in found.months] == [flow.data_gb for flow in found.flows]


def test_among_the_presets_some_outcomes_contradict_the_thesis():
    managed, portable = (evaluate(load(name), store=STORE) for name in ("one_year_managed", "one_year_portable"))
    assert managed.npv_usd > portable.npv_usd + 100_000
    assert not worth_of_portability(load("one_year_managed"), store=STORE).pays


def test_the_example_plays_and_is_no_preset():
    known = presets()
    example = known[MANAGED].parent / "examples" / "three_years_of_surprises.yaml"
    found = evaluate(load(example), store=STORE)
    assert example.stem not in known
    assert len(found.migrations) == 5
    assert [shock.late_months > 0 for shock in found.shocks] == [False, True, True, False]
