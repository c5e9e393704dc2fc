"""The per-iteration reference simulator gives what one gets by hand; the engine must give the same."""

from collections.abc import Callable
from math import inf, nan

import numpy as np
import pytest

from sim.serving import REFUSED, SERVED, TIMED_OUT, GpuPool, simulate, single_pool_world
from sim.workload.trace import Trace
from tests.reference.continuous_batching import Request, iteration_s
from tests.reference.disrupted import simulate_disrupted
from tests.reference.playing import Disruption, play
from tests.reference.workloads import Ask, make_pool, make_step, trace_of

Ends = list[tuple[int, float, float]]
"""Outcome, first token [s] and finish [s] of each request."""


def by_reference(pool: GpuPool, trace: Trace) -> Ends:
    return [(int(r.outcome or 0), r.first_token_s, r.finish_s) for r in play(pool, trace).requests]


def by_engine(pool: GpuPool, trace: Trace) -> Ends:
    record = simulate(single_pool_world(pool), trace)
    return list(zip(record.outcome.tolist(), record.first_token_s.tolist(), record.finish_s.tolist(), strict=True))


def served(first_s: float, finish_s: float) -> tuple[int, float, float]:
    return SERVED, first_s, finish_s


def timed_out(left_s: float) -> tuple[int, float, float]:
    return TIMED_OUT, nan, left_s


SECOND = make_step()
"""Every iteration takes one second, whatever is in it."""

CASES = {
    "one request: a prefill, then a token each second": (
        make_pool(SECOND),
        [Ask(2, asked=5, answer=3)],
        [served(3, 5)],
    ),
    "a one-token answer ends with its prefill": (
        make_pool(SECOND),
        [Ask(0, asked=5, answer=1)],
        [served(1, 1)],
    ),
    "a prompt of ten, three of them cached, in chunks of four": (
        make_pool(SECOND, token_budget=4, max_running=4),
        [Ask(0, asked=10, answer=2, hit=3)],
        [served(2, 3)],
    ),
    # Iteration 2 decodes the first and reads 3 of the second's 4 tokens, iteration 3 the last one.
    "a running answer takes its token of the budget first": (
        make_pool(SECOND, token_budget=4, max_running=4),
        [Ask(0, asked=4, answer=4), Ask(0.5, asked=4, answer=1)],
        [served(1, 4), served(3, 3)],
    ),
    # Iteration 1 reads 3 + 1, so that iteration 2 reads 2 of the second and 1 of the third beside one answer.
    "what a prompt leaves of the budget goes to the next": (
        make_pool(SECOND, token_budget=4, max_running=4),
        [Ask(0, asked=3, answer=2), Ask(0, asked=3, answer=1), Ask(0, asked=2, answer=1)],
        [served(1, 2), served(2, 2), served(3, 3)],
    ),
    "an arrival during an iteration waits for its end": (
        make_pool(SECOND),
        [Ask(0, asked=1, answer=3), Ask(1.5, asked=1, answer=1)],
        [served(1, 3), served(3, 3)],
    ),
    "an arrival at a boundary joins at that boundary": (
        make_pool(SECOND),
        [Ask(0, asked=1, answer=3), Ask(1, asked=1, answer=1)],
        [served(1, 3), served(2, 2)],
    ),
    "the batch holds no more than max_running": (
        make_pool(SECOND, max_running=1),
        [Ask(0, asked=1, answer=3), Ask(0, asked=1, answer=1)],
        [served(1, 3), served(4, 4)],
    ),
    # The second needs 3 of the 2 blocks left: the third, which would fit, does not overtake.
    "nobody overtakes the first in the queue": (
        make_pool(SECOND, kv_blocks=5),
        [Ask(0, asked=3, answer=2), Ask(0, asked=3, answer=1), Ask(0, asked=1, answer=1)],
        [served(1, 2), served(3, 3), served(3, 3)],
    ),
    # At 2 s each holds 3 of 6 blocks. The second goes, and comes back at 4 s with 2 + 2 tokens to read.
    "when memory runs out the youngest is computed again": (
        make_pool(SECOND, kv_blocks=6),
        [Ask(0, asked=2, answer=4), Ask(0, asked=2, answer=3)],
        [served(1, 4), served(1, 5)],
    ),
    # At 2 s the first takes the last block; the second is the youngest and goes itself.
    "the youngest that needs a block itself goes": (
        make_pool(SECOND, kv_blocks=7),
        [Ask(0, asked=2, answer=4), Ask(0, asked=2, answer=4)],
        [served(1, 4), served(1, 6)],
    ),
    # One token of the second's five has been read at 2 s, when the first wants a fourth block; it is back at 5 s.
    "a prompt half read is preempted and starts over": (
        make_pool(SECOND, token_budget=2, max_running=2, kv_blocks=8),
        [Ask(0, asked=2, answer=5), Ask(0, asked=5, answer=1)],
        [served(1, 5), served(8, 8)],
    ),
    "a preempted prompt waits again, and leaves the queue at its deadline": (
        make_pool(SECOND, token_budget=2, max_running=2, kv_blocks=8),
        [Ask(0, asked=2, answer=5), Ask(0, asked=5, answer=1, patience=4.25)],
        [served(1, 5), timed_out(4.25)],
    ),
    # It waits from 0 to 1 s and again from 2 s, when the first needs its memory, to 4 s; its answer began at 2 s.
    "whose answer has begun waits without end": (
        make_pool(SECOND, max_running=2, kv_blocks=6),
        [Ask(0, asked=2, answer=4), Ask(0, asked=1, answer=1), Ask(0, asked=2, answer=3, patience=3.5)],
        [served(1, 4), served(1, 1), served(2, 6)],
    ),
    "what can never fit is refused, what just fits is served": (
        make_pool(SECOND, kv_blocks=2, block_tokens=4),
        [Ask(1, asked=5, answer=5), Ask(1, asked=5, answer=4)],
        [(REFUSED, nan, 1), served(2, 5)],
    ),
    "who waits leaves at the deadline": (
        make_pool(SECOND, max_running=1),
        [Ask(0, asked=1, answer=5), Ask(0.5, asked=1, answer=1, patience=1.25)],
        [served(1, 5), timed_out(1.75)],
    ),
    "whose deadline is the boundary that could admit him has left": (
        make_pool(SECOND, max_running=1),
        [Ask(0, asked=1, answer=2), Ask(0, asked=1, answer=1, patience=2)],
        [served(1, 2), timed_out(2)],
    ),
    "who is being read leaves at the next boundary": (
        make_pool(SECOND, token_budget=2, max_running=2),
        [Ask(0, asked=10, answer=1, patience=2.5)],
        [timed_out(3)],
    ),
    "a first token at the deadline comes too late": (
        make_pool(SECOND, token_budget=2, max_running=2),
        [Ask(0, asked=4, answer=2, patience=2), Ask(0, asked=4, answer=2, patience=4.5)],
        [timed_out(2), served(4, 5)],
    ),
    "who has no patience leaves on arrival": (
        make_pool(SECOND),
        [Ask(1, asked=1, answer=1, patience=0), Ask(1, asked=1, answer=1)],
        [timed_out(1), served(2, 2)],
    ),
    # Each finds the emptiest replica, the first where equal; the last three wait.
    "each goes to the replica with the fewest requests": (
        make_pool(SECOND, replicas=2, max_running=1),
        [
            Ask(0, asked=1, answer=9),
            Ask(0, asked=1, answer=2),
            Ask(0.5, asked=1, answer=1),
            Ask(0.5, asked=1, answer=1),
        ],
        [served(1, 9), served(1, 2), served(10, 10), served(3, 3)],
    ),
    # At 2 s the second replica's request is about to finish, yet counts: the arrival joins the first replica.
    "who finishes at the instant of an arrival still counts": (
        make_pool(SECOND, replicas=2, max_running=1),
        [Ask(0, asked=1, answer=4), Ask(0, asked=1, answer=2), Ask(2, asked=1, answer=1)],
        [served(1, 4), served(1, 2), served(5, 5)],
    ),
}


DISRUPTED = {
    # Two tokens are out at 2.5 s; a new prefill reads 5 + 2 and gives the third.
    "a failure loses the iteration under way, not the words": (
        make_pool(SECOND),
        [Ask(0, asked=5, answer=4)],
        [Disruption(2.5, 0, "fail")],
        [served(1, 4.5)],
    ),
    "an iteration that would end at the failure is lost": (
        make_pool(SECOND),
        [Ask(0, asked=5, answer=4)],
        [Disruption(2, 0, "fail")],
        [served(1, 5)],
    ),
    # The batch is offered first, in order of admission, then the queue; the last user left at 1.25 s.
    "the batch goes before the queue": (
        make_pool(SECOND, token_budget=4, max_running=2),
        [
            Ask(0, asked=4, answer=9),
            Ask(0, asked=8, answer=1),
            Ask(0.5, asked=1, answer=1),
            Ask(0.5, asked=1, answer=1, patience=0.75),
        ],
        [Disruption(1.5, 0, "fail")],
        # The first reads 4 + 1 in two iterations, 3 of the second's 8 beside it; they are read at 5.5 s.
        [served(1, 10.5), served(5.5, 5.5), served(6.5, 6.5), timed_out(1.25)],
    ),
    "a draining replica finishes and takes nobody": (
        make_pool(SECOND, replicas=2, max_running=1),
        [Ask(0, asked=1, answer=9), Ask(0, asked=1, answer=2), Ask(1, asked=1, answer=1)],
        [Disruption(0.5, 1, "drain")],
        [served(1, 9), served(1, 2), served(10, 10)],
    ),
}


@pytest.mark.parametrize("by_whom", ["reference", "engine"])
@pytest.mark.parametrize("case", DISRUPTED)
def test_disruptions_worked_out_by_hand(case: str, by_whom: str) -> None:
    pool, asks, disruptions, ends = DISRUPTED[case]
    trace = trace_of(asks)
    if by_whom == "engine":
        record = simulate_disrupted(pool, trace, disruptions)
        found = list(zip(record.outcome.tolist(), record.first_token_s, record.finish_s, strict=True))
    else:
        played = play(pool, trace, disruptions)
        found = [(r.outcome, r.first_token_s, r.finish_s) for r in played.requests]
    np.testing.assert_array_equal(found, ends)


@pytest.mark.parametrize("play_all", [by_reference, by_engine])
@pytest.mark.parametrize("case", CASES)
def test_ends_worked_out_by_hand(case: str, play_all: Callable[[GpuPool, Trace], Ends]) -> None:
    pool, asks, ends = CASES[case]
    np.testing.assert_array_equal(play_all(pool, trace_of(asks)), ends)


def a_request(*, kv_tokens: int) -> Request:
    return Request(0.0, inf, input_tokens=100, cached_tokens=0, output_tokens=1, kv_tokens=kv_tokens)


def test_iteration_time_where_memory_is_the_longer() -> None:
    step = make_step(
        weights_s=(0.0, 0.0, 0.0, 0.0, 0.0, 100.0, 1000.0),
        overhead_s=1.0,
        per_sequence_s=0.5,
        allreduce_s=0.25,
        allreduce_s_per_token=2.0,
        kv_s_per_token=3.0,
        decode_s_per_token=1.0,
    )
    decoding = [a_request(kv_tokens=10), a_request(kv_tokens=20)]
    chunks = [(a_request(kv_tokens=5), 1), (a_request(kv_tokens=0), 2)]
    # 2 answers, 2 chunks, 5 tokens, 10 + 20 + 5 tokens read from the cache.
    assert iteration_s(make_pool(step), decoding, chunks) == 1.0 + 0.5 * 4 + (0.25 + 2.0 * 5) + (100.0 + 3.0 * 35)


def test_iteration_time_where_computing_is_the_longer() -> None:
    step = make_step(
        weights_s=(0.0, 1.0),
        overhead_s=1.0,
        prefill_s_per_token=7.0,
        decode_s_per_token=11.0,
        attention_s_per_token2=0.5,
    )
    decoding = [a_request(kv_tokens=10)]
    chunks = [(a_request(kv_tokens=5), 3), (a_request(kv_tokens=0), 2)]
    # Attention: 3 tokens each see 5 + 1.5, 2 tokens each see 0 + 1.
    assert iteration_s(make_pool(step), decoding, chunks) == 1.0 + 7.0 * 5 + 11.0 + 0.5 * (3 * 6.5 + 2 * 1.0)


def test_preemptions_and_iterations_are_counted() -> None:
    pool, asks, _ = CASES["when memory runs out the youngest is computed again"]
    played = play(pool, trace_of(asks))
    assert (played.preemptions, played.iterations) == (1, 5)
    assert [r.start_s for r in played.requests] == [0, 4]
