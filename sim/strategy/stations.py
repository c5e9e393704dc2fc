"""From a station of the architecture to the small worlds that stand for it at any size."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import floor, log2

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.serving import LEAST_TAKEN, DataStore, Endpoint, FixedShare, ManagedApi, World
from sim.strategy.architecture import Architecture, Group, Station, Unit, between_regions_s, sized
from sim.strategy.compounds import NONE, Compounds, compounds_of, request_size
from sim.strategy.days import DayShape, day_shape
from sim.strategy.fidelity import Effort
from sim.strategy.hashing import hash_once
from sim.strategy.mixes import MixAxis, mix_axis, mixes
from sim.strategy.surface import WARM_UP_SHARE, SurfaceKey, requests_played
from sim.strategy.units import batched_products, burst_min, with_burst
from sim.workload import Mix

Array = NDArray[np.float64]

NEAR = Group(region="", share=1.0, needs_eu=False)
"""All users of a station that is simulated next to them; their distance is added when the surface is read."""
BUCKETS = 20
"""A window at saturation lasts this many times what an API's quota can save up."""
QUOTA_DIGITS = 2
COMPOUND_LESS = 8
"""A cell that plays workflows has this many times fewer replicas."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A small world that stands for a station: its surface, and how many of it make the station."""

    key: SurfaceKey
    scale: float


@dataclass(frozen=True)
class StationModel:
    """A station with the product mixes it meets in the months of one architecture."""

    __hash__ = hash_once

    station: Station
    rtt_s: tuple[tuple[float, ...], ...]
    axis: MixAxis
    near: tuple[Mix, ...]
    """The extreme mixes with all users next to the endpoint."""
    spread: tuple[Mix, ...]
    """The extreme mixes with users where they are."""
    effort: Effort
    seed: int
    compounds: Compounds = NONE
    stores: tuple[DataStore, ...] = ()
    """What workflows search; region 0 is the stores'."""
    day: DayShape | None = None
    """Its hours, where an autoscaler follows them."""

    @property
    def alone(self) -> bool:
        """Whether the station is one endpoint, which can be simulated next to its users."""
        return len(self.station.units) == 1

    @property
    def near_users(self) -> bool:
        """Whether its units are simulated next to their users, whose distance is added when the surface is read.

        A workflow makes the way several times, so its users are simulated where they are.
        """
        return not self.compounds

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """Regions of its stores and units, the stores' first."""
        return tuple(dict.fromkeys((self.station.store_region, *(unit.region for unit in self.station.units))))

    def kept_replicas(self, replicas: float) -> int:
        """Replicas simulated for so many; fewer for workflows, whose windows must last as long as they do."""
        if not self.compounds:
            return cell_replicas(replicas, self.effort)
        return min(cell_replicas(replicas, self.effort), max(1, self.effort.cell_replicas // COMPOUND_LESS))

    @cached_property
    def mean_tokens(self) -> float:
        """Tokens that a request takes of an API's quota, the mean of the extreme mixes; batches take none."""
        if self.compounds:
            return float(np.mean([request_size(self.compounds, mix, seed=self.seed)[1] for mix in self.near]))
        apart = {product for unit in self.station.units for product in batched_products(unit)}
        each = [
            sum(
                p.share * (p.input_law.mean_tokens + p.output_law.mean_tokens)
                for p in mix.products
                if p.index not in apart
            )
            for mix in self.near
        ]
        return max(LEAST_TAKEN, float(np.mean(each)))

    @cached_property
    def _cells(self) -> dict[tuple[object, ...], Cell]:
        """Cells made so far: each holds the hash of its surface, which is deep."""
        return {}

    def unit_cell(self, unit: Unit, replicas: float) -> Cell:
        """One endpoint by itself: a pool of as many replicas as are simulated, or a quota whose window is long enough.

        `scale` is in size units: how many replicas, or tokens a minute, the cell has.
        """
        at = next(index for index, one in enumerate(self.station.units) if one is unit or one == unit)
        size = max(unit.least_size, self.kept_replicas(replicas)) if unit.is_pool else 0.0
        known = self._cells.get((at, size))
        if known is None:
            known = self._cells[at, size] = self._unit_cell(unit, size or self._cell_quota(unit))
        return known

    def _unit_cell(self, unit: Unit, size: float) -> Cell:
        effort = self.effort if unit.is_pool else replace(self.effort, calls=self.effort.api_calls)
        if self.near_users:
            world = World(
                endpoints=(sized(unit, size),), router=FixedShare(shares=(1.0,)), rtt_s=((0.0,),), eu_endpoints=(0,)
            )
            return Cell(SurfaceKey(world, self.near, effort, self.seed), float(size))
        at = self.station.units.index(unit)
        world = World(
            endpoints=(self._placed(unit, sized(unit, size)),),
            router=FixedShare(shares=(1.0,)),
            rtt_s=tuple((row[at],) for row in self.rtt_s),
            eu_endpoints=(0,) if unit.in_eu else (),
            data=tuple(replace(store, rtt_s=(store.rtt_s[at],)) for store in self.stores),
        )
        return Cell(SurfaceKey(world, self.spread, effort, self.seed, self.compounds), float(size))

    def _placed(self, unit: Unit, endpoint: Endpoint) -> Endpoint:
        """In its region, where data may have to cross from another."""
        return replace(endpoint, region=self.regions.index(unit.region)) if self.compounds else endpoint

    def _cell_quota(self, unit: Unit) -> float:
        requests = self.effort.api_calls
        if self.compounds:
            each = float(np.mean([request_size(self.compounds, mix, seed=self.seed)[0] for mix in self.near]))
            requests = requests_played(requests, each)
        calls_per_min = (1 - WARM_UP_SHARE) * requests / (BUCKETS * max(_burst_min(unit), 1.0))
        return _rounded(calls_per_min * self.mean_tokens)

    @property
    def least_quota(self) -> float:
        """Throughput that an API is simulated with where nothing else is up [tokens/min]."""
        return max(self._cell_quota(unit) for unit in self.station.units if not unit.is_pool)

    def cell(self, sizes: Sequence[float]) -> Cell:
        """The station with so much of each unit, 0 for what is out."""
        units = self.station.units
        if self.alone:
            return self.unit_cell(units[0], sizes[0])
        name = ("shared", *sizes)
        known = self._cells.get(name)
        if known is None:
            known = self._cells[name] = self._shared_cell(sizes)
        return known

    def _shared_cell(self, sizes: Sequence[float]) -> Cell:
        units = self.station.units
        endpoints = tuple(
            self._placed(unit, self._shared(unit, size, planned))
            for unit, size, planned in zip(units, sizes, self.station.planned_share, strict=True)
        )
        world = World(
            endpoints=endpoints,
            router=self.station.router,
            rtt_s=self.rtt_s,
            eu_endpoints=tuple(index for index, unit in enumerate(units) if unit.in_eu),
            out=tuple(index for index, size in enumerate(sizes) if size == 0),
            data=self.stores,
            signal_delay_s=self.station.signal_delay_s,
        )
        return Cell(SurfaceKey(world, self.spread, self.effort, self.seed, self.compounds), 1.0)

    def _shared(self, unit: Unit, size: float, planned: float) -> Endpoint:
        """A unit of a cell; the window is made long enough for what an API's buckets save up."""
        endpoint = sized(unit, size or unit.least_size)
        saved_min = _burst_min(unit)
        if unit.is_pool or not size or not saved_min:
            return endpoint
        window_min = (1 - WARM_UP_SHARE) * self.effort.calls * planned * self.mean_tokens / size
        return with_burst(endpoint, min(1.0, window_min / (BUCKETS * saved_min)))


def cell_replicas(replicas: float, effort: Effort) -> int:
    """Replicas simulated for a pool of so many: the largest power of two that is not more, within the fidelity's bound.

    Fewer replicas share their queues less well, so the error is on the careful side.
    """
    return int(2 ** floor(log2(max(1.0, min(replicas, effort.cell_replicas)))))


def _burst_min(unit: Unit) -> float:
    """Minutes of throughput that an API saves up."""
    return burst_min(unit.endpoint) if isinstance(unit.endpoint, ManagedApi) else 0.0


def _rounded(amount: float) -> float:
    """To two digits, so that quotas that hardly differ share a surface."""
    return float(f"{amount:.{QUOTA_DIGITS}g}")


Met = tuple[MixAxis, DayShape | None]
"""All that demand decides of a station's model."""


def station_models(
    built: Architecture, met: Sequence[Met], *, effort: Effort, seed: int, catalogue: Catalogue
) -> tuple[StationModel, ...]:
    """The stations of an architecture with the mixes of its months, as `met_by` gives them."""
    return tuple(
        _station_model(built, at, axis, day, effort=effort, seed=seed, catalogue=catalogue)
        for at, (axis, day) in enumerate(met)
    )


def met_by(built: Architecture, rates_rps: Array) -> tuple[Met, ...]:
    """What each station meets of a demand.

    Args:
        rates_rps: by month, hour type, product and group.
    """
    found: list[Met] = []
    for station in built.stations:
        own = rates_rps @ np.array(station.share_of_group)
        axis = mix_axis(own.reshape(-1, own.shape[-1]))
        by_hour = own.sum(axis=0)
        scaled = any(unit.scaled for unit in station.units)
        found.append((axis, day_shape(by_hour.sum(axis=-1), axis.position(shares_of(by_hour))) if scaled else None))
    return tuple(found)


def _station_model(
    built: Architecture,
    at: int,
    axis: MixAxis,
    day: DayShape | None,
    *,
    effort: Effort,
    seed: int,
    catalogue: Catalogue,
) -> StationModel:
    station, compounds = built.stations[at], compounds_of(built.products, catalogue)
    return StationModel(
        station=station,
        rtt_s=built.rtt_s[at],
        axis=axis,
        near=mixes(axis, built.products, groups=(NEAR,), catalogue=catalogue),
        spread=mixes(axis, built.products, groups=_users(built, station), catalogue=catalogue),
        effort=effort,
        seed=seed,
        compounds=compounds,
        stores=_stores(station, compounds, catalogue),
        day=day,
    )


def shares_of(rates: Array) -> Array:
    """Product shares of rates whose last axis is the product; equal ones where there is no load."""
    total = rates.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, rates / total, 1 / rates.shape[-1])


def _stores(station: Station, compounds: Compounds, catalogue: Catalogue) -> tuple[DataStore, ...]:
    """The data stores of an area stand in its first region, however many share them."""
    home = station.store_region
    rtt_s = tuple(between_regions_s(unit.region, home, catalogue=catalogue) for unit in station.units)
    return tuple(DataStore(id, region=0, rtt_s=rtt_s) for id in compounds.stores)


def _users(built: Architecture, station: Station) -> tuple[Group, ...]:
    """The groups as this station sees them: those it does not serve have no share."""
    return tuple(
        Group(group.region, group.share * share, group.needs_eu)
        for group, share in zip(built.groups, station.share_of_group, strict=True)
    )
