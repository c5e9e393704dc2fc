"""A decision is carried out: it costs and takes what the lock-in state of its month says, and then takes effect."""

import numpy as np
import pytest

from sim.lockin.moves import left_by
from sim.scenario import set_fields
from sim.strategy.schedule import worked_until
from tests.unit.dated import MANAGED, OWN, calm, costs, dated, outcome

TO_OPEN = {"decisions.api_tier": "open_hosted"}
TO_OUR_STORE = {"decisions.vector_store": "open_hosted"}


# --- which layers a change leaves ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "layers"),
    [
        ({}, {"decisions.api_tier": "top"}, {"model_api"}),
        ({"decisions.own_share": 1}, {"decisions.api_tier": "top"}, set()),
        ({}, {"decisions.own_share": 0.4}, {"model_api"}),
        ({"decisions.own_share": 0.4}, {"decisions.own_share": 0.9}, set()),
        ({"decisions.own_share": 0.4}, {"decisions.own_share": 1}, {"model_api"}),
        ({"decisions.own_share": 1}, {"decisions.own_share": 0.4}, {"model_api"}),
        ({"decisions.own_share": 0.4}, {"decisions.own_share": 0}, set()),
        ({}, {"decisions.residency": "eu_only"}, {"data", "network"}),
        ({}, {"decisions.vector_store": "open_self_run"}, {"data"}),
        ({}, {"decisions.orchestration": "we_run"}, {"orchestration"}),
        ({}, {"platform.home_region": "us_west"}, {"network"}),
        ({}, {"platform.eu_regions": ["eu_north"]}, {"network"}),
        ({}, {"decisions.spare_room": 1.0}, set()),
        ({}, {"decisions.movable_share": 0.9}, set()),
        ({}, {"decisions.small_first_share": 0.5}, set()),
        ({}, {"platform.reserved_share": 0.5}, set()),
        ({}, {"platform.routing": "least_loaded"}, set()),
        ({}, {"world.growth_per_month": 0.1}, set()),
    ],
)
def test_a_change_leaves_the_layers_it_touches(before, after, layers):
    old = set_fields(dated(), before)
    assert set().union(*left_by(old, set_fields(old, after)).values()) == layers


# --- cost and time ------------------------------------------------------------------------------------------------


def test_a_move_costs_what_leaving_would_have_cost_when_its_month_began():
    move, *others = outcome(changes=((12, TO_OPEN),)).migrations
    leaving = calm().lockin.leaving({"model_api", "data"})
    expected = {name: usd[11] for name, usd in leaving.costs.components.items() if name != "commitment"}
    assert not others
    assert move.components == pytest.approx(expected, rel=1e-12)
    assert move.exit_months == pytest.approx(leaving.exit_months[11], rel=1e-12)
    assert move.usd_growth_forgone == pytest.approx(leaving.usd_growth_forgone[11], rel=1e-12)


def test_leaving_a_vendors_model_drags_the_vectors_along():
    assert outcome(changes=((12, TO_OPEN),)).migrations[0].layers == ("model_api", "data")
    free = outcome(OWN, changes=((12, {"decisions.api_tier": "top"}),))
    assert free.migrations[0].layers == ("model_api",)


def test_the_old_way_serves_until_the_move_is_done():
    found = outcome(changes=((12, TO_OPEN),))
    done = found.migrations[0].done_month
    assert done == 12 + np.ceil(found.migrations[0].exit_months)
    for month in range(done):
        assert found.months[month].requests == calm().months[month].requests
        assert found.months[month].cost_usd["api"] == calm().months[month].cost_usd["api"]
    assert found.months[done].cost_usd["api"] < 0.5 * calm().months[done].cost_usd["api"]


def test_its_cash_is_spread_over_its_months_and_is_all_there():
    found = outcome(changes=((12, TO_OPEN),))
    move, paid = found.migrations[0], costs(found, "migration")
    assert sum(paid) == pytest.approx(move.cash_usd, rel=1e-12)
    assert [month for month, usd in enumerate(paid) if usd] == list(range(12, move.done_month))
    assert len({round(usd, 6) for usd in paid if usd}) == 1
    for month in found.months:
        lines = sum(usd for line, usd in month.cost_usd.items() if line != "total")
        assert month.cost_usd["total"] == pytest.approx(lines, rel=1e-12)


def test_a_longer_move_is_paid_only_as_far_as_the_horizon():
    found = outcome(changes=((35, TO_OPEN),))
    move = found.migrations[0]
    assert move.done_month > 35
    assert sum(costs(found, "migration")) == pytest.approx(move.cash_usd / (move.done_month - 35))
    assert any("not done when the horizon ends" in sentence for sentence in found.warnings)


def test_the_later_a_move_the_dearer():
    by_month = [outcome(changes=((month, TO_OUR_STORE),)).migrations[0].cash_usd for month in (3, 12, 24, 35)]
    assert by_month == sorted(by_month)


def test_what_was_left_is_built_anew():
    found = outcome(changes=((12, TO_OUR_STORE),))
    done = found.migrations[0].done_month
    before, after = (o.lockin.basis.stocks.points[:, 3] for o in (calm(), found))
    assert (before[:done] == after[:done]).all()
    assert after[done] < 0.6 * before[done]
    other_layers = [0, 1, 4, 5]
    assert (found.lockin.basis.stocks.points[:done, other_layers]
            == calm().lockin.basis.stocks.points[:done, other_layers]).all()  # fmt: skip


# --- what costs nothing -------------------------------------------------------------------------------------------


def test_two_changes_of_a_month_that_cancel_cost_nothing():
    found = outcome(changes=((12, TO_OPEN), (12, {"decisions.api_tier": "mid"})))
    assert found.migrations == ()
    assert found.npv_usd == calm().npv_usd
    assert found.cumulative_cash_usd == calm().cumulative_cash_usd


def test_two_changes_of_a_month_are_one_move():
    together = outcome(changes=((12, {"decisions.orchestration": "open_hosted"}), (12, TO_OUR_STORE)))
    assert [move.layers for move in together.migrations] == [("orchestration", "data")]
    apart = calm().lockin
    alone = sum(apart.leaving({layer}).usd_cash[11] for layer in ("orchestration", "data"))
    assert together.migrations[0].cash_usd < alone


def test_what_is_decided_in_month_0_is_how_it_starts():
    late = outcome(changes=((0, TO_OUR_STORE),))
    early = outcome(decisions=calm().scenario.decisions.model_dump() | {"vector_store": "open_hosted"})
    assert late.migrations == ()
    assert late.npv_usd == early.npv_usd


def test_what_moves_nothing_takes_effect_at_once():
    found = outcome(changes=((12, {"decisions.spare_room": 1.5, "world.growth_per_month": 0.1}),))
    assert found.migrations == ()
    assert found.months[12].requests > calm().months[12].requests
    assert found.months[11].requests == calm().months[11].requests


def test_a_decision_and_its_reverse_cost_two_moves():
    found = outcome(changes=((6, TO_OUR_STORE), (18, {"decisions.vector_store": "vendor"})))
    assert [move.decided_month for move in found.migrations] == [6, 18]
    assert found.npv_usd < calm().npv_usd


def test_equal_strategies_differ_by_exactly_nothing():
    what = {"changes": ((6, TO_OUR_STORE), (12, TO_OPEN)), "shocks": (("model_retired", 20, "high"),)}
    one, other = outcome(**what), outcome(**what)
    assert repr(one.months) == repr(other.months)
    assert (one.npv_usd, one.migrations) == (other.npv_usd, other.migrations)
    assert repr(one.shocks) == repr(other.shocks)


# --- one after the other ------------------------------------------------------------------------------------------


def test_a_layer_is_left_once_at_a_time():
    first, second = outcome(changes=((12, TO_OUR_STORE), (13, {"decisions.vector_store": "open_self_run"}))).migrations
    assert second.start_month == first.ends_at
    assert second.ends_at == pytest.approx(first.ends_at + second.exit_months)


def test_moves_of_different_layers_go_on_side_by_side():
    first, second = outcome(changes=((12, TO_OUR_STORE), (13, {"decisions.orchestration": "we_run"}))).migrations
    assert second.start_month == 13.0 < first.ends_at


def test_a_share_that_is_moved_waits_for_the_move_that_begins_it():
    found = outcome(changes=((12, {"decisions.own_share": 0.2}), (13, {"decisions.own_share": 0.6})))
    (move,) = found.migrations
    without_pools = [month.month for month in found.months if not month.replicas]
    assert without_pools == list(range(move.done_month))
    shares = found.months[move.done_month]
    assert shares.cost_usd["api"] < 0.5 * calm().months[move.done_month].cost_usd["api"]


def test_the_machinery_of_another_place_comes_with_the_place():
    moved = {"platform.home_region": "us_west", "platform.min_replicas": 5}
    found = outcome(OWN, changes=((12, moved),))
    (move,) = found.migrations
    assert move.settings == moved
    assert set(found.months[move.done_month].replicas) >= {"pool.us_west"}


def test_contracts_run_on_when_own_gpus_are_given_up():
    found = outcome(OWN, changes=((12, {"decisions.own_share": 0.0}),))
    assert found.migrations == ()
    assert found.months[12].cost_usd["gpu"] == 0.0
    idle = costs(found, "idle")
    assert idle[12] > 0
    assert idle[30] == 0.0


def test_a_known_later_month_changes_nothing_before_it():
    one = outcome(changes=((6, TO_OUR_STORE),))
    two = outcome(changes=((6, TO_OUR_STORE), (20, {"decisions.orchestration": "open_hosted"})))
    assert one.migrations[0] == two.migrations[0]


def test_work_stands_still_in_frozen_weeks():
    assert worked_until(3.0, work_months=2.0, freezes=()) == 5.0
    assert worked_until(3.0, work_months=2.0, freezes=((1.0, 2.0), (6.0, 7.0))) == 5.0
    assert worked_until(3.0, work_months=2.0, freezes=((4.0, 4.5),)) == 5.5
    assert worked_until(3.0, work_months=2.0, freezes=((2.5, 3.5), (5.0, 6.0))) == 6.5


def test_nothing_is_carried_out_where_nothing_is_decided():
    assert calm(MANAGED).migrations == calm(OWN).migrations == ()
    assert sum(costs(calm(OWN), "migration")) == 0.0
