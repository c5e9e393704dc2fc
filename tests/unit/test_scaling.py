"""Autoscalers: what a policy wants, and what the pool then does."""

from dataclasses import replace

import numpy as np
import pytest

from sim.serving import (
    SERVED,
    Autoscaler,
    GpuPool,
    KvOccupancy,
    RequestsPerReplica,
    RunRecord,
    fleet_time,
    known_policies,
    simulate,
    single_pool_world,
)
from sim.serving.clock import Clock
from sim.serving.ledger import Ledger
from sim.serving.replica import Replica
from sim.serving.scaling.controller import kv_share
from sim.serving.scaling.policy import PoolState, ScalingPolicy, Wanted, by_kind, scaling_policy
from sim.workload.trace import Trace
from tests.reference.workloads import Ask, make_pool, make_step, trace_of

QUIET = PoolState(now_s=0.0, replicas=2, starting=0, waiting=0, running=0, kv_share=0.0)


def scaled(policy: ScalingPolicy, *, replicas: int = 1, most: int = 4, start_s: float = 5.0, settle_s: float = 0.0):
    """A pool whose iterations take a second, looked at every ten."""
    autoscaler = Autoscaler(
        policy, min_replicas=1, max_replicas=most, interval_s=10.0, start_s=start_s, settle_s=settle_s
    )
    return replace(make_pool(make_step(), replicas=replicas, max_running=4), autoscaler=autoscaler)


def played(pool: GpuPool, trace: Trace) -> RunRecord:
    return simulate(single_pool_world(pool), trace)


def burst(count: int, *, answer: int = 30, at: float = 0.0) -> list[Ask]:
    return [Ask(at=at, asked=1, answer=answer) for _ in range(count)]


def told(record: RunRecord) -> list[tuple[float, int, str]]:
    return [(change.at_s, change.slot, change.what) for change in record.changes]


def test_requests_per_replica_counts_who_waits_and_who_runs() -> None:
    wanted = RequestsPerReplica(target=4.0).wanted(QUIET._replace(waiting=5, running=4))
    assert wanted == Wanted(3, "9 waiting or running, 4 for each replica")


def test_kv_occupancy_brings_the_memory_to_its_target() -> None:
    wanted = KvOccupancy(target=0.5).wanted(QUIET._replace(replicas=4, kv_share=0.8))
    assert wanted == Wanted(7, "80 % of the KV memory held, target 50 %")


def test_policies_are_known_by_name() -> None:
    assert known_policies() == {"requests_per_replica": RequestsPerReplica, "kv_occupancy": KvOccupancy}


def test_a_name_used_twice_is_an_error_that_names_both() -> None:
    @scaling_policy("kv_occupancy")
    class Other:
        kind = ""

        def wanted(self, pool: PoolState) -> Wanted:
            return Wanted(pool.replicas, "")

    with pytest.raises(ValueError, match="KvOccupancy and Other"):
        by_kind([KvOccupancy, Other])


@pytest.mark.parametrize(
    "fault", [{"min_replicas": 0}, {"max_replicas": 0}, {"interval_s": 0.0}, {"start_s": -1.0}, {"settle_s": -1.0}]
)
def test_an_autoscaler_that_cannot_be_is_refused(fault: dict[str, float]) -> None:
    good = {"min_replicas": 1, "max_replicas": 4, "interval_s": 10.0, "start_s": 5.0, "settle_s": 0.0}
    with pytest.raises(ValueError, match="an autoscaler needs"):
        Autoscaler(RequestsPerReplica(target=1.0), **(good | fault))


def test_a_burst_starts_replicas_that_serve_after_their_start() -> None:
    trace = trace_of([*burst(12), Ask(at=16.0, asked=1, answer=1)])
    record = played(scaled(RequestsPerReplica(target=4.0)), trace)
    assert told(record)[:4] == [(10.0, 1, "start"), (10.0, 2, "start"), (15.0, 1, "ready"), (15.0, 2, "ready")]
    assert record.changes[0].reason == "12 waiting or running, 4 for each replica"
    assert record.replica[-1] == 1
    assert record.count(SERVED) == 13


def test_the_limits_hold_whatever_the_policy_wants() -> None:
    record = played(scaled(RequestsPerReplica(target=1.0), most=2), trace_of(burst(12)))
    assert {change.slot for change in record.changes} == {1}


def test_a_replica_given_up_finishes_what_it_has() -> None:
    trace = trace_of([*burst(2, answer=25), Ask(at=12.0, asked=1, answer=1)])
    record = played(scaled(RequestsPerReplica(target=2.0), replicas=2), trace)
    assert told(record)[:2] == [(10.0, 1, "drain"), (25.0, 1, "return")]
    assert record.count(SERVED) == 3
    assert record.finish_s[1] == 25.0 and record.replica[1] == 1
    assert record.replica[2] == 0, "a draining replica was given a new request"


def test_a_drain_is_called_off_when_load_returns() -> None:
    trace = trace_of([*burst(2, answer=35), *burst(3, at=12.0)])
    record = played(scaled(RequestsPerReplica(target=2.0), replicas=2, most=2), trace)
    assert told(record)[:2] == [(10.0, 1, "drain"), (20.0, 1, "keep")]
    assert (1, "return") not in [(slot, what) for at, slot, what in told(record) if at < 40]
    assert record.count(SERVED) == 5


def test_a_short_lull_within_the_settling_time_gives_nothing_up() -> None:
    asks = [*burst(8, answer=12), *burst(8, answer=12, at=41.0)]
    hasty = played(scaled(RequestsPerReplica(target=4.0), replicas=2), trace_of(asks))
    calm = played(scaled(RequestsPerReplica(target=4.0), replicas=2, settle_s=60.0), trace_of(asks))
    assert "drain" in {change.what for change in hasty.changes if change.at_s < 40}
    assert "drain" not in {change.what for change in calm.changes if change.at_s < 40}


def test_an_autoscaler_that_changes_nothing_changes_nothing() -> None:
    trace = trace_of([Ask(at=0.3 * i, asked=1 + i % 5, answer=1 + i % 7, patience=4.0) for i in range(200)])
    fixed = make_pool(make_step(), replicas=2, max_running=4)
    still = Autoscaler(RequestsPerReplica(target=0.1), 2, 2, interval_s=3.0, start_s=0.0, settle_s=0.0)
    plain, watched = played(fixed, trace), played(replace(fixed, autoscaler=still), trace)
    for column in ("outcome", "endpoint", "replica", "start_s", "first_token_s", "finish_s"):
        assert np.array_equal(getattr(plain, column), getattr(watched, column), equal_nan=column.endswith("_s"))
    assert watched.changes == ()


def test_kv_share_is_exact_in_the_middle_of_a_jump() -> None:
    trace = trace_of([Ask(at=0.0, asked=10, answer=20), Ask(at=0.0, asked=30, answer=50)])
    pool = make_pool(make_step(), kv_blocks=100)
    clock = Clock()
    replica = Replica(clock, pool, Ledger(trace), 0)
    assert kv_share(replica, 0.0) == 0.0
    replica.offer(0, 0.0)
    replica.offer(1, 0.0)
    clock.run(until=1.5)
    for now_s in (1.5, 2.0, 7.25, 19.0):
        # Blocks of one token: the prompts, and a token more for each decode iteration done.
        assert kv_share(replica, now_s) == pytest.approx((10 + 30 + 2 * int(now_s - 1.0)) / 100)


def test_rented_time_is_read_from_the_changes() -> None:
    pool = scaled(RequestsPerReplica(target=4.0))
    record = played(pool, trace_of(burst(12)))
    time = fleet_time(pool, record.changes, endpoint=0, opens_s=0.0, closes_s=20.0)
    assert time.rented_s == 20.0 + 2 * (20.0 - 10.0)
    assert time.out_s == 0.0
