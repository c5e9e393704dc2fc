"""Every router can be chosen in a scenario, and none of them loses a request or sends data over a border."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from sim import scenario as scenarios
from sim.catalogue import load_catalogue
from sim.metrics.measure import MAIN
from sim.scenario import ScenarioError
from sim.scenario.schema import Routing
from sim.serving import router, simulate
from sim.serving.quota import Bucket
from sim.strategy.architecture import architecture
from sim.strategy.routers import BUILDERS
from sim.strategy.totals import CALLS, SERVED
from sim.workload import draw_window
from tests.unit.strategy_small import LEAST, last_service, played, small

JOINT = [name for name in get_args(Routing) if name != "fixed_share"]
EU_GROUPS = {"decisions.residency": "customer_region", "world.eu_required_share": 0.3}


def test_every_policy_is_a_choice() -> None:
    assert set(get_args(Routing)) == set(router.names()) == set(BUILDERS)


@pytest.mark.parametrize("routing", JOINT)
def test_every_request_has_one_end(routing: str, monkeypatch) -> None:
    run = played(small(platform__routing=routing, decisions__own_share=0.5), monkeypatch)
    service, row = last_service(run)
    np.testing.assert_allclose(service.outcomes[row].sum(axis=-1), service.requests[row], rtol=1e-6)
    assert service.outcomes[row, :, SERVED].sum() > 0.95 * service.requests[row].sum()
    (station,) = service.stations
    assert type(station.model.station.router) is router.named(routing)


@pytest.mark.parametrize("routing", JOINT)
def test_no_router_sends_data_over_a_border(routing: str) -> None:
    regions = ["eu_west"] if routing == "cascade" else ["eu_west", "eu_north"]
    state = scenarios.set_fields(
        small(platform__routing=routing, decisions__own_share=0.5), {**EU_GROUPS, "platform.eu_regions": regions}
    )
    built = architecture(state, load_catalogue())
    assert any(group.needs_eu for group in built.groups)
    for station in built.stations:
        for group, share in zip(built.groups, station.share_of_group, strict=True):
            if share > 0 and (group.needs_eu or group.region.startswith("eu")):
                assert all(unit.in_eu for unit in station.units)


@pytest.mark.parametrize("routing", JOINT)
def test_a_request_that_needs_the_eu_stays_there_in_every_cell(routing: str, monkeypatch) -> None:
    run = played(small(platform__routing=routing, decisions__own_share=0.5, **{
        "decisions__residency": "customer_region", "world__eu_required_share": 0.3, "platform__eu_regions": ["eu_west"]
    }), monkeypatch)  # fmt: skip
    for model in run.epochs[0].operator.models:
        key = model.cell((1.0, 50_000.0)).key
        trace = draw_window(key.mixes[0], 200, rate_rps=20.0, seed=1, replication=0, name="border")
        record = simulate(key.world, trace)
        went = record.endpoint[trace.needs_eu & (record.endpoint >= 0)]
        assert set(went.tolist()) <= set(key.world.eu_endpoints)


def test_the_least_loaded_endpoint_is_not_the_one_whose_quota_queues(monkeypatch) -> None:
    service, row = last_service(played(small(platform__routing="least_loaded"), monkeypatch))
    assert service.outcomes[row, :, SERVED].sum() > 0.99 * service.requests[row].sum()


def test_what_waits_for_a_quota_is_load() -> None:
    bucket = Bucket(100.0, 60.0)
    assert bucket.owed_share(0.0) == 0.0
    bucket.take(50.0, 0.0)
    assert bucket.owed_share(0.0) == pytest.approx(0.5)
    assert bucket.owed_share(10.0) == pytest.approx(0.4)
    starts_s = bucket.start_s(100.0, 0.0)
    bucket.take(100.0, starts_s)
    assert bucket.owed_share(0.0) == pytest.approx(1.5)
    assert bucket.owed_share(1000.0) == 0.0


def bought_share(run) -> float:
    service, row = last_service(run)
    calls = service.stations[0].used[row, :, MAIN, CALLS]
    return float(calls[-1] / calls.sum())


def test_spill_over_spills_above_its_threshold(monkeypatch) -> None:
    def at(threshold: float) -> float:
        scenario = small(platform__routing="spill_over", platform__router__spill_above=threshold)
        return bought_share(played(scenario, monkeypatch))

    assert at(0.0) == pytest.approx(1.0)
    assert at(10.0) < 0.01


def test_a_cascade_pays_for_both_answers(monkeypatch) -> None:
    cascade = small(platform__routing="cascade", decisions__own_share=0.8)
    service, row = last_service(played(cascade, monkeypatch, effort=replace(LEAST, loads=(0.3, 1.1), calls=4000)))
    calls = service.stations[0].used[row, :, MAIN, CALLS]
    again = load_catalogue().value("business", "rules", "asked_again_share")
    expected = (1 + 0.8 * again) * service.requests[row].sum()
    assert calls.sum() == pytest.approx(expected, rel=0.03)


def test_months_that_grow_alike_share_their_surfaces(monkeypatch) -> None:
    """Quotas move each quarter; the cells they are read from do not."""
    run = played(small(platform__routing="least_loaded", months=36), monkeypatch)
    model = run.epochs[0].operator.models[0]
    sizes = last_service(run)[0].stations[0].sizes
    assert len(np.unique(sizes, axis=0)) >= 8
    assert run.windows <= 6 * 2 * len(model.effort.loads)


def test_a_fixed_share_reads_no_settings_of_routers() -> None:
    catalogue = load_catalogue()
    plain = architecture(small(), catalogue)
    moved = small(platform__router={"signal_delay_s": 5.0, "spill_above": 0.1, "weigh_cost": 3.0})
    assert architecture(moved, catalogue) == plain


def test_what_a_router_sees_can_be_old(monkeypatch) -> None:
    catalogue = load_catalogue()
    late = small(platform__routing="least_loaded", platform__router__signal_delay_s=5.0)
    assert [station.signal_delay_s for station in architecture(late, catalogue).stations] == [5.0]
    model = played(late, monkeypatch).epochs[0].operator.models[0]
    assert model.cell((1.0, 50_000.0)).key.world.signal_delay_s == 5.0


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"platform.routing": "weighted", "platform.router": dict.fromkeys(
            ("weigh_load", "weigh_latency", "weigh_cost", "weigh_prefix"), 0.0)}, "needs a weight above 0"),
        ({"platform.routing": "cascade", "decisions.residency": "eu_only",
          "platform.eu_regions": ["eu_west", "eu_north"]}, "tries one pool"),
        ({"platform.engine.speculation": {"draft_tokens": 16, "acceptance": 0.5}}, "tokens proposed"),
        ({"platform.engine.prefill_share": 0.5, "platform.min_replicas": 1, "platform.max_replicas": 1},
         "split by phase"),
    ],
)  # fmt: skip
def test_what_does_not_belong_together_is_a_fault(fields, fault: str) -> None:
    with pytest.raises(ScenarioError, match=fault):
        scenarios.set_fields(small(), fields)
