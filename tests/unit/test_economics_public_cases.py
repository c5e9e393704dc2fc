"""Hand-computable business cases of the public validation set, exactly."""

import json
from math import inf
from pathlib import Path
from typing import Any

import pytest

from sim.economics import Tier, present_value
from sim.economics.cascade import cascade
from sim.economics.erosion import erosion
from sim.economics.gravity import data_move, grown_gb
from sim.economics.tiers import tiered_usd
from sim.economics.unit_cost import breakeven_mtok, fleet_hour, own_usd

CASES = Path(__file__).resolve().parents[3] / "shared" / "data" / "validation" / "business_cases_public.json"
GB_PER_TB = 1000


def case(id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    if not CASES.exists():
        pytest.skip(f"the public validation set is not at {CASES}")
    found = next(case for case in json.loads(CASES.read_text(encoding="utf-8")) if case["id"] == id)
    return found["inputs"], found["exact"]


def agrees(found: dict[str, Any], exact: dict[str, Any]) -> None:
    assert found.keys() == exact.keys()
    for name, value in exact.items():
        assert found[name] == pytest.approx(value, rel=1e-9), name


def test_p1_unit_cost_and_margin_of_a_fleet() -> None:
    given, exact = case("P1")
    hour = fleet_hour(
        gpus=given["gpus"], usd_per_gpu_hour=given["usd_gpu_h"], tokens_per_s_per_gpu=given["tok_s_gpu"],
        utilization=given["util"], usd_per_mtok_sold=given["price_per_M"],
        other_cost_share=given["other_cogs_frac_rev"],
    )
    agrees({
        "tokens_per_hour": hour.tokens_per_hour, "fleet_cost_per_hour": hour.cost_usd_per_hour,
        "cost_per_1M_tokens": hour.usd_per_mtok, "revenue_per_hour": hour.revenue_usd_per_hour,
        "gross_margin": hour.gross_margin, "breakeven_utilisation": hour.breakeven_utilization,
    }, exact)


def test_p2_volume_at_which_owning_beats_buying() -> None:
    given, exact = case("P2")
    breakeven = breakeven_mtok(
        fixed_usd=given["fixed_month"], api_usd_per_mtok=given["api_per_M"], own_usd_per_mtok=given["var_per_M"])
    found: dict[str, Any] = {
        "breakeven_M_tokens_month": breakeven,
        "within_capacity": breakeven <= given["capacity_M_month"],
        "breakeven_utilisation_of_capacity": breakeven / given["capacity_M_month"],
    }
    for volume in given["volume_M"]:
        found[f"api_cost_at_{volume}M"] = own_usd(volume, fixed_usd=0, usd_per_mtok=given["api_per_M"])
        found[f"own_cost_at_{volume}M"] = own_usd(
            volume, fixed_usd=given["fixed_month"], usd_per_mtok=given["var_per_M"])
    agrees(found, exact)
    assert breakeven_mtok(fixed_usd=1.0, api_usd_per_mtok=0.1, own_usd_per_mtok=0.1) == inf


def test_p3_moving_data_that_has_grown() -> None:
    given, exact = case("P3")
    tiers = (Tier("first", given["tier1_tb"] * GB_PER_TB, given["usd_gb_1"]), Tier("rest", inf, given["usd_gb_2"]))

    def move(month: int) -> Any:
        grown = grown_gb(given["d0_tb"] * GB_PER_TB, growth_per_month=given["growth_month"], month=month)
        return data_move(
            grown, tiers=tiers, link_gbps=given["gbps"], usable_share=given["eff"],
            storage_usd_per_gb_month=given["storage_gb_month"], overlap_months=given["overlap_months"])

    moved = move(given["month"])
    agrees({
        "data_tb_at_month": moved.data_gb / GB_PER_TB, "egress_cost": moved.egress_usd,
        "transfer_days": moved.transfer_days, "dual_run_storage": moved.overlap_usd,
        "total_exit_cost": moved.total_usd, "egress_cost_at_month_0": move(0).egress_usd,
    }, exact)


def test_p4_what_is_asked_again_pays_both_models() -> None:
    given, exact = case("P4")
    routed = cascade(
        given["shares"], usd_per_call=given["cost"], latency_s=given["latency_s"],
        asked_again_from=given["escalate_from"], asked_again_on=given["escalate_to"],
        asked_again_share=given["escalate_p"],
    )
    agrees({
        "cost_per_request": routed.usd_per_request, "mean_latency_s": routed.latency_s,
        "gross_margin": routed.gross_margin(given["price_req"]), "calls_per_request": routed.calls_per_request,
        "saving_vs_all_large": routed.saving_against(max(given["cost"])),
    }, exact)


def test_p6_margin_under_falling_prices() -> None:
    given, exact = case("P6")
    eroded = erosion(
        given["months"], usd_per_unit=given["price0"], price_decline_per_month=given["price_decl"],
        cost_usd_per_unit=given["cost0"], cost_decline_per_month=given["cost_decl"], units=given["vol0"],
        growth_per_month=given["vol_growth"], fixed_usd_per_month=given["fixed"],
    )
    agrees({
        "revenue_total": sum(eroded.revenue_usd), "cogs_total": sum(eroded.cost_usd),
        "gross_margin_total": eroded.gross_margin, "gross_margin_month_0": eroded.gross_margins[0],
        "gross_margin_last": eroded.gross_margins[-1], "best_month": eroded.best_month,
        "first_month_below_floor": eroded.first_month_below(given["floor"]),
    }, exact)


def test_t1_egress_in_tiers() -> None:
    tiers = (Tier("1", 1e4, 0.09), Tier("2", 5e4, 0.085), Tier("3", 1.5e5, 0.07), Tier("4", inf, 0.05))
    assert tiered_usd(206_144, tiers) == pytest.approx(14_107.20, rel=1e-12)
    assert tiered_usd(1_000_000, tiers) == pytest.approx(53_800, rel=1e-12)
    assert tiered_usd(0, tiers) == 0


def test_a_year_discounts_by_the_yearly_rate() -> None:
    flows = [0.0] * 12 + [110.0]
    assert present_value(flows, discount_per_year=0.1) == pytest.approx(100.0, rel=1e-12)
