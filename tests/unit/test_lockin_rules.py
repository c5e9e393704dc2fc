"""The rules that settle what two people would compute differently, one test each."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from sim.catalogue import load_catalogue
from sim.lockin import (
    COMPONENTS,
    LAYERS,
    WHOLE,
    LockinInputs,
    LockinParameters,
    LockinResult,
    against_notice,
    deck,
    dragged_along,
    egress_factor,
    embedding_ties,
    layer_set,
    lock_in,
    tie_row,
)
from sim.scenario.schema import Decisions
from tests.unit.lockin_example import MONTHS, example, example_inputs, example_parameters, flat

DATA = LAYERS.index("data")
MODEL = LAYERS.index("model_api")


def leave(inputs: LockinInputs, overrides: dict[str, float] | None = None) -> LockinResult:
    return lock_in(inputs, example_parameters(overrides))


# Stocks are stated at the end of a month; points grow before the launch, use does not.


def test_the_first_statement_stands_at_the_end_of_month_zero() -> None:
    stocks = example().basis.stocks
    assert stocks.data_gb[0] == pytest.approx(24_000)
    assert stocks.points[0, LAYERS.index("orchestration")] == pytest.approx(3.71333, abs=5e-6)


def test_points_grow_from_month_zero_whenever_the_launch_is() -> None:
    late = leave(replace(example_inputs(), launch_month=9, data_gb=flat(20_000.0)))
    assert (np.diff(late.basis.stocks.points[:9], axis=0) > 0).all()


def test_data_pulls_with_what_lay_there_at_the_beginning_of_the_month() -> None:
    inputs = example_inputs()
    later = inputs.data_gb.copy()
    later[10:] *= 5
    gain = leave(replace(inputs, data_gb=later)).basis.stocks.points - example().basis.stocks.points
    assert (gain[:11] == 0).all()
    assert gain[11, DATA] > 0


# Cash, and the growth forgone beside it.


def test_growth_forgone_is_no_part_of_the_cash() -> None:
    for leaving in example().by_set.values():
        assert tuple(leaving.costs.components) == COMPONENTS
        assert sum(leaving.costs.components.values()) == pytest.approx(leaving.usd_cash)
        assert (leaving.usd_growth_forgone > 0).all()


@pytest.mark.parametrize("growth", [0.0, -0.03])
def test_a_business_that_does_not_grow_forgoes_nothing(growth: float) -> None:
    found = leave(replace(example_inputs(), growth_per_month=flat(growth))).by_set[WHOLE]
    assert (found.usd_growth_forgone == 0).all()
    assert (found.usd_cash == example().by_set[WHOLE].usd_cash).all()


def test_a_loss_is_not_forgone() -> None:
    found = leave(replace(example_inputs(), gross_profit_usd=flat(-50e3))).by_set[WHOLE]
    assert (found.usd_growth_forgone == 0).all()


def test_time_is_capped_at_the_horizon_before_growth_forgone() -> None:
    months = 4
    whole = leave(replace(example_inputs(), horizon_months=months)).by_set[WHOLE]
    assert whole.exit_months[-1] > months
    assert whole.costs.beyond_horizon.tolist() == (whole.exit_months > months).tolist()
    profit_usd = example_inputs().gross_profit_usd[-1]
    assert whole.usd_growth_forgone[-1] == pytest.approx(0.3 * 0.05 * profit_usd * months * (months / 2 + 6))


def test_the_whole_is_less_than_its_layers() -> None:
    found = example().by_set
    of_layers = sum(found[layer].costs.usd_with_growth_forgone[-1] for layer in LAYERS)
    assert of_layers == pytest.approx(5_551e3, abs=500)
    assert found[WHOLE].costs.usd_with_growth_forgone[-1] == pytest.approx(5_244e3, abs=500)


# What is paid for which layer.


def test_evaluation_is_always_paid_and_prompts_only_with_the_model() -> None:
    found = example()
    prompts_usd = 600 * found.basis.stocks.prompts
    for layer in LAYERS:
        expected = 20_000 + (prompts_usd if layer == "model_api" else 0)
        assert found.by_set[layer].costs.components["reval"] == pytest.approx(np.broadcast_to(expected, MONTHS))


def test_vectors_are_made_again_only_if_their_model_changes() -> None:
    untied = replace(example_inputs(), embedding_ties=np.zeros((MONTHS, 6), dtype=bool))
    again, kept = example().by_set["data"].costs, leave(untied).by_set["data"].costs
    index_usd = 2e-6 * example_inputs().vectors
    assert kept.components["embed"] == pytest.approx(index_usd)
    assert again.components["embed"] == pytest.approx(index_usd + 400e-6 * 0.02 * example_inputs().vectors)
    assert (again.components["dual"] > kept.components["dual"]).all()


def test_nothing_of_the_data_is_paid_where_the_data_stays() -> None:
    for layer in set(LAYERS) - {"data"}:
        components = example().by_set[layer].costs.components
        assert (components["move"] == 0).all() and (components["embed"] == 0).all()


@pytest.mark.parametrize(("layer", "regions"), [("data", 3), ("network", 3), ("model_api", 0), ("identity", 0)])
def test_compliance_is_paid_for_each_region_where_data_or_network_is_left(layer: str, regions: int) -> None:
    found = leave(replace(example_inputs(), regions=flat(3.0))).by_set[layer]
    assert found.costs.components["compliance"] == pytest.approx(flat(40_000.0 * regions))


def test_only_what_is_left_is_run_twice() -> None:
    bills = {name: flat(10e3 * (1 + place)) for place, name in enumerate(LAYERS)} | {WHOLE: flat(150e3)}
    found = leave(replace(example_inputs(), run_bill_usd=bills))
    for layer in ("network", "identity"):
        assert found.by_set[layer].costs.components["dual"] == pytest.approx(1 * 0.6 * bills[layer])
    together = found.leaving({"network", "identity"}).costs.components["dual"]
    assert together == pytest.approx(0.6 * (bills["network"] + bills["identity"]))


def test_layers_that_share_a_bill_do_not_run_more_than_the_platform_twice() -> None:
    together = example().leaving({"network", "identity"}).costs.components["dual"]
    assert together == pytest.approx(0.6 * example_inputs().run_bill_usd[WHOLE])


def test_a_rebuilt_layer_keeps_only_the_places_that_cannot_move() -> None:
    open_share = np.zeros((MONTHS, 6))
    open_share[12:, DATA] = 0.6
    rebuilt = np.zeros((MONTHS, 6), dtype=bool)
    rebuilt[12, DATA] = True
    stayed = leave(replace(example_inputs(), open_share=open_share)).basis.stocks.points
    moved = leave(replace(example_inputs(), open_share=open_share, rebuilt=rebuilt)).basis.stocks.points
    assert moved[12, DATA] == pytest.approx(0.4 * stayed[12, DATA])
    assert (np.delete(moved, DATA, axis=1) == np.delete(stayed, DATA, axis=1)).all()


# Where the values come from.


def test_draws_meet_every_part_of_a_range_once() -> None:
    parameters = LockinParameters.of(load_catalogue())
    drawn = parameters.draws(40, seed=3)
    assert drawn.growth_per_month is not None
    for low, high, values in (
        (0.0, 0.1, drawn.growth_per_month),
        (1.0, 4.0, drawn.features_per_month),
        (0.3, 1.2, drawn.rework_pm_per_point[..., DATA]),
    ):
        parts = np.floor((values[:, 0] - low) / (high - low) * 40)
        assert sorted(parts.tolist()) == list(range(40))


def test_thresholds_law_and_what_a_scenario_states_are_not_drawn() -> None:
    drawn = LockinParameters.of(load_catalogue(), {"overrun": 0.3, "data_gain.data": 0.7}).draws(5, seed=3)
    assert drawn.overrun == 0.3
    assert (drawn.data_gain[..., DATA] == 0.7).all()
    assert drawn.two_way_months_of_profit == 1.25
    assert drawn.point_retirement.shape == ()
    assert drawn.team_people.shape == (5, 1)


def test_draws_depend_on_the_seed_alone() -> None:
    parameters = LockinParameters.of(load_catalogue())
    same, other = parameters.draws(5, seed=3), parameters.draws(5, seed=4)
    assert (parameters.draws(5, seed=3).team_people == same.team_people).all()
    assert (other.team_people != same.team_people).any()


def test_probabilities_are_shares_of_the_draws() -> None:
    for door in example().doors(draws=50, seed=2).values():
        assert sum(door.probability.values()) == pytest.approx(1)
        assert door.class_share == door.probability[door.door_class]
        assert (door.class_share * 50) % 1 == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("day", "eu_switch", "factor"),
    [(date(2027, 1, 11), True, 1.0), (date(2027, 1, 12), True, 0.0), (date(2027, 6, 1), False, 1.0)],
)
def test_the_eu_rule_is_read_by_date(day: date, eu_switch: bool, factor: float) -> None:
    assert egress_factor(load_catalogue(), day, eu_switch=eu_switch, overrides={}) == factor
    stated = {"egress_factor": 0.5, "egress_factor_eu": 0.5}
    assert egress_factor(load_catalogue(), day, eu_switch=eu_switch, overrides=stated) == 0.5


# Shocks.


def test_each_shock_forces_the_layers_that_the_deck_says() -> None:
    forced = {shock.id: set(shock.forces) for shock in deck(load_catalogue()) if shock.forces}
    assert forced == {
        "model_retired": {"model_api"},
        "vendor_acquired": {"data"},
        "residency_ruling": {"data", "network"},
        "cloud_price_rise": {"orchestration", "network"},
    }


def test_hazards_are_yearly_and_a_month_has_a_twelfth() -> None:
    hazards = {shock.id: shock for shock in deck(load_catalogue())}
    assert hazards["model_retired"].hazard_per_year.likely == 0.7
    assert hazards["model_retired"].hazard_per_month == pytest.approx(0.7 / 12)
    assert [hazards[id].hazard_per_year.likely for id in ("residency_ruling", "vendor_acquired", "cloud_price_rise")] \
        == [0.2, 0.1, 0.1]


def test_every_shock_of_the_deck_has_a_name_and_its_rows() -> None:
    catalogue = load_catalogue()
    shocks = deck(catalogue)
    assert len(shocks) == 17
    for shock in shocks:
        assert catalogue.label("shocks", shock.id) != shock.id
        assert 0 <= shock.notice_months.low <= shock.notice_months.high


def test_leaving_late_is_measured_against_the_notice() -> None:
    found = against_notice(np.array([2.0, 3.0, 7.5]), 3.0)
    assert found.late_months.tolist() == [0.0, 0.0, 4.5]
    assert found.in_time.tolist() == [True, True, False]


def decisions(**changed: object) -> Decisions:
    """The managed platform, with some decisions changed."""
    managed = {
        "own_share": 0.0,
        "spare_room": 0.4,
        "api_tier": "mid",
        "small_first_share": 0.0,
        "residency": "anywhere",
        "vector_store": "vendor",
        "orchestration": "vendor",
        "movable_share": 0.1,
    }
    return Decisions.model_validate({**managed, **changed})


@pytest.mark.parametrize(
    ("changed", "moved"),
    [
        ({}, {"model_api", "data"}),
        ({"vector_store": "open_hosted"}, {"model_api"}),
        ({"vector_store": "open_self_run"}, {"model_api"}),
        ({"api_tier": "open_hosted"}, {"model_api"}),
        ({"own_share": 1.0}, {"model_api"}),
    ],
)
def test_a_model_swap_drags_the_vectors_that_the_vendor_made(changed: dict[str, object], moved: set[str]) -> None:
    ties = embedding_ties(decisions(**changed))
    assert dragged_along(layer_set({"model_api"}), ties) == moved
    assert dragged_along(layer_set({"network"}), ties) == {"network"}
    ties_by_month = np.tile(tie_row(ties), (MONTHS, 1))
    inputs = replace(example_inputs(), embedding_ties=ties_by_month)
    assert inputs.reembeds(layer_set({"model_api"})).all() == ("data" in moved)


# Bad input.


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (lambda: LockinParameters.of(load_catalogue(), {"overun": 0.3}), "Did you mean 'overrun'"),
        (lambda: layer_set({"dta"}), "Did you mean 'data'"),
        (lambda: layer_set(()), "at least one"),
        (lambda: replace(example_inputs(), regions=flat(1.0, 12)), "regions has shape"),
        (lambda: replace(example_inputs(), open_share=np.zeros((12, 6))), "open_share has shape"),
        (lambda: replace(example_inputs(), run_bill_usd={}), "lacks agent_framework"),
    ],
)
def test_faults_say_what_is_wrong(act: Callable[[], object], says: str) -> None:
    with pytest.raises((LookupError, ValueError), match=says):
        act()
