"""More of a good thing never hurts: replicas, GPU speed and room to spare, on the same requests.

Below 0.9 of saturation and in the 99.9 % interval of the paired difference of
p99 end-to-end time. It is a law of the mean, not of every trace: another
batch composition can delay a single request.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sim.catalogue.facts import load_catalogue
from sim.metrics import Estimate
from sim.scenario.schema import Engine
from sim.serving import (
    SERVED,
    GpuPool,
    RunRecord,
    kv_capacity_blocks,
    saturated_rps,
    simulate,
    single_pool_world,
    step_time,
)
from sim.workload import Mix, ProductLoad, Trace, draw_window
from sim.workload.lengths import quantile_law
from tests.reference.workloads import Ask, make_pool, make_step, trace_of

LOADS = (0.3, 0.6, 0.85)
REPLICATIONS = 12
REQUESTS = 600


@cache
def a_mix() -> Mix:
    catalogue = load_catalogue()
    laws = (quantile_law(f"conversation.{side}", catalogue) for side in ("input", "output"))
    return Mix((ProductLoad(0, 1.0, *laws, 0.0, "none", 0.0, (1.0,), (0.0,)),))


def a_pool(gpu: str = "h100", replicas: int = 2) -> GpuPool:
    catalogue = load_catalogue()
    engine = Engine(model="llama_3_1_8b", precision="bf16", gpu=gpu, generation="vllm_sglang_2026")
    return GpuPool(
        id="pool",
        region=0,
        step=step_time(engine, catalogue),
        replicas=replicas,
        token_budget=engine.token_budget,
        max_running=engine.max_running,
        kv_blocks=kv_capacity_blocks(replace_gpu(engine), catalogue),
        block_tokens=int(catalogue.value("roofline", "fit", "kv_block_tokens")),
    )


def replace_gpu(engine: Engine) -> Engine:
    """The same engine on the smaller memory, so that only speed differs between GPUs."""
    return engine.model_copy(update={"gpu": "h100"})


@cache
def saturation_rps() -> float:
    return saturated_rps(a_pool(), requests(0, 1.0))


def requests(replication: int, rate_rps: float) -> Trace:
    return draw_window(a_mix(), REQUESTS, rate_rps=rate_rps, seed=77, replication=replication, name="monotone")


def p99_s(pool: GpuPool, trace: Trace) -> float:
    record = simulate(single_pool_world(pool), trace)
    assert record.count(SERVED) == len(trace)
    return float(np.percentile(record.finish_s - trace.arrival_s, 99))


def worsening_s(better: Callable[[Trace], float], worse: Callable[[Trace], float], load: float) -> Estimate:
    """Paired difference of p99, what should be better less what should be worse."""
    traces = [requests(replication, load * saturation_rps()) for replication in range(REPLICATIONS)]
    return Estimate.of([better(trace) - worse(trace) for trace in traces], confidence=0.999)


@pytest.mark.parametrize("load", LOADS)
def test_more_replicas_never_worsen_the_tail(load: float) -> None:
    two, three = a_pool(replicas=2), a_pool(replicas=3)
    difference = worsening_s(lambda trace: p99_s(three, trace), lambda trace: p99_s(two, trace), load)
    assert difference.mean - difference.half_width <= 0


@pytest.mark.parametrize("load", LOADS)
def test_a_faster_gpu_never_worsens_the_tail(load: float) -> None:
    slow, fast = a_pool("h100"), a_pool("b200")
    assert fast.step.decode_s_per_token < slow.step.decode_s_per_token
    difference = worsening_s(lambda trace: p99_s(fast, trace), lambda trace: p99_s(slow, trace), load)
    assert difference.mean + difference.half_width < 0


@pytest.mark.parametrize("load", LOADS)
def test_a_lower_load_never_worsens_the_tail(load: float) -> None:
    """The same requests in the same order, further apart."""
    pool = a_pool()

    def calmer(trace: Trace) -> float:
        return p99_s(pool, replace(trace, arrival_s=trace.arrival_s * 1.15))

    difference = worsening_s(calmer, lambda trace: p99_s(pool, trace), load)
    assert difference.mean - difference.half_width <= 0


def test_the_laws_can_be_told_from_their_opposites() -> None:
    """The pairs decide: with better and worse exchanged, every law would fail at the highest load."""
    pool, more = a_pool(replicas=2), a_pool(replicas=3)
    difference = worsening_s(lambda trace: p99_s(pool, trace), lambda trace: p99_s(more, trace), LOADS[-1])
    assert difference.mean - difference.half_width > 0


def paces_s(record: RunRecord, trace: Trace) -> float:
    longer = trace.output_tokens > 1
    time_s = (record.finish_s - record.first_token_s)[longer]
    return float(np.mean(time_s / (trace.output_tokens[longer] - 1)))


def test_more_kv_memory_shortens_the_wait_and_may_slow_the_words() -> None:
    """Memory is what keeps a batch small.

    With more of it more answers decode at once, and every iteration reads the
    KV of all of them and is longer: the queue moves into the batch, where
    everybody's words come slower. (Where the small memory preempts, its words
    stall, and more memory helps both.)
    """
    asks = trace_of([Ask(at=0.0, asked=100, answer=20) for _ in range(16)])
    step = make_step(overhead_s=0.1, kv_s_per_token=1e-3)
    tight = make_pool(step, kv_blocks=4 * 119, max_running=16)
    roomy = replace(tight, kv_blocks=16 * 119)
    few, many = (simulate(single_pool_world(pool), asks) for pool in (tight, roomy))
    assert few.preemptions == many.preemptions == 0
    assert np.max(many.first_token_s) < np.max(few.first_token_s)
    assert np.max(many.finish_s) < np.max(few.finish_s)
    assert paces_s(many, asks) > 1.2 * paces_s(few, asks)
