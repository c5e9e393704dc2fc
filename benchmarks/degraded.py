"""The error of weighing degraded states by their hours, against failures that are drawn and played.

    python -m benchmarks.degraded [--replications R] [--outages N]

Prints the table of docs/validation.md, "Degraded states". What weighing leaves
out are the edges of an outage: the work that is lost with a replica, and the
queue until the pool has settled on the others. So an outage's mean length is
varied, at one share of time out. Each window draws its failures and plays
them; then the same requests are played with every number of replicas up, and
weighed by the hours that were drawn. Both face the same requests and the same
hours, so their difference is the error, and its interval that of the pairs.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from benchmarks.cells import a_mix, a_pool
from sim.metrics import Estimate
from sim.serving import (
    SERVED,
    Disruption,
    GpuPool,
    Hazards,
    Outages,
    ReplicaHazard,
    World,
    draw_disruption,
    saturated_rps,
    simulate,
    single_pool_world,
)
from sim.workload import Trace, draw_window

REPLICAS = 4
LOAD = 0.7
"""With one of four out, nine tenths."""
SHARE_OUT = 0.03
"""Of a replica's time; some thirty times that of the catalogue, so that a window sees enough."""
SLOWER = 10.0
"""Steps this much longer than the engine's, so that an hour has fewer requests; it makes edges weigh more."""
OUT_S = (60.0, 300.0)
PERCENTILES = (50, 95, 99)
SEED = 20261101


def slow_pool() -> GpuPool:
    pool = a_pool(REPLICAS)
    return replace(pool, step=pool.step.scaled(SLOWER))


def hazard(out_s: float) -> Outages:
    out_h = out_s / 3600
    return Outages(mean_up_h=out_h * (1 - SHARE_OUT) / SHARE_OUT, mean_out_h=out_h)


def figures(trace: Trace, parts: Sequence[tuple[float, World]]) -> list[float]:
    """Whole times at percentiles [s] and the share served, of the parts by their weights."""
    times, weights, served = [], [], 0.0
    for weight, world in parts:
        record = simulate(world, trace)
        good = record.outcome == SERVED
        times.append((record.finish_s - trace.arrival_s)[good])
        weights.append(np.full(len(times[-1]), weight))
        served += weight * float(np.mean(good))
    whole, weight_of = np.concatenate(times), np.concatenate(weights)
    order = np.argsort(whole)
    reached = np.cumsum(weight_of[order]) / weight_of.sum()
    return [*(float(whole[order][np.searchsorted(reached, p / 100)]) for p in PERCENTILES), served]


def hours_by_up(disruption: Disruption, window_s: float) -> dict[int, float]:
    """Share of a window with so many replicas up."""
    edges = {0.0, window_s}
    for outage in disruption.replicas:
        edges |= {min(window_s, outage.lost_s), min(window_s, outage.back_s)}
    at = sorted(edges)
    shares: dict[int, float] = {}
    for begins_s, ends_s in pairwise(at):
        out = sum(each.lost_s <= begins_s < each.back_s for each in disruption.replicas)
        shares[REPLICAS - out] = shares.get(REPLICAS - out, 0.0) + (ends_s - begins_s) / window_s
    return shares


def errors(out_s: float, *, outages: int, replication: int) -> list[float]:
    """By how much weighing differs from drawing, in the figures' order: relative, and the served in points."""
    pool = slow_pool()
    world = single_pool_world(pool)
    rate_rps = LOAD * saturated_rps(pool, drawn(2000, 1.0, replication=0))
    window_s = outages * out_s / (SHARE_OUT * REPLICAS)
    trace = drawn(int(rate_rps * window_s), rate_rps, replication=replication)
    window_s = float(trace.arrival_s[-1])
    disruption = draw_disruption(
        world.endpoints,
        Hazards((ReplicaHazard(failure=hazard(out_s)),)),
        horizon_s=window_s,
        seed=SEED,
        replication=replication,
    )
    played = figures(trace, [(1.0, replace(world, disruption=disruption))])
    states = [
        (share, single_pool_world(replace(pool, replicas=up)) if up else replace(world, out=(0,)))
        for up, share in hours_by_up(disruption, window_s).items()
    ]
    weighed = figures(trace, states)
    relative = [100 * (a / b - 1) for a, b in zip(weighed[:-1], played[:-1], strict=True)]
    return [*relative, 100 * (weighed[-1] - played[-1])]


def drawn(count: int, rate_rps: float, *, replication: int) -> Trace:
    return draw_window(a_mix(), count, rate_rps=rate_rps, seed=SEED, replication=replication, name="degraded")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--replications", type=int, default=5)
    parser.add_argument("--outages", type=int, default=8, help="outages of a window, on average")
    options = parser.parse_args()
    print("| outage, mean | error of p50 [%] | p95 [%] | p99 [%] | served [points] |\n|---|---|---|---|---|")
    for out_s in OUT_S:
        rows = [errors(out_s, outages=options.outages, replication=r) for r in range(options.replications)]
        cells = [Estimate.of(column) for column in zip(*rows, strict=True)]
        told = " | ".join(f"{cell.mean:+.2f} ± {cell.half_width:.2f}" for cell in cells)
        print(f"| {out_s / 60:g} min | {told} |", flush=True)


if __name__ == "__main__":
    main()
