"""Hypothesis strategies for pools and traces in which every rule of batching comes to matter."""

from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np
from hypothesis import strategies as st

from sim.serving import DisaggregatedPool, GpuPool, Speculation, StepTime
from sim.workload.trace import Trace
from tests.reference.playing import Disruption
from tests.reference.workloads import make_pool, make_step, make_trace

QUANTUM_S = 2.0**-6
"""Times of exact cases are whole multiples of half of it, so that sums in any order are equal to the last bit."""
JITTER = 0.3
PRODUCTS = 3
ALL_EQUAL: tuple[int, ...] = ()

SomePool = TypeVar("SomePool", GpuPool, DisaggregatedPool)


@dataclass(frozen=True, slots=True)
class Case(Generic[SomePool]):
    """A pool and what is asked of it."""

    pool: SomePool
    trace: Trace


class Clockwork:
    """Whole numbers to times: exactly, so that events tie."""

    exact = True

    def seconds(self, quanta: int) -> float:
        return quanta * QUANTUM_S


class Jittered(Clockwork):
    """Whole numbers to times: each stretched by a draw of its own, so that nothing ties unless it must."""

    exact = False

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)

    def seconds(self, quanta: int) -> float:
        return quanta * QUANTUM_S * (1 + JITTER * self._rng.random())


exact_clocks = st.builds(Clockwork)
jittered_clocks = st.builds(Jittered, st.integers(0, 2**32 - 1))


@st.composite
def steps(draw: st.DrawFn, clock: Clockwork, token_budget: int) -> StepTime:
    """Step times in which memory, computing, or now one and now the other is the longer."""
    seconds = clock.seconds
    rises = draw(st.lists(st.integers(0, 3), min_size=1, max_size=token_budget))
    weights = np.cumsum([seconds(draw(st.sampled_from([0, 1, 20, 200]))), *map(seconds, rises)])
    return make_step(
        weights_s=weights.tolist(),
        overhead_s=seconds(draw(st.integers(1, 40))),
        per_sequence_s=seconds(draw(st.integers(0, 2))),
        allreduce_s=seconds(draw(st.sampled_from([0, 0, 5]))),
        allreduce_s_per_token=seconds(draw(st.sampled_from([0, 0, 1]))),
        kv_s_per_token=seconds(draw(st.sampled_from([0, 1, 1, 3]))),
        prefill_s_per_token=seconds(draw(st.sampled_from([0, 1, 5, 30]))),
        decode_s_per_token=seconds(draw(st.sampled_from([0, 1, 10, 60]))),
        attention_s_per_token2=seconds(draw(st.sampled_from([0, 0, 1]))),
        most_tokens=token_budget,
    )


@st.composite
def pools(draw: st.DrawFn, clock: Clockwork) -> GpuPool:
    """Pools whose budget chunks most prompts and whose memory often runs out."""
    token_budget = draw(st.integers(1, 24))
    return make_pool(
        draw(steps(clock, token_budget)),
        replicas=draw(st.integers(1, 4)),
        token_budget=token_budget,
        max_running=draw(st.integers(1, token_budget)),
        kv_blocks=draw(st.integers(1, 60)),
        block_tokens=draw(st.sampled_from([1, 2, 3, 16])),
    )


@st.composite
def traces(draw: st.DrawFn, clock: Clockwork, room_tokens: int) -> Trace:
    """Bursts and pauses of requests, most of which fit a memory of `room_tokens`."""
    shortest_pause, longest_pause = draw(st.sampled_from([(0, 0), (0, 30), (0, 400), (200, 20_000)]))
    patience = st.sampled_from([0, 50, 200, 1_000, 5_000, None, None, None])
    longest = draw(st.sampled_from([4, 30, max(4, room_tokens * 2 // 3)]))
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(shortest_pause, longest_pause),
                st.integers(1, longest),
                st.integers(0, longest),
                st.integers(1, 40),
                patience,
            ),
            min_size=1,
            max_size=24,
        )
    )
    pause, asked, hit, answer, quanta = zip(*rows, strict=True)
    return make_trace(
        arrival_s=np.cumsum([clock.seconds(p) for p in pause]),
        input_tokens=np.array(asked),
        cached_tokens=np.minimum(hit, np.array(asked) - 1),
        output_tokens=np.array(answer),
        patience_s=np.array([np.inf if q is None else clock.seconds(q) for q in quanta]),
    )


@st.composite
def cases(draw: st.DrawFn, clocks: st.SearchStrategy[Clockwork]) -> Case[GpuPool]:
    """A pool with a trace on one clock."""
    clock = draw(clocks)
    pool = draw(pools(clock))
    return Case(pool, draw(traces(clock, pool.kv_blocks * pool.block_tokens)))


# --- modes ----------------------------------------------------------------------------------------


@st.composite
def in_some_modes(draw: st.DrawFn, pool: GpuPool, clock: Clockwork) -> GpuPool:
    """A pool with some of: ranked products, memory reserved to the end, speculative decoding."""
    if draw(st.booleans()):
        pool = replace(pool, reserves=True)
    if draw(st.booleans()):
        pool = replace(pool, product_priority=tuple(draw(st.lists(st.integers(0, 2), min_size=3, max_size=PRODUCTS))))
    if draw(st.booleans()):
        pool = draw(speculating(pool, clock))
    return pool


@st.composite
def speculating(draw: st.DrawFn, pool: GpuPool, clock: Clockwork) -> GpuPool:
    """The pool with speculative decoding, as far as its token budget allows.

    Contexts are then fractions, which sum exactly only where no time depends on them.
    """
    draft_tokens = draw(st.integers(1, 5))
    if pool.token_budget < 1 + draft_tokens:
        return pool
    return replace(
        pool,
        step=replace(pool.step, kv_s_per_token=0.0) if clock.exact else pool.step,
        max_running=min(pool.max_running, pool.token_budget // (1 + draft_tokens)),
        speculation=Speculation(
            acceptance=draw(st.sampled_from([0.0, 0.4, 0.8, 1.0])),
            draft_tokens=draft_tokens,
            draft_s=clock.seconds(draw(st.integers(0, 3))),
        ),
    )


@st.composite
def with_modes(draw: st.DrawFn, trace: Trace) -> Trace:
    """The trace with products, shared prefixes and draws of speculation."""
    n = len(trace)
    column = lambda low, high: draw(st.lists(st.integers(low, high), min_size=n, max_size=n))  # noqa: E731
    return replace(
        trace,
        product=np.array(column(0, PRODUCTS - 1)),
        prefix=np.array(column(-1, draw(st.integers(-1, 2)))),
        speculation_z=np.array(column(-3, 3)) / 2.0,
    )


@st.composite
def cases_in_modes(draw: st.DrawFn, clocks: st.SearchStrategy[Clockwork]) -> Case[GpuPool]:
    """A case in which any mode may be on, and any combination."""
    clock = draw(clocks)
    pool = draw(in_some_modes(draw(pools(clock)), clock))
    return Case(pool, draw(with_modes(draw(traces(clock, pool.kv_blocks * pool.block_tokens)))))


@st.composite
def disaggregated_cases(draw: st.DrawFn, clocks: st.SearchStrategy[Clockwork]) -> Case[DisaggregatedPool]:
    """A pool split by phase, its modes and a trace on one clock."""
    clock = draw(clocks)
    decode = draw(in_some_modes(draw(pools(clock)), clock))
    pool = DisaggregatedPool(
        id="pool",
        region=0,
        prefill=replace(draw(pools(clock)), product_priority=decode.product_priority, reserves=decode.reserves),
        decode=decode,
        link_latency_s=clock.seconds(draw(st.sampled_from([0, 3, 40]))),
        link_s_per_token=clock.seconds(draw(st.sampled_from([1, 5, 50]))),
    )
    room_tokens = min(half.kv_blocks * half.block_tokens for half in (pool.prefill, pool.decode))
    return Case(pool, draw(with_modes(draw(traces(clock, room_tokens)))))


# --- disruptions ----------------------------------------------------------------------------------


@st.composite
def disruptions(draw: st.DrawFn, case: Case[GpuPool], clock: Clockwork) -> list[Disruption]:
    """Failures and drains in the course of a case; the first replica always takes requests."""
    last = case.pool.replicas - 1
    rows = draw(st.lists(st.tuples(st.integers(0, 3_000), st.integers(0, last), st.booleans()), max_size=6))
    begin_s = float(case.trace.arrival_s[0])
    found = [
        Disruption(begin_s + clock.seconds(quanta), replica, "drain" if drains and replica > 0 else "fail")
        for quanta, replica, drains in rows
    ]
    return sorted(found, key=lambda disruption: disruption.at_s)


@st.composite
def disrupted_cases(draw: st.DrawFn, clocks: st.SearchStrategy[Clockwork]) -> tuple[Case[GpuPool], list[Disruption]]:
    """A case in any modes, with what goes wrong in it."""
    clock = draw(clocks)
    pool = draw(in_some_modes(draw(pools(clock)), clock))
    case = Case(pool, draw(with_modes(draw(traces(clock, pool.kv_blocks * pool.block_tokens)))))
    return case, draw(disruptions(case, clock))
