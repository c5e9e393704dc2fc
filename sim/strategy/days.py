"""Whole days of an autoscaled pool: every hour begins with the replicas that the hour before left, lag and all.

What a fixed point cannot show: a ramp that new replicas come too late for, a
policy that hunts, failures between. Equations in docs/model_fleet.md, "Whole
days".
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import load_catalogue
from sim.metrics import Measured, measure
from sim.serving import FleetChange, GpuPool, World, fleet_time, simulate, single_pool_world
from sim.strategy.failures import drawn
from sim.strategy.fidelity import Effort
from sim.strategy.fleets import Scaling
from sim.strategy.surface import Surface
from sim.strategy.units import Unit, sized
from sim.workload import Mix, RateCurve, Trace, draw_curve_window

Array = NDArray[np.float64]

HOURS: Final = 48
"""A working day, then a day of the weekend."""
HOUR_S: Final = 3600.0
SEGMENT_H: Final = 4
"""Hours played in one run, after a lead-in of the hour before them."""
TAIL: Final = 0.5
"""What is left of an hour after its ramp is played for this part of the ramp's length, and stands for the rest."""
LOADS: Final = (0.1, 0.3, 0.5, 0.7, 0.9, 1.1)
"""Loads of the busiest hour, were all that is planned held, at which days are played where they are needed."""
DIGITS: Final = 2
POSITION_DIGITS: Final = 1


@dataclass(frozen=True, slots=True)
class DayShape:
    """The hours of a pool's two days, the same in every month: rates over the busiest, and places on its mix axis."""

    rates: tuple[float, ...]
    positions: tuple[float, ...]


def day_shape(rates_rps: Array, positions: Array) -> DayShape:
    """The shape of rates by hour type, rounded so that months and plans that hardly differ share their days."""
    busiest = rates_rps.max()
    relative = rates_rps / busiest if busiest > 0 else np.ones(len(rates_rps))
    return DayShape(
        tuple(np.round(relative, DIGITS).tolist()), tuple((np.round(positions, POSITION_DIGITS) + 0.0).tolist())
    )


@dataclass(frozen=True, slots=True)
class DayKey:
    """Everything that a pool's days read: equal keys give byte-equal days."""

    unit: Unit
    replicas: int
    """Most that may be held."""
    least: int
    mixes: tuple[Mix, ...]
    work_s: tuple[float, ...]
    """Seconds of one replica that a request takes, at each extreme mix."""
    shape: DayShape
    load: float
    """Of the busiest hour, were all replicas held."""
    effort: Effort
    seed: int

    @property
    def scaling(self) -> Scaling:
        assert self.unit.fleet is not None and self.unit.fleet.scaling is not None
        return self.unit.fleet.scaling

    @property
    def ramp_s(self) -> float:
        """How long an hour's own changes take: a start, and letting go of what is no longer wanted."""
        return min(HOUR_S, self.scaling.start_s + self.scaling.settle_s + self.scaling.interval_s)

    @property
    def played_s(self) -> float:
        """Of every hour."""
        return min(HOUR_S, (1 + TAIL) * self.ramp_s)

    @property
    def tail_weight(self) -> float:
        """What a second after the ramp stands for."""
        played_s = self.played_s - self.ramp_s
        return (HOUR_S - self.ramp_s) / played_s if played_s > 0 else 0.0

    @property
    def pool(self) -> GpuPool:
        pool = sized(self.unit, self.replicas)
        assert isinstance(pool, GpuPool)
        return replace(pool, autoscaler=self.scaling.autoscaler(least=self.least, most=self.replicas))

    @property
    def tasks(self) -> list["Segment"]:
        return [
            Segment(self, replication, first)
            for replication in range(self.effort.day_replications)
            for first in range(0, HOURS, SEGMENT_H)
        ]

    @property
    def windows(self) -> int:
        return len(self.tasks)

    def rate_rps(self, hour: int) -> float:
        """Requests per second of an hour; its load is relative to the hour that asks for most work."""
        work_s = np.interp(self.shape.positions, (0.0, 1.0), (self.work_s[0], self.work_s[-1]))
        busiest = float((np.array(self.shape.rates) * work_s).max())
        return self.load * self.replicas * self.shape.rates[hour] / busiest

    def mix(self, hour: int) -> Mix:
        """Of an hour, between the extremes."""
        low, high, along = self.mixes[0], self.mixes[-1], self.shape.positions[hour]
        if len(self.mixes) == 1:
            return low
        shares = [(1 - along) * a.share + along * b.share for a, b in zip(low.products, high.products, strict=True)]
        return Mix(tuple(replace(load, share=share) for load, share in zip(low.products, shares, strict=True)))

    def assembled(self, played: Sequence[tuple[Measured, Array]]) -> "DaySurface":
        """The days from their segments' results, in the order of the tasks."""
        samples = self.effort.day_replications

        def by_hour(name: str) -> NDArray[np.float32]:
            stacked = np.stack([getattr(measured, name) for measured, _ in played])
            shape = (samples, HOURS // SEGMENT_H, SEGMENT_H, 2, self.classes, *stacked.shape[2:])
            parts = stacked.reshape(shape)
            whole = parts[:, :, :, 0] + np.float32(self.tail_weight) * parts[:, :, :, 1]
            hours = whole.reshape(samples, HOURS, 1, *whole.shape[3:])
            return np.moveaxis(hours, 0, 2)

        held = np.stack([held for _, held in played]).reshape(samples, HOURS)
        return DaySurface(
            loads=np.array([self.load]),
            work_s=np.array(self.work_s),
            call_s=np.empty(0),
            measured=Measured(**{field.name: by_hour(field.name) for field in fields(Measured)}),
            held=held.mean(axis=0),
        )

    @property
    def classes(self) -> int:
        return len(self.mixes[0].products)


@dataclass(frozen=True, slots=True, eq=False)
class DaySurface(Surface):
    """Days at one load of the busiest hour; the first axis of `measured` is the hour, and an hour counts whole."""

    held: Array
    """Replicas held in each hour, mean over it, those on their way among them; shape (48,)."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One task: some hours in a row, after a lead-in of the hour before."""

    key: DayKey
    replication: int
    first: int

    @property
    def name(self) -> str:
        return f"day of {self.key.unit.id} from hour {self.first}, replication {self.replication}"

    def play(self) -> tuple[Measured, Array]:
        """Cohorts by hour, part of it (ramp, then tail) and product; and replicas held in each hour."""
        key = self.key
        trace, cell = self._offered()
        world = self._world()
        record = simulate(world, trace)
        measured = measure(world, trace, record=record, cell=cell, cells=SEGMENT_H * 2 * key.classes)
        return measured, np.array([self._held(record.changes, at) for at in range(SEGMENT_H)])

    def _world(self) -> World:
        key = self.key
        world = single_pool_world(key.pool)
        disruption = drawn(
            [key.unit],
            world.endpoints,
            regions=[key.unit.region],
            horizon_s=(1 + SEGMENT_H) * key.played_s,
            seed=key.seed,
            replication=self.replication * (HOURS // SEGMENT_H) + self.first // SEGMENT_H,
            with_regions=False,
            catalogue=load_catalogue(),
        )
        return replace(world, disruption=disruption)

    def _offered(self) -> tuple[Trace, NDArray[np.int64]]:
        """The lead-in and the hours, one after the other, and the cell of every request (-1: the lead-in)."""
        key, parts, cells = self.key, [], []
        for at in range(-1, SEGMENT_H):
            hour, opens_s = (self.first + at) % HOURS, (1 + at) * key.played_s
            part = draw_curve_window(
                key.mix(hour),
                RateCurve((0.0, key.played_s), (key.rate_rps(hour),) * 2),
                seed=key.seed,
                replication=self.replication,
                name=f"day/{hour}",
                start_s=opens_s,
            )
            in_tail = part.arrival_s >= opens_s + key.ramp_s
            cell = (at * 2 + in_tail) * key.classes + part.product
            cells.append(np.where(at < 0, -1, cell))
            parts.append(part)
        columns = {f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Trace)}
        return Trace(**columns), np.concatenate(cells)

    def _held(self, changes: Sequence[FleetChange], at: int) -> float:
        """Replicas held over one hour; what a spot seller takes back is not held while it is away."""
        key, opens_s = self.key, (1 + at) * self.key.played_s
        ramp, tail = (
            fleet_time(key.pool, changes, endpoint=0, opens_s=opens_s + since_s, closes_s=opens_s + until_s)
            for since_s, until_s in ((0.0, key.ramp_s), (key.ramp_s, key.played_s))
        )
        return (ramp.rented_s + key.tail_weight * tail.rented_s) / HOUR_S
