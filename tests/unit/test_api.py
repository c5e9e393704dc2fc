"""A managed API: its latency law, slots, line, quota and first try, worked out by hand."""

from dataclasses import replace
from math import exp, inf, nan

import numpy as np
import pytest

from sim.serving import (
    REFUSED,
    SERVED,
    TIMED_OUT,
    FirstTry,
    LatencyLaw,
    ManagedApi,
    RunRecord,
    saturated_rps,
    simulate,
    single_api_world,
)
from tests.reference.workloads import Ask, trace_of

Ends = list[tuple[int, float, float]]


def api(**changes: object) -> ManagedApi:
    """First token after a second, half a second for each further one: an answer of n tokens takes (n + 1) / 2."""
    plain = ManagedApi(
        id="api",
        region=0,
        first_token_median_s=1.0,
        first_token_sigma=0.0,
        token_pace_median_s=0.5,
        token_pace_sigma=0.0,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def play(endpoint: ManagedApi, asks: list[Ask], **columns: list[float]) -> RunRecord:
    trace = replace(trace_of(asks), **{name: np.array(values) for name, values in columns.items()})  # type: ignore[arg-type]
    return simulate(single_api_world(endpoint), trace)


def ends(record: RunRecord) -> Ends:
    return list(zip(record.outcome.tolist(), record.first_token_s.tolist(), record.finish_s.tolist(), strict=True))


def served(first_s: float, finish_s: float) -> tuple[int, float, float]:
    return SERVED, first_s, finish_s


def gone(outcome: int, at_s: float) -> tuple[int, float, float]:
    return outcome, nan, at_s


def quota(tokens_per_s: float, burst: float, **changes: object) -> ManagedApi:
    return api(tokens_per_min=60 * tokens_per_s, burst_tokens=burst, **changes)


TEN = {"asked": 9, "answer": 1}
"""Ten tokens, answered in a second."""

CASES = {
    "without limits nobody waits": (
        api(),
        [Ask(2, asked=5, answer=3), Ask(2, asked=5, answer=1)],
        [served(3, 4), served(3, 3)],
    ),
    "one slot serves one after the other": (
        api(concurrency=1),
        [Ask(0, asked=5, answer=3), Ask(0.5, asked=5, answer=1), Ask(0.6, asked=5, answer=1)],
        [served(1, 2), served(3, 3), served(4, 4)],
    ),
    "two slots take the first come of one line": (
        api(concurrency=2),
        [Ask(0, asked=5, answer=9), Ask(0, asked=5, answer=3), Ask(1, asked=5, answer=1), Ask(1, asked=5, answer=1)],
        [served(1, 5), served(1, 2), served(3, 3), served(4, 4)],
    ),
    "beyond the places of the line is refused at once": (
        api(concurrency=1, queue_limit=1),
        [
            Ask(0, asked=5, answer=1),
            Ask(0.25, asked=5, answer=1),
            Ask(0.5, asked=5, answer=1),
            Ask(1.5, asked=5, answer=1),
        ],
        [served(1, 1), served(2, 2), gone(REFUSED, 0.5), served(3, 3)],
    ),
    "without a line whoever finds no slot is refused": (
        api(concurrency=1, queue_limit=0),
        [Ask(0, asked=5, answer=1), Ask(0.5, asked=5, answer=1), Ask(1.25, asked=5, answer=1)],
        [served(1, 1), gone(REFUSED, 0.5), served(2.25, 2.25)],
    ),
    # The second leaves the line at 1.5 s: its place is free for the third, which then waits for the slot.
    "who gives up leaves a place in the line": (
        api(concurrency=1, queue_limit=1),
        [Ask(0, asked=5, answer=5), Ask(0.5, asked=5, answer=1, patience=1), Ask(2, asked=5, answer=1)],
        [served(1, 3), gone(TIMED_OUT, 1.5), served(4, 4)],
    ),
    # The first leaves at 0.75 s, before its first token, and the slot is free for the second.
    "who leaves before the first token frees the slot": (
        api(concurrency=1),
        [Ask(0, asked=5, answer=9, patience=0.75), Ask(0.5, asked=5, answer=1)],
        [gone(TIMED_OUT, 0.75), served(1.75, 1.75)],
    ),
    "a first token at the deadline comes too late": (
        api(),
        [Ask(0, asked=5, answer=1, patience=1), Ask(0, asked=5, answer=1, patience=1.25)],
        [gone(TIMED_OUT, 1), served(1, 1)],
    ),
    "after the first token nobody leaves": (
        api(),
        [Ask(0, asked=5, answer=21, patience=2)],
        [served(1, 11)],
    ),
    "no patience at all": (
        api(concurrency=1),
        [Ask(0, asked=5, answer=1, patience=0), Ask(0, asked=5, answer=1)],
        [gone(TIMED_OUT, 0), served(1, 1)],
    ),
    # Ten tokens are in the bucket and one comes each second.
    "the quota lets the burst through and then its rate": (
        quota(1, burst=10),
        [Ask(0, **TEN), Ask(0, **TEN), Ask(5, **TEN)],
        [served(1, 1), served(11, 11), served(21, 21)],
    ),
    "the bucket holds no more than the burst": (
        quota(1, burst=10),
        [Ask(1000, **TEN), Ask(1000, **TEN)],
        [served(1001, 1001), served(1011, 1011)],
    ),
    "two small ones share the burst": (
        quota(1, burst=10),
        [Ask(0, asked=4, answer=1), Ask(0, asked=4, answer=1), Ask(0, asked=4, answer=1)],
        [served(1, 1), served(1, 1), served(6, 6)],
    ),
    # 25 tokens start with a full bucket of 10 and leave a debt of 15: the next 10 are there after 25 s.
    "a request larger than the bucket leaves it in debt": (
        quota(1, burst=10),
        [Ask(0, asked=24, answer=1), Ask(1, **TEN)],
        [served(1, 1), served(26, 26)],
    ),
    "a small request does not overtake a large one": (
        quota(1, burst=10),
        [Ask(0, **TEN), Ask(1, **TEN), Ask(2, asked=1, answer=1)],
        [served(1, 1), served(11, 11), served(13, 13)],
    ),
    # The second would start at 10 s and leaves at 4 s; the third starts when the bucket is full again.
    "who will not wait for the quota uses none of it": (
        quota(1, burst=10),
        [Ask(0, **TEN), Ask(1, **TEN, patience=3), Ask(2, **TEN)],
        [served(1, 1), gone(TIMED_OUT, 4), served(11, 11)],
    ),
    "the quota comes before the line": (
        quota(10, burst=10, concurrency=1),
        [Ask(0, asked=5, answer=5), Ask(0, **TEN), Ask(0, **TEN)],
        [served(1, 3), served(4, 4), served(5, 5)],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_ends_worked_out_by_hand(case: str) -> None:
    endpoint, asks, expected = CASES[case]
    np.testing.assert_allclose(ends(play(endpoint, asks)), expected, rtol=1e-12)


def test_latencies_are_lognormal_in_the_requests_own_draws() -> None:
    endpoint = api(first_token_sigma=0.5, token_pace_sigma=0.25)
    asks = [Ask(0, asked=5, answer=11)] * 3
    record = play(endpoint, asks, api_first_z=[0.0, 2.0, -1.0], api_pace_z=[0.0, -4.0, 1.0])
    first_s = [1.0, exp(1.0), exp(-0.5)]
    np.testing.assert_allclose(record.first_token_s, first_s)
    paces_s = [0.5, 0.5 * exp(-1.0), 0.5 * exp(0.25)]
    np.testing.assert_allclose(record.finish_s, [f + 10 * p for f, p in zip(first_s, paces_s, strict=True)])


def test_a_first_try_is_answered_small_or_asked_again() -> None:
    """Half try a small model, half of those again: draws below 0.25 pay for both, up to 0.5 for the small one."""
    small = FirstTry(law=LatencyLaw(0.25, 0.0, 0.125, 0.0), share=0.5, asked_again_share=0.5)
    record = play(api(first_try=small), [Ask(0, asked=5, answer=3)] * 3, escalate_u=[0.2, 0.4, 0.6])
    # The small model takes 0.25 s to its first token and 0.5 s in all.
    assert record.first_token_s.tolist() == [1.5, 0.25, 1.0]
    assert record.finish_s.tolist() == [2.5, 0.5, 2.0]


def test_a_first_try_holds_the_slot_through_both_models() -> None:
    small = FirstTry(law=LatencyLaw(0.25, 0.0, 0.125, 0.0), share=1.0, asked_again_share=1.0)
    record = play(api(first_try=small, concurrency=1), [Ask(0, asked=5, answer=3)] * 2)
    assert record.finish_s.tolist() == [2.5, 5.0]


def test_patience_runs_through_a_first_try() -> None:
    small = FirstTry(law=LatencyLaw(0.25, 0.0, 0.125, 0.0), share=1.0, asked_again_share=1.0)
    record = play(api(first_try=small), [Ask(0, asked=5, answer=3, patience=1.5)])
    assert ends(record)[0][0] == TIMED_OUT and record.finish_s.tolist() == [1.5]


def test_long_overload_is_served_at_the_quota() -> None:
    """Ten tokens a request at one token a second: however many ask, one is served every ten seconds."""
    record = play(quota(1, burst=10), [Ask(0.5 * i, **TEN) for i in range(200)])
    assert np.allclose(np.diff(record.finish_s), 10.0)


def test_saturated_throughput_is_the_quota_over_the_mean_request() -> None:
    trace = trace_of([Ask(0, asked=10, answer=10), Ask(0, asked=30, answer=10)])
    assert saturated_rps(quota(15, burst=10), trace) == pytest.approx(0.5)
    assert saturated_rps(api(), trace) == inf
