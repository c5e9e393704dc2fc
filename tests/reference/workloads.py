"""Pools and traces small enough to reason about, for tests of serving."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.serving import GpuPool, Speculation, StepTime
from sim.workload.trace import FloatColumn, IntColumn, Trace


class Ask(NamedTuple):
    """One request of a trace written by hand."""

    at: float
    asked: int
    answer: int
    hit: int = 0
    patience: float = np.inf
    product: int = 0
    group: int = -1


def trace_of(asks: Sequence[Ask]) -> Trace:
    """A trace of hand-written requests, in order of arrival."""
    return make_trace(
        arrival_s=np.array([ask.at for ask in asks], dtype=float),
        input_tokens=np.array([ask.asked for ask in asks], dtype=np.int64),
        cached_tokens=np.array([ask.hit for ask in asks], dtype=np.int64),
        output_tokens=np.array([ask.answer for ask in asks], dtype=np.int64),
        patience_s=np.array([ask.patience for ask in asks], dtype=float),
        product=np.array([ask.product for ask in asks], dtype=np.int64),
        prefix=np.array([ask.group for ask in asks], dtype=np.int64),
    )


def make_trace(
    *,
    arrival_s: FloatColumn,
    input_tokens: IntColumn,
    cached_tokens: IntColumn,
    output_tokens: IntColumn,
    patience_s: FloatColumn,
    product: IntColumn | None = None,
    prefix: IntColumn | None = None,
    speculation_z: FloatColumn | None = None,
) -> Trace:
    """A trace of one region, and unless given of one product; what routing and an API would draw is zero."""
    n = len(arrival_s)
    return Trace(
        arrival_s=arrival_s,
        product=np.zeros(n, dtype=np.int64) if product is None else product,
        user_region=np.zeros(n, dtype=np.int64),
        needs_eu=np.zeros(n, dtype=bool),
        input_tokens=input_tokens,
        cached_tokens=cached_tokens,
        output_tokens=output_tokens,
        patience_s=patience_s,
        route_u=np.zeros(n),
        api_first_z=np.zeros(n),
        api_pace_z=np.zeros(n),
        escalate_u=np.zeros(n),
        speculation_z=np.zeros(n) if speculation_z is None else speculation_z,
        prefix=np.full(n, -1) if prefix is None else prefix,
    )


def make_step(
    *,
    weights_s: Sequence[float] = (0.0,),
    overhead_s: float = 1.0,
    per_sequence_s: float = 0.0,
    allreduce_s: float = 0.0,
    allreduce_s_per_token: float = 0.0,
    kv_s_per_token: float = 0.0,
    prefill_s_per_token: float = 0.0,
    decode_s_per_token: float = 0.0,
    attention_s_per_token2: float = 0.0,
    most_tokens: int = 64,
) -> StepTime:
    """A step time; without arguments every iteration takes one second. The last weight holds for larger batches."""
    weights = [*weights_s, *[weights_s[-1]] * (most_tokens + 1 - len(weights_s))]
    return StepTime(
        overhead_s=overhead_s,
        per_sequence_s=per_sequence_s,
        allreduce_s=allreduce_s,
        allreduce_s_per_token=allreduce_s_per_token,
        weights_s=tuple(weights),
        kv_s_per_token=kv_s_per_token,
        prefill_s_per_token=prefill_s_per_token,
        decode_s_per_token=decode_s_per_token,
        attention_s_per_token2=attention_s_per_token2,
    )


def make_pool(
    step: StepTime,
    *,
    replicas: int = 1,
    token_budget: int = 64,
    max_running: int = 16,
    kv_blocks: int = 1000,
    block_tokens: int = 1,
    product_priority: tuple[int, ...] = (),
    speculation: Speculation | None = None,
    reserves: bool = False,
    prefix_cache_tokens: int | None = None,
) -> GpuPool:
    """A pool with room to spare, unless a limit is given."""
    return GpuPool(
        id="pool",
        region=0,
        step=step,
        replicas=replicas,
        token_budget=token_budget,
        max_running=max_running,
        kv_blocks=kv_blocks,
        block_tokens=block_tokens,
        product_priority=product_priority,
        speculation=speculation,
        reserves=reserves,
        prefix_cache_tokens=prefix_cache_tokens,
    )
