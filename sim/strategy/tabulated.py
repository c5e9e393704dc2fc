"""The stations of one architecture as tabulated: their surfaces, and what these say that no load changes."""

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.strategy.architecture import Architecture, Unit
from sim.strategy.compounds import SINGLE_CALL
from sim.strategy.demand import SECONDS_PER_HOUR
from sim.strategy.executors import Executor
from sim.strategy.planning import in_time_shares, within_promise_load
from sim.strategy.reading import Rates, Told
from sim.strategy.stations import Cell, StationModel
from sim.strategy.store import SurfaceStore
from sim.strategy.surface import Surface, SurfaceKey
from sim.strategy.tabulation import Tabulated
from sim.strategy.totals import CALLS

Array = NDArray[np.float64]
Found = TypeVar("Found")


class TabulatedStations:
    """The stations of one architecture, simulating what no surface holds yet.

    What was read before is remembered by the store: nobody may change it. `windows` counts the windows that had
    to be simulated.
    """

    def __init__(
        self,
        built: Architecture,
        models: tuple[StationModel, ...],
        *,
        store: SurfaceStore,
        executor: Executor,
        catalogue: Catalogue,
        lean: bool = False,
    ) -> None:
        """Args:
        lean: whether only promises will be asked for, each time for another demand: nothing of that is remembered.
        """
        self.built = built
        self.models = models
        self.catalogue = catalogue
        self.windows = 0
        self._lean = lean
        self._store = store
        self._executor = executor
        self._read: dict[Tabulated, Surface] = {}
        self._can_wait = np.array([product.patience is None for product in built.products])
        promises = [product.promise for product in built.products]
        self._promises = tuple(Told(promise.measure == "first_words", promise.limit_s) for promise in promises)

    def _once(self, what: Hashable, given: Sequence[Array], make: Callable[[], Found]) -> Found:
        """What `make()` gives, made once for these stations and arrays."""
        if self._lean:
            return make()
        arrays = tuple((array.shape, array.tobytes()) for array in given)
        return self._store.once((what, self.built, self.models, self.catalogue, arrays), make)

    def _surfaces(self, keys: Sequence[Tabulated]) -> dict[Tabulated, Surface]:
        missing = [key for key in keys if key not in self._read]
        if missing:
            found, windows = self._store.surfaces(missing, self._executor)
            self.windows += windows
            self._read |= found
        return {key: self._read[key] for key in keys}

    def _surface(self, key: Tabulated) -> Surface:
        return self._surfaces([key])[key]

    def _rates_of(self, key: Tabulated, surface: Surface, added_s: Array) -> Rates:
        return self._store.rates(key, surface, added_s=added_s, promises=self._promises, in_full=not self._lean)

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
        added_s = self._searches_s() + way

        def make() -> Array:
            return within_promise_load(
                in_time_shares(self._rates_of(key, surface, added_s), weights / weights.sum()),
                surface.loads,
                target=self.catalogue.value("business", "rules", "promise_share"),
                cap=self.catalogue.value("business", "rules", "plan_load_cap"),
            )

        name = ("load limit", key, self._promises, self.catalogue, weights.tobytes(), added_s.tobytes())
        return self._store.note(name, make)

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
        surface, scale = self._unit_surface(model, unit)
        return surface.work_s * scale

    def _unit_surface(self, model: StationModel, unit: Unit) -> tuple[Surface, float]:
        """The surface of a unit by itself, and how much of it the cell has."""
        cell = model.unit_cell(unit, self.built.min_replicas)
        return self._surface(cell.key), cell.scale

    def _busy_share(self, model: StationModel, used: Array) -> Array:
        """Share of each unit's busy time by product: its calls, each with the time that it takes of a full unit."""
        call_s = np.stack([self._unit_surface(model, unit)[0].call_s for unit in model.station.units], axis=-1)
        busy = used[..., CALLS].sum(axis=-1) * call_s
        whole = busy.sum(axis=1, keepdims=True)
        return busy / np.where(whole > 0, whole, 1.0)

    def _utilization(self, model: StationModel, day: Array, load: Array, used: Array, hours: Array) -> Array:
        """Of what is held: load weighted by how much of the unit there is in each hour."""
        held_h = (day * hours).sum(axis=-1)
        if model.alone:
            # What is asked nothing may hold no quota: its use is no number.
            with np.errstate(invalid="ignore"):
                return (load * (day * hours)[:, 0]).sum(axis=-1, keepdims=True) / held_h
        columns = []
        for index, unit in enumerate(model.station.units):
            work_s = float(np.mean(self._unit_work_s(model, unit)))
            calls = used[:, :, index, :, CALLS].sum(axis=(1, -1))
            columns.append(calls * work_s / (held_h[:, index] * SECONDS_PER_HOUR))
        return np.stack(columns, axis=-1)
