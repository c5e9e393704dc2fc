"""Whatever the router: nobody is lost, no data leaves the EU that must not, and equal runs are equal to the bit."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.catalogue import load_catalogue
from sim.serving import (
    FAILED,
    IN_FLIGHT,
    NOT_MADE,
    REFUSED,
    SERVED,
    TIMED_OUT,
    RequestRecord,
    RetryRule,
    RunRecord,
    World,
    simulate,
    simulate_requests,
)
from sim.workload import CompoundTrace, Trace, preset_workflow, unfold
from tests.reference.worlds import EU, ROUTERS, api, load, pool, trace_columns, world

CATALOGUE = load_catalogue()
RULE = RetryRule(first_wait_s=0.5, growth=2.0, longest_wait_s=8.0, most_retries=4)


def tight(router: str, *, signal_delay_s: float = 0.0) -> World:
    """Endpoints with every kind of limit, none with room to spare."""
    return world(
        ROUTERS[router],
        pool("home", prefix_cache_tokens=3000, cost_rank=0),
        api("home api", concurrency=6, queue_limit=6, cost_rank=1),
        pool("away", region=1, prefix_cache_tokens=3000, cost_rank=2),
        api("away api", region=1, requests_per_min=300.0, burst_requests=5.0, retry=RULE, cost_rank=3),
        signal_delay_s=signal_delay_s,
    )


def compound(n: int, *, seed: int = 1, rate_rps: float = 4.0) -> CompoundTrace:
    """Requests of which a third each are an agent's, a pipeline's and single calls."""
    requests = load(n, rate_rps=rate_rps, seed=seed, patience_s=60.0)
    requests.product[1::3] = 1
    requests.product[2::3] = 2
    flows = {0: preset_workflow("coding_agent"), 1: preset_workflow("document_pipeline")}
    return unfold(requests, flows, catalogue=CATALOGUE, seed=seed, replication=0, name="test")


def assert_conserved(work: CompoundTrace, record: RunRecord, requests: RequestRecord, *, ended: bool) -> None:
    calls = len(work.calls)
    assert sum(record.count(code) for code in (IN_FLIGHT, SERVED, TIMED_OUT, REFUSED, FAILED, NOT_MADE)) == calls
    assert sum(requests.count(code) for code in (IN_FLIGHT, SERVED, TIMED_OUT, REFUSED, FAILED)) == len(work)
    owner = work.request[:calls]
    served = requests.outcome == SERVED
    lost = np.isin(requests.outcome, (TIMED_OUT, REFUSED, FAILED))
    assert np.all(record.outcome[served[owner]] == SERVED), "a served request has no call that was not"
    broken = np.isin(record.outcome, (TIMED_OUT, REFUSED, FAILED))
    assert np.array_equal(np.bincount(owner, weights=broken, minlength=len(work)) > 0, lost)
    made = np.bincount(owner, weights=record.outcome != NOT_MADE, minlength=len(work))
    made += np.bincount(owner, weights=record.tried >= 0, minlength=len(work))
    assert np.all(requests.calls >= made) and np.all(requests.calls <= made + np.bincount(owner))
    if ended:
        assert record.count(IN_FLIGHT) == 0 and requests.count(IN_FLIGHT) == 0
        latest_s = np.full(len(work), -np.inf)
        np.maximum.at(latest_s, owner, np.where(record.outcome == SERVED, record.finish_s, -np.inf))
        assert np.all(requests.finish_s[served] >= latest_s[served])
        assert np.all(record.endpoint[record.outcome == SERVED] >= 0)


@pytest.mark.parametrize("router", ROUTERS)
def test_calls_and_requests_are_conserved(router: str) -> None:
    work = compound(150)
    for until_s in (None, 12.0, 30.0):
        record, requests = simulate_requests(tight(router), work, until_s=until_s)
        assert_conserved(work, record, requests, ended=until_s is None)


@given(seed=st.integers(0, 10_000), rate_rps=st.floats(0.5, 30.0), router=st.sampled_from(sorted(ROUTERS)),
       delay_s=st.sampled_from([0.0, 0.3, 5.0]))  # fmt: skip
@settings(max_examples=20, deadline=None)
def test_conserved_at_any_load(seed: int, rate_rps: float, router: str, delay_s: float) -> None:
    work = compound(45, seed=seed, rate_rps=rate_rps)
    record, requests = simulate_requests(tight(router, signal_delay_s=delay_s), work)
    assert_conserved(work, record, requests, ended=True)


@pytest.mark.parametrize("router", ROUTERS)
def test_residency_holds_under_every_router(router: str) -> None:
    trace = load(600, rate_rps=25.0)
    record = simulate(tight(router), trace)
    reached = record.endpoint[trace.needs_eu]
    assert np.all(np.isin(reached[reached >= 0], EU)) and np.any(reached >= 0)
    assert np.all(np.isin(record.tried[trace.needs_eu], (-1, *EU)))
    assert np.any(np.isin(record.endpoint[~trace.needs_eu], (0, 1)))


@pytest.mark.parametrize("router", ROUTERS)
def test_who_can_be_served_nowhere_is_refused(router: str) -> None:
    trace = load(100, rate_rps=5.0)
    record = simulate(replace(tight(router), eu_endpoints=()), trace)
    assert np.all(record.outcome[trace.needs_eu] == REFUSED)
    assert not np.any(record.endpoint[trace.needs_eu] >= 0)


def test_a_router_leaves_the_offered_load_untouched() -> None:
    def copy(trace: Trace) -> list[np.ndarray]:
        return [column.copy() for column in trace_columns(trace)]

    work = compound(60)
    before = copy(work.calls), copy(work.requests)
    for router in ROUTERS:
        simulate_requests(tight(router), work)
    for columns, trace in zip(before, (work.calls, work.requests), strict=True):
        for column, same in zip(columns, trace_columns(trace), strict=True):
            np.testing.assert_array_equal(column, same)


@pytest.mark.parametrize("router", ROUTERS)
def test_equal_runs_are_equal_to_the_bit(router: str) -> None:
    work = compound(90)
    first, second = (simulate_requests(tight(router, signal_delay_s=0.7), work) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        for name in type(one).__slots__:
            left, right = getattr(one, name), getattr(other, name)
            assert left.tobytes() == right.tobytes() if isinstance(left, np.ndarray) else left == right, name
