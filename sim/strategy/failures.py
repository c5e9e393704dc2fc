"""What can go out on a platform, from the catalogue's hazards: as degraded states, or drawn for one window."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from sim.catalogue import Catalogue
from sim.serving import (
    Disruption,
    Endpoint,
    GpuPool,
    Hazards,
    ManagedApi,
    Outages,
    ReplicaHazard,
    draw_disruption,
)
from sim.serving.disruption import api_outages, region_outages
from sim.strategy.units import Unit

Failures = Literal["none", "random"]
"""Whether anything fails while a window is played."""


def hazards_of(
    units: Sequence[Unit], endpoints: Sequence[Endpoint], *, catalogue: Catalogue, with_regions: bool = True
) -> Hazards:
    """What can go out of some units at their sizes.

    A pool split by phase goes out with its region only: one failed GPU leaves
    the others of its half, and its replicas are no slots.
    """
    return Hazards(
        endpoints=tuple(_hazard(unit, endpoint, catalogue) for unit, endpoint in zip(units, endpoints, strict=True)),
        region=region_outages(catalogue) if with_regions else None,
    )


def at_size(unit: Unit, size: float, *, region: int) -> Endpoint:
    """The endpoint as the degraded states count it: a pool split by phase by its replicas too."""
    endpoint = unit.endpoint
    if isinstance(endpoint, GpuPool):
        return replace(endpoint, region=region, replicas=round(size))
    return replace(endpoint, region=region)


def _hazard(unit: Unit, endpoint: Endpoint, catalogue: Catalogue) -> ReplicaHazard | Outages | None:
    if isinstance(endpoint, ManagedApi):
        return api_outages(catalogue)
    if not isinstance(endpoint, GpuPool) or unit.fleet is None:
        return None
    fleet = unit.fleet
    return ReplicaHazard(failure=fleet.failure, spot=fleet.spot, spot_from=fleet.spot_from(endpoint.replicas))


def drawn(
    units: Sequence[Unit],
    endpoints: Sequence[Endpoint],
    *,
    regions: Sequence[str],
    horizon_s: float,
    seed: int,
    replication: int = 0,
    with_regions: bool = True,
    catalogue: Catalogue,
) -> Disruption | None:
    """The outages of one window, `None` where nothing goes out.

    Streams are named by the units' ids, and by a region's place among
    `regions`, so whoever has the same thing faces the same outages.

    Args:
        units: what the endpoints are of.
        endpoints: those of the world, at their sizes.
        regions: all regions of the platform, in an order of their own.
        horizon_s: outages that begin before this are drawn [s].
        seed: the scenario's.
        replication: number of the replication.
        with_regions: whether whole regions go out too.
        catalogue: whose hazards.
    """
    placed = tuple(
        replace(endpoint, id=unit.id, region=regions.index(unit.region))
        for unit, endpoint in zip(units, endpoints, strict=True)
    )
    hazards = hazards_of(units, placed, catalogue=catalogue, with_regions=with_regions)
    found = draw_disruption(placed, hazards, horizon_s=horizon_s, seed=seed, replication=replication)
    return found if found.replicas or found.endpoints else None
