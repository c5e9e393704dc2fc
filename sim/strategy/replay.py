"""Replay a recorded trace on the platform that a scenario builds.

The platform is that of the reference month, month 12 or the launch if that is
later: its endpoints at the sizes planned for it, its users, distances, router
and residency. What the trace does not say (product, user region, patience,
reused prompts) is drawn from the month's demand.
"""

from collections.abc import Sequence
from math import nan

import numpy as np

from sim.catalogue import load_catalogue
from sim.scenario import Scenario, ScenarioError
from sim.serving import REFUSED, FixedShare, LeastLoaded, RunRecord, World, simulate
from sim.strategy.architecture import Architecture
from sim.strategy.ceiling import REFERENCE_MONTH
from sim.strategy.executors import Executor, Serial
from sim.strategy.mixes import MixAxis, mixes
from sim.strategy.play import Played, play_months
from sim.strategy.replay_reading import Log, Platform, Replayed, summary
from sim.strategy.store import SurfaceStore, shared_store
from sim.workload import ReplayTrace, Trace, as_trace


def replay(
    rows: ReplayTrace,
    scenario: Scenario,
    *,
    speed: float = 1.0,
    until_s: float | None = None,
    replicas: int | None = None,
    store: SurfaceStore | None = None,
    executor: Executor | None = None,
) -> Replayed:
    """Play a recorded trace.

    Args:
        rows: the recorded requests.
        scenario: whose platform is played on.
        speed: how many times faster than recorded the requests arrive.
        until_s: stop the clock here; `None` plays until the last request has left.
        replicas: of every pool, in place of those planned.
        store: surfaces already simulated, for the plan of sizes.
        executor: where missing surfaces are simulated.

    Raises:
        ScenarioError: the platform is not launched within the horizon.
    """
    catalogue = load_catalogue()
    played = play_months(
        scenario,
        fidelity="draft",
        store=store or shared_store(),
        executor=executor or Serial(),
        catalogue=catalogue,
    )
    platform = _platform(played, replicas=replicas)
    mix = mixes(
        MixAxis((platform.shares,)), platform.built.products, groups=platform.built.groups, catalogue=catalogue
    )[0]
    trace = as_trace(rows, mix, seed=scenario.seed, replication=0, speed=speed)
    if until_s is not None:
        trace = trace.take(trace.arrival_s <= until_s)
    log, records = _play_areas(platform, trace, until_s=until_s)
    return summary(rows, platform, trace=trace, log=log, records=records)


def _platform(played: Played, *, replicas: int | None) -> Platform:
    month = min(max(REFERENCE_MONTH, played.launch_month), len(played.months) - 1)
    epoch = next((epoch for epoch in played.epochs if month in epoch.months), None)
    served = played.months[month]
    if epoch is None or served.service is None:
        fault = f"months: {len(played.months)} end before the launch in month {played.launch_month}. Play more of them."
        raise ScenarioError(played.states[0].name, (fault,))
    sizes = tuple(
        tuple(
            float(replicas) if replicas is not None and unit.is_pool else float(size)
            for unit, size in zip(station.model.station.units, station.sizes[served.row], strict=True)
        )
        for station in served.service.stations
    )
    market = played.market[month]
    whole = market.sum()
    shares = market / whole if whole > 0 else np.full(len(market), 1 / len(market))
    return Platform(month, epoch.operator.built, sizes, tuple(shares.tolist()))


# --- playing ------------------------------------------------------------------------------------------------------


def _areas(built: Architecture) -> dict[tuple[int, ...], list[int]]:
    """Stations by the groups of users that they serve: no area's load touches another's."""
    areas: dict[tuple[int, ...], list[int]] = {}
    for at, station in enumerate(built.stations):
        served = tuple(group for group, share in enumerate(station.share_of_group) if share > 0)
        if served:
            areas.setdefault(served, []).append(at)
    return areas


def _world(platform: Platform, stations: Sequence[int], *, group: int) -> World:
    """The stations of an area as one world; its groups all spread their requests alike."""
    built = platform.built
    here = [built.stations[at] for at in stations]
    units = [unit for station in here for unit in station.units]
    return World(
        endpoints=tuple(endpoint for at in stations for endpoint in platform.endpoints(at)),
        router=LeastLoaded()
        if any(station.least_loaded for station in here)
        else FixedShare(tuple(station.share_of_group[group] for station in here)),
        rtt_s=tuple(tuple(way for at in stations for way in built.rtt_s[at][g]) for g in range(len(built.groups))),
        eu_endpoints=tuple(index for index, unit in enumerate(units) if unit.in_eu),
    )


def _play_areas(platform: Platform, trace: Trace, *, until_s: float | None) -> tuple[Log, list[RunRecord]]:
    n = len(trace)
    never_s = np.full((3, n), nan)
    log = Log(np.full(n, REFUSED, dtype=np.int8), np.full(n, -1), np.zeros(n), *never_s)
    first_unit = np.cumsum([0, *(len(station.units) for station in platform.built.stations)])
    records = []
    for groups, stations in _areas(platform.built).items():
        rows = np.flatnonzero(np.isin(trace.user_region, groups))
        world = _world(platform, stations, group=groups[0])
        record = simulate(world, trace.take(rows), until_s=until_s)
        index = [first_unit[at] + unit for at in stations for unit in range(len(platform.sizes[at]))]
        placed = record.endpoint >= 0
        log.outcome[rows] = record.outcome
        log.endpoint[rows] = np.where(placed, np.array(index)[record.endpoint], -1)
        log.way_s[rows] = np.where(placed, np.array(world.rtt_s)[trace.user_region[rows], record.endpoint] / 2, 0.0)
        log.start_s[rows] = record.start_s
        log.first_s[rows] = record.first_token_s
        log.finish_s[rows] = record.finish_s
        records.append(record)
    return log, records
