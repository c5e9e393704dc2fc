"""The error of simulating K of N replicas with K/N of the load, against the whole fleet.

    python -m benchmarks.cells [--replications R] [--window-s S]

Prints the table of docs/validation.md, "Cells". One pool, requests of the
catalogue's conversation workload, users whose patience is exponential. Each
replication draws its own requests; a cell and a fleet at one load cannot face
the same ones, since they differ in number, so the error is the difference of
two independent means, with their 95 % half-widths added in quadrature.
"""

import argparse
import time
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from sim.catalogue.facts import load_catalogue
from sim.metrics import Estimate
from sim.scenario.schema import Engine
from sim.serving import SERVED, GpuPool, kv_capacity_blocks, saturated_rps, simulate, single_pool_world, step_time
from sim.serving.cells import cell_of
from sim.workload import Mix, ProductLoad, Trace, draw_window
from sim.workload.lengths import quantile_law

FLEETS = (8, 16, 64)
CELLS = (2, 4, 8)
LOADS = (0.4, 0.6, 0.75, 0.85, 0.9, 0.95)
PERCENTILES = (50, 95, 99)
WARM_UP_SHARE = 0.25
"""Of the window before the measured arrivals; as much follows them, so that they drain under load."""
SEED = 20261101


@dataclass(frozen=True, slots=True)
class Measured:
    """TTFT percentiles [s] and the share served, over replications."""

    ttft_s: tuple[Estimate, ...]
    served: Estimate


def a_pool(replicas: int) -> GpuPool:
    """One GPU to a replica: the smallest engine of the catalogue's current generation."""
    catalogue = load_catalogue()
    engine = Engine(
        model="llama_3_1_8b", precision="fp8", gpu="h100", gpus_per_replica=1, generation="vllm_sglang_2026"
    )
    return GpuPool(
        id="pool",
        region=0,
        step=step_time(engine, catalogue),
        replicas=replicas,
        token_budget=engine.token_budget,
        max_running=engine.max_running,
        kv_blocks=kv_capacity_blocks(engine, catalogue),
        block_tokens=int(catalogue.value("roofline", "fit", "kv_block_tokens")),
    )


def a_mix() -> Mix:
    catalogue = load_catalogue()
    return Mix(
        (
            ProductLoad(
                index=0,
                share=1.0,
                input_law=quantile_law("conversation.input", catalogue),
                output_law=quantile_law("conversation.output", catalogue),
                reused_prompt_share=0.0,
                patience_law="exponential",
                patience_mean_s=20.0,
                user_shares=(1.0,),
                needs_eu_share=(0.0,),
            ),
        )
    )


def drawn(count: int, rate_rps: float, *, replicas: int, replication: int) -> Trace:
    name = f"cells/{replicas}"
    return draw_window(a_mix(), count, rate_rps=rate_rps, seed=SEED, replication=replication, name=name)


def measured(pool: GpuPool, rate_rps: float, *, window_s: float, replications: int) -> Measured:
    rows: list[list[float]] = []
    for replication in range(replications):
        count = int(rate_rps * window_s)
        trace = drawn(count, rate_rps, replicas=pool.replicas, replication=replication)
        record = simulate(single_pool_world(pool), trace)
        cohort = slice(int(count * WARM_UP_SHARE), int(count * (1 - WARM_UP_SHARE)))
        ttft_s = record.first_token_s[cohort] - trace.arrival_s[cohort]
        served = record.outcome[cohort] == SERVED
        rows.append([*np.percentile(ttft_s[served], PERCENTILES), np.mean(served)])
    *ttft, share = (Estimate.of(column) for column in zip(*rows, strict=True))
    return Measured(tuple(ttft), share)


def relative(cell: Estimate, fleet: Estimate) -> str:
    half = sqrt(cell.half_width**2 + fleet.half_width**2)
    return f"{100 * (cell.mean / fleet.mean - 1):+.1f} ± {100 * half / fleet.mean:.1f}"


def points(cell: Estimate, fleet: Estimate) -> str:
    return f"{100 * (cell.mean - fleet.mean):+.2f} ± {100 * sqrt(cell.half_width**2 + fleet.half_width**2):.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--replications", type=int, default=5)
    parser.add_argument("--window-s", type=float, default=120.0)
    options = parser.parse_args()
    sizes = sorted({*FLEETS, *CELLS})
    one = a_pool(1)
    probe = drawn(2000, 1.0, replicas=1, replication=0)
    per_replica_rps = saturated_rps(one, probe)
    print(f"{per_replica_rps:.2f} requests/s saturate a replica; {options.replications} replications of", end=" ")
    print(f"{options.window_s:.0f} s, of which the middle half is measured\n")
    print(
        "| load | N | K | TTFT of the fleet p50 / p95 / p99 [s] | error p50 [%] | p95 [%] | p99 [%] | served [points] |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for load in LOADS:
        began_s = time.perf_counter()
        by_size = {
            size: measured(
                replace(one, replicas=size),
                load * per_replica_rps * size,
                window_s=options.window_s,
                replications=options.replications,
            )
            for size in sizes
        }
        for n in FLEETS:
            fleet = by_size[n]
            for k in (k for k in CELLS if k < n):
                world = cell_of(single_pool_world(replace(one, replicas=n)), most_replicas=k)
                (pool,) = world.world.endpoints
                assert isinstance(pool, GpuPool) and pool.replicas == k and world.share == k / n
                cell = by_size[k]
                told = " / ".join(f"{estimate.mean:.3f}" for estimate in fleet.ttft_s)
                errors = " | ".join(relative(a, b) for a, b in zip(cell.ttft_s, fleet.ttft_s, strict=True))
                print(f"| {load:g} | {n} | {k} | {told} | {errors} | {points(cell.served, fleet.served)} |")
        print(f"<!-- {time.perf_counter() - began_s:.0f} s -->", flush=True)


if __name__ == "__main__":
    main()
