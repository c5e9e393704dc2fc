"""Hypothesis strategies for pools and traces in which every rule of batching comes to matter."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from sim.serving import GpuPool, StepTime
from sim.workload.trace import Trace
from tests.reference.continuous_batching import Disruption
from tests.reference.workloads import make_pool, make_step, make_trace

QUANTUM_S = 2.0**-6
"""Times of exact cases are whole multiples of half of it, so that sums in any order are equal to the last bit."""
JITTER = 0.3


@dataclass(frozen=True, slots=True)
class Case:
    """A pool and what is asked of it."""

    pool: GpuPool
    trace: Trace


class Clockwork:
    """Whole numbers to times: exactly, so that events tie."""

    def seconds(self, quanta: int) -> float:
        return quanta * QUANTUM_S


class Jittered(Clockwork):
    """Whole numbers to times: each stretched by a draw of its own, so that nothing ties unless it must."""

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
def cases(draw: st.DrawFn, clocks: st.SearchStrategy[Clockwork]) -> Case:
    """A pool with a trace on one clock."""
    clock = draw(clocks)
    pool = draw(pools(clock))
    return Case(pool, draw(traces(clock, pool.kv_blocks * pool.block_tokens)))


@st.composite
def disruptions(draw: st.DrawFn, case: Case, clock: Clockwork) -> list[Disruption]:
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
def disrupted_cases(draw: st.DrawFn, clocks: st.SearchStrategy[Clockwork]) -> tuple[Case, list[Disruption]]:
    """A case with what goes wrong in it."""
    clock = draw(clocks)
    pool = draw(pools(clock))
    case = Case(pool, draw(traces(clock, pool.kv_blocks * pool.block_tokens)))
    return case, draw(disruptions(case, clock))
