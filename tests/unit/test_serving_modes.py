"""Priorities, shared prefixes, speculative decoding and split pools, each worked out by hand."""

import numpy as np
import pytest

from sim.serving import SERVED, DisaggregatedPool, GpuPool, Speculation, simulate, single_pool_world
from tests.reference.playing import play, play_disaggregated
from tests.reference.workloads import Ask, make_pool, make_step, trace_of

SECOND = make_step()
"""Every iteration takes one second, whatever is in it."""
LOW, HIGH = 0, 1
RANKED = (0, 10)
ALWAYS = Speculation(acceptance=1.0, draft_tokens=2, draft_s=0.5)
"""Three tokens in every iteration, which takes half a second longer for proposing them."""


def split(*, prefill: GpuPool, decode: GpuPool) -> DisaggregatedPool:
    """A link that sends four tokens a second."""
    return DisaggregatedPool("pool", 0, prefill, decode, link_latency_s=0.0, link_s_per_token=0.25)


CASES = {
    "the highest priority is admitted first": (
        make_pool(SECOND, max_running=1, product_priority=RANKED),
        [Ask(0, 1, 2), Ask(0.5, 1, 1, product=LOW), Ask(0.75, 1, 1, product=HIGH)],
        [(1, 2), (4, 4), (3, 3)],
    ),
    # From 1 s on the second, which needs 5 of 7 blocks, is blocked; the third needs one, and cuts at 3 s.
    "who outranks a blocked head and fits is admitted at the next boundary": (
        make_pool(SECOND, kv_blocks=7, product_priority=RANKED),
        [Ask(0, 2, 5), Ask(0.5, 5, 1, product=LOW), Ask(2.5, 1, 1, product=HIGH)],
        [(1, 5), (6, 6), (4, 4)],
    ),
    "who does not outrank it waits": (
        make_pool(SECOND, kv_blocks=7, product_priority=RANKED),
        [Ask(0, 2, 5), Ask(0.5, 5, 1, product=LOW), Ask(2.5, 1, 1, product=LOW)],
        [(1, 5), (6, 6), (6, 6)],
    ),
    # At 3 s the older request of low priority makes room; it comes back at 5 s to read 2 + 3 and say its fourth token.
    "memory is taken from the lowest priority, not from the youngest": (
        make_pool(SECOND, kv_blocks=6, product_priority=RANKED),
        [Ask(0, 2, 5, product=LOW), Ask(1, 1, 4, product=HIGH)],
        [(1, 7), (2, 5)],
    ),
    # The first ends with 3 blocks and holds 1: the second, whose prompt would fit now, waits until 3 s.
    "who reserves memory admits only who fits to the end": (
        make_pool(SECOND, kv_blocks=4, reserves=True),
        [Ask(0, 1, 3), Ask(0, 1, 2)],
        [(1, 3), (4, 5)],
    ),
    # Without: both read at once; at 2 s both hold 2 blocks, and the first wants a third that the second has left.
    "who does not, admits who fits now": (
        make_pool(SECOND, kv_blocks=4),
        [Ask(0, 1, 3), Ask(0, 1, 2)],
        [(1, 3), (1, 2)],
    ),
    # Of their 4 tokens each, 2 are the same: 6 blocks and no more.
    "a shared prefix is held once": (
        make_pool(SECOND, kv_blocks=6),
        [Ask(0, 4, 1, hit=2, group=7), Ask(0, 4, 1, hit=2, group=7)],
        [(1, 1), (1, 1)],
    ),
    "prefixes of different groups are held each": (
        make_pool(SECOND, kv_blocks=6),
        [Ask(0, 4, 1, hit=2, group=7), Ask(0, 4, 1, hit=2, group=8)],
        [(1, 1), (2, 2)],
    ),
    # Blocks of 4: only the first of the 6 cached tokens' blocks is whole, so 2 + 2 - 1 blocks are needed.
    "only whole blocks are shared": (
        make_pool(SECOND, kv_blocks=3, block_tokens=4),
        [Ask(0, 8, 1, hit=6, group=7), Ask(0, 8, 1, hit=6, group=7)],
        [(1, 1), (1, 1)],
    ),
    # Six tokens follow the first in two iterations of 1.5 s.
    "proposed tokens that hold save iterations": (
        make_pool(SECOND, speculation=ALWAYS),
        [Ask(0, 3, 7)],
        [(1, 4)],
    ),
    # In one iteration the first grows by 3 and the second by 2 tokens: 5 + 4 blocks do not fit in 8. The second
    # comes back at 2.5 s, reads 2 + 1 in a second and says one; its last three take two iterations.
    "speculation takes memory at its pace": (
        make_pool(SECOND, kv_blocks=8, speculation=ALWAYS),
        [Ask(0, 2, 4), Ask(0, 2, 5)],
        [(1, 2.5), (1, 6.5)],
    ),
    # Computed at 1 s, sent until 2 s; two further tokens.
    "a split pool sends the prompt's KV": (
        split(prefill=make_pool(SECOND), decode=make_pool(SECOND)),
        [Ask(0, 4, 3)],
        [(1, 4)],
    ),
    "a one-token answer is not sent": (
        split(prefill=make_pool(SECOND), decode=make_pool(SECOND)),
        [Ask(0, 4, 1)],
        [(1, 1)],
    ),
    # Both are computed at 1 s; the second's KV follows from 2 s to 3 s.
    "a link sends one prompt at a time": (
        split(prefill=make_pool(SECOND), decode=make_pool(SECOND)),
        [Ask(0, 4, 2), Ask(0, 4, 2)],
        [(1, 3), (1, 4)],
    ),
    # The first two land at 1.5 s. At 3.5 s each holds 4 of 8 blocks and wants one more: the second goes, and from
    # 6.5 s to 9.5 s reads 2 + 3 tokens, two in an iteration. The third landed at 6 s with its KV.
    "who brings its KV waits behind a prompt being read": (
        split(
            prefill=make_pool(SECOND, replicas=2),
            decode=make_pool(SECOND, token_budget=2, max_running=2, kv_blocks=8),
        ),
        [Ask(0, 2, 6), Ask(0, 2, 5), Ask(4.75, 1, 2)],
        [(1, 6.5), (1, 10.5), (5.75, 10.5)],
    ),
}


@pytest.mark.parametrize("by_whom", ["reference", "engine"])
@pytest.mark.parametrize("case", CASES)
def test_ends_worked_out_by_hand(case: str, by_whom: str) -> None:
    pool, asks, ends = CASES[case]
    trace = trace_of(asks)
    if by_whom == "engine":
        record = simulate(single_pool_world(pool), trace)
        found = list(zip(record.outcome.tolist(), record.first_token_s, record.finish_s, strict=True))
    else:
        played = play_disaggregated(pool, trace) if isinstance(pool, DisaggregatedPool) else play(pool, trace)
        found = [(r.outcome, r.first_token_s, r.finish_s) for r in played.requests]
    np.testing.assert_array_equal(found, [(SERVED, *end) for end in ends])


def test_who_begins_alike_shares_memory_in_a_finite_cache_too() -> None:
    """The first computes its beginning, the second finds it; of their 4 tokens each, 2 are held once."""
    asks = [Ask(0, 4, 1, hit=2, group=7), Ask(0, 4, 1, hit=2, group=7)]
    record = simulate(single_pool_world(make_pool(SECOND, kv_blocks=6, prefix_cache_tokens=100)), trace_of(asks))
    assert record.cached_tokens.tolist() == [0, 2]
    assert record.finish_s.tolist() == [1, 1]


def test_reserving_never_preempts_and_admits_fewer() -> None:
    asks = [Ask(0.25 * row, 3, 12) for row in range(40)]
    admits = simulate(single_pool_world(make_pool(SECOND, kv_blocks=40)), trace_of(asks))
    reserves = simulate(single_pool_world(make_pool(SECOND, kv_blocks=40, reserves=True)), trace_of(asks))
    assert admits.preemptions > 0 == reserves.preemptions
    assert np.mean(reserves.first_token_s) > np.mean(admits.first_token_s)


@pytest.mark.parametrize("acceptance, draft_tokens", [(0.0, 2), (0.3, 1), (0.6, 4), (0.8, 3), (1.0, 5)])
@pytest.mark.parametrize("tokens", [40, 300])
def test_iterations_follow_the_law_of_acceptance(acceptance: float, draft_tokens: int, tokens: int) -> None:
    """Against proposals drawn token by token: mean within 0.5 %, spread within 5 % and half an iteration."""
    rng = np.random.default_rng(tokens)
    runs = 4_000
    holds = rng.random((runs, tokens, draft_tokens)) < acceptance
    gained = 1 + np.minimum.accumulate(holds, axis=2).sum(axis=2)
    drawn = 1 + (np.cumsum(gained, axis=1) < tokens).sum(axis=1)

    law = Speculation(acceptance=acceptance, draft_tokens=draft_tokens, draft_s=0.0)
    found = law.iterations(np.full(runs, tokens + 1), rng.standard_normal(runs))
    assert abs(found.mean() - drawn.mean()) <= 0.005 * drawn.mean() + 3 * drawn.std() / np.sqrt(runs)
    assert abs(found.std() - drawn.std()) <= 0.05 * drawn.std() + 0.5


def test_iterations_stay_within_what_is_possible() -> None:
    law = Speculation(acceptance=0.5, draft_tokens=3, draft_s=0.0)
    lengths = np.arange(1, 60)
    for z in (-50.0, 0.0, 50.0):
        found = law.iterations(lengths, np.full(len(lengths), z))
        assert np.all(found >= -(-(lengths - 1) // 4))
        assert np.all(found <= lengths - 1)


@pytest.mark.parametrize(
    "fault",
    [
        {"acceptance": 1.1, "draft_tokens": 2, "draft_s": 0.0},
        {"acceptance": 0.5, "draft_tokens": 0, "draft_s": 0.0},
        {"acceptance": 0.5, "draft_tokens": 2, "draft_s": -1.0},
    ],
)
def test_impossible_speculation_is_refused(fault: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="got"):
        Speculation(**fault)  # type: ignore[arg-type]


def test_a_product_without_a_priority_is_named() -> None:
    pool = make_pool(SECOND, product_priority=(1, 2))
    with pytest.raises(ValueError, match="give one for each product"):
        simulate(single_pool_world(pool), trace_of([Ask(0, 1, 1, product=2)]))


def test_answers_and_proposals_must_fit_the_token_budget() -> None:
    with pytest.raises(ValueError, match="takes 3 of the token budget"):
        make_pool(SECOND, token_budget=8, max_running=3, speculation=ALWAYS)
