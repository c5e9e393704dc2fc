"""What an architecture does with demand: capacity planned, surfaces read, stations added up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.metrics import BINS
from sim.strategy.architecture import Architecture
from sim.strategy.demand import SECONDS_PER_HOUR
from sim.strategy.executors import Executor
from sim.strategy.planning import granted_quota, in_time_shares, needed_size, whole_replicas, within_promise_load
from sim.strategy.reading import (
    E2E,
    FIRST_SAMPLE,
    PROMISED,
    TPOT,
    TTFT,
    NodeWeights,
    Rates,
    merged,
    node_weights,
)
from sim.strategy.stations import Cell, StationModel
from sim.strategy.store import SurfaceStore
from sim.strategy.surface import Surface, SurfaceKey

Array = NDArray[np.float64]

SERVED, TIMED_OUT, REFUSED, FAILED = range(4)
"""Positions in the last axis of `outcomes`."""
CALLS: Final = 0


@dataclass(frozen=True, slots=True, eq=False)
class StationService:
    """One station in every case."""

    model: StationModel
    sizes: Array
    """Replicas or tokens a minute of each unit, shape (cases, units)."""
    load: Array
    """Multiple of saturated throughput by hour type, shape (cases, hours)."""
    utilization: Array
    """Offered load over saturated throughput of each unit, mean over the hours, shape (cases, units)."""
    used: Array
    """Work asked of each unit, shape (cases, units, 2, 4), as `Measured.used`."""


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """All stations in every case; the second axis is the product."""

    requests: Array
    """Shape (cases, products)."""
    outcomes: Array
    """Requests served, timed out, refused and failed, shape (cases, products, 4)."""
    ttft: Array
    tpot: Array
    e2e: Array
    """Histograms at the user, shape (cases, products, BINS)."""
    promised: Array
    """What each product's promise is about, with all that were not served as infinitely late."""
    promised_samples: Array
    """The same for every replication or batch, shape (samples, cases, products, BINS)."""
    delivered_tokens: Array
    """Prompt and answer tokens of the served, shape (cases, products, 2)."""
    saturated: NDArray[np.bool_]
    """Whether deferrable work was left at the end of the week, shape (cases,)."""
    stations: tuple[StationService, ...]


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
            position = model.axis.position(_shares(own.sum(axis=-1)))
            sizes = []
            for index, (unit, cell) in enumerate(zip(model.station.units, units, strict=True)):
                surface = surfaces[cell.key]
                need = needed_size(
                    own.sum(axis=(-1, -2)) * model.plan_share[index],
                    position=position,
                    work_s=surface.work_s * cell.scale,
                    load_limit=self._load_limit(model, index, surface, cell.key),
                    spare_room=self.built.spare_room,
                )
                sizes.append(
                    whole_replicas(need, least=self.built.min_replicas, most=self.built.max_replicas)
                    if unit.is_pool
                    else granted_quota(need, cap=self.built.quota_cap_per_min[at])
                )
            planned.append(np.stack(sizes, axis=-1))
        return planned

    def serve(
        self, rates_rps: Array, sizes: Sequence[Array], *, hours: Array, with_samples: bool = True
    ) -> Service:
        """Read what happens to the demand at these sizes.

        Args:
            rates_rps: requests per second by case, hour type, product and group.
            sizes: as `plan` gives them.
            hours: of a month that each hour type stands for, shape (48,).
            with_samples: whether the noise of what is promised will be asked for.
        """
        cases, _, products, _ = rates_rps.shape
        cells = [self._cells(model, size) for model, size in zip(self.models, sizes, strict=True)]
        surfaces = self._surfaces([cell.key for station in cells for cell, _ in station])
        samples = next(iter(surfaces.values())).measured.outcomes.shape[2] if with_samples else 0
        total = _Total(cases, products, FIRST_SAMPLE + samples)
        stations = []
        for model, size, of_station in zip(self.models, sizes, cells, strict=True):
            own = rates_rps * np.array(model.station.share_of_group)
            units = len(model.station.units)
            load = np.zeros(own.shape[:2])
            used = np.zeros((cases, units, 2, 4))
            for cell, rows in of_station:
                surface = surfaces[cell.key]
                position = model.axis.position(_shares(own[rows].sum(axis=-1)))
                work_s = np.interp(position, (0.0, 1.0), (surface.work_s[0], surface.work_s[-1]))
                scale = size[rows, 0] / cell.scale if model.alone else np.full(len(rows), cell.scale)
                load[rows] = own[rows].sum(axis=(-1, -2)) * work_s / scale[:, None]
                requests = own[rows] * (hours * SECONDS_PER_HOUR)[:, None, None]
                weights = node_weights(surface, requests=requests, position=position, load=load[rows])
                rates = self._rates_of(cell.key, surface, self._added_s(model))
                used[rows] = total.add(rows, rates, weights)
            mean_load = load @ hours / hours.sum()
            stations.append(
                StationService(model, size, load, self._utilization(model, size, mean_load, used, hours), used)
            )
        return total.service(rates_rps, hours, tuple(stations))

    # --- surfaces ---------------------------------------------------------------------------------

    def _surfaces(self, keys: Sequence[SurfaceKey]) -> dict[SurfaceKey, Surface]:
        found, windows = self._store.surfaces(keys, self._executor)
        self.windows += windows
        return found

    def _rates_of(self, key: SurfaceKey, surface: Surface, added_s: Array) -> Rates:
        return self._store.rates(key, surface, added_s=added_s, first_words=self._first_words)

    def _cells(self, model: StationModel, sizes: Array) -> list[tuple[Cell, NDArray[np.int64]]]:
        """The cells that stand for the station, each with the cases it is read for."""
        found = [
            model.unit_cell(model.station.units[0], size[0]) if model.alone else model.joint_cell(size.tolist())
            for size in sizes
        ]
        return [
            (cell, np.array([row for row, other in enumerate(found) if other == cell])) for cell in dict.fromkeys(found)
        ]

    # --- constants of a station -------------------------------------------------------------------

    def _searches_s(self) -> Array:
        """Time that each product's search takes, shape (products, 1) [s]."""
        return np.array([[self.built.search_s * (p.searches_per_request > 0)] for p in self.built.products])

    def _added_s(self, model: StationModel) -> Array:
        """Time that load does not change, by product and group: the way to the endpoint and back, and the search."""
        way = np.array([row[0] for row in model.rtt_s]) if model.alone else np.zeros(len(self.built.groups))
        return self._searches_s() + way

    def _load_limit(self, model: StationModel, unit: int, surface: Surface, key: SurfaceKey) -> Array:
        weights = np.array(model.station.share_of_group) * [group.share for group in self.built.groups]
        rates = self._rates_of(key, surface, self._searches_s() + np.array([row[unit] for row in model.rtt_s]))
        return within_promise_load(
            in_time_shares(rates, self.built.products, weights=weights / weights.sum()),
            surface.loads,
            target=self.catalogue.value("business", "rules", "promise_share"),
            cap=self.catalogue.value("business", "rules", "plan_load_cap"),
        )

    def _utilization(
        self, model: StationModel, sizes: Array, mean_load: Array, used: Array, hours: Array
    ) -> Array:
        if model.alone:
            return mean_load[:, None]
        columns = []
        for index, unit in enumerate(model.station.units):
            cell = model.unit_cell(unit, self.built.min_replicas)
            work_s = float(np.mean(self._surfaces([cell.key])[cell.key].work_s)) * cell.scale
            calls = used[:, index, :, CALLS].sum(axis=-1)
            columns.append(calls * work_s / (sizes[:, index] * hours.sum() * SECONDS_PER_HOUR))
        return np.stack(columns, axis=-1)


def _shares(rates: Array) -> Array:
    """Product shares of rates whose last axis is the product; equal ones where there is no load."""
    total = rates.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, rates / total, 1 / rates.shape[-1])


class _Total:
    """Sums over stations while they are read."""

    def __init__(self, cases: int, products: int, histograms: int) -> None:
        self.outcomes = np.zeros((cases, products, 4))
        self.delivered = np.zeros((cases, products, 2))
        self.latency = np.zeros((cases, products, histograms, BINS))

    def add(self, rows: NDArray[np.int64], rates: Rates, weights: NodeWeights) -> Array:
        """Add some cases of one station; returns what they used, shape (rows, units, 2, 4)."""
        # Beyond what the station can serve users wait until their patience ends.
        lost = weights.lost.sum(axis=-1)
        outcomes = merged(rates.outcomes, weights)
        outcomes[:, :, TIMED_OUT] += lost
        self.outcomes[rows] += outcomes
        self.delivered[rows] += merged(rates.delivered_tokens, weights)
        latency = merged(rates.latency[:, :, : self.latency.shape[2]], weights)
        latency[:, :, PROMISED:, -1] += lost[:, :, None]
        self.latency[rows] += latency
        return merged(rates.used, weights).sum(axis=1)

    def service(self, rates_rps: Array, hours: Array, stations: tuple[StationService, ...]) -> Service:
        return Service(
            requests=np.einsum("chpg,h->cp", rates_rps, hours * SECONDS_PER_HOUR),
            outcomes=self.outcomes,
            ttft=self.latency[:, :, TTFT],
            tpot=self.latency[:, :, TPOT],
            e2e=self.latency[:, :, E2E],
            promised=self.latency[:, :, PROMISED],
            promised_samples=np.moveaxis(self.latency[:, :, FIRST_SAMPLE:], 2, 0),
            delivered_tokens=self.delivered,
            saturated=np.zeros(len(self.outcomes), dtype=bool),
            stations=stations,
        )
