"""What holds in every simulated window, whatever the endpoints, the policy and the load."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields, replace
from multiprocessing import get_context

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.catalogue import load_catalogue
from sim.scenario.schema import Engine
from sim.serving import (
    IN_FLIGHT,
    REFUSED,
    SERVED,
    TIMED_OUT,
    FixedShare,
    GpuPool,
    LeastLoaded,
    RunRecord,
    World,
    kv_capacity_blocks,
    simulate,
    single_pool_world,
    step_time,
)
from sim.workload import LognormalLaw, Mix, ProductLoad, Trace, draw_window
from tests.invariants.worlds import Played, plays

SLACK = 1e-9


def columns(record: RunRecord) -> dict[str, bytes]:
    """The log, byte for byte, but for what the engine did to get there and why a router chose."""
    return {
        field.name: np.asarray(getattr(record, field.name)).tobytes()
        for field in fields(RunRecord)
        if field.name not in ("events", "reason", "reasons")
    }


def one_way_s(case: Played, record: RunRecord) -> np.ndarray:
    """Half the round trip of each request; 0 for those without an endpoint."""
    placed = record.endpoint >= 0
    rtt_s = np.array(case.world.rtt_s)[case.trace.user_region, np.where(placed, record.endpoint, 0)]
    return np.where(placed, rtt_s / 2, 0.0)


# --- conservation ------------------------------------------------------------------------------------


@given(plays())
def test_every_request_has_one_end(case: Played) -> None:
    record = simulate(case.world, case.trace)
    assert record.count(SERVED) + record.count(TIMED_OUT) + record.count(REFUSED) == len(case.trace)
    assert np.array_equal(np.isfinite(record.first_token_s), record.outcome == SERVED)
    assert np.all(np.isfinite(record.finish_s))


@settings(max_examples=200)
@given(plays(), st.floats(0.0, 1.2))
def test_at_every_instant_arrivals_are_those_decided_and_those_in_flight(case: Played, part: float) -> None:
    """Stopped at an instant, the log says of everyone what the whole run says, as far as it has happened."""
    whole = simulate(case.world, case.trace)
    until_s = float(case.trace.arrival_s[0] + part * (np.nanmax(whole.finish_s) - case.trace.arrival_s[0])) + SLACK
    now = simulate(case.world, case.trace, until_s=until_s)
    back_s = one_way_s(case, whole)
    # A served request is decided when its last token leaves the endpoint.
    decided_s = np.where(whole.outcome == SERVED, whole.finish_s - back_s, whole.finish_s)
    # The times are sums in floating point: nothing is asked of what falls on the instant itself.
    before, after = decided_s < until_s - SLACK, decided_s > until_s + SLACK
    assert np.array_equal(now.outcome[before], whole.outcome[before])
    assert np.array_equal(now.finish_s[before], whole.finish_s[before])
    assert np.all(now.outcome[after] == IN_FLIGHT)
    arrived = case.trace.arrival_s <= until_s
    in_flight = int(np.count_nonzero((now.outcome == IN_FLIGHT) & arrived))
    decided = sum(now.count(outcome) for outcome in (SERVED, TIMED_OUT, REFUSED))
    assert decided + in_flight == np.count_nonzero(arrived)
    spoken = now.outcome == IN_FLIGHT
    assert not np.any(now.first_token_s[spoken] - back_s[spoken] > until_s + SLACK)


# --- causality ---------------------------------------------------------------------------------------


@given(plays())
def test_nothing_happens_before_what_it_follows_from(case: Played) -> None:
    record, trace = simulate(case.world, case.trace), case.trace
    served, way_s = record.outcome == SERVED, one_way_s(case, record)
    assert np.all(record.finish_s >= trace.arrival_s)
    assert np.all(record.start_s[served] >= (trace.arrival_s + way_s - SLACK)[served])
    assert np.all(record.first_token_s[served] > (trace.arrival_s + 2 * way_s - SLACK)[served])
    assert np.all(record.finish_s[served] >= record.first_token_s[served])
    assert np.all(record.finish_s[served] >= (record.start_s + way_s - SLACK)[served])
    if record.preemptions == 0:
        # The start is that of the last prefill: who lost its memory may have spoken before.
        assert np.all(record.first_token_s[served] >= (record.start_s + way_s - SLACK)[served])
    deadline_s = trace.arrival_s + trace.patience_s
    assert np.all(record.first_token_s[served] <= deadline_s[served] + SLACK)


@given(plays(), st.integers(0, 24))
def test_who_comes_later_changes_nothing_that_has_happened(case: Played, kept: int) -> None:
    kept = min(kept, len(case.trace))
    whole = simulate(case.world, case.trace)
    first = simulate(case.world, case.trace.take(np.arange(kept)))
    cut_s = case.trace.arrival_s[kept] if kept < len(case.trace) else np.inf
    past = first.finish_s < cut_s - SLACK
    for name in ("outcome", "endpoint", "replica", "start_s", "first_token_s", "finish_s"):
        np.testing.assert_array_equal(getattr(whole, name)[:kept][past], getattr(first, name)[past], name)


# --- residency ---------------------------------------------------------------------------------------


@given(plays())
def test_no_request_that_needs_the_eu_leaves_it(case: Played) -> None:
    record, needs_eu = simulate(case.world, case.trace), case.trace.needs_eu
    inside = set(case.world.eu_endpoints)
    assert set(record.endpoint[needs_eu].tolist()) <= inside | {-1}
    assert np.array_equal(record.endpoint == -1, needs_eu & (len(inside) == 0))
    assert np.all(record.outcome[record.endpoint == -1] == REFUSED)


# --- determinism -------------------------------------------------------------------------------------


@given(plays())
def test_equal_arguments_give_equal_bytes_and_leave_the_trace_alone(case: Played) -> None:
    before = {field.name: getattr(case.trace, field.name).copy() for field in fields(Trace)}
    one, two = simulate(case.world, case.trace), simulate(case.world, case.trace)
    assert columns(one) == columns(two)
    assert one.events == two.events
    for name, column in before.items():
        assert column.tobytes() == getattr(case.trace, name).tobytes(), name


CATALOGUE = load_catalogue()
MIX = Mix(
    (
        ProductLoad(
            index=0,
            share=1.0,
            input_law=LognormalLaw(1000.0, 0.8),
            output_law=LognormalLaw(200.0, 0.8),
            reused_prompt_share=0.2,
            patience_law="exponential",
            patience_mean_s=30.0,
            user_shares=(1.0,),
            needs_eu_share=(0.3,),
        ),
    )
)


def real_pool(*, replicas: int) -> GpuPool:
    engine = Engine.model_validate(
        {"model": "llama_3_1_8b", "precision": "fp8", "gpu": "l40s", "generation": "vllm_sglang_2026"}
    )
    return GpuPool(
        id="real",
        region=0,
        step=step_time(engine, CATALOGUE),
        replicas=replicas,
        token_budget=engine.token_budget,
        max_running=engine.max_running,
        kv_blocks=kv_capacity_blocks(engine, CATALOGUE),
        block_tokens=16,
    )


def window(replication: int, *, rate: float = 12.0, n: int = 1500) -> Trace:
    return draw_window(MIX, n, rate_rps=rate, seed=5, replication=replication, name="laws")


def log_of(replication: int) -> tuple[dict[str, bytes], int]:
    """One replication drawn and played from nothing but its number, as a worker does it."""
    pools = World(
        endpoints=(real_pool(replicas=2), real_pool(replicas=1)),
        router=LeastLoaded(),
        rtt_s=((0.02, 0.1),),
        eu_endpoints=(1,),
    )
    record = simulate(pools, window(replication))
    return columns(record), record.events


def test_processes_give_the_bytes_of_a_serial_run() -> None:
    serial = [log_of(replication) for replication in range(3)]
    assert serial[0] != serial[1]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers:
        assert list(workers.map(log_of, range(3))) == serial


# --- an idle pool, more replicas, another policy -----------------------------------------------------


@given(plays(live=False), st.booleans())
def test_an_idle_pool_changes_nothing_but_cost(case: Played, in_front: bool) -> None:
    world = case.world
    assert isinstance(world.router, FixedShare)
    idle, shares, at = (real_pool(replicas=3),), world.router.shares, int(in_front)
    wider = World(
        endpoints=idle + world.endpoints if in_front else world.endpoints + idle,
        router=FixedShare((0.0, *shares) if in_front else (*shares, 0.0)),
        rtt_s=tuple((0.3, *row) if in_front else (*row, 0.3) for row in world.rtt_s),
        eu_endpoints=tuple(endpoint + at for endpoint in world.eu_endpoints),
    )
    alone, beside = simulate(world, case.trace), simulate(wider, case.trace)
    placed = beside.endpoint >= 0
    moved = replace(beside, endpoint=np.where(placed, beside.endpoint - at, -1).astype(np.int16))
    assert columns(moved) == columns(alone)


@pytest.mark.parametrize("replication", range(4))
@pytest.mark.parametrize("replicas", [1, 2])
def test_twice_the_replicas_lower_the_slow_end_at_the_same_load(replication: int, replicas: int) -> None:
    patient = replace(window(replication), patience_s=np.full(1500, np.inf))
    few = simulate(single_pool_world(real_pool(replicas=replicas)), patient)
    many = simulate(single_pool_world(real_pool(replicas=2 * replicas)), patient)
    for column in ("first_token_s", "finish_s"):
        slow, fast = (np.quantile(getattr(r, column) - patient.arrival_s, 0.99) for r in (few, many))
        assert fast < slow, column


@pytest.mark.parametrize("rate", [1.0, 6.0, 12.0, 60.0])
def test_no_prefill_is_faster_than_its_flops_at_peak(rate: float) -> None:
    trace, pool = window(0, rate=rate), real_pool(replicas=2)
    record = simulate(single_pool_world(pool), trace)
    served = record.outcome == SERVED
    read = trace.input_tokens - trace.cached_tokens
    flops = 2 * CATALOGUE.value("models", "llama_3_1_8b", "active_params") * read
    floor_s = flops / (1e12 * CATALOGUE.value("gpus", "l40s", "fp8_tflops"))
    assert served.sum() > 100
    assert np.all((record.first_token_s - trace.arrival_s)[served] > floor_s[served])
    if record.preemptions == 0:
        assert np.all((record.first_token_s - record.start_s)[served] > floor_s[served])


def test_a_change_of_policy_meets_the_same_requests() -> None:
    """Whatever the policy decides, the requests it meets are those of the trace, drawn before it."""
    pools = (real_pool(replicas=1), real_pool(replicas=1))
    trace = window(0, rate=20.0)
    drawn = {field.name: getattr(trace, field.name).copy() for field in fields(Trace)}
    records = []
    for router in (FixedShare((0.9, 0.1)), FixedShare((0.5, 0.5)), LeastLoaded()):
        world = World(endpoints=pools, router=router, rtt_s=((0.0, 0.0),), eu_endpoints=(0, 1))
        records.append(simulate(world, trace))
        again = window(0, rate=20.0)
        for name, column in drawn.items():
            assert column.tobytes() == getattr(trace, name).tobytes() == getattr(again, name).tobytes(), name
    assert not np.array_equal(records[0].endpoint, records[2].endpoint)
    # The load is the same, so the policy that balances it serves more in time than the one that does not.
    assert records[2].count(SERVED) > records[0].count(SERVED)
