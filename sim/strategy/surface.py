"""Response surfaces: what a station does with each request, tabulated by load and by product mix.

Months, hours and ceilings are read from these by interpolation, so no month
waits for a simulation that another one already needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from math import ceil

import numpy as np
from numpy.typing import NDArray

from sim.metrics import Measured, measure
from sim.metrics.measure_requests import measure_requests
from sim.serving import SERVED, World, saturated_rps, simulate, simulate_requests
from sim.strategy.compounds import NONE, Compounds, request_size
from sim.strategy.fidelity import Effort
from sim.workload import Mix, draw_window
from sim.workload.trace import Trace

WARM_UP_SHARE = 0.2
"""First part of every load's requests, not measured: the batch and the queue adapt to the load."""
COOL_DOWN_SHARE = 0.1
"""Requests that keep arriving after the last load's, not measured: its cohort must not drain into an empty platform."""
NAME = "window"
LEAST_REQUESTS = 1000
"""Requests of a window of workflows, at least."""
LEAST_PROBED = 100
"""Requests of workflows with which saturation is probed, at least."""
TURNS = 8
"""A window of workflows lasts this many times as long as one takes on an idle platform."""
LIGHT = 150
"""Requests from which that is taken."""


@dataclass(frozen=True)
class SurfaceKey:
    """Everything that a surface reads: equal keys give byte-equal surfaces. Its hash is taken once: it is deep."""

    world: World
    mixes: tuple[Mix, ...]
    effort: Effort
    seed: int
    compounds: Compounds = NONE

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.world, self.mixes, self.effort, self.seed, self.compounds))

    def __reduce__(self) -> tuple[type["SurfaceKey"], tuple[object, ...]]:
        # A hash holds in one process only, so it does not travel.
        return SurfaceKey, (self.world, self.mixes, self.effort, self.seed, self.compounds)

    @property
    def classes(self) -> int:
        return len(self.mixes[0].products) * len(self.world.rtt_s)

    @property
    def windows(self) -> int:
        """Windows that its tabulation simulates."""
        return len(self.mixes) * len(self.effort.loads) * self.effort.replications

    @property
    def tasks(self) -> "list[Chain]":
        return chains(self)

    def assembled(self, played: "Sequence[Link]") -> "Surface":
        return assemble(self, played)


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A tabulated station.

    Arrays of `measured` have the shape (mixes, loads, samples, classes, ...);
    a class is product * groups + group, with one group where the station was
    simulated next to its users.
    """

    loads: NDArray[np.float64]
    """Multiples of saturated throughput, shape (loads,)."""
    work_s: NDArray[np.float64]
    """Seconds of the whole cell that one request takes under permanent backlog, shape (mixes,)."""
    call_s: NDArray[np.float64]
    """Seconds of it that one call of each product takes under a permanent backlog of such calls, shape (products,).

    Empty where a cell of another surface tells it: endpoints that share the load have one each, days have their pool's.
    """
    measured: Measured


def pooled(surface: Surface) -> Surface:
    """The surface with its samples added up: one is left, and the spread between them is gone."""
    measured = surface.measured
    return replace(
        surface,
        measured=Measured(**{f.name: getattr(measured, f.name).sum(axis=2, keepdims=True) for f in fields(Measured)}),
    )


@dataclass(frozen=True, slots=True)
class Chain:
    """One task of a tabulation: a mix at ascending loads, each starting from the state that the last one left."""

    key: SurfaceKey
    mix: int
    replication: int

    def play(self) -> "Link":
        return play(self)


def chains(key: SurfaceKey) -> list[Chain]:
    """The tasks of a surface, in the order in which `assemble` takes their results."""
    return [Chain(key, m, r) for m in range(len(key.mixes)) for r in range(key.effort.replications)]


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """What one chain of a tabulation found."""

    work_s: float
    """Seconds of the whole cell that a request of its mix takes."""
    call_s: tuple[float, ...]
    """Of the first chain: as `Surface.call_s`; empty in the others."""
    measured: Measured
    """Its cohorts by load, batch and class."""


def play(chain: Chain) -> Link:
    """Simulate one chain."""
    key, mix = chain.key, chain.key.mixes[chain.mix]
    effort = key.effort
    work_s = cell_work_s(key, mix)
    rates_rps = [load / work_s for load in effort.loads]
    cells = len(effort.loads) * effort.batches * key.classes
    if not key.compounds:
        trace, cell = offered_load(mix, chain, rates_rps=rates_rps, calls=[effort.calls] * len(effort.loads))
        record = simulate(key.world, trace)
        return Link(work_s, _call_s(chain), measure(key.world, trace, record=record, cell=cell, cells=cells))
    trace, cell = offered_load(mix, chain, rates_rps=rates_rps, calls=_requests(key, mix, rates_rps))
    compound = key.compounds.unfold(trace, seed=key.seed, replication=chain.replication, name=NAME)
    calls, requests = simulate_requests(key.world, compound)
    measured = measure_requests(key.world, compound, calls=calls, requests=requests, cell=cell, cells=cells)
    return Link(work_s, _call_s(chain), measured)


def _call_s(chain: Chain) -> tuple[float, ...]:
    """As `Surface.call_s`, in the first chain of a cell with one endpoint."""
    key, first = chain.key, chain.mix == chain.replication == 0
    if not first or len(key.world.endpoints) > 1:
        return ()
    alone = [Mix((replace(product, share=1.0),)) for product in key.mixes[0].products]
    return tuple(1 / _saturation(key, mix)[1] for mix in alone)


def cell_work_s(key: SurfaceKey, mix: Mix) -> float:
    """Seconds that a request takes of the whole world when it never runs short of work: 1 / lambda_sat."""
    calls, calls_per_s = _saturation(key, mix)
    return calls / calls_per_s


def _saturation(key: SurfaceKey, mix: Mix) -> tuple[float, float]:
    """Calls of a request, and calls per second of the whole world when it never runs short of work.

    Under a backlog it does not matter which call of a request comes when.
    """
    world, each = key.world, 1.0
    probe = draw_window(mix, key.effort.probe_calls, rate_rps=1.0, seed=key.seed, replication=0, name="probe")
    if key.compounds:
        each = request_size(key.compounds, mix, seed=key.seed)[0]
        probe = probe.take(np.arange(max(LEAST_PROBED, round(len(probe) / each))))
        unfolded = key.compounds.unfold(probe, seed=key.seed, replication=0, name="probe")
        each = len(unfolded.calls) / len(probe)
        probe = unfolded.calls
    up = [endpoint for index, endpoint in enumerate(world.endpoints) if index not in world.out]
    return each, sum(saturated_rps(endpoint, probe) for endpoint in up)


def _requests(key: SurfaceKey, mix: Mix, rates_rps: Sequence[float]) -> list[int]:
    """Requests of each load's window: as many calls as single ones would be, and long enough for whole workflows."""
    least = requests_played(key.effort.calls, request_size(key.compounds, mix, seed=key.seed)[0])
    light = draw_window(
        mix, LIGHT, rate_rps=key.effort.loads[0] * rates_rps[0], seed=key.seed, replication=0, name="light"
    )
    compound = key.compounds.unfold(light, seed=key.seed, replication=0, name="light")
    _, requests = simulate_requests(key.world, compound)
    lasts_s = float(np.nanmean(requests.end_to_end_s)) if requests.count(SERVED) else 0.0
    return [max(least, round(TURNS * lasts_s * rate_rps)) for rate_rps in rates_rps]


def requests_played(calls: int, calls_per_request: float) -> int:
    """Requests that stand for a number of calls."""
    return max(LEAST_REQUESTS, round(calls / calls_per_request))


def waiting_room(load: float, *, saturated_rps: float, mix: Mix) -> int:
    """Requests that already wait when an overloaded window opens.

    A queue that grows until its users give up takes many patiences to build up,
    so an overloaded window begins with the queue of the fluid limit: who waits
    a fixed time does so to its end, who leaves at a constant rate leaves as
    fast as the excess arrives.
    """
    if load <= 1:
        return 0
    waits_s = 0.0
    for product in mix.products:
        if product.patience_law == "fixed":
            waits_s += product.share * product.patience_mean_s
        elif product.patience_law == "exponential":
            waits_s += product.share * product.patience_mean_s * (load - 1)
    return ceil(waits_s * saturated_rps)


def offered_load(
    mix: Mix, chain: Chain, *, rates_rps: Sequence[float], calls: Sequence[int]
) -> tuple[Trace, NDArray[np.int64]]:
    """The windows of a chain one after the other, and the cell of every request (-1: not measured).

    Args:
        rates_rps: of each load.
        calls: requests of each load's window.
    """
    key, effort = chain.key, chain.key.effort
    groups = len(key.world.rtt_s)
    parts, cells, start_s = [], [], 0.0
    last = len(rates_rps) - 1
    for index, (load, rate_rps, count) in enumerate(zip(effort.loads, rates_rps, calls, strict=True)):
        waiting = waiting_room(load, saturated_rps=rate_rps / load, mix=mix)
        extra = int(COOL_DOWN_SHARE * count) if index == last else 0
        part = draw_window(
            mix,
            waiting + count + extra,
            rate_rps=rate_rps,
            seed=key.seed,
            replication=chain.replication,
            name=NAME,
            start_s=start_s,
        )
        if waiting:
            opened_s = part.arrival_s[waiting - 1]
            part = replace(part, arrival_s=np.maximum(start_s, part.arrival_s - (opened_s - start_s)))
        warm = waiting + int(WARM_UP_SHARE * count)
        batch = np.full(len(part), -1)
        measured = waiting + count - warm
        batch[warm : warm + measured] = np.arange(measured) * effort.batches // measured
        kind = part.product * groups + part.user_region
        cells.append(np.where(batch < 0, -1, (index * effort.batches + batch) * key.classes + kind))
        parts.append(part)
        start_s = float(part.arrival_s[-1])
    columns = {f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Trace)}
    return Trace(**columns), np.concatenate(cells)


def assemble(key: SurfaceKey, played: Sequence[Link]) -> Surface:
    """The surface of a key from its chains' results, in the order of `chains`."""
    effort = key.effort
    shape = (len(key.mixes), effort.replications, len(effort.loads), effort.batches, key.classes)

    def by_cell(name: str) -> NDArray[np.float32]:
        stacked = np.stack([getattr(link.measured, name) for link in played])
        whole = stacked.reshape(*shape, *stacked.shape[2:])
        samples = np.moveaxis(whole, 1, 2)
        return samples.reshape(shape[0], shape[2], shape[1] * shape[3], *whole.shape[4:])

    work_s = np.array([link.work_s for link in played]).reshape(shape[:2])[:, 0]
    return Surface(
        loads=np.array(effort.loads),
        work_s=work_s,
        call_s=np.array(played[0].call_s),
        measured=Measured(**{f.name: by_cell(f.name) for f in fields(Measured)}),
    )
