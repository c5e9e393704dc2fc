"""What an architecture does with demand: capacity planned, surfaces read, stations added up."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from sim.metrics.measure import MODELS
from sim.serving.disruption import region_outages
from sim.strategy.backlog import Deferred, hold_back
from sim.strategy.cells import Reading, station_readings
from sim.strategy.day_reading import DayReading, day_readings, kept_share, plays_days
from sim.strategy.days import DaySurface
from sim.strategy.demand import SECONDS_PER_HOUR
from sim.strategy.planning import granted_quota, needed_size, whole_replicas
from sim.strategy.reading import FIRST_SAMPLE, PROMISED, node_weights
from sim.strategy.scaling import Spans, apart, settled, spans
from sim.strategy.stations import StationModel, shares_of
from sim.strategy.tabulated import TabulatedStations
from sim.strategy.totals import Service, StationService, Totals
from sim.strategy.units import batched_products

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What is asked of one station, and what it holds."""

    model: StationModel
    own_rps: Array
    """Requests per second that come to it, by case, hour type, product and group."""
    planned: Array
    """Sizes of its units, shape (cases, units)."""
    day: Array
    """Sizes by hour, as `StationService.day`."""
    spans: Spans
    readings: list[Reading]
    days: list[DayReading]
    """Whole days to read it from, instead of `readings`; empty where it is read by the hour."""


class Operator(TabulatedStations):
    """Plans and reads the stations of one architecture."""

    def plan(self, planned_rps: Array, *, quota: Array) -> list[Array]:
        """Sizes of every station's units for the demand expected, one array of shape (cases, units) a station.

        Args:
            planned_rps: requests per second by case, hour type, product and group.
            quota: what is granted of the APIs' caps, shape (cases,).
        """
        return self._once("plan", (planned_rps, quota), lambda: self._planned(planned_rps, quota))

    def _planned(self, planned_rps: Array, quota: Array) -> list[Array]:
        cells = [
            [model.unit_cell(unit, self.built.min_replicas) for unit in model.station.units] for model in self.models
        ]
        surfaces = self._surfaces([cell.key for units in cells for cell in units])
        planned = []
        for at, (model, units) in enumerate(zip(self.models, cells, strict=True)):
            own = planned_rps * np.array(model.station.share_of_group)
            position = model.axis.position(shares_of(own.sum(axis=-1)))
            sizes = []
            for index, (unit, cell) in enumerate(zip(model.station.units, units, strict=True)):
                surface = surfaces[cell.key]
                need = needed_size(
                    own.sum(axis=(-1, -2)) * model.station.planned_share[index],
                    position=position,
                    work_s=surface.work_s * cell.scale,
                    load_limit=self._load_limit(model, index, surface, cell.key),
                    spare_room=self.built.spare_room,
                )
                sizes.append(
                    whole_replicas(
                        need, least=max(self.built.min_replicas, unit.least_size), most=self.built.max_replicas
                    )
                    if unit.is_pool
                    else granted_quota(need, cap=self.built.quota_cap_per_min[at], share=quota)
                )
            planned.append(np.stack(sizes, axis=-1))
        return planned

    def serve(
        self, rates_rps: Array, sizes: Sequence[Array], *, hours: Array, in_full: bool = True, bound: float = inf
    ) -> Service:
        """Read what happens to the demand at these sizes.

        Args:
            rates_rps: requests per second by case, hour type, product and group.
            sizes: as `plan` gives them.
            hours: of a month that each hour type stands for, shape (48,).
            in_full: whether latencies and the noise of what is promised will be asked for, beside the promise itself.
            bound: most replicas that a cell may have, so that a question beside the months needs no cell of its own.
        """
        return self._once(
            ("serve", in_full, bound),
            (rates_rps, hours, *sizes),
            lambda: self._served(rates_rps, sizes, hours=hours, in_full=in_full, bound=bound),
        )

    def _served(
        self, rates_rps: Array, sizes: Sequence[Array], *, hours: Array, in_full: bool, bound: float
    ) -> Service:
        asked = [
            self._asked(model, rates_rps * np.array(model.station.share_of_group), size, in_full=in_full, bound=bound)
            for model, size in zip(self.models, sizes, strict=True)
        ]
        surfaces = self._surfaces(
            [
                *(each.cell.key for station in asked for each in station.readings if each.cell),
                *(each.key for station in asked for each in station.days),
            ]
        )
        samples = min(s.measured.outcomes.shape[2] for s in surfaces.values()) if in_full else 0
        histograms = range(FIRST_SAMPLE + samples) if in_full else range(PROMISED, PROMISED + 1)
        total = Totals(len(rates_rps), self._can_wait, histograms)
        stations = [
            self._in_days(station, hours=hours, total=total)
            if station.days
            else self._in_hours(station, hours=hours, total=total)
            for station in asked
        ]
        limits_s = [product.promise.limit_s for product in self.built.products]
        return total.service(rates_rps, hours, limits_s=limits_s, stations=tuple(stations))

    def _asked(self, model: StationModel, own_rps: Array, planned: Array, *, in_full: bool, bound: float) -> Asked:
        day = self._day(model, own_rps, planned)
        held = spans(day)
        # Days are played for the months themselves; a question beside them reads the hours as they settle.
        if in_full and plays_days(model, planned):
            return Asked(model, own_rps, planned, day, held, [], self._played(model, own_rps, planned))
        read = station_readings(model, held.sizes, bound=bound, catalogue=self.catalogue)
        return Asked(model, own_rps, planned, day, held, read, [])

    def _in_hours(self, station: Asked, *, hours: Array, total: Totals) -> StationService:
        """A station read at the load and the sizes of each hour."""
        model, own, day, at = station.model, station.own_rps, station.day, station.spans
        units = len(model.station.units)
        load = np.zeros(own.shape[:2])
        used = np.zeros((len(own), len(self.built.products), units, MODELS, 4))
        batched = batched_products(model.station.units[0]) if model.alone else ()
        for each, of in [(reading, part) for reading in station.readings for part in apart(at.case[reading.case])]:
            span = each.case[of]
            rows, share, during = at.case[span], each.share[of], at.hours[span]
            asked, asked_s = own[rows], during * hours * SECONDS_PER_HOUR
            if each.cell is None:
                total.fail(rows, np.einsum("chpg,ch,c->cp", asked, asked_s, share))
                continue
            surface = self._surface(each.cell.key)
            position = model.axis.position(shares_of(asked.sum(axis=-1)))
            left = day[rows] * (each.sizes[of] / at.sizes[span])[..., None]
            work_s, scale = self._work_s(model, left, position=position, surface=surface, cell=each.cell)
            at_once, held = self._held_back(asked, work_s / scale, batched)
            at_load = at_once.sum(axis=(-1, -2)) * work_s / scale
            if each.whole:
                load[rows] = np.where(during, at_load, load[rows])
            requests = at_once * asked_s[:, :, None, None] * share[:, None, None, None]
            weights = node_weights(surface, requests=requests, position=position, load=at_load, apart=batched)
            rates = self._rates_of(each.cell.key, surface, self._added_s(model))
            used[rows] += total.add(rows, rates, weights, held=held, whole=each.whole)
        utilization = self._utilization(model, day, load, used, hours)
        return StationService(model, station.planned, load, utilization, used, self._busy_share(model, used), day)

    def _played(self, model: StationModel, own: Array, sizes: Array) -> list[DayReading]:
        """The days that a pool is read from."""
        work_s = self._unit_work_s(model, model.station.units[0])
        position = model.axis.position(shares_of(own.sum(axis=-1)))
        load = own.sum(axis=(-1, -2)) * np.interp(position, (0.0, 1.0), (work_s[0], work_s[-1])) / sizes
        return day_readings(model, busiest=load.max(axis=-1), planned=sizes[:, 0], work_s=work_s)

    def _in_days(self, station: Asked, *, hours: Array, total: Totals) -> StationService:
        """A pool read from its whole days; while its region is out, nothing answers."""
        model, own, sizes = station.model, station.own_rps, station.planned
        work_s = self._unit_work_s(model, model.station.units[0])
        position = model.axis.position(shares_of(own.sum(axis=-1)))
        work = np.interp(position, (0.0, 1.0), (work_s[0], work_s[-1]))
        at_once, held = self._held_back(own, work / sizes, ())
        kept = kept_share((at_once.sum(axis=(-1, -2)) * work / sizes).max(axis=-1))
        up = region_outages(self.catalogue).availability
        asked = at_once * (hours * SECONDS_PER_HOUR)[:, None, None]
        total.fail(np.arange(len(own)), asked.sum(axis=(1, 3)) * (1 - up))
        used = np.zeros((len(own), len(self.built.products), 1, MODELS, 4))
        day = np.zeros((len(own), 1, own.shape[1]))
        for each in station.days:
            surface, rows = self._surface(each.key), each.case
            assert isinstance(surface, DaySurface)
            rates = self._rates_of(each.key, surface, self._added_s(model))
            weights = each.weights(up * asked[rows], kept=kept[rows])
            used[rows] += total.add(rows, rates, weights, held=held and held.take(rows))
            day[rows, 0] += each.held(surface, sizes[rows, 0])
        load = at_once.sum(axis=(-1, -2)) * work / day[:, 0]
        utilization = self._utilization(model, day, load, used, hours)
        return StationService(model, sizes, load, utilization, used, self._busy_share(model, used), day)

    def _held_back(self, rates_rps: Array, load_per_rps: Array, apart: Sequence[int]) -> tuple[Array, Deferred | None]:
        """Products `apart`, bought in batches, find room in any hour."""
        can_wait = self._can_wait.copy()
        can_wait[list(apart)] = False
        cap = self.catalogue.value("business", "rules", "deferred_load_cap")
        return hold_back(rates_rps, load_per_rps, can_wait=can_wait, cap=cap)

    def _day(self, model: StationModel, own: Array, sizes: Array) -> Array:
        """Sizes by hour, shape (cases, units, hours); one hour stands for all where no autoscaler moves them."""
        units = model.station.units
        if not any(unit.scaled for unit in units):
            return sizes[..., None]
        day = np.repeat(sizes[..., None], own.shape[1], axis=-1)
        position = model.axis.position(shares_of(own.sum(axis=-1)))
        for index, unit in enumerate(units):
            if unit.fleet is None or unit.fleet.scaling is None:
                continue
            cell = model.unit_cell(unit, self.built.min_replicas)
            surface = self._surface(cell.key)
            rate_rps = own.sum(axis=(-1, -2)) * model.station.planned_share[index]
            day[:, index] = settled(unit, rate_rps, position=position, surface=surface, cell=cell, most=sizes[:, index])
        return day
