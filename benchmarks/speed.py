"""How fast the serving engine is: each figure beside its target.

    python -m benchmarks.speed [--json] [--requests N]

Simulated requests per second of CPU time on one core, best of three runs; SimPy's bare callback events in the same
run say how fast the machine is. Targets: DESIGN, section 7.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import simpy

from sim.serving import GpuPool, Speculation, saturated_rps, simulate, single_pool_world
from sim.serving.step_time import StepTime
from sim.workload.lengths import LognormalLaw
from sim.workload.trace import Trace
from sim.workload.window import Mix, ProductLoad, draw_window

MODERATE, HIGH = 0.6, 0.9
"""Shares of the saturated throughput."""
RUNS = 3
TOKEN_BUDGET = 2048
PRODUCTS = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure and what it should be."""

    name: str
    value: float
    unit: str
    target: str

    def line(self) -> str:
        return f"{self.name:<58} {self.value:>12,.2f} {self.unit:<16} {self.target}"


def step() -> StepTime:
    """A model of 8 billion parameters on one large GPU: 5 ms to read the weights, 46 us for a prompt token."""
    return StepTime(
        overhead_s=2.2e-3,
        per_sequence_s=1.85e-5,
        allreduce_s=0.0,
        allreduce_s_per_token=0.0,
        weights_s=(5.6e-3,) * (TOKEN_BUDGET + 1),
        kv_s_per_token=4.6e-8,
        prefill_s_per_token=3.3e-5,
        decode_s_per_token=4.1e-5,
        attention_s_per_token2=1.1e-9,
    )


def plain_pool() -> GpuPool:
    """Four replicas with memory to spare."""
    return GpuPool(
        id="pool",
        region=0,
        step=step(),
        replicas=4,
        token_budget=TOKEN_BUDGET,
        max_running=256,
        kv_blocks=26_000,
        block_tokens=16,
    )


def full_pool() -> GpuPool:
    """The same with priorities and speculative decoding; its traces share prefixes."""
    return replace(
        plain_pool(),
        product_priority=tuple(range(PRODUCTS)),
        speculation=Speculation(acceptance=0.7, draft_tokens=3, draft_s=1e-3),
    )


def mix(mean_input_tokens: float) -> Mix:
    """Three products of about 200 tokens out, whose users wait a minute for their first words on average."""
    return Mix(
        tuple(
            ProductLoad(
                index=index,
                share=1 / PRODUCTS,
                input_law=LognormalLaw(mean_input_tokens, 1.0),
                output_law=LognormalLaw(200.0, 1.0),
                reused_prompt_share=0.0,
                patience_law="exponential",
                patience_mean_s=60.0,
                user_shares=(1.0,),
                needs_eu_share=(0.0,),
            )
            for index in range(PRODUCTS)
        )
    )


def trace_at(rate_rps: float, n: int, *, mean_input_tokens: float = 1_000.0) -> Trace:
    return draw_window(mix(mean_input_tokens), n, rate_rps=rate_rps, seed=1, replication=0, name="speed")


def sharing(trace: Trace) -> Trace:
    """The trace where half of each product's prompts begin with the same 256 tokens."""
    shared = (trace.route_u < 0.5) & (trace.input_tokens > 256)
    return replace(
        trace,
        cached_tokens=np.where(shared, 256, 0),
        prefix=np.where(shared, trace.product, -1),
    )


def same(trace: Trace) -> Trace:
    return trace


def bare_events_per_s(events: int = 200_000) -> float:
    """SimPy alone: time-outs with a callback that sets the next."""
    env = simpy.Environment()
    left = events

    def ring(_: simpy.Event) -> None:
        nonlocal left
        left -= 1
        if left:
            env.timeout(1.0).callbacks.append(ring)

    env.timeout(1.0).callbacks.append(ring)
    begin = time.process_time()
    env.run()
    return events / (time.process_time() - begin)


def speed(
    pool: GpuPool, n: int, *, mean_input_tokens: float = 1_000.0, prepare: Callable[[Trace], Trace] = same
) -> tuple[float, float]:
    """Requests/s and events per request, each the mean of a moderate and a high load."""
    rate_rps = saturated_rps(pool, prepare(trace_at(1.0, 4_000, mean_input_tokens=mean_input_tokens)))
    rates, events = [], []
    for load in (MODERATE, HIGH):
        trace = prepare(trace_at(load * rate_rps, n, mean_input_tokens=mean_input_tokens))
        best_s = np.inf
        for _ in range(RUNS):
            begin = time.process_time()
            record = simulate(single_pool_world(pool), trace)
            best_s = min(best_s, time.process_time() - begin)
        rates.append(n / best_s)
        events.append(record.events / n)
    return float(np.mean(rates)), float(np.mean(events))


def long_run(n: int) -> dict[str, float]:
    """Time per request and peak memory of one long window, alone in its process."""
    pool = plain_pool()
    rate_rps = saturated_rps(pool, trace_at(1.0, 4_000))
    trace = trace_at(0.75 * rate_rps, n)
    begin = time.process_time()
    simulate(single_pool_world(pool), trace)
    took_s = time.process_time() - begin
    return {"us_per_request": took_s / n * 1e6, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def long_run_alone(n: int) -> dict[str, float]:
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.speed", "--long-run", str(n)], capture_output=True, text=True, check=True
    )
    return dict(json.loads(answer.stdout))


def measure(n: int) -> list[Figure]:
    bare = max(bare_events_per_s() for _ in range(RUNS))
    plain, events = speed(plain_pool(), n)
    full, full_events = speed(full_pool(), n, prepare=sharing)
    long_prompts, _ = speed(plain_pool(), n // 4, mean_input_tokens=12_000.0)
    short, long = (min((long_run_alone(m) for _ in range(2)), key=lambda r: r["us_per_request"]) for m in (n, 10 * n))
    bare = max(bare, bare_events_per_s())
    growth = 100 * (long["us_per_request"] / short["us_per_request"] - 1)
    return [
        Figure("SimPy, bare callbacks", bare, "events/s", ""),
        Figure("plain pool, KV memory and patience", plain, "requests/s", ">= 100,000"),
        Figure("plain pool over SimPy's bare rate", 100 * plain / bare, "%", ">= 5"),
        Figure("plain pool", events, "events/request", "<= 5"),
        Figure("every mode on (priorities, shared prefixes, speculation)", full, "requests/s", ">= 90,000"),
        Figure("every mode on over SimPy's bare rate", 100 * full / bare, "%", ">= 5"),
        Figure("every mode on", full_events, "events/request", ""),
        Figure("prompts of 12,000 tokens", long_prompts, "requests/s", "reported"),
        Figure(f"cost of a request, {10 * n:,} against {n:,}", growth, "%", "within 15"),
        Figure(f"peak memory, {10 * n:,} requests", long["mb"], "MB", "<= 600"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--requests", type=int, default=100_000, help="requests of a window (the long one has ten times as many)"
    )
    parser.add_argument("--long-run", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.long_run:
        print(json.dumps(long_run(asked.long_run)))
        return
    figures = measure(asked.requests)
    if asked.json:
        print(json.dumps({f.name: {"value": f.value, "unit": f.unit, "target": f.target} for f in figures}, indent=2))
    else:
        print("\n".join(figure.line() for figure in figures))


if __name__ == "__main__":
    main()
