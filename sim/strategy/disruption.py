"""Hours in which part of the platform is out, and weeks in which demand is another: months mixed from both.

Everything here is a weighted sum of what was simulated, so nothing simulates again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.strategy.architecture import EU, Architecture, Group, Unit
from sim.strategy.totals import CALLS, REFUSED, Service, StationService

Array = NDArray[np.float64]


class Hit(Enum):
    """What is out."""

    API = "api"
    """Every model bought by the token."""
    REGION = "region"
    """The first region that serves, with all in it."""
    EU_USERS = "eu_users"
    """Nothing is down, but users in the EU may not be served."""


@dataclass(frozen=True, slots=True)
class Outage:
    """Part of a month during which part of the platform answers nobody."""

    month: int
    share: float
    """Of the month's time."""
    hit: Hit
    becomes: int
    """What becomes of the requests: a position of `Service.outcomes`."""


PER_CASE = ("requests", "outcomes", "ttft", "tpot", "e2e", "promised", "delivered_tokens", "cross_region_gb")
"""Amounts of a service that add up over time, by case."""
SAMPLES = "promised_samples"


def mixed(service: Service, into: Sequence[int], *, of: Sequence[int], shares: Sequence[float]) -> Service:
    """Cases in which another case held for a share of the month; busy hours are those of the busier of the two."""
    if not into:
        return service
    rows, other = list(into), list(of)
    share = np.array(shares)

    def blend(array: Array) -> Array:
        weight = share.reshape(-1, *(1,) * (array.ndim - 1))
        blended = array.copy()
        blended[rows] = (1 - weight) * array[rows] + weight * array[other]
        return blended

    amounts = {name: blend(getattr(service, name)) for name in PER_CASE}
    good = service.in_time * service.requests
    with np.errstate(divide="ignore", invalid="ignore"):
        in_time = blend(good) / amounts["requests"]
    peak_rps = service.peak_rps.copy()
    peak_rps[rows] = np.maximum(peak_rps[rows], peak_rps[other])
    saturated = service.saturated.copy()
    saturated[rows] |= saturated[other]
    return replace(
        service,
        **amounts,
        in_time=in_time,
        peak_rps=peak_rps,
        promised_samples=np.moveaxis(blend(np.moveaxis(service.promised_samples, 0, 1)), 1, 0),
        saturated=saturated,
        stations=tuple(_mixed_station(station, rows, other, blend=blend) for station in service.stations),
    )


def _mixed_station(
    station: StationService, rows: list[int], other: list[int], *, blend: Callable[[Array], Array]
) -> StationService:
    load = station.load.copy()
    load[rows] = np.maximum(load[rows], load[other])
    utilization, used, day = (blend(part) for part in (station.utilization, station.used_by_product, station.day))
    return replace(station, load=load, utilization=utilization, used_by_product=used, day=day)


def disrupted(
    service: Service, outages: Sequence[tuple[int, Outage]], *, built: Architecture, catalogue: Catalogue
) -> tuple[Service, dict[int, float]]:
    """Cases in which part of the platform was out for part of the month.

    Whoever would have been answered by it is refused or fails, evenly over the
    month: no outage is timed for a busy hour. What is out does no work.

    Args:
        outages: with the case that each of them strikes.

    Returns:
        the service, and by case the share of customers who are turned away, not
        just failed for some hours: they pay for no seat either.
    """
    if not outages:
        return service, {}
    # What was not asked about has no bins.
    kept = {
        name: array.copy()
        for name in (*PER_CASE, "in_time", SAMPLES)
        if name != "requests" and (array := getattr(service, name)).size
    }
    stations = [
        replace(station, used_by_product=station.used_by_product.copy(), utilization=station.utilization.copy())
        for station in service.stations
    ]
    weights = [_of_market(built.groups, station.model.station.share_of_group) for station in stations]
    hit_by = {hit: _hits(built, hit, catalogue) for hit in {outage.hit for _, outage in outages}}
    turned_away: dict[int, float] = {}
    for row, outage in outages:
        lost = _strike(service, kept, stations, row=row, outage=outage, weights=weights, hits=hit_by[outage.hit])
        if outage.becomes == REFUSED:
            turned_away[row] = 1 - (1 - turned_away.get(row, 0.0)) * (1 - lost)
    return replace(service, **kept, stations=tuple(stations)), turned_away


def _strike(
    service: Service,
    kept: dict[str, Array],
    stations: Sequence[StationService],
    *,
    row: int,
    outage: Outage,
    weights: Sequence[float],
    hits: Sequence[Sequence[float]],
) -> float:
    """Take the lost requests of one outage out of one case, in place; returns their share.

    Args:
        weights: share of the market that comes to each station.
        hits: as `_hits`.
    """
    lost = 0.0
    for station, undisturbed, weight, parts in zip(stations, service.stations, weights, hits, strict=True):
        if not any(parts):
            continue
        calls = undisturbed.used_by_product[row, :, :, :, CALLS].sum(axis=(0, -1))
        whole = calls.sum()
        for index, part in enumerate(parts):
            of_station = float(calls[index] / whole) if whole > 0 else 0.0
            lost += part * weight * of_station
            station.used_by_product[row, :, index] *= 1 - outage.share * part
            station.utilization[row, index] *= 1 - outage.share * part
    lost *= outage.share
    requests = service.requests[row]
    for name, array in kept.items():
        # Those of the samples have the case in their second axis.
        if name == SAMPLES:
            array[:, row] *= 1 - lost
        else:
            array[row] *= 1 - lost
    kept["outcomes"][row, :, outage.becomes] += lost * requests
    # Whoever is not served is infinitely late.
    kept["promised"][row, :, -1] += lost * requests
    if SAMPLES in kept:
        kept[SAMPLES][:, row, :, -1] += lost * requests
    return lost


def _of_market(groups: Sequence[Group], share_of_group: Sequence[float]) -> float:
    whole = sum(group.share for group in groups)
    return sum(group.share * share for group, share in zip(groups, share_of_group, strict=True)) / whole


def _hits(built: Architecture, hit: Hit, catalogue: Catalogue) -> list[list[float]]:
    """Share of each unit's requests that an outage hits, by station."""
    return [[_hit(unit, hit, built, catalogue) for unit in station.units] for station in built.stations]


def _hit(unit: Unit, hit: Hit, built: Architecture, catalogue: Catalogue) -> float:
    if hit is Hit.API:
        return float(not unit.is_pool)
    if hit is Hit.REGION:
        return float(unit.region == built.stations[0].units[0].region)
    inside = sum(g.share for g in built.groups if catalogue.group("regions", g.region) == EU)
    return inside / sum(group.share for group in built.groups)
