"""Play a trace on a whole platform: area by area, since no area's load touches another's, and one log of all."""

from collections.abc import Sequence
from dataclasses import fields, replace
from math import nan

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import load_catalogue
from sim.serving import REFUSED, FixedShare, RunRecord, World, simulate
from sim.strategy.architecture import Architecture
from sim.strategy.failures import Failures, drawn
from sim.strategy.replay_reading import WHOLE, DrawnOutage, Log, Platform
from sim.workload import Trace

DRAINED_S = 86_400.0
"""A day after the last arrival nobody is left who could notice an outage."""

Part = tuple[NDArray[np.int64], Sequence[int], RunRecord]
"""Rows of the trace, numbers that the area's endpoints have on the platform, and the log of the area."""


def play_platform(
    platform: Platform, trace: Trace, *, until_s: float | None = None, failures: Failures = "none", seed: int = 0
) -> Log:
    """Play every request of the trace where its user's area is served.

    Args:
        until_s: stop the clock here; `None` plays until the last request has left.
        failures: whether outages are drawn from the catalogue's hazards.
        seed: of those outages.
    """
    horizon_s = _horizon_s(trace, until_s)
    first_unit = np.cumsum([0, *(len(station.units) for station in platform.built.stations)])
    way_s = np.zeros(len(trace))
    parts: list[Part] = []
    outages: list[DrawnOutage] = []
    for groups, stations in _areas(platform.built).items():
        rows = np.flatnonzero(np.isin(trace.user_region, groups))
        world = _world(platform, stations, groups=groups)
        if failures == "random":
            world = _failing(world, platform, stations, horizon_s=horizon_s, seed=seed)
        record = simulate(world, trace.take(rows), until_s=until_s)
        ways_s = np.array(world.rtt_s)[trace.user_region[rows], record.endpoint] / 2
        way_s[rows] = np.where(record.endpoint >= 0, ways_s, 0.0)
        numbers = [int(first_unit[at]) + u for at in stations for u in range(len(platform.sizes[at]))]
        parts.append((rows, numbers, record))
        outages += _outages(world, numbers)
    return Log(_joined(len(trace), parts), way_s, tuple(sorted(outages)))


def _horizon_s(trace: Trace, until_s: float | None) -> float:
    """Until when anything can go out that somebody notices [s]."""
    if until_s is not None:
        return until_s
    return (float(trace.arrival_s[-1]) if len(trace) else 0.0) + DRAINED_S


def _failing(world: World, platform: Platform, stations: Sequence[int], *, horizon_s: float, seed: int) -> World:
    """The area with the outages that befall it."""
    built = platform.built
    disruption = drawn(
        [unit for at in stations for unit in built.stations[at].units],
        world.endpoints,
        regions=sorted({unit.region for station in built.stations for unit in station.units}),
        horizon_s=horizon_s,
        seed=seed,
        catalogue=load_catalogue(),
    )
    return replace(world, disruption=disruption)


def _outages(world: World, numbers: Sequence[int]) -> list[DrawnOutage]:
    """What was drawn, in the platform's numbers of the endpoints."""
    disruption = world.disruption
    if disruption is None:
        return []
    return [
        *(DrawnOutage(each.lost_s, each.back_s, numbers[each.endpoint], each.slot) for each in disruption.replicas),
        *(DrawnOutage(each.begins_s, each.ends_s, numbers[each.endpoint], WHOLE) for each in disruption.endpoints),
    ]


def _areas(built: Architecture) -> dict[tuple[int, ...], list[int]]:
    """Stations that have users in common, by all the groups of users that they serve."""
    areas: dict[tuple[int, ...], list[int]] = {}
    for at, station in enumerate(built.stations):
        served = {group for group, share in enumerate(station.share_of_group) if share > 0}
        stations = [at]
        for met in [groups for groups in areas if served & set(groups)]:
            served |= set(met)
            stations = areas.pop(met) + stations
        if served:
            areas[tuple(sorted(served))] = sorted(stations)
    return areas


def _world(platform: Platform, stations: Sequence[int], *, groups: Sequence[int]) -> World:
    """The stations of an area as one world, each group spreading its requests by its own shares."""
    built = platform.built
    here = [built.stations[at] for at in stations]
    units = [unit for station in here for unit in station.units]
    shares = list(zip(*(station.share_of_group for station in here), strict=True))
    alike = len({shares[group] for group in groups}) == 1
    return World(
        endpoints=tuple(endpoint for at in stations for endpoint in platform.endpoints(at)),
        router=here[0].router
        if len(here) == 1
        else FixedShare(shares[groups[0]], () if alike else tuple(shares)),
        signal_delay_s=here[0].signal_delay_s if len(here) == 1 else 0.0,
        rtt_s=tuple(tuple(way for at in stations for way in built.rtt_s[at][g]) for g in range(len(built.groups))),
        eu_endpoints=tuple(index for index, unit in enumerate(units) if unit.in_eu),
    )


def _joined(calls: int, parts: Sequence[Part]) -> RunRecord:
    """One log of all areas; endpoints count over all stations, and a reason has one code everywhere."""
    columns = _unserved(calls)
    codes: dict[str, int] = {}
    changes = []
    for rows, index, record in parts:
        reasons = [codes.setdefault(reason, len(codes)) for reason in record.reasons]
        renumbered = replace(
            record,
            endpoint=_renumbered(record.endpoint, index),
            tried=_renumbered(record.tried, index),
            reason=_renumbered(record.reason, reasons),
        )
        for field in fields(RunRecord):
            column = getattr(columns, field.name)
            if isinstance(column, np.ndarray):
                column[rows] = getattr(renumbered, field.name)
        changes += [change._replace(endpoint=int(index[change.endpoint])) for change in record.changes]
    return replace(
        columns,
        preemptions=sum(record.preemptions for _, _, record in parts),
        events=sum(record.events for _, _, record in parts),
        losses=sum(record.losses for _, _, record in parts),
        changes=tuple(sorted(changes, key=lambda change: change.at_s)),
        reasons=tuple(codes),
    )


def _unserved(calls: int) -> RunRecord:
    """The log of calls that no area serves."""
    endpoint, replica = np.full((2, calls), -1, dtype=np.int16)
    start_s, first_token_s, finish_s = np.full((3, calls), nan)
    outcome = np.full(calls, REFUSED, dtype=np.int8)
    return RunRecord(outcome, endpoint, replica, start_s, first_token_s, finish_s, preemptions=0, events=0)


def _renumbered(codes: NDArray[np.int16], numbers: Sequence[int]) -> NDArray[np.int16]:
    # What is -1, none, finds the entry put at the end.
    return np.array([*numbers, -1], dtype=np.int16)[codes]
