"""What an architecture does with demand: capacity planned, surfaces read, stations added up."""

from collections.abc import Callable, Hashable, Sequence
from math import inf
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.metrics.measure import MODELS
from sim.strategy.architecture import Architecture, Unit
from sim.strategy.backlog import Deferred, defer
from sim.strategy.cells import Reading, always_up, readings, with_failures
from sim.strategy.compounds import SINGLE_CALL
from sim.strategy.demand import SECONDS_PER_HOUR
from sim.strategy.executors import Executor
from sim.strategy.planning import granted_quota, in_time_shares, needed_size, whole_replicas, within_promise_load
from sim.strategy.reading import FIRST_SAMPLE, Rates, Told, node_weights
from sim.strategy.stations import Cell, StationModel
from sim.strategy.store import SurfaceStore
from sim.strategy.surface import Surface, SurfaceKey
from sim.strategy.totals import CALLS, Service, StationService, Totals
from sim.strategy.units import batched_products

Array = NDArray[np.float64]
Found = TypeVar("Found")


class Operator:
    """Plans and reads the stations of one architecture, simulating what no surface holds yet.

    What was planned or read before is remembered by the store: nobody may change it. `windows` counts the
    windows that had to be simulated.
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
        promises = [product.promise for product in built.products]
        self._promises = tuple(Told(promise.measure == "first_words", promise.limit_s) for promise in promises)

    def plan(self, planned_rps: Array) -> list[Array]:
        """Sizes of every station's units for the demand expected, one array of shape (cases, units) a station.

        Args:
            planned_rps: requests per second by case, hour type, product and group.
        """
        return self._once("plan", (planned_rps,), lambda: self._planned(planned_rps))

    def _planned(self, planned_rps: Array) -> list[Array]:
        cells = [
            [model.unit_cell(unit, self.built.min_replicas) for unit in model.station.units] for model in self.models
        ]
        surfaces = self._surfaces([cell.key for units in cells for cell in units])
        planned = []
        for at, (model, units) in enumerate(zip(self.models, cells, strict=True)):
            own = planned_rps * np.array(model.station.share_of_group)
            position = model.axis.position(_shares(own.sum(axis=-1)))
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
        return self._once(
            ("serve", with_samples, bound),
            (rates_rps, hours, *sizes),
            lambda: self._served(rates_rps, sizes, hours=hours, with_samples=with_samples, bound=bound),
        )

    def _served(self, rates_rps: Array, sizes: Sequence[Array], *, hours: Array, with_samples: bool, bound: float) -> Service:
        cases = len(rates_rps)
        read = [self._readings(model, size, bound) for model, size in zip(self.models, sizes, strict=True)]
        surfaces = self._surfaces([each.cell.key for station in read for each in station if each.cell])
        samples = next(iter(surfaces.values())).measured.outcomes.shape[2] if with_samples else 0
        total = Totals(cases, self._can_wait, FIRST_SAMPLE + samples)
        stations = []
        for model, size, of_station in zip(self.models, sizes, read, strict=True):
            own = rates_rps * np.array(model.station.share_of_group)
            units = len(model.station.units)
            load = np.zeros(own.shape[:2])
            used = np.zeros((cases, units, MODELS, 4))
            for each in of_station:
                rows, asked = each.case, own[each.case]
                if each.cell is None:
                    asked_s = hours * SECONDS_PER_HOUR
                    total.fail(rows, np.einsum("chpg,h,c->cp", asked, asked_s, each.share))
                    continue
                surface = surfaces[each.cell.key]
                position = model.axis.position(_shares(asked.sum(axis=-1)))
                work_s, scale = self._work_s(model, each.sizes, position=position, surface=surface, cell=each.cell)
                apart = batched_products(model.station.units[0]) if model.alone else ()
                at_once, held = self._held_back(asked, work_s / scale, apart)
                at_load = at_once.sum(axis=(-1, -2)) * work_s / scale
                if each.whole:
                    load[rows] = at_load
                requests = at_once * (hours * SECONDS_PER_HOUR)[:, None, None] * each.share[:, None, None, None]
                weights = node_weights(surface, requests=requests, position=position, load=at_load, apart=apart)
                rates = self._rates_of(each.cell.key, surface, self._added_s(model))
                used[rows] += total.add(rows, rates, weights, held=held, whole=each.whole)
            mean_load = load @ hours / hours.sum()
            stations.append(
                StationService(model, size, load, self._utilization(model, size, mean_load, used, hours), used)
            )
        limits_s = [product.promise.limit_s for product in self.built.products]
        return total.service(rates_rps, hours, limits_s=limits_s, stations=tuple(stations))

    def _held_back(
        self, rates_rps: Array, load_per_rps: Array, apart: Sequence[int]
    ) -> tuple[Array, Deferred | None]:
        """The demand as it is worked on: what can wait is moved to hours with room, where it does not fit at once.

        A request that can wait counts with its mean work over the hours, so that none is lost by being moved.
        Products `apart`, bought in batches, find room in any hour.
        """
        can_wait = self._can_wait.copy()
        can_wait[list(apart)] = False
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

    def _once(self, what: Hashable, given: Sequence[Array], make: Callable[[], Found]) -> Found:
        """What `make()` gives, made once for these stations and arrays."""
        arrays = tuple((array.shape, array.tobytes()) for array in given)
        return self._store.once((what, self.built, self.models, self.catalogue, arrays), make)

    # --- surfaces ---------------------------------------------------------------------------------

    def _surfaces(self, keys: Sequence[SurfaceKey]) -> dict[SurfaceKey, Surface]:
        found, windows = self._store.surfaces(keys, self._executor)
        self.windows += windows
        return found

    def _rates_of(self, key: SurfaceKey, surface: Surface, added_s: Array) -> Rates:
        return self._store.rates(key, surface, added_s=added_s, promises=self._promises)

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
            in_time_shares(rates, weights / weights.sum()),
            surface.loads,
            target=self.catalogue.value("business", "rules", "promise_share"),
            cap=self.catalogue.value("business", "rules", "plan_load_cap"),
        )

    def _work_s(
        self, model: StationModel, sizes: Array, *, position: Array, surface: Surface, cell: Cell
    ) -> tuple[Array, Array]:
        """Seconds that a request takes of a part of the station, shape (cases, hours), and how many such parts it has.

        Endpoints that share their load do together what each could do alone.
        """
        if model.alone:
            return np.interp(position, (0.0, 1.0), (surface.work_s[0], surface.work_s[-1])), sizes[:, :1] / cell.scale
        capacity_rps = np.zeros(position.shape)
        for index, unit in enumerate(model.station.units):
            work_s = self._unit_work_s(model, unit)
            capacity_rps += sizes[:, index, None] / np.interp(position, (0.0, 1.0), (work_s[0], work_s[-1]))
        return 1 / capacity_rps, np.ones((len(sizes), 1))

    def _unit_work_s(self, model: StationModel, unit: Unit) -> Array:
        """Seconds of one size unit that a request takes, at each extreme mix."""
        cell = model.unit_cell(unit, self.built.min_replicas)
        return self._surfaces([cell.key])[cell.key].work_s * cell.scale

    def _utilization(
        self, model: StationModel, sizes: Array, mean_load: Array, used: Array, hours: Array
    ) -> Array:
        if model.alone:
            return mean_load[:, None]
        columns = []
        for index, unit in enumerate(model.station.units):
            work_s = float(np.mean(self._unit_work_s(model, unit)))
            calls = used[:, index, :, CALLS].sum(axis=-1)
            columns.append(calls * work_s / (sizes[:, index] * hours.sum() * SECONDS_PER_HOUR))
        return np.stack(columns, axis=-1)


def _shares(rates: Array) -> Array:
    """Product shares of rates whose last axis is the product; equal ones where there is no load."""
    total = rates.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, rates / total, 1 / rates.shape[-1])
