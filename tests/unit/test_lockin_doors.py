"""Doors: months of profit, when a door is judged, its class with and without each judgement."""

from dataclasses import replace
from math import inf, isnan

import numpy as np
import pytest

from sim.catalogue import load_catalogue
from sim.lockin import (
    LAYERS,
    WHOLE,
    LockinInputs,
    LockinParameters,
    LockinResult,
    lock_in,
)
from sim.lockin.doors import first_judged, months_of_profit, payable_profit_usd, trailing_mean
from tests.unit.lockin_example import MONTHS, example, example_inputs, example_parameters, flat


def leave(inputs: LockinInputs, overrides: dict[str, float] | None = None) -> LockinResult:
    return lock_in(inputs, example_parameters(overrides))


# Months of profit, and when there is no profit to pay from.


def test_profit_is_the_trailing_mean_of_three_months() -> None:
    assert int(LockinParameters.of(load_catalogue()).profit_window_months) == 3
    assert trailing_mean(np.array([3.0, 6.0, 9.0, 0.0]), 3).tolist() == [3.0, 4.5, 6.0, 5.0]
    profit_usd = flat(100e3)
    profit_usd[20] = -100e3
    inputs = replace(example_inputs(), gross_profit_usd=profit_usd, revenue_usd=flat(200e3))
    profit = payable_profit_usd(inputs, LockinParameters.of(load_catalogue()))
    burden = months_of_profit(np.full(MONTHS, 1e6), profit)
    assert burden[[19, 20, 22, 23]] == pytest.approx([10, 30, 30, 10])


@pytest.mark.parametrize(("share", "payable"), [(0.049, False), (0.051, True), (0.0, False), (-0.2, False)])
def test_profit_below_a_twentieth_of_revenue_pays_for_no_exit(share: float, payable: bool) -> None:
    # So little has to be paid that the class would be easy, were there profit to pay it from.
    cheap = {"rework_pm_per_point.identity": 0.0, "evaluation_usd": 0.0, "dual_share": 0.0, "frozen_share": 0.0}
    inputs = replace(example_inputs(), revenue_usd=flat(1e6), gross_profit_usd=flat(share * 1e6))
    found = leave(inputs, cheap)
    door = found.doors(draws=4, seed=1)["identity"]
    assert door.payable is payable
    assert (found.by_set["identity"].months_of_profit < inf).all() == payable
    assert (door.door_class == "two_way") is payable


def test_before_launch_leaving_is_not_payable() -> None:
    used = np.arange(MONTHS) >= 5
    inputs = example_inputs()
    flows = {"gross_profit_usd": inputs.gross_profit_usd * used, "revenue_usd": inputs.revenue_usd * used}
    found = leave(replace(inputs, launch_month=5, **flows)).by_set[WHOLE]
    assert (found.months_of_profit[:5] == inf).all()
    assert np.isfinite(found.months_of_profit[5:]).all()


@pytest.mark.parametrize(("launch_month", "first"), [(0, 5), (4, 9), (29, 34), (30, 35), (36, 35)])
def test_a_door_is_judged_from_six_months_after_launch(launch_month: int, first: int) -> None:
    inputs = replace(example_inputs(), launch_month=launch_month)
    assert first_judged(inputs, example_parameters()) == first


def test_what_came_before_the_judged_months_does_not_count() -> None:
    commitments = {name: flat(0.0) for name in (*LAYERS, WHOLE)}
    commitments["model_api"] = np.where(np.arange(MONTHS) < 5, 1e7, 0.0)
    early = replace(example_inputs(), commitment_usd=commitments)
    assert leave(early).doors(draws=4, seed=1)["model_api"].door_class == "two_way"
    commitments["model_api"] = np.where(np.arange(MONTHS) < 6, 1e7, 0.0)
    assert leave(early).doors(draws=4, seed=1)["model_api"].door_class == "sticky"


# What rests on one judgement is shown with and without it.


def test_without_growth_forgone_orchestration_and_data_are_only_sticky() -> None:
    found = example().doors(draws=4, seed=1)
    for layer, growth in (("orchestration", 1.20), ("data", 1.10)):
        assert found[layer].door_class == "compounding"
        assert found[layer].class_cash_only == "sticky"
        assert round(found[layer].growth_of_burden_cash_only, 2) == growth


def test_without_a_frozen_roadmap_everything_is_as_it_is_in_cash_alone() -> None:
    """Rule 14: growth forgone rests on the share of the roadmap that stands still; at a share of 0 there is none."""
    printed = example().doors(draws=4, seed=1)
    bare = leave(example_inputs(), {"frozen_share": 0.0}).doors(draws=4, seed=1)
    for name, door in printed.items():
        in_cash = (door.class_cash_only, door.growth_of_burden_cash_only, door.compounds_below_growth_cash_only)
        of_bare = (bare[name].door_class, bare[name].growth_of_burden, bare[name].compounds_below_growth)
        assert repr(of_bare) == repr(in_cash), name
    assert any(door.compounds_below_growth_cash_only < door.compounds_below_growth for door in printed.values())


def test_in_a_slow_business_every_door_compounds_and_at_five_percent_two_do() -> None:
    slow, planned = (example(growth=g).doors(draws=4, seed=1) for g in (0.02, 0.05))
    assert {layer for layer in LAYERS if slow[layer].door_class == "compounding"} == set(LAYERS)
    assert {layer for layer in LAYERS if planned[layer].door_class == "compounding"} == {"orchestration", "data"}
    for layer in LAYERS:
        assert 0.02 <= planned[layer].compounds_below_growth <= 0.1
        assert (planned[layer].compounds_below_growth >= 0.05) == (layer in {"orchestration", "data"})


def test_a_door_that_never_compounds_says_so() -> None:
    never = leave(example_inputs(), {"compounding_ratio": 1e9}).doors(draws=4, seed=1)[WHOLE]
    assert isnan(never.compounds_below_growth)


def test_another_growth_replays_the_scenario_as_if_it_were_planned() -> None:
    """Profit and bills of the example are those of the month's end, so they are put back by one month's growth."""
    inputs, parameters = example_inputs(), example_parameters()
    grown = inputs.grown(np.array([[0.02]]), parameters.data_deleted_share)
    planned = example_inputs(growth=0.02)
    assert grown.data_gb[0] == pytest.approx(planned.data_gb)
    assert grown.vectors[0] == pytest.approx(planned.vectors)
    assert grown.gross_profit_usd[0] / 1.05 == pytest.approx(planned.gross_profit_usd / 1.02)
    assert grown.growth_per_month[0].tolist() == planned.growth_per_month.tolist()


def test_growth_changes_nothing_before_the_launch() -> None:
    inputs = replace(example_inputs(), launch_month=7)
    grown = inputs.grown(np.array([[0.09]]), np.zeros(()))
    assert grown.revenue_usd[0, :8] == pytest.approx(inputs.revenue_usd[:8])
    assert grown.revenue_usd[0, 8] == pytest.approx(inputs.revenue_usd[8] * 1.09 / 1.05)


def test_staying_a_month_costs_what_leaving_gets_dearer_by() -> None:
    whole = example().by_set[WHOLE]
    in_full = whole.costs.usd_with_growth_forgone
    assert whole.interest_usd[:-1] == pytest.approx(in_full[1:] - in_full[:-1])
    assert whole.interest_usd_cash_only[4] == pytest.approx(whole.usd_cash[5] - whole.usd_cash[4])
    assert isnan(whole.interest_usd[-1])


def test_a_door_prints_cash_after_six_twelve_twenty_four_and_thirty_six_months() -> None:
    found = example()
    door = found.doors(draws=4, seed=1)["data"]
    cash = found.by_set["data"].usd_cash
    assert door.usd == pytest.approx({6: cash[5], 12: cash[11], 24: cash[23], 36: cash[35]})
    assert door.exit_months == found.by_set["data"].exit_months[-1]
