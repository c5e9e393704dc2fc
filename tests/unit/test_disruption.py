"""Outages: drawn beforehand, played without losing anybody, and weighed as states."""

from dataclasses import replace

import numpy as np
import pytest

from sim.catalogue.facts import load_catalogue
from sim.serving import (
    FAILED,
    REFUSED,
    SERVED,
    TIMED_OUT,
    Autoscaler,
    Disruption,
    FixedShare,
    Hazards,
    LeastLoaded,
    ManagedApi,
    Outages,
    ReplicaHazard,
    RequestsPerReplica,
    SpotInterruptions,
    World,
    degraded_states,
    degraded_world,
    draw_disruption,
    fleet_time,
    simulate,
    single_pool_world,
)
from sim.serving.disruption import (
    EndpointOutage,
    ReplicaOutage,
    api_outages,
    gpu_failures,
    region_outages,
    replica_start_s,
    spot_interruptions,
)
from tests.reference.workloads import Ask, make_pool, make_step, trace_of

HOUR_S = 3600.0
API = ManagedApi("api", 1, 1.0, 0.0, 0.5, 0.0)


def pool_of(replicas: int, name: str = "pool"):
    return replace(make_pool(make_step(), replicas=replicas, max_running=4), id=name)


def two_pools(disruption: Disruption | None, *, away_s: float = 0.0) -> World:
    return World(
        endpoints=(pool_of(1, "near"), pool_of(1, "far")),
        router=FixedShare((1.0, 0.0)),
        rtt_s=((0.0, away_s),),
        eu_endpoints=(0,),
        disruption=disruption,
    )


# --- playing outages --------------------------------------------------------------------------------


def test_a_lost_request_is_served_by_another_replica_from_its_words_so_far() -> None:
    outage = ReplicaOutage(endpoint=0, slot=0, notice_s=3.5, lost_s=3.5, back_s=100.0)
    world = replace(single_pool_world(pool_of(2)), disruption=Disruption(replicas=(outage,)))
    record = simulate(world, trace_of([Ask(at=0.0, asked=4, answer=6)]))
    assert record.count(SERVED) == 1 and record.losses == 1
    assert record.replica[0] == 1
    # One prompt and two words by 3.0; the third is lost with its iteration, and the rest follows a new prefill.
    assert record.first_token_s[0] == 1.0
    assert record.finish_s[0] == 3.5 + 1.0 + 2.0


def test_a_pool_that_is_out_sends_its_requests_to_the_next_endpoint() -> None:
    outage = EndpointOutage(endpoint=0, begins_s=2.5, ends_s=50.0)
    world = two_pools(Disruption(endpoints=(outage,)), away_s=2.0)
    record = simulate(world, trace_of([Ask(at=0.0, asked=4, answer=3), Ask(at=4.0, asked=4, answer=3)]))
    assert record.endpoint.tolist() == [1, 1]
    assert record.count(SERVED) == 2
    # Lost after two words, half a round trip there, a prefill that yields the third, half a round trip back.
    assert record.finish_s[0] == 2.5 + 1.0 + 1.0 + 1.0
    assert record.first_token_s[0] == 1.0
    assert [change.what for change in record.changes] == ["notice", "lost", "back"]


def test_where_all_that_may_serve_is_out_the_request_fails_and_is_not_refused() -> None:
    world = two_pools(Disruption(endpoints=(EndpointOutage(0, 0.0, 50.0),)))
    trace = replace(trace_of([Ask(1.0, 4, 3), Ask(1.0, 4, 3), Ask(60.0, 4, 3)]), needs_eu=np.array([True, False, True]))
    assert simulate(world, trace).outcome.tolist() == [FAILED, SERVED, SERVED]
    homeless = replace(world, eu_endpoints=())
    assert simulate(homeless, trace).outcome.tolist() == [REFUSED, SERVED, REFUSED]


def test_a_user_whose_patience_ends_before_the_loss_is_heard_of_leaves_then() -> None:
    """The request finds its endpoint gone at 0.5 s, and word of it would be back at 1 s."""
    out = Disruption(endpoints=(EndpointOutage(0, 0.25, 50.0),))
    world = replace(two_pools(out), rtt_s=((1.0, 0.0),))
    record = simulate(world, trace_of([Ask(0.0, 4, 3, patience=0.75), Ask(0.0, 4, 3, patience=9.0)]))
    assert record.outcome.tolist() == [TIMED_OUT, SERVED]
    assert record.finish_s.tolist() == [0.75, 1.0 + 3.0]


def test_a_spot_replica_drains_within_its_notice_and_loses_only_what_is_left() -> None:
    outage = ReplicaOutage(endpoint=0, slot=1, notice_s=2.0, lost_s=10.0, back_s=20.0)
    world = replace(single_pool_world(pool_of(2)), disruption=Disruption(replicas=(outage,)))
    asks = [Ask(0.0, 1, 30), Ask(0.0, 1, 5), Ask(1.0, 1, 30), Ask(1.0, 1, 30), Ask(3.0, 1, 1), Ask(25.0, 1, 1)]
    record = simulate(world, trace_of(asks))
    assert record.count(SERVED) == len(asks)
    assert record.replica[1] == 1 and record.finish_s[1] == 5.0, "what fits into the notice is finished"
    assert record.losses == 1
    assert record.replica[3] == 0, "what does not is moved"
    assert record.replica[4] == 0, "nothing new during the notice"
    assert record.replica[5] == 1, "the replacement serves"


def test_a_region_falls_as_one() -> None:
    """What one replica loses is not sent to another that falls at the same instant."""
    whole = Disruption(endpoints=(EndpointOutage(0, 2.5, 9.0), EndpointOutage(1, 2.5, 9.0)))
    world = replace(two_pools(whole), endpoints=(pool_of(2, "near"), pool_of(2, "far"), API), rtt_s=((0.0, 0.0, 0.0),))
    world = replace(world, router=FixedShare((1.0, 0.0, 0.0)))
    record = simulate(world, trace_of([Ask(0.0, 4, 8) for _ in range(4)]))
    assert record.losses == 4
    assert record.endpoint.tolist() == [2, 2, 2, 2]


def test_an_api_in_an_outage_takes_no_call_and_finishes_those_it_has() -> None:
    world = World(
        endpoints=(API, pool_of(1)),
        router=FixedShare((1.0, 0.0)),
        rtt_s=((0.0, 0.0),),
        disruption=Disruption(endpoints=(EndpointOutage(0, 2.0, 9.0),)),
    )
    record = simulate(world, trace_of([Ask(0.0, 4, 9), Ask(3.0, 4, 2), Ask(9.5, 4, 2)]))
    assert record.endpoint.tolist() == [0, 1, 0]
    assert record.count(SERVED) == 3


def test_overlapping_outages_end_with_the_last() -> None:
    two = (ReplicaOutage(0, 0, 2.0, 2.0, 10.0), ReplicaOutage(0, 0, 5.0, 5.0, 20.0))
    world = replace(single_pool_world(pool_of(2)), disruption=Disruption(replicas=two))
    record = simulate(world, trace_of([Ask(12.0, 1, 1), Ask(21.0, 1, 1)]))
    assert record.replica.tolist() == [1, 0]
    time = fleet_time(pool_of(2), record.changes, endpoint=0, opens_s=0.0, closes_s=30.0)
    assert (time.rented_s, time.out_s) == (60.0, 18.0)


def test_an_autoscaler_replaces_what_failed() -> None:
    autoscaler = Autoscaler(RequestsPerReplica(4.0), 2, 3, interval_s=10.0, start_s=5.0, settle_s=0.0)
    pool = replace(pool_of(2), autoscaler=autoscaler)
    outage = ReplicaOutage(0, 0, 1.0, 1.0, 60.0)
    world = replace(single_pool_world(pool), disruption=Disruption(replicas=(outage,)))
    record = simulate(world, trace_of([Ask(float(at), 1, 1) for at in range(80)]))
    said = [(change.at_s, change.slot, change.what) for change in record.changes]
    assert said == [
        (1.0, 0, "notice"), (1.0, 0, "lost"), (10.0, 2, "start"), (15.0, 2, "ready"),
        (60.0, 0, "back"), (60.0, 2, "drain"), (61.0, 2, "return"),
    ]  # fmt: skip


def test_no_outage_in_the_window_changes_no_request() -> None:
    asks = [Ask(0.3 * i, 1 + i % 5, 1 + i % 7, patience=4.0) for i in range(200)]
    plain = simulate(two_pools(None), trace_of(asks))
    spared = simulate(two_pools(Disruption(replicas=(ReplicaOutage(0, 0, 1e6, 1e6, 2e6),))), trace_of(asks))
    for column in ("outcome", "endpoint", "replica", "start_s", "first_token_s", "finish_s"):
        assert np.array_equal(getattr(plain, column), getattr(spared, column), equal_nan=column.endswith("_s"))


# --- drawing them -----------------------------------------------------------------------------------

FRAIL = ReplicaHazard(Outages(50.0, 5.0), SpotInterruptions(40.0, 120.0, 600.0), spot_from=2)


def drawn(replicas: int, *, horizon_h: float = 1000.0, replication: int = 0) -> Disruption:
    hazards = Hazards((FRAIL, Outages(100.0, 1.0)), region=Outages(500.0, 10.0))
    return draw_disruption(
        (pool_of(replicas), API), hazards, horizon_s=horizon_h * HOUR_S, seed=7, replication=replication
    )


def test_alternatives_face_the_same_failures() -> None:
    few, many = drawn(3), drawn(5)
    assert few.endpoints == many.endpoints
    assert few.replicas == tuple(outage for outage in many.replicas if outage.slot < 3)
    assert any(outage.notice_s < outage.lost_s for outage in few.replicas if outage.slot == 2)
    assert all(outage.notice_s == outage.lost_s for outage in few.replicas if outage.slot < 2)


def test_a_longer_horizon_begins_like_a_shorter_one() -> None:
    short, long = drawn(3), drawn(3, horizon_h=2000.0)
    early = [outage for outage in long.replicas if outage.notice_s < 1000.0 * HOUR_S]
    assert list(short.replicas) == early
    assert drawn(3, replication=1) != short


def test_a_region_takes_every_endpoint_in_it() -> None:
    hazards = Hazards((None, None, None), region=Outages(100.0, 5.0))
    there = (pool_of(1, "a"), pool_of(2, "b"), API)
    outages = draw_disruption(there, hazards, horizon_s=3000 * HOUR_S, seed=1, replication=0).endpoints
    by_endpoint = [[(o.begins_s, o.ends_s) for o in outages if o.endpoint == e] for e in range(3)]
    assert by_endpoint[0] == by_endpoint[1] != by_endpoint[2]
    assert len(by_endpoint[0]) > 5


def test_hazards_that_do_not_fit_are_named() -> None:
    with pytest.raises(ValueError, match="1 hazards for 2 endpoints"):
        degraded_states((pool_of(1), API), Hazards((None,)), most_states=4)
    with pytest.raises(ValueError, match="endpoint api is a ManagedApi, whose hazard must be a Outages"):
        degraded_states((API,), Hazards((FRAIL,)), most_states=4)
    with pytest.raises(ValueError, match="no pool with such a slot"):
        two_pools(Disruption(replicas=(ReplicaOutage(0, 1, 0.0, 0.0, 1.0),)))
    with pytest.raises(ValueError, match="no endpoint 2"):
        two_pools(Disruption(endpoints=(EndpointOutage(2, 0.0, 1.0),)))


# --- from the catalogue -----------------------------------------------------------------------------


def test_a_replica_of_eight_gpus_fails_eight_times_as_often_as_one() -> None:
    catalogue = load_catalogue()
    one, eight = (gpu_failures(catalogue, gpus_per_replica=n) for n in (1, 8))
    assert one.mean_up_h == pytest.approx(8 * eight.mean_up_h)
    assert one.mean_up_h / 24 == pytest.approx(2112, rel=1e-3), "419 failures in 54 days on 16,384 GPUs"


def test_spot_hazard_gives_back_the_share_interrupted_in_a_month() -> None:
    catalogue = load_catalogue()
    spot = spot_interruptions(catalogue, gpu="h100", replacement_s=400.0)
    month_h = catalogue.value("business", "rules", "hours_per_month")
    assert 1 - np.exp(-month_h / spot.mean_up_h) == pytest.approx(0.175)
    assert spot_interruptions(catalogue, gpu="mi300x", replacement_s=400.0).mean_up_h > spot.mean_up_h


def test_region_and_api_have_the_availability_of_their_rows() -> None:
    catalogue = load_catalogue()
    assert 1 - api_outages(catalogue).availability == pytest.approx(0.004)
    region = region_outages(catalogue)
    assert 24 * 365.25 / (region.mean_up_h + region.mean_out_h) == pytest.approx(0.1), "outages a year"


def test_a_larger_model_takes_longer_to_start() -> None:
    catalogue = load_catalogue()
    assert replica_start_s(catalogue, weights_gb=330.0) - replica_start_s(catalogue, weights_gb=0.0) == pytest.approx(
        100
    )


# --- degraded states --------------------------------------------------------------------------------


def test_states_that_are_kept_are_weighed_and_the_rest_is_stated() -> None:
    hazards = Hazards((ReplicaHazard(Outages(90.0, 10.0)), Outages(99.0, 1.0)))
    every = degraded_states((pool_of(2), API), hazards, most_states=6)
    assert sum(state.weight for state in every) == pytest.approx(1.0)
    assert {state.up: state.weight for state in every} == pytest.approx(
        {(2, 1): 0.81 * 0.99, (1, 1): 0.18 * 0.99, (0, 1): 0.01 * 0.99}
        | {(2, 0): 0.81 * 0.01, (1, 0): 0.18 * 0.01, (0, 0): 0.01 * 0.01}
    )
    few = degraded_states((pool_of(2), API), hazards, most_states=3)
    assert [state.up for state in few] == [(2, 1), (1, 1), (0, 1)]
    assert sum(state.weight for state in few) == pytest.approx(1.0)
    assert sum(state.folded for state in few) == pytest.approx(
        sum(state.weight for state in every) - sum(s.weight for s in every if s.up in {state.up for state in few})
    )
    alone = degraded_states((pool_of(2), API), hazards, most_states=1)
    assert [(state.up, state.weight) for state in alone] == [((2, 1), pytest.approx(1.0))]
    assert alone[0].folded == pytest.approx(1 - 0.81 * 0.99)


def test_a_region_out_takes_its_replicas_and_its_api() -> None:
    hazards = Hazards((ReplicaHazard(Outages(90.0, 10.0)), None, None), region=Outages(95.0, 5.0))
    states = degraded_states((pool_of(3, "a"), pool_of(2, "b"), API), hazards, most_states=50)
    weight = {state.up: state.weight for state in states}
    assert weight[0, 0, 1] == pytest.approx(0.05 * 0.95)
    assert weight[3, 2, 0] == pytest.approx(0.95 * 0.05 * 0.9**3)


def test_a_large_world_is_folded_to_the_states_asked_for() -> None:
    hazard = ReplicaHazard(Outages(2000.0, 24.0), SpotInterruptions(700.0, 120.0, 400.0), spot_from=32)
    world = (*(pool_of(64, str(i)) for i in range(6)), API)
    states = degraded_states(world, Hazards((*[hazard] * 6, Outages(100.0, 1.0))), most_states=40)
    assert len(states) == 40
    assert sum(state.weight for state in states) == pytest.approx(1.0, abs=1e-12)
    assert any(state.up == (*[64] * 6, 1) for state in states)


def test_a_degraded_world_serves_with_what_is_left() -> None:
    world = replace(two_pools(None), endpoints=(pool_of(2, "near"), API))
    trace = trace_of([Ask(0.0, 4, 3), Ask(0.0, 4, 3)])
    states = {s.up: s for s in degraded_states(world.endpoints, Hazards((FRAIL, Outages(9.0, 1.0))), most_states=9)}
    whole = simulate(degraded_world(world, states[2, 1]), trace)
    assert whole.replica.tolist() == [0, 1]
    assert simulate(degraded_world(world, states[1, 1]), trace).replica.tolist() == [0, 0]
    assert simulate(degraded_world(world, states[0, 1]), trace).endpoint.tolist() == [1, 1]
    assert simulate(degraded_world(world, states[0, 0]), trace).outcome.tolist() == [FAILED, FAILED]
    dynamic = replace(degraded_world(world, states[0, 1]), router=LeastLoaded())
    assert simulate(dynamic, trace).endpoint.tolist() == [1, 1]
