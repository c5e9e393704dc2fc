"""A home region inside the EU regions: one pool a region, whoever it serves, and every group by its own shares."""

from collections import Counter

import numpy as np
import pytest

from sim.catalogue import load_catalogue
from sim.economics import PriceBook, contracts
from sim.scenario.schema import Scenario
from sim.serving import FixedShare
from sim.strategy.architecture import architecture
from sim.strategy.areas import play_platform
from sim.strategy.months import flow_of
from sim.strategy.window import platform_in
from sim.workload import draw_window
from tests.unit.strategy_small import played, small

OWN = 0.6


def overlapping(**settings: object) -> Scenario:
    return small(
        platform__home_region="eu_north",
        platform__eu_regions=["eu_west", "eu_north"],
        decisions__residency="customer_region",
        decisions__own_share=OWN,
        world__eu_required_share=0.3,
        **settings,
    )


@pytest.mark.parametrize("routing", ["fixed_share", "least_loaded"])
def test_no_endpoint_stands_twice_and_everybody_is_served_once(routing: str) -> None:
    built = architecture(overlapping(platform__routing=routing), load_catalogue())
    ids = Counter(unit.id for station in built.stations for unit in station.units)
    assert set(ids.values()) == {1}
    assert {"pool.eu_west", "pool.eu_north"} < set(ids) and sum(id.startswith("api") for id in ids) == 1
    np.testing.assert_allclose(np.sum([station.share_of_group for station in built.stations], axis=0), 1.0)


def test_each_group_keeps_its_own_spread() -> None:
    """Who is not from the EU goes home; who is goes to both EU regions evenly, home among them."""
    built = architecture(overlapping(), load_catalogue())
    shares = {station.id: station.share_of_group for station in built.stations}
    for at, group in enumerate(built.groups):
        inside = group.needs_eu or group.region.startswith("eu")
        assert shares["pool.eu_north"][at] == pytest.approx(OWN / 2 if inside else OWN)
        assert shares["pool.eu_west"][at] == pytest.approx(OWN / 2 if inside else 0.0)


def test_what_is_promised_to_a_seller_is_what_is_needed(monkeypatch) -> None:
    """Two pools of one id would sign once and need twice, or bill what is needed as unneeded."""
    catalogue = load_catalogue()
    month = played(overlapping(), monkeypatch).months[-1]
    flow = flow_of(month, catalogue, data_gb=0.0, vectors=0.0)
    assert len({pool.id for pool in flow.pools}) == len(flow.pools) == 2
    prices = PriceBook(catalogue).on(flow.on)
    signed = contracts(flow, month.state.platform, held=(), prices=prices, price_level=1.0)
    again = contracts(flow, month.state.platform, held=signed, prices=prices, price_level=1.0)
    assert again == signed
    assert sum(c.gpus for c in signed) == sum(pool.gpus for pool in flow.pools)


def test_a_replay_sends_each_group_by_its_own_shares(monkeypatch) -> None:
    run = played(overlapping(), monkeypatch)
    platform = platform_in(run, len(run.months) - 1)
    mix = run.epochs[0].operator.models[0].spread[0]
    trace = draw_window(mix, 3000, rate_rps=5.0, seed=3, replication=0, name="areas")
    record = play_platform(platform, trace, seed=3, name="areas", catalogue=load_catalogue()).record
    ids = [unit.id for station in platform.built.stations for unit in station.units]
    west = record.endpoint == ids.index("pool.eu_west")
    north = record.endpoint == ids.index("pool.eu_north")
    groups = platform.built.groups
    outside = np.array([not g.needs_eu and not g.region.startswith("eu") for g in groups])[trace.user_region]
    assert outside.any() and not (west & outside).any() and (record.endpoint >= 0).all()
    assert north[outside].mean() == pytest.approx(OWN, abs=0.05)
    assert west[~outside].mean() == pytest.approx(OWN / 2, abs=0.05)


def test_shares_by_region_hold_for_users_of_that_region_only() -> None:
    class FromSecond:
        user_region = 1

    router = FixedShare((1.0, 0.0), by_region=((1.0, 0.0), (0.0, 1.0)))
    assert router.route(0.5, (0, 1), (), FromSecond()).endpoint == 1
    assert router.route(0.5, (0, 1), ()).endpoint == 0
