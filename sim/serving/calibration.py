"""Calibration: a user's own benchmark, played through the simulated engine, gives a factor on the step time.

The run that was measured is simulated: the same number of requests with the
measured mean lengths, on one replica, at the measured rate or with the
measured number under way. The factor is the one with which the simulated mean
time per output token is the measured one. A fixed number under way is the same
as a backlog of which so many run at once, and there every time grows in
proportion to the step: one run gives the factor. At a fixed rate the batch
depends on the speed, and the factor is found by bisection.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf, sqrt

import numpy as np

from sim.serving.benchmark_files import BenchmarkPoint
from sim.serving.endpoints import GpuPool
from sim.serving.record import SERVED
from sim.serving.simulate import simulate
from sim.serving.world import single_pool_world
from sim.workload.streams import stream
from sim.workload.trace import FloatColumn, Trace

PRECISION = 1e-4
"""Relative precision of a factor found by bisection; a benchmark repeats to about 1e-2."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a model on a GPU took, over what the step time says."""

    factor: float
    """Geometric mean over the measured runs; multiplies the step time of this (model, GPU)."""
    of_each_run: tuple[float, ...]
    """In the order of the file: their spread shows how well one factor describes them all."""


def calibrate(pool: GpuPool, points: Sequence[BenchmarkPoint]) -> Calibration:
    """The factor on a pool's step time that measured runs ask for; one replica was measured.

    Raises:
        ValueError: there is no run, or one that the pool could not have served.
    """
    if not points:
        raise ValueError("a calibration needs at least one measured run")
    alone = replace(pool, replicas=1)
    factors = tuple(_factor(alone, point) for point in points)
    return Calibration(float(np.exp(np.mean(np.log(factors)))), factors)


def _factor(pool: GpuPool, point: BenchmarkPoint) -> float:
    if point.concurrency is not None:
        pool = replace(pool, max_running=min(pool.max_running, point.concurrency))
    trace = _trace(point)

    def excess(factor: float) -> float:
        scaled = replace(pool, step=pool.step.scaled(factor))
        return _mean_tpot_s(scaled, trace) / point.tpot_s - 1.0

    if point.rate_rps == inf:
        return 1.0 / (1.0 + excess(1.0))
    return _root(excess)


def _root(excess: Callable[[float], float]) -> float:
    """Where a rising function of the factor crosses 0."""
    low = high = 1.0
    while excess(low) > 0:
        low /= 2
    while excess(high) < 0:
        high *= 2
    while high - low > PRECISION * low:
        middle = sqrt(low * high)
        if excess(middle) < 0:
            low = middle
        else:
            high = middle
    return sqrt(low * high)


def _trace(point: BenchmarkPoint) -> Trace:
    """The requests of a run, all of the mean lengths: the file does not keep each one's own."""
    n = point.requests
    return Trace(
        arrival_s=_arrivals_s(point),
        product=np.zeros(n, dtype=np.int64),
        user_region=np.zeros(n, dtype=np.int64),
        needs_eu=np.zeros(n, dtype=np.bool_),
        input_tokens=np.full(n, max(1, round(point.input_tokens))),
        cached_tokens=np.zeros(n, dtype=np.int64),
        output_tokens=np.full(n, max(2, round(point.output_tokens))),
        patience_s=np.full(n, inf),
        route_u=np.zeros(n),
        api_first_z=np.zeros(n),
        api_pace_z=np.zeros(n),
        escalate_u=np.zeros(n),
    )


def _arrivals_s(point: BenchmarkPoint) -> FloatColumn:
    if point.rate_rps == inf:
        return np.zeros(point.requests)
    if point.gap_cv == 0:
        return np.arange(point.requests) / point.rate_rps
    shape = point.gap_cv**-2
    gaps = stream(0, 0, name="calibration/arrivals").gamma(shape, 1 / shape, point.requests)
    arrival_s: FloatColumn = np.cumsum(gaps) / point.rate_rps
    return arrival_s


def _mean_tpot_s(pool: GpuPool, trace: Trace) -> float:
    record = simulate(single_pool_world(pool), trace)
    served = record.outcome == SERVED
    if not np.all(served):
        raise ValueError(
            f"pool {pool.id}: its KV memory cannot hold the measured requests of {trace.input_tokens[0]} and "
            f"{trace.output_tokens[0]} tokens: calibrate the engine that was measured"
        )
    return float(np.mean((record.finish_s - record.first_token_s) / (trace.output_tokens - 1)))
