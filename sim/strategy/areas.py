"""Play a trace on a whole platform: area by area, since no area's load touches another's, and one log of all."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from math import nan

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.serving import (
    REFUSED,
    SERVED,
    DataStore,
    FixedShare,
    RequestRecord,
    RunRecord,
    World,
    simulate,
    simulate_requests,
)
from sim.strategy.architecture import Architecture, between_regions_s
from sim.strategy.compounds import compounds_of
from sim.strategy.failures import Failures, drawn
from sim.strategy.replay_reading import WHOLE, DrawnOutage, Log, Platform, search_s
from sim.workload import Trace, single_calls

DRAINED_S = 86_400.0
"""A day after the last arrival nobody is left who could notice an outage."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What one area made of its users' requests."""

    rows: NDArray[np.int64]
    """Its requests."""
    calls: NDArray[np.int64]
    """Their model calls."""
    units: Sequence[int]
    """Numbers that the area's endpoints have on the platform."""
    record: RunRecord
    requests: RequestRecord


def play_platform(
    platform: Platform,
    trace: Trace,
    *,
    seed: int,
    name: str,
    catalogue: Catalogue,
    until_s: float | None = None,
    failures: Failures = "none",
) -> Log:
    """Play every request of the trace where its user's area is served, those of a workflow step by step.

    Args:
        seed: of what workflows unfold into, and of outages.
        name: stable name of the window.
        catalogue: whose workflows and hazards.
        until_s: stop the clock here; `None` plays until the last request has left.
        failures: whether outages are drawn from the catalogue's hazards.
    """
    compounds = compounds_of(platform.built.products, catalogue)
    unfolded = compounds.unfold(trace, seed=seed, replication=0, name=name) if compounds else single_calls(trace)
    horizon_s = _horizon_s(trace, until_s)
    first_unit = np.cumsum([0, *(len(station.units) for station in platform.built.stations)])
    way_s = np.zeros(len(unfolded.calls))
    parts: list[Part] = []
    outages: list[DrawnOutage] = []
    for groups, stations in _areas(platform.built).items():
        rows = np.flatnonzero(np.isin(trace.user_region, groups))
        calls = unfolded.call_rows(rows)
        world = _world(platform, stations, groups=groups, stores=compounds.stores, catalogue=catalogue)
        if failures == "random":
            world = _failing(
                world, platform, stations, horizon_s=horizon_s, seed=seed, catalogue=catalogue
            )
        if compounds:
            record, requests = simulate_requests(world, unfolded.take(rows), until_s=until_s)
        else:
            record = simulate(world, trace.take(rows), until_s=until_s)
            requests = _one_call_each(trace.take(rows), record)
        ways_s = np.array(world.rtt_s)[unfolded.calls.user_region[calls], record.endpoint] / 2
        way_s[calls] = np.where(record.endpoint >= 0, ways_s, 0.0)
        units = [int(first_unit[at]) + u for at in stations for u in range(len(platform.sizes[at]))]
        parts.append(Part(rows, calls, units, record, requests))
        outages += _outages(world, units)
    requests = _after_searches(platform, trace, _joined_requests(trace, parts))
    return Log(_joined(len(unfolded.calls), parts), way_s, unfolded, requests, tuple(sorted(outages)))


def _horizon_s(trace: Trace, until_s: float | None) -> float:
    """Until when anything can go out that somebody notices [s]."""
    if until_s is not None:
        return until_s
    return (float(trace.arrival_s[-1]) if len(trace) else 0.0) + DRAINED_S


def _failing(
    world: World,
    platform: Platform,
    stations: Sequence[int],
    *,
    horizon_s: float,
    seed: int,
    catalogue: Catalogue,
) -> World:
    """The area with the outages that befall it."""
    built = platform.built
    disruption = drawn(
        [unit for at in stations for unit in built.stations[at].units],
        world.endpoints,
        regions=sorted({unit.region for station in built.stations for unit in station.units}),
        horizon_s=horizon_s,
        seed=seed,
        catalogue=catalogue,
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


def _one_call_each(trace: Trace, record: RunRecord) -> RequestRecord:
    served = record.outcome == SERVED
    return RequestRecord(
        outcome=record.outcome,
        arrival_s=trace.arrival_s,
        first_token_s=np.where(served, record.first_token_s, np.nan),
        finish_s=record.finish_s,
        calls=(record.endpoint >= 0).astype(np.int32) + (record.tried >= 0).astype(np.int32),
        cross_region_gb=np.zeros(len(trace)),
    )


def _after_searches(platform: Platform, trace: Trace, requests: RequestRecord) -> RequestRecord:
    """A request of one call is made after its product's search; a workflow has played its own."""
    searched_s = np.where(requests.outcome == SERVED, search_s(platform, trace), 0.0)
    return replace(
        requests, first_token_s=requests.first_token_s + searched_s, finish_s=requests.finish_s + searched_s
    )


def _joined_requests(trace: Trace, parts: Sequence[Part]) -> RequestRecord:
    """Every request of the trace; who no area serves is refused."""
    n = len(trace)
    whole = RequestRecord(
        outcome=np.full(n, REFUSED, dtype=np.int8),
        arrival_s=trace.arrival_s,
        first_token_s=np.full(n, nan),
        finish_s=np.full(n, nan),
        calls=np.zeros(n, dtype=np.int32),
        cross_region_gb=np.zeros(n),
    )
    for part in parts:
        for field in fields(RequestRecord):
            getattr(whole, field.name)[part.rows] = getattr(part.requests, field.name)
    return whole


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


def _world(
    platform: Platform, stations: Sequence[int], *, groups: Sequence[int], stores: Sequence[str], catalogue: Catalogue
) -> World:
    """The stations of an area as one world, each group spreading its requests by its own shares.

    Its data stores stand in the area's first region, which is region 0.
    """
    built = platform.built
    here = [built.stations[at] for at in stations]
    units = [unit for station in here for unit in station.units]
    shares = list(zip(*(station.share_of_group for station in here), strict=True))
    alike = len({shares[group] for group in groups}) == 1
    home = here[0].store_region
    regions = list(dict.fromkeys((home, *(unit.region for unit in units))))
    endpoints = [endpoint for at in stations for endpoint in platform.endpoints(at)]
    store_rtt_s = tuple(between_regions_s(unit.region, home, catalogue=catalogue) for unit in units if stores)
    return World(
        endpoints=tuple(
            replace(endpoint, region=regions.index(unit.region))
            for endpoint, unit in zip(endpoints, units, strict=True)
        ),
        data=tuple(DataStore(id, region=0, rtt_s=store_rtt_s) for id in stores),
        router=here[0].router
        if len(here) == 1
        else FixedShare(shares[groups[0]], () if alike else tuple(shares)),
        signal_delay_s=here[0].signal_delay_s if len(here) == 1 else 0.0,
        rtt_s=tuple(tuple(way for at in stations for way in built.rtt_s[at][g]) for g in range(len(built.groups))),
        eu_endpoints=tuple(index for index, unit in enumerate(units) if unit.in_eu),
    )


def _joined(calls: int, parts: Sequence[Part]) -> RunRecord:
    """One log of all areas; endpoints count over all stations, and a reason has one code everywhere."""
    columns = _unserved(calls, asked=any(len(part.record.asked_s) for part in parts))
    codes: dict[str, int] = {}
    changes = []
    for part in parts:
        record, index = part.record, part.units
        reasons = [codes.setdefault(reason, len(codes)) for reason in record.reasons]
        renumbered = replace(
            record,
            endpoint=_renumbered(record.endpoint, index),
            tried=_renumbered(record.tried, index),
            reason=_renumbered(record.reason, reasons),
        )
        for field in fields(RunRecord):
            column = getattr(columns, field.name)
            if isinstance(column, np.ndarray) and len(column):
                column[part.calls] = getattr(renumbered, field.name)
        changes += [change._replace(endpoint=index[change.endpoint]) for change in record.changes]
    return replace(
        columns,
        preemptions=sum(part.record.preemptions for part in parts),
        events=sum(part.record.events for part in parts),
        losses=sum(part.record.losses for part in parts),
        changes=tuple(sorted(changes, key=lambda change: change.at_s)),
        reasons=tuple(codes),
    )


def _unserved(calls: int, *, asked: bool) -> RunRecord:
    """The log of calls that no area serves."""
    endpoint, replica = np.full((2, calls), -1, dtype=np.int16)
    start_s, first_token_s, finish_s = np.full((3, calls), nan)
    outcome = np.full(calls, REFUSED, dtype=np.int8)
    asked_s = np.full(calls if asked else 0, nan)
    return RunRecord(
        outcome, endpoint, replica, start_s, first_token_s, finish_s, preemptions=0, events=0, asked_s=asked_s
    )


def _renumbered(codes: NDArray[np.int16], numbers: Sequence[int]) -> NDArray[np.int16]:
    # What is -1, none, finds the entry put at the end.
    return np.array([*numbers, -1], dtype=np.int16)[codes]
