"""Defects seen in other simulators, which this one must never have."""

from dataclasses import replace

import numpy as np

from sim.serving import SERVED, TIMED_OUT, FixedShare, LeastLoaded, World, simulate
from tests.reference.workloads import Ask, trace_of
from tests.reference.worlds import load, pool, world


def test_a_router_sees_those_who_decode() -> None:
    """One peer's scheduler counts prompts in the queue only, so answers pile up where the first tie fell."""
    long_answers = [Ask(0.0, 10, 2000) for _ in range(8)]
    trace = trace_of([*long_answers, *[Ask(5.0 + 0.5 * k, 10, 400) for k in range(16)]])
    pools = tuple(pool(name) for name in "abcd")
    record = simulate(World(pools, LeastLoaded(), ((0.0,) * 4,)), trace)
    assert np.bincount(record.endpoint[:8], minlength=4).tolist() == [2, 2, 2, 2]
    # By 5 s nobody waits and no prompt is being computed: only decoding tells the pools apart.
    skewed = trace_of([*[Ask(0.0, 10, 2000) for _ in range(3)], Ask(5.0, 10, 5)])
    assert simulate(World(pools, LeastLoaded(), ((0.0,) * 4,)), skewed).endpoint.tolist() == [0, 1, 2, 3]


def test_doubling_the_replicas_shortens_the_tail() -> None:
    trace = replace(load(1500, rate_rps=40.0, patience_s=None), needs_eu=np.zeros(1500, dtype=bool))
    p99_s = [
        np.quantile(
            simulate(World((pool(replicas=n),), FixedShare((1.0,)), ((0.0,), (0.0,))), trace).finish_s
            - trace.arrival_s,
            0.99,
        )
        for n in (2, 4)
    ]
    assert p99_s[1] < 0.6 * p99_s[0]


def test_no_first_token_comes_before_its_prompt_can_be_computed() -> None:
    """One peer's mean time to first token lies below the FLOPs of the prompt at the GPU's peak."""
    trace = load(800, rate_rps=15.0, patience_s=None)
    served_by = world(LeastLoaded(), *(pool(name) for name in "abcd"))
    record = simulate(served_by, trace)
    computed = trace.input_tokens - trace.cached_tokens
    step = pool().step
    way_s = np.array(served_by.rtt_s)[trace.user_region, record.endpoint]
    floor_s = computed * step.prefill_s_per_token + step.overhead_s + way_s
    wait_s = record.first_token_s - trace.arrival_s
    assert np.all(wait_s >= floor_s * (1 - 1e-12))


def test_a_time_out_is_never_a_result() -> None:
    """One peer ends requests after 300 s and counts them among the answers; here only patience ends a wait."""
    patient = trace_of([Ask(0.0, 10, 5) for _ in range(200)])
    one_place = replace(pool(), max_running=1)
    record = simulate(World((one_place,), FixedShare((1.0,)), ((0.0,),)), patient)
    assert np.all(record.outcome == SERVED) and record.finish_s.max() > 15.0
    short = trace_of([Ask(0.0, 10, 5, patience=3.0) for _ in range(200)])
    left = simulate(World((one_place,), FixedShare((1.0,)), ((0.0,),)), short)
    late = left.outcome == TIMED_OUT
    assert late.any() and np.all(left.finish_s[late] == 3.0) and np.all(np.isnan(left.first_token_s[late]))
    assert np.all(left.first_token_s[left.outcome == SERVED] <= 3.0)
