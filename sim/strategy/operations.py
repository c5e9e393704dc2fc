"""How one month runs: who serves whom, how full every endpoint is by the hour, and what became of the requests.

Read from the surfaces that the evaluation simulated; nothing new is simulated
for a scenario that was evaluated before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.metrics import quantile_s
from sim.scenario.assumptions import catalogue_of
from sim.scenario.schema import Scenario
from sim.strategy.architecture import Architecture
from sim.strategy.carrying import carry_out
from sim.strategy.demand import hour_weights
from sim.strategy.evaluate import Stage, blas
from sim.strategy.executors import Executor, Serial
from sim.strategy.outcome import Fidelity, Percentiles
from sim.strategy.play import Epoch, Played
from sim.strategy.service import Operator
from sim.strategy.store import SurfaceStore, shared_store
from sim.strategy.totals import CALLS, FAILED, REFUSED, SERVED, TIMED_OUT, Service, StationService

Array = NDArray[np.float64]
HOURS = 24
TINY = 1e-300
NOBODY = Percentiles(nan, nan, nan)


@dataclass(frozen=True, slots=True)
class Flow:
    """Requests of one group of users that come to one endpoint in the month."""

    users: str
    """Region of the users."""
    needs_eu: bool
    endpoint: str
    requests: float
    round_trip_s: float
    why: str
    """own, bought, router or residency: what sent them there."""


@dataclass(frozen=True, slots=True)
class EndpointMonth:
    """One endpoint in one month. Shares and percentiles are those of its station where several share their load."""

    id: str
    region: str
    api: str
    """Tier in the catalogue's table `apis`; empty for a pool of our own."""
    size: float
    """Replicas, or tokens a minute of the quota: the most in any hour."""
    least: float
    """The fewest in any hour; less than `size` only where an autoscaler moves it."""
    share: float
    """Of the month's requests."""
    load_by_hour: tuple[float, ...]
    """Offered load over what it can serve at most, by UTC hour of a working day."""
    weekend_by_hour: tuple[float, ...]
    utilization: float
    p95_s: float
    """Of what is promised, over all products: first words or the finished answer; `nan` where it is saturated."""
    in_time: float
    late: float
    timed_out: float
    refused: float
    """Shares of its requests, failed ones with the refused."""

    @property
    def is_pool(self) -> bool:
        return not self.api

    @property
    def busiest(self) -> tuple[int, float]:
        """UTC hour of a working day with the highest load, and that load."""
        hour = int(np.argmax(self.load_by_hour))
        return hour, self.load_by_hour[hour]


@dataclass(frozen=True, slots=True)
class ProductMonth:
    """What the users of one product felt in one month."""

    product: str
    measure: str
    limit_s: float
    first_words_s: Percentiles
    finished_s: Percentiles
    in_time: float


@dataclass(frozen=True, slots=True)
class OperationsMonth:
    """One month of running the platform; empty before the launch."""

    month: int
    endpoints: tuple[EndpointMonth, ...] = ()
    flows: tuple[Flow, ...] = ()
    products: tuple[ProductMonth, ...] = ()
    lost: float = 0.0
    """Share of the market that requires processing where we do not process, and does not ask."""


def operations(
    scenario: Scenario,
    *,
    fidelity: Fidelity = "draft",
    store: SurfaceStore | None = None,
    executor: Executor | None = None,
) -> tuple[OperationsMonth, ...]:
    """Every month of a scenario as it ran.

    Args:
        scenario: as loaded.
        fidelity: of the surfaces read.
        store: surfaces already simulated; the process's own unless given.
        executor: where missing surfaces are simulated; here unless given.
    """
    catalogue = catalogue_of(scenario)
    with blas().limit(limits=1):
        store, executor = store or shared_store(), executor or Serial()
        stage = Stage(scenario, fidelity=fidelity, store=store, executor=executor, catalogue=catalogue)
        played = stage.play(carry_out(scenario, stage.strikes, rehearse=stage.rehearse), strikes=stage.strikes)
        months = [OperationsMonth(month) for month in range(len(played.months))]
        for epoch in played.epochs:
            alone = _Alone.of(epoch, played, store=store, executor=executor, catalogue=catalogue)
            for reading in _epoch(epoch, played, alone=alone):
                months[reading.month] = reading
        return tuple(months)


def _epoch(epoch: Epoch, played: Played, *, alone: "Sequence[_Alone]") -> list[OperationsMonth]:
    service = played.months[epoch.months[0]].service
    assert service is not None
    built = epoch.operator.built
    group_share = np.array([group.share for group in built.groups])
    found = []
    for row, month in enumerate(epoch.months):
        total = float(service.requests[row].sum())
        flows = _flows(built, service.stations, row=row, total=total)
        endpoints = [
            endpoint
            for station, reading in zip(service.stations, alone, strict=True)
            for endpoint in _endpoints(station, reading, row=row, flows=flows, total=total)
        ]
        products = tuple(
            ProductMonth(
                product=product.label,
                measure=product.promise.measure,
                limit_s=product.promise.limit_s,
                first_words_s=NOBODY if service.saturated[row] else _percentiles(service.ttft[row, at]),
                finished_s=NOBODY if service.saturated[row] else _percentiles(service.e2e[row, at]),
                in_time=float(service.in_time[row, at]),
            )
            for at, product in enumerate(epoch.state.products)
        )
        lost = max(0.0, 1 - float(group_share.sum()))
        found.append(OperationsMonth(month, tuple(endpoints), flows, products, lost))
    return found


def _percentiles(histogram: Array) -> Percentiles:
    return Percentiles(*(float(quantile_s(histogram, q)) for q in (0.5, 0.95, 0.99)))


@dataclass(frozen=True, slots=True, eq=False)
class _Alone:
    """A station read by itself, by row: p95 and shares in time, late, timed out and refused."""

    p95_s: Array
    shares: Array

    @classmethod
    def of(
        cls, epoch: Epoch, played: Played, *, store: SurfaceStore, executor: Executor, catalogue: Catalogue
    ) -> "list[_Alone]":
        """Every station of an epoch: its own users' demand served by it alone, at the sizes it had."""
        service = played.months[epoch.months[0]].service
        assert service is not None
        rates_rps = played.market[list(epoch.months)][:, None, :, None] * epoch.shape
        found = []
        for model, station in zip(epoch.operator.models, service.stations, strict=True):
            only = Operator(epoch.operator.built, (model,), store=store, executor=executor, catalogue=catalogue)
            sizes = station.sizes[: len(epoch.months)]
            found.append(cls._read(only.serve(rates_rps, [sizes], hours=hour_weights(catalogue), in_full=False)))
        return found

    @classmethod
    def _read(cls, service: Service) -> "_Alone":
        asked = service.outcomes.sum(axis=-1)
        total = np.maximum(asked.sum(axis=-1), TINY)
        good = np.nansum(service.in_time * asked, axis=-1)
        outcomes = service.outcomes.sum(axis=1)
        shares = [
            good,
            np.maximum(0.0, outcomes[:, SERVED] - good),
            outcomes[:, TIMED_OUT],
            outcomes[:, REFUSED] + outcomes[:, FAILED],
        ]
        p95_s = np.where(service.saturated, nan, quantile_s(service.promised.sum(axis=1), 0.95))
        return cls(p95_s, np.stack(shares, axis=-1) / total[:, None])


def _endpoints(
    station: StationService, alone: _Alone, *, row: int, flows: Sequence[Flow], total: float
) -> list[EndpointMonth]:
    found = []
    for index, unit in enumerate(station.model.station.units):
        mine = sum(flow.requests for flow in flows if flow.endpoint == unit.id)
        load = station.load[row]
        found.append(
            EndpointMonth(
                id=unit.id,
                region=unit.region,
                api=unit.api,
                size=float(station.day[row, index].max()),
                least=float(station.day[row, index].min()),
                share=mine / total if total > 0 else 0.0,
                load_by_hour=tuple(load[:HOURS].tolist()),
                weekend_by_hour=tuple(load[HOURS:].tolist()),
                utilization=float(station.utilization[row, index]),
                p95_s=float(alone.p95_s[row]),
                in_time=float(alone.shares[row, 0]),
                late=float(alone.shares[row, 1]),
                timed_out=float(alone.shares[row, 2]),
                refused=float(alone.shares[row, 3]),
            )
        )
    return found


def _flows(
    built: Architecture, stations: Sequence[StationService], *, row: int, total: float
) -> tuple[Flow, ...]:
    """Who asks where: users by the shares of the stations, several endpoints of a station by the calls they took."""
    whole = sum(group.share for group in built.groups) or 1.0
    found = []
    for at, station in enumerate(stations):
        units = station.model.station.units
        calls = station.used_by_product[row, :, :, :, CALLS].sum(axis=(0, -1))
        split = calls / calls.sum() if calls.sum() > 0 else np.full(len(units), 1 / len(units))
        for index, group in enumerate(built.groups):
            here = station.model.station.share_of_group[index]
            for unit, part in zip(units, split.tolist(), strict=True):
                if here * part <= 0:
                    continue
                why = "router" if len(units) > 1 else "own" if unit.is_pool else "bought"
                found.append(
                    Flow(
                        users=group.region,
                        needs_eu=group.needs_eu,
                        endpoint=unit.id,
                        requests=total * group.share / whole * here * part,
                        round_trip_s=built.rtt_s[at][index][units.index(unit)],
                        why="residency" if group.needs_eu else why,
                    )
                )
    return tuple(found)
