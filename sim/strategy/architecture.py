"""What a scenario's decisions build: user groups, the endpoints that serve them, and who shares load with whom.

Only what the simulation reads is here, so two months with equal architectures
need no second simulation, and a price can never cause one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from sim.catalogue import Catalogue
from sim.scenario.schema import PerRequest, Product, RequestsPerDay, Scenario
from sim.serving import Router
from sim.strategy.fleets import fleet_of
from sim.strategy.hashing import hash_once
from sim.strategy.routers import ALONE, router_of
from sim.strategy.units import SMALL_TIER as SMALL_TIER
from sim.strategy.units import Unit as Unit
from sim.strategy.units import api_unit, pool_unit
from sim.strategy.units import sized as sized

EU = "eu"
MS = 1e-3


@dataclass(frozen=True, slots=True)
class Group:
    """Users of one region who are treated alike."""

    region: str
    share: float
    """Share of the whole market."""
    needs_eu: bool
    """Their data must be processed in the EU: they buy nothing where it is not."""


@dataclass(frozen=True, slots=True)
class Station:
    """Endpoints whose load depends on one another: one alone under fixed shares, several under a router that looks.

    `share_of_group[g]` is the share of group g's requests that comes here.
    """

    units: tuple[Unit, ...]
    share_of_group: tuple[float, ...]
    router: Router = ALONE
    planned_share: tuple[float, ...] = (1.0,)
    """Share of the station's requests that each unit's size is planned for."""
    signal_delay_s: float = 0.0
    store_region: str = ""
    """Where the data stands that its workflows search."""

    @property
    def id(self) -> str:
        return "+".join(unit.id for unit in self.units)


@dataclass(frozen=True)
class Architecture:
    """Everything that the simulation reads of a scenario in one month, but for the amount of demand."""

    __hash__ = hash_once

    groups: tuple[Group, ...]
    stations: tuple[Station, ...]
    rtt_s: tuple[tuple[tuple[float, ...], ...], ...]
    """`rtt_s[station][group][unit]`: round trip from the users to the endpoint, the stack's constant included [s]."""
    products: tuple[Product, ...]
    search_s: float
    own_share: float
    spare_room: float
    min_replicas: int
    max_replicas: int
    planning_interval_months: int
    quota_cap_per_min: tuple[float, ...]
    """Largest throughput of each station's API; `inf` where it has none."""


def architecture(state: Scenario, catalogue: Catalogue) -> Architecture:
    """The architecture of a scenario as it stands in one month."""
    groups = user_groups(state)
    stations = _stations(state, groups, catalogue)
    return Architecture(
        groups=groups,
        stations=stations,
        rtt_s=tuple(
            tuple(
                tuple(_round_trip_s(group.region, unit.region, catalogue) + unit.constant_s for unit in station.units)
                for group in groups
            )
            for station in stations
        ),
        products=tuple(_physical(product) for product in state.products),
        search_s=catalogue.value("search", state.decisions.vector_store, "search_s"),
        own_share=state.decisions.own_share,
        spare_room=state.decisions.spare_room,
        min_replicas=state.platform.min_replicas,
        max_replicas=state.platform.max_replicas,
        planning_interval_months=state.platform.planning_interval_months,
        quota_cap_per_min=tuple(_quota_cap_per_min(station, state, catalogue) for station in stations),
    )


def user_groups(state: Scenario) -> tuple[Group, ...]:
    """Groups in the order of the scenario's users; those who require the EU last, where anyone can serve them."""
    eu = state.world.eu_required_share
    anywhere = state.decisions.residency == "anywhere"
    groups = [Group(region, share * (1 - eu), needs_eu=False) for region, share in sorted(state.users.items())]
    if eu > 0 and not anywhere:
        groups.append(Group(state.platform.eu_regions[0], eu, needs_eu=True))
    return tuple(group for group in groups if group.share > 0)


def _physical(product: Product) -> Product:
    """The product without its price, its name and what only scales its demand."""
    price = PerRequest(kind="per_request", usd=0.0)
    demand = RequestsPerDay(kind="requests_per_day", amount=0.0)
    return product.model_copy(update={"price": price, "demand": demand, "growth_ratio": 1.0, "label": product.id})


# --- who serves whom ----------------------------------------------------------------------------------------------


def _in_eu(region: str, catalogue: Catalogue) -> bool:
    return catalogue.group("regions", region) == EU


def _serving_regions(state: Scenario, group: Group, catalogue: Catalogue) -> tuple[str, ...]:
    """Regions among which a group's requests are spread evenly."""
    residency = state.decisions.residency
    in_eu = residency == "eu_only" or (
        residency == "customer_region" and (group.needs_eu or _in_eu(group.region, catalogue))
    )
    return state.platform.eu_regions if in_eu else (state.platform.home_region,)


def _areas(served_by: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Regions that serve together: a region stands in one area only, so nothing in it is held twice."""
    areas: list[tuple[str, ...]] = []
    for regions in dict.fromkeys(served_by):
        met = [area for area in areas if set(area) & set(regions)]
        joined = tuple(dict.fromkeys(region for area in (*met, regions) for region in area))
        at = areas.index(met[0]) if met else len(areas)
        areas = [*(a for a in areas[:at] if a not in met), joined, *(a for a in areas[at:] if a not in met)]
    return areas


def _stations(state: Scenario, groups: tuple[Group, ...], catalogue: Catalogue) -> tuple[Station, ...]:
    served_by = [_serving_regions(state, group, catalogue) for group in groups]
    stations: list[Station] = []
    own = state.decisions.own_share
    for regions in _areas(served_by):
        here = tuple(float(set(served) <= set(regions)) for served in served_by)
        pools = [_pool(region, state, catalogue) for region in regions] if own > 0 else []
        # A quota belongs to an account in a data zone, so all regions of an area buy from one endpoint.
        apis = [_api(regions[0], state, catalogue)] if own < 1 else []
        if state.platform.routing != "fixed_share":
            units = (*pools, *apis)
            router, planned = router_of(state, units, catalogue=catalogue)
            stations.append(Station(units, here, router, planned, state.platform.router.signal_delay_s, regions[0]))
            continue
        for pool in pools:
            part = tuple(own / len(served) if pool.region in served else 0.0 for served in served_by)
            stations.append(Station((pool,), part, store_region=regions[0]))
        for api in apis:
            stations.append(Station((api,), tuple(share * (1 - own) for share in here), store_region=regions[0]))
    return tuple(stations)


def _pool(region: str, state: Scenario, catalogue: Catalogue) -> Unit:
    engine, products = state.platform.engine, state.products
    fleet, in_eu = fleet_of(state, catalogue), _in_eu(region, catalogue)
    return pool_unit(region, engine, fleet=fleet, products=products, in_eu=in_eu, catalogue=catalogue)


def _api(region: str, state: Scenario, catalogue: Catalogue) -> Unit:
    return api_unit(region, state, in_eu=_in_eu(region, catalogue), catalogue=catalogue)


def _quota_cap_per_min(station: Station, state: Scenario, catalogue: Catalogue) -> float:
    """Largest throughput of a station's API: what is provisioned is no part of the quota."""
    by_quota = 1 - state.platform.api.provisioned_share
    caps = [catalogue.value("apis", unit.api, "tokens_per_min_cap") for unit in station.units if unit.api]
    return sum(caps) / by_quota if caps and by_quota > 0 else inf


def between_regions_s(region: str, other: str, *, catalogue: Catalogue) -> float:
    """Round trip between two regions that serve."""
    return MS * catalogue.value("network", f"{region}>{other}", "rtt_ms")


def _round_trip_s(user_region: str, serving_region: str, catalogue: Catalogue) -> float:
    return MS * (
        catalogue.value("network", f"{user_region}>{serving_region}", "rtt_ms")
        + catalogue.value("network", "last_mile", "rtt_ms")
    )
