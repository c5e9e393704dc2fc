"""How many replicas an autoscaler holds in each hour, once it has settled on the hour's load.

Equations in docs/model_fleet.md, "Autoscaling in the horizon".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtrik

from sim.serving import GpuPool, KvOccupancy
from sim.strategy.fleets import Scaling
from sim.strategy.stations import Cell
from sim.strategy.surface import Surface
from sim.strategy.units import Unit

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

SECONDS, KV_TOKENS = range(2)
"""Positions in the last axis of `Measured.held`."""


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Hours in which a case has equal sizes: one row for each case and each of its sizes."""

    case: Rows
    sizes: Array
    """Shape (rows, units)."""
    hours: NDArray[np.bool_]
    """Which hours a row stands for, shape (rows, hours), or (rows, 1) where it is all of them."""


def spans(day: Array) -> Spans:
    """The sizes of each case, hours of equal ones together.

    Args:
        day: shape (cases, units, hours), or (cases, units, 1) where sizes do not follow the hours.
    """
    if day.shape[-1] == 1:
        return Spans(np.arange(len(day)), day[..., 0], np.ones((len(day), 1), dtype=bool))
    case, sizes, hours = [], [], []
    for at, of_case in enumerate(day):
        distinct, which = np.unique(of_case.T, axis=0, return_inverse=True)
        for index, size in enumerate(distinct):
            case.append(at)
            sizes.append(size)
            hours.append(which.reshape(-1) == index)
    return Spans(np.array(case), np.array(sizes), np.array(hours))


def apart(case: Rows) -> Iterator[Rows]:
    """Positions of rows in parts, in none of which a case stands twice."""
    order = np.argsort(case, kind="stable")
    first = np.searchsorted(case[order], case[order], side="left")
    turn = np.empty(len(case), dtype=np.int64)
    turn[order] = np.arange(len(case)) - first
    for index in range(int(turn.max(initial=-1)) + 1):
        yield np.flatnonzero(turn == index)


def signal_by_load(unit: Unit, surface: Surface, *, cell: Cell, policy: object) -> tuple[Array, Array]:
    """What a policy sees of each replica at the loads of a pool's surface: how many requests, and its own signal.

    By Little's law there are rate · mean time there; the KV memory held is the
    tokens that a request holds over time, by the same law.

    Returns:
        two arrays of shape (mixes, loads): requests at a replica, and the signal that the policy keeps at its target.
    """
    assert isinstance(unit.endpoint, GpuPool)
    counts = surface.measured.outcomes.sum(axis=(2, 3, 4), dtype=np.float64)
    held = surface.measured.held[..., 0, :].sum(axis=(2, 3), dtype=np.float64)
    each_rps = surface.loads / (surface.work_s[:, None] * cell.scale)
    requests, tokens = (held[..., amount] / counts * each_rps for amount in (SECONDS, KV_TOKENS))
    if isinstance(policy, KvOccupancy):
        return requests, tokens / (unit.endpoint.kv_blocks * unit.endpoint.block_tokens)
    return requests, requests


def settled(unit: Unit, rates_rps: Array, *, position: Array, surface: Surface, cell: Cell, most: Array) -> Array:
    """As `settled_replicas`, of a pool whose cell was tabulated."""
    assert unit.fleet is not None and unit.fleet.scaling is not None
    requests, signal = signal_by_load(unit, surface, cell=cell, policy=unit.fleet.scaling.policy)
    return settled_replicas(
        rates_rps,
        position=position,
        work_s=surface.work_s * cell.scale,
        loads=surface.loads,
        requests=requests,
        signal=signal,
        scaling=unit.fleet.scaling,
        most=most,
    )


def settled_replicas(
    rates_rps: Array,
    *,
    position: Array,
    work_s: Array,
    loads: Array,
    requests: Array,
    signal: Array,
    scaling: Scaling,
    most: Array,
) -> Array:
    """Replicas held once a policy has settled, shape (cases, hours): the fewest that keep its signal at the target.

    A pool shrinks only to the most that was wanted within the settling time, so
    what counts is the largest of the looks in it. Requests at a pool scatter
    as a Poisson count of their mean (exactly so while none waits), of which
    that largest look is about the quantile 1 - 1 / (looks + 1).

    Args:
        rates_rps: of the pool, by case and hour type.
        position: of each hour's mix between the extremes, same shape.
        work_s: seconds of one replica that a request takes, at each extreme mix.
        loads: at which the two following are tabulated.
        requests: at each replica, shape (mixes, loads).
        signal: what the policy looks at, same shape.
        scaling: the autoscaler.
        most: replicas that each case may hold, shape (cases,).
    """
    work = np.interp(position, (0.0, 1.0), (work_s[0], work_s[-1]))
    looks = 1 + scaling.settle_s / scaling.interval_s
    high = np.broadcast_to(most[:, None], rates_rps.shape).astype(np.int64).copy()
    low = np.minimum(scaling.least, high)
    while (low < high).any():
        middle = (low + high) // 2
        load = rates_rps * work / middle
        mean = middle * _at(load, loads, requests, position)
        seen = _at(load, loads, signal, position) * _largest(mean, looks)
        enough = seen <= scaling.target
        high = np.where(enough, middle, high)
        low = np.where(enough, low, np.minimum(middle + 1, high))
    return high.astype(np.float64)


def _largest(mean: Array, looks: float) -> Array:
    """The largest of so many looks at a Poisson count, over its mean."""
    known = np.clip(mean, 1e-9, 1e12)
    return np.maximum(1.0, np.ceil(pdtrik(1 - 1 / (looks + 1), known)) / known)


def _at(load: Array, loads: Array, values: Array, position: Array) -> Array:
    """A tabulated value at any load and mix: in proportion to it below the lowest, without bound beyond the highest."""
    curves = [np.interp(load, (0.0, *loads), (0.0, *row), right=inf) for row in values]
    if len(curves) == 1:
        return curves[0]
    with np.errstate(invalid="ignore"):
        return np.where(load > loads[-1], inf, (1 - position) * curves[0] + position * curves[-1])

