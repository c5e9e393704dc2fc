"""Whatever goes out, comes back or is scaled, no request is lost: at every instant each is somewhere."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.serving import (
    IN_FLIGHT,
    SERVED,
    TIMED_OUT,
    Autoscaler,
    DisaggregatedPool,
    Disruption,
    FixedShare,
    KvOccupancy,
    LeastLoaded,
    ManagedApi,
    RequestsPerReplica,
    World,
    simulate,
)
from sim.serving.clock import Clock
from sim.serving.deciding import Deciding
from sim.serving.disaggregated import LiveDisaggregatedPool
from sim.serving.disruption import EndpointOutage, ReplicaOutage
from sim.serving.pool import LivePool
from sim.workload.trace import Trace
from tests.reference.workloads import Ask, make_pool, make_step, trace_of

SLOTS = 4
LAST_S = 60.0


def a_world(rng: np.random.Generator) -> World:
    """Two pools, one split by phase and an API, with outages and perhaps autoscalers."""
    step = make_step(overhead_s=0.1, kv_s_per_token=1e-4, prefill_s_per_token=2e-3)
    pools = tuple(
        replace(
            make_pool(
                step,
                replicas=int(rng.integers(1, 4)),
                max_running=int(rng.integers(1, 6)),
                token_budget=16,
                kv_blocks=int(rng.choice([12, 60])),
                block_tokens=4,
            ),
            id=name,
            autoscaler=an_autoscaler(rng),
        )
        for name in ("first", "second")
    )
    api = ManagedApi("api", 1, 0.5, 0.0, 0.1, 0.0, concurrency=2, queue_limit=3)
    half = replace(pools[1], id="split", autoscaler=None)
    split = DisaggregatedPool("split", 0, prefill=half, decode=half, link_latency_s=0.2, link_s_per_token=0.01)
    return World(
        endpoints=(*pools, api, split),
        router=(LeastLoaded(), FixedShare((0.4, 0.3, 0.1, 0.2)))[rng.integers(2)],
        rtt_s=((0.0,) * 4,),
        eu_endpoints=(0,),
        disruption=a_disruption(rng, [pool.slots for pool in pools]),
    )


def an_autoscaler(rng: np.random.Generator) -> Autoscaler | None:
    policy = (None, RequestsPerReplica(2.0), RequestsPerReplica(0.7), KvOccupancy(0.5))[rng.integers(4)]
    if policy is None:
        return None
    return Autoscaler(
        policy, 1, SLOTS, interval_s=float(rng.choice([1.0, 7.5])), start_s=rng.uniform(0, 30), settle_s=10.0
    )


def a_disruption(rng: np.random.Generator, slots: list[int]) -> Disruption:
    """Up to six losses of a replica, some with notice, and up to four of a whole endpoint; many overlap."""
    replicas = []
    for _ in range(rng.integers(7)):
        pool = int(rng.integers(len(slots)))
        notice_s = rng.uniform(0, LAST_S)
        lost_s = notice_s + float(rng.choice([0.0, 5.0]))
        replicas.append(
            ReplicaOutage(pool, int(rng.integers(slots[pool])), notice_s, lost_s, lost_s + rng.uniform(0, 30))
        )
    whole = []
    for _ in range(rng.integers(5)):
        begins_s = rng.uniform(0, LAST_S)
        whole.append(EndpointOutage(int(rng.integers(len(slots) + 2)), begins_s, begins_s + rng.uniform(0, 30)))
    return Disruption(tuple(replicas), tuple(whole))


def a_trace(rng: np.random.Generator) -> Trace:
    n = int(rng.integers(1, 80))
    asks = [
        Ask(
            at=at,
            asked=int(rng.integers(1, 41)),
            answer=int(rng.integers(1, 26)),
            patience=float(rng.choice([np.inf, 8.0, 1.0])),
        )
        for at in np.sort(rng.uniform(0, LAST_S, n))
    ]
    return replace(trace_of(asks), needs_eu=rng.random(n) < 0.3, route_u=rng.random(n))


seeds = st.integers(0, 10**9)
instants = st.floats(0.01, 90.0)


def held(run: Deciding) -> int:
    """Requests that some endpoint has, drained and draining replicas included."""
    assert run.fleet is not None
    total = 0
    for endpoint, live in enumerate(run.live):
        if isinstance(live, LivePool):
            total += sum(slot.replica.load for slot in run.fleet.slots[endpoint].all if slot.replica is not None)
        elif isinstance(live, LiveDisaggregatedPool):
            total += sum(replica.load for replica in live.replicas) + len(live.in_flight)
        else:
            total += live.busy + live.queued
    return total


@settings(max_examples=400)
@given(seed=seeds, until_s=instants)
def test_at_every_instant_each_request_is_somewhere(seed: int, until_s: float) -> None:
    rng = np.random.default_rng(seed)
    world, trace = a_world(rng), a_trace(rng)
    run = Deciding(Clock(), world, trace)
    record = run.run(until_s)
    # At the last instant itself the clock stops before what would happen then.
    arrived = int(np.count_nonzero(trace.arrival_s < until_s))
    gone = len(trace) - record.count(IN_FLIGHT)
    assert arrived == gone + held(run)


@settings(max_examples=300)
@given(seed=seeds, away_s=st.sampled_from([0.0, 0.3, 4.0]))
def test_every_request_has_one_end_and_its_times_are_in_order(seed: int, away_s: float) -> None:
    rng = np.random.default_rng(seed)
    world, trace = a_world(rng), a_trace(rng)
    record = simulate(replace(world, rtt_s=((0.0, away_s, 2 * away_s, away_s),)), trace)
    assert record.count(IN_FLIGHT) == 0
    served = record.outcome == SERVED
    assert np.all(record.first_token_s[served] <= record.finish_s[served])
    assert np.all(record.first_token_s[served] > trace.arrival_s[served])
    assert np.all(record.first_token_s[served] <= trace.arrival_s[served] + trace.patience_s[served] + 1e-9)
    assert np.all(record.finish_s >= trace.arrival_s)
    assert not np.any(np.isinf(trace.patience_s[record.outcome == TIMED_OUT]))
    assert [change.at_s for change in record.changes] == sorted(change.at_s for change in record.changes)


@settings(max_examples=150)
@given(seed=seeds, until_s=instants)
def test_what_happened_by_an_instant_does_not_depend_on_what_comes_after(seed: int, until_s: float) -> None:
    rng = np.random.default_rng(seed)
    world, trace = a_world(rng), a_trace(rng)
    whole, part = simulate(world, trace), simulate(world, trace, until_s=until_s)
    gone = part.outcome != IN_FLIGHT
    assert np.array_equal(whole.outcome[gone], part.outcome[gone])
    assert np.array_equal(whole.finish_s[gone], part.finish_s[gone])
    assert np.all(whole.finish_s[~gone] >= until_s)
