"""What an architecture does with demand: capacity planned, surfaces read, stations added up."""

from collections.abc import Sequence
from math import inf

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.metrics.measure import MODELS
from sim.serving.disruption import region_outages
from sim.strategy.architecture import Architecture, Unit
from sim.strategy.backlog import Deferred, defer
from sim.strategy.cells import Reading, always_up, readings, with_failures
from sim.strategy.compounds import SINGLE_CALL
from sim.strategy.day_reading import DayReading, day_readings, kept_share, plays_days
from sim.strategy.days import DaySurface
from sim.strategy.demand import SECONDS_PER_HOUR
from sim.strategy.executors import Executor
from sim.strategy.planning import granted_quota, in_time_shares, needed_size, whole_replicas, within_promise_load
from sim.strategy.reading import FIRST_SAMPLE, Rates, node_weights
from sim.strategy.scaling import apart, settled, spans
from sim.strategy.stations import Cell, StationModel, shares_of
from sim.strategy.store import SurfaceStore
from sim.strategy.surface import Surface, SurfaceKey, Tabulated
from sim.strategy.totals import CALLS, Service, StationService, Totals

Array = NDArray[np.float64]

class Operator:
    """Plans and reads the stations of one architecture, simulating what no surface holds yet.

    `windows` counts the windows that had to be simulated.
    """

    def __init__(
        self,
        built: Architecture,
        models: tuple[StationModel, ...],
        *,
        store: SurfaceStore,
        executor: Executor,
        catalogue: Catalogue,
    ) -> None:
        self.built = built
        self.models = models
        self.catalogue = catalogue
        self.windows = 0
        self._store = store
        self._executor = executor
        self._can_wait = np.array([product.patience is None for product in built.products])
        self._first_words = tuple(product.promise.measure == "first_words" for product in built.products)

    def plan(self, planned_rps: Array) -> list[Array]:
        """Sizes of every station's units for the demand expected, one array of shape (cases, units) a station.

        Args:
            planned_rps: requests per second by case, hour type, product and group.
        """
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
                    else granted_quota(need, cap=self.built.quota_cap_per_min[at])
                )
            planned.append(np.stack(sizes, axis=-1))
        return planned

    def serve(
        self, rates_rps: Array, sizes: Sequence[Array], *, hours: Array, with_samples: bool = True, bound: float = inf
    ) -> Service:
        """Read what happens to the demand at these sizes.

        Args:
            rates_rps: requests per second by case, hour type, product and group.
            sizes: as `plan` gives them.
            hours: of a month that each hour type stands for, shape (48,).
            with_samples: whether the noise of what is promised will be asked for.
            bound: most replicas that a cell may have, so that a question beside the months needs no cell of its own.
        """
        cases = len(rates_rps)
        owns = [rates_rps * np.array(model.station.share_of_group) for model in self.models]
        # Days are played for the months themselves; a question beside them reads the hours as they settle.
        whole = [with_samples and plays_days(model, size) for model, size in zip(self.models, sizes, strict=True)]
        days = [self._day(*each) for each in zip(self.models, owns, sizes, strict=True)]
        held_at = [spans(day) for day in days]
        read = [
            [] if in_days else self._readings(model, at.sizes, bound)
            for model, at, in_days in zip(self.models, held_at, whole, strict=True)
        ]
        played = [
            self._played(model, own, size) if in_days else []
            for model, own, size, in_days in zip(self.models, owns, sizes, whole, strict=True)
        ]
        surfaces = self._surfaces(
            [
                *(each.cell.key for station in read for each in station if each.cell),
                *(each.key for station in played for each in station),
            ]
        )
        samples = min(s.measured.outcomes.shape[2] for s in surfaces.values()) if with_samples else 0
        total = Totals(cases, self._can_wait, FIRST_SAMPLE + samples)
        stations = []
        for model, own, size, day, at, of_station, of_days in zip(
            self.models, owns, sizes, days, held_at, read, played, strict=True
        ):
            if of_days:
                stations.append(self._in_days(model, own, size, of_days, hours=hours, total=total))
                continue
            units = len(model.station.units)
            load = np.zeros(own.shape[:2])
            used = np.zeros((cases, units, MODELS, 4))
            for each, of in [(reading, part) for reading in of_station for part in apart(at.case[reading.case])]:
                span = each.case[of]
                rows, share, during = at.case[span], each.share[of], at.hours[span]
                asked, asked_s = own[rows], during * hours * SECONDS_PER_HOUR
                if each.cell is None:
                    total.fail(rows, np.einsum("chpg,ch,c->cp", asked, asked_s, share))
                    continue
                surface = surfaces[each.cell.key]
                position = model.axis.position(shares_of(asked.sum(axis=-1)))
                left = day[rows] * (each.sizes[of] / at.sizes[span])[..., None]
                work_s, scale = self._work_s(model, left, position=position, surface=surface, cell=each.cell)
                at_once, held = self._held_back(asked, work_s / scale)
                at_load = at_once.sum(axis=(-1, -2)) * work_s / scale
                if each.whole:
                    load[rows] = np.where(during, at_load, load[rows])
                requests = at_once * asked_s[:, :, None, None] * share[:, None, None, None]
                weights = node_weights(surface, requests=requests, position=position, load=at_load)
                rates = self._rates_of(each.cell.key, surface, self._added_s(model))
                used[rows] += total.add(rows, rates, weights, held=held, whole=each.whole)
            utilization = self._utilization(model, day, load, used, hours)
            stations.append(StationService(model, size, load, utilization, used, day))
        limits_s = [product.promise.limit_s for product in self.built.products]
        return total.service(rates_rps, hours, limits_s=limits_s, stations=tuple(stations))

    def _played(self, model: StationModel, own: Array, sizes: Array) -> list[DayReading]:
        """The days that a pool is read from."""
        work_s = self._unit_work_s(model, model.station.units[0])
        position = model.axis.position(shares_of(own.sum(axis=-1)))
        load = own.sum(axis=(-1, -2)) * np.interp(position, (0.0, 1.0), (work_s[0], work_s[-1])) / sizes
        return day_readings(model, busiest=load.max(axis=-1), planned=sizes[:, 0], work_s=work_s)

    def _in_days(
        self, model: StationModel, own: Array, sizes: Array, days: Sequence[DayReading], *, hours: Array, total: Totals
    ) -> StationService:
        """A pool read from its whole days; while its region is out, nothing answers."""
        work_s = self._unit_work_s(model, model.station.units[0])
        position = model.axis.position(shares_of(own.sum(axis=-1)))
        work = np.interp(position, (0.0, 1.0), (work_s[0], work_s[-1]))
        at_once, held = self._held_back(own, work / sizes)
        kept = kept_share((at_once.sum(axis=(-1, -2)) * work / sizes).max(axis=-1))
        up = region_outages(self.catalogue).availability
        asked = at_once * (hours * SECONDS_PER_HOUR)[:, None, None]
        total.fail(np.arange(len(own)), asked.sum(axis=(1, 3)) * (1 - up))
        used = np.zeros((len(own), 1, MODELS, 4))
        day = np.zeros((len(own), 1, own.shape[1]))
        found = self._surfaces([each.key for each in days])
        for each in days:
            surface, rows = found[each.key], each.case
            assert isinstance(surface, DaySurface)
            rates = self._rates_of(each.key, surface, self._added_s(model))
            weights = each.weights(up * asked[rows], kept=kept[rows])
            used[rows] += total.add(rows, rates, weights, held=held and held.take(rows))
            day[rows, 0] += each.held(surface, sizes[rows, 0])
        load = at_once.sum(axis=(-1, -2)) * work / day[:, 0]
        return StationService(model, sizes, load, self._utilization(model, day, load, used, hours), used, day)

    def _held_back(self, rates_rps: Array, load_per_rps: Array) -> tuple[Array, Deferred | None]:
        """The demand as it is worked on: what can wait is moved to hours with room, where it does not fit at once.

        A request that can wait counts with its mean work over the hours, so that none is lost by being moved.
        """
        can_wait = self._can_wait
        cap = self.catalogue.value("business", "rules", "deferred_load_cap")
        total = rates_rps.sum(axis=(-1, -2)) * load_per_rps
        if not can_wait.any() or (total <= cap).all():
            return rates_rps, None
        work = load_per_rps.mean(axis=-1)
        waiting_rps = rates_rps[:, :, can_wait].sum(axis=(-1, -2))
        urgent = rates_rps[:, :, ~can_wait].sum(axis=(-1, -2)) * load_per_rps
        held = defer(urgent, waiting_rps * work[:, None], cap=cap)
        of_class = rates_rps[:, :, can_wait].sum(axis=1)
        share = of_class / np.maximum(of_class.sum(axis=(-1, -2), keepdims=True), 1e-300)
        moved = rates_rps.copy()
        moved[:, :, can_wait] = (held.executed / work[:, None])[:, :, None, None] * share[:, None]
        return moved, held

    # --- surfaces ---------------------------------------------------------------------------------

    def _surfaces(self, keys: Sequence[Tabulated]) -> dict[Tabulated, Surface]:
        found, windows = self._store.surfaces(keys, self._executor)
        self.windows += windows
        return found

    def _rates_of(self, key: Tabulated, surface: Surface, added_s: Array) -> Rates:
        return self._store.rates(key, surface, added_s=added_s, first_words=self._first_words)

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
            surface = self._surfaces([cell.key])[cell.key]
            rate_rps = own.sum(axis=(-1, -2)) * model.station.planned_share[index]
            day[:, index] = settled(unit, rate_rps, position=position, surface=surface, cell=cell, most=sizes[:, index])
        return day

    def _readings(self, model: StationModel, sizes: Array, bound: float) -> list[Reading]:
        """The cells that stand for the station, each with the cases it is read for."""
        fails = model.effort.most_states > 1
        states = with_failures(model, sizes, catalogue=self.catalogue) if fails else always_up(sizes)
        return readings(model, states, bound=bound)

    # --- constants of a station -------------------------------------------------------------------

    def _searches_s(self) -> Array:
        """Time that each product's search takes, shape (products, 1) [s]; a workflow plays its own."""
        searches = [p.searches_per_request > 0 and p.workflow == SINGLE_CALL for p in self.built.products]
        return self.built.search_s * np.array(searches, dtype=np.float64)[:, None]

    def _added_s(self, model: StationModel) -> Array:
        """Time that load does not change, by product and group: the way to the endpoint and back, and the search."""
        added = model.alone and model.near_users
        way = np.array([row[0] for row in model.rtt_s]) if added else np.zeros(len(self.built.groups))
        return self._searches_s() + way

    def _load_limit(self, model: StationModel, unit: int, surface: Surface, key: SurfaceKey) -> Array:
        weights = np.array(model.station.share_of_group) * [group.share for group in self.built.groups]
        way = np.array([row[unit] * model.near_users for row in model.rtt_s])
        rates = self._rates_of(key, surface, self._searches_s() + way)
        return within_promise_load(
            in_time_shares(rates, self.built.products, weights=weights / weights.sum()),
            surface.loads,
            target=self.catalogue.value("business", "rules", "promise_share"),
            cap=self.catalogue.value("business", "rules", "plan_load_cap"),
        )

    def _work_s(
        self, model: StationModel, day: Array, *, position: Array, surface: Surface, cell: Cell
    ) -> tuple[Array, Array]:
        """Seconds that a request takes of a part of the station, shape (cases, hours), and how many such parts it has.

        Endpoints that share their load do together what each could do alone.
        """
        if model.alone:
            return np.interp(position, (0.0, 1.0), (surface.work_s[0], surface.work_s[-1])), day[:, 0] / cell.scale
        capacity_rps = np.zeros(position.shape)
        for index, unit in enumerate(model.station.units):
            work_s = self._unit_work_s(model, unit)
            capacity_rps += day[:, index] / np.interp(position, (0.0, 1.0), (work_s[0], work_s[-1]))
        return 1 / capacity_rps, np.ones((len(day), 1))

    def _unit_work_s(self, model: StationModel, unit: Unit) -> Array:
        """Seconds of one size unit that a request takes, at each extreme mix."""
        cell = model.unit_cell(unit, self.built.min_replicas)
        return self._surfaces([cell.key])[cell.key].work_s * cell.scale

    def _utilization(self, model: StationModel, day: Array, load: Array, used: Array, hours: Array) -> Array:
        """Of what is held: load weighted by how much of the unit there is in each hour."""
        held_h = (day * hours).sum(axis=-1)
        if model.alone:
            return (load * (day * hours)[:, 0]).sum(axis=-1, keepdims=True) / held_h
        columns = []
        for index, unit in enumerate(model.station.units):
            work_s = float(np.mean(self._unit_work_s(model, unit)))
            calls = used[:, index, :, CALLS].sum(axis=-1)
            columns.append(calls * work_s / (held_h[:, index] * SECONDS_PER_HOUR))
        return np.stack(columns, axis=-1)
