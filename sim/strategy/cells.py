"""Which cells a station is read from: for its sizes, and where failures count, for every state that it is in."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.serving import degraded_states
from sim.strategy.failures import at_size, hazards_of
from sim.strategy.stations import Cell, StationModel
from sim.strategy.units import Unit

Array = NDArray[np.float64]
Rows = NDArray[np.int64]
CellSizes = tuple[float, ...]

GRID_STEP = 2.0
"""Quotas of endpoints that share their load are simulated in steps of this ratio, and read between them."""


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """What is up in some cases: one row for each case and each state that it is in."""

    case: Rows
    rank: Rows
    """0 for the state with everything up."""
    sizes: Array
    """Size of each unit that is left, shape (rows, units)."""
    share: Array
    """Of the case's time; over the rows of a case it sums to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A cell that stands for a station in some cases; no case stands there twice."""

    cell: Cell | None
    """`None` where nothing is up that could answer."""
    case: Rows
    sizes: Array
    share: Array
    """Of the case's requests."""
    whole: bool
    """Whether everything is up."""


def always_up(sizes: Array) -> States:
    """Cases in which nothing ever fails."""
    cases = len(sizes)
    return States(np.arange(cases), np.zeros(cases, dtype=np.int64), sizes, np.ones(cases))


def with_failures(model: StationModel, sizes: Array, *, catalogue: Catalogue) -> States:
    """Every case in the likeliest states of its endpoints, by the share of the hours (docs/model_fleet.md)."""
    units = model.station.units
    regions = list(dict.fromkeys(unit.region for unit in units))
    found: dict[tuple[float, ...], list[tuple[tuple[float, ...], float]]] = {}
    for size in map(tuple, sizes.tolist()):
        if size not in found:
            endpoints = [
                at_size(unit, amount, region=regions.index(unit.region))
                for unit, amount in zip(units, size, strict=True)
            ]
            hazards = hazards_of(units, endpoints, catalogue=catalogue)
            states = degraded_states(endpoints, hazards, most_states=model.effort.most_states)
            whole = [state for state in states if _left(units, size, state.up) == size]
            rest = [state for state in states if _left(units, size, state.up) != size]
            found[size] = [(_left(units, size, state.up), state.weight) for state in (*whole, *rest)]
    rows = [
        (case, rank, left, share)
        for case, size in enumerate(map(tuple, sizes.tolist()))
        for rank, (left, share) in enumerate(found[size])
    ]
    case, rank, left, share = (np.array(column) for column in zip(*rows, strict=True))
    return States(case, rank, left.astype(np.float64), share)


def _left(units: Sequence[Unit], size: Sequence[float], up: Sequence[int]) -> tuple[float, ...]:
    """Sizes of what is up; a pool that is smaller than it can be is out."""
    return tuple(
        (float(count) if count >= unit.least_size else 0.0) if unit.is_pool else amount * count
        for unit, amount, count in zip(units, size, up, strict=True)
    )


def station_readings(model: StationModel, sizes: Array, *, bound: float, catalogue: Catalogue) -> list[Reading]:
    """The cells that stand for a station, each with the cases it is read for; degraded ones where effort allows."""
    fails = model.effort.most_states > 1
    states = with_failures(model, sizes, catalogue=catalogue) if fails else always_up(sizes)
    return readings(model, states, bound=bound)


def readings(model: StationModel, states: States, *, bound: float) -> list[Reading]:
    """The cells that stand for a station in its states.

    Args:
        bound: most replicas of a pool that a cell may have.
    """
    found: dict[tuple[CellSizes, int], list[tuple[int, float]]] = {}
    nodes: dict[CellSizes, list[tuple[CellSizes, float]]] = {}
    for row, (sizes, rank) in enumerate(zip(map(tuple, states.sizes.tolist()), states.rank.tolist(), strict=True)):
        # Plans last for months, so the same sizes come again and again.
        if sizes not in nodes:
            nodes[sizes] = _cell_sizes(model, sizes, bound)
        for cell_sizes, share in nodes[sizes]:
            found.setdefault((cell_sizes, rank), []).append((row, share))
    gathered = []
    for (cell_sizes, rank), rows in found.items():
        at = np.array([row for row, _ in rows])
        part = np.array([share for _, share in rows])
        cell = model.cell(cell_sizes) if any(cell_sizes) else None
        gathered.append(Reading(cell, states.case[at], states.sizes[at], states.share[at] * part, rank == 0))
    return gathered


def _cell_sizes(model: StationModel, sizes: Sequence[float], bound: float) -> list[tuple[CellSizes, float]]:
    """Sizes of the units in the cells of one state, 0 for what is out, and how much each cell counts.

    The quota of a cell stands on a coarse grid, relative to its replicas, so
    that months which grow alike share their surfaces, and is read between two.
    """
    units = model.station.units
    if not any(sizes):
        return [((0.0,) * len(units), 1.0)]
    if model.alone:
        return [((float(model.kept_replicas(min(sizes[0], bound))) if units[0].is_pool else 1.0,), 1.0)]
    pools = sum(min(size, bound) for unit, size in zip(units, sizes, strict=True) if unit.is_pool)
    quota = sum(size for unit, size in zip(units, sizes, strict=True) if not unit.is_pool)
    scale = sum(size for unit, size in zip(units, sizes, strict=True) if unit.is_pool) / max(
        1, model.kept_replicas(pools)
    )
    replicas = [
        float(max(unit.least_size, round(size / scale))) if unit.is_pool and size else 0.0
        for unit, size in zip(units, sizes, strict=True)
    ]
    kept = quota / scale if scale else model.least_quota

    def with_quota(amount: float) -> CellSizes:
        return tuple(count if unit.is_pool else amount for unit, count in zip(units, replicas, strict=True))

    if kept == 0:
        return [(with_quota(0.0), 1.0)]
    low = GRID_STEP ** floor(log(kept, GRID_STEP))
    above = (kept - low) / (low * (GRID_STEP - 1))
    nodes = [(low, 1 - above), (low * GRID_STEP, above)]
    return [(with_quota(node), share) for node, share in nodes if share > 0]
