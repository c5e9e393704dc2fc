"""The ceiling: the largest demand that is served within promise and at the margin target, and what gives way first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, isfinite, nan

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.metrics import MonthFlow
from sim.scenario.schema import Scenario
from sim.strategy.demand import hour_weights
from sim.strategy.disruption import Hit, disrupted
from sim.strategy.months import ServedMonth, flow_of
from sim.strategy.outcome import Ceiling, Volume
from sim.strategy.play import Epoch, Played
from sim.strategy.totals import Service, StationService

Array = NDArray[np.float64]

REFERENCE_MONTH = 12
MULTIPLIERS = np.geomspace(0.125, 64.0, 19)
"""Volumes tried first, as multiples of the reference month's demand: two to each doubling."""
REFINED = 10
"""Volumes tried between the last that keeps the promise and the first that misses it."""

HAIR = 1e-9
"""What rounding may leave of a share or add to a volume."""

Margin = Callable[[MonthFlow, Scenario], float]


def find_ceiling(played: Played, flows: Sequence[MonthFlow], *, margin: Margin, catalogue: Catalogue) -> Ceiling:
    """Plan and serve every volume as the reference month's architecture would.

    All volumes face the same requests, only faster. A crossing between two
    volumes is interpolated in the logarithm of the volume.

    Args:
        margin: gross margin of a flow in the reference month, under its conditions.
    """
    epoch, month = _reference(played)
    if epoch is None:
        return no_ceiling(played)
    target = catalogue.value("business", "rules", "ceiling_in_time_share")
    ask = _Question(played, epoch, month, flow=flows[month], margin=margin, catalogue=catalogue)
    asked = ask.at(MULTIPLIERS)
    asked = sorted([*asked, *ask.at(_between(asked, target))], key=lambda each: each.volume.multiplier)
    volumes = tuple(each.volume for each in asked)
    multipliers = np.array([volume.multiplier for volume in volumes])
    served_to = _last_kept(multipliers, np.array([v.in_time_share for v in volumes]), target=target)
    floor, top = _margin_range(
        multipliers, np.array([v.gross_margin for v in volumes]), target=played.states[month].company.target_margin
    )
    limits = _limits(asked, served_to=served_to, target=target)
    out_of_reach = 1 - sum(group.share for group in epoch.operator.built.groups)
    limits["unit_economics"] = _margin_limit(floor, top, others=min(limits.values(), default=inf))
    order = sorted((limit, cause) for cause, limit in limits.items())
    multiplier = order[0][0]
    causes = [cause for limit, cause in order if isfinite(limit)]
    reached = _month_reached(played, month, multiplier) if causes else None
    if out_of_reach > HAIR and reached is None:
        # Growth ends before any volume gives way, and part of the market is not there to grow with.
        causes = ["residency", *(cause for cause in causes if cause != "residency")]
    binds, runner_up = (*causes, "none", "none")[:2]
    return Ceiling(
        multiplier=multiplier if isfinite(multiplier) else float(multipliers[-1]),
        month=reached,
        binds=binds,
        runner_up=runner_up,
        reference_month=month,
        service_multiplier=served_to,
        margin_floor=floor,
        margin_ceiling=top,
        out_of_reach_share=max(0.0, out_of_reach),
        volumes=volumes,
    )


def no_ceiling(played: Played) -> Ceiling:
    """Where nothing can be said of it, or nobody asks."""
    return Ceiling(multiplier=nan, month=None, binds="none", runner_up="none", reference_month=_reference(played)[1])


@dataclass(frozen=True, slots=True)
class _Asked:
    """One volume, and what decides which resource gives way."""

    volume: Volume
    served_share: float
    """In time, had nobody been refused for where data may be processed; of the product that is served worst."""
    fullest: str
    """Cause that would be named where the volume is not served: the kind of the endpoint that is fullest."""
    full: tuple[str, ...]
    """Causes whose endpoints are full in the busiest hour."""


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    """The reference month at other volumes."""

    played: Played
    epoch: Epoch
    month: int
    flow: MonthFlow
    margin: Margin
    catalogue: Catalogue

    def at(self, multipliers: Array) -> list[_Asked]:
        """The month at multiples of its demand, with capacity planned for each; rulings in force then hold as well."""
        if len(multipliers) == 0:
            return []
        operator = self.epoch.operator
        rates_rps = multipliers[:, None, None, None] * self.played.market[self.month][None, None, :, None]
        rates_rps = rates_rps * self.epoch.shape
        undisturbed = operator.serve(
            rates_rps,
            operator.plan(rates_rps, quota=self.played.pressure.quota_in([self.month] * len(multipliers))),
            hours=hour_weights(self.catalogue),
            in_full=False,
            bound=_replicas_held(self.played, self.epoch),
        )
        rulings = [o for o in self.played.pressure.outages if o.hit is Hit.EU_USERS and o.month == self.month]
        service, refused = disrupted(
            undisturbed,
            [(row, ruling) for row in range(len(multipliers)) for ruling in rulings],
            built=operator.built,
            catalogue=self.catalogue,
        )
        limits_s = [product.promise.limit_s for product in self.played.states[self.month].products]
        nearest = np.argmax(service.promised_p95_s / limits_s, axis=-1)
        columns = zip(
            multipliers.tolist(),
            np.fmin.reduce(service.in_time, axis=-1).tolist(),
            np.take_along_axis(service.promised_p95_s, nearest[:, None], axis=-1)[:, 0].tolist(),
            service.peak_rps.tolist(),
            np.fmin.reduce(undisturbed.in_time, axis=-1).tolist(),
            np.stack([station.load.max(axis=-1) for station in service.stations], axis=-1).tolist(),
            list(zip(*(_causes(station) for station in service.stations), strict=True)),
            strict=True,
        )
        return [
            _judged(
                Volume(multiplier, in_time, p95_s, self._margin(service, row, refused.get(row, 0.0)), peak_rps),
                served,
                load=load,
                causes=causes,
            )
            for row, (multiplier, in_time, p95_s, peak_rps, served, load, causes) in enumerate(columns)
        ]

    def _margin(self, service: Service, row: int, refused: float) -> float:
        state, flow = self.played.states[self.month], self.flow
        there = ServedMonth(flow.month, state, service, row, seats_per_demand=1 - refused)
        return self.margin(flow_of(there, self.catalogue, data_gb=flow.data_gb, vectors=flow.vectors), state)


def _judged(volume: Volume, served_share: float, *, load: Sequence[float], causes: Sequence[str]) -> _Asked:
    return _Asked(
        volume=volume,
        served_share=served_share,
        fullest=max(zip(load, causes, strict=True), key=lambda each: each[0])[1],
        full=tuple(cause for cause, most in zip(causes, load, strict=True) if most >= 1.0),
    )


def _causes(station: StationService) -> list[str]:
    """What gives way in each case where a station does: the fullest of its endpoints, our GPUs or an API's quota."""
    of_unit = ["compute" if unit.is_pool else "rate_limit" for unit in station.model.station.units]
    return [of_unit[at] for at in np.argmax(np.nan_to_num(station.utilization), axis=-1).tolist()]


def _between(asked: Sequence[_Asked], target: float) -> Array:
    """More volumes where the promise is first missed; none where it never is, or always."""
    missed = [at for at, each in enumerate(asked) if not each.volume.in_time_share >= target]
    if not missed or missed[0] == 0:
        return np.zeros(0)
    kept, late = (asked[at].volume.multiplier for at in (missed[0] - 1, missed[0]))
    return np.geomspace(kept, late, REFINED + 2)[1:-1]


def _replicas_held(played: Played, epoch: Epoch) -> float:
    """Most replicas that any pool of the epoch's months has."""
    service = played.months[epoch.months[0]].service
    assert service is not None
    pools = [
        float(station.sizes[:, index].max())
        for station in service.stations
        for index, unit in enumerate(station.model.station.units)
        if unit.is_pool
    ]
    return max(pools, default=1.0)


def _reference(played: Played) -> tuple[Epoch | None, int]:
    """The epoch and the month whose demand is multiplied: month 12, or the launch if it is later."""
    month = max(REFERENCE_MONTH, played.launch_month)
    for epoch in played.epochs:
        if month in epoch.months and played.market[month].sum() > 0:
            return epoch, month
    return None, month


def _last_kept(multipliers: Array, values: Array, *, target: float) -> float:
    """Volume at which a value first falls below a target; `inf` if it never does, 0 if it starts below."""
    below = np.flatnonzero(~(values >= target))
    if len(below) == 0:
        return float("inf")
    if below[0] == 0:
        return 0.0
    return _crossing(multipliers, values, at=int(below[0]) - 1, target=target)


def _crossing(multipliers: Array, values: Array, *, at: int, target: float) -> float:
    fraction = (values[at] - target) / (values[at] - values[at + 1])
    return float(multipliers[at] * (multipliers[at + 1] / multipliers[at]) ** fraction)


def _margin_range(multipliers: Array, margins: Array, *, target: float) -> tuple[float, float]:
    """Lowest and highest volume with the margin at its target; `nan` where none has it."""
    kept = np.flatnonzero(margins >= target)
    if len(kept) == 0:
        return nan, nan
    first, last = int(kept[0]), int(kept[-1])
    floor = 0.0 if first == 0 else _crossing(multipliers, margins, at=first - 1, target=target)
    open_ended = last == len(margins) - 1
    return floor, float("inf") if open_ended else _crossing(multipliers, margins, at=last, target=target)


def _limits(asked: Sequence[_Asked], *, served_to: float, target: float) -> dict[str, float]:
    """Up to which volume each resource holds, by cause.

    What gives way where the promise is first missed is where data may be
    processed, if the promise would be kept but for those who are refused for
    it; else the endpoint that is fullest there. The others hold until they are
    full. A promise that is missed at the lowest load is missed for the way,
    which no capacity shortens.
    """
    limits: dict[str, float] = {}
    for each in asked:
        for cause in each.full:
            limits.setdefault(cause, each.volume.multiplier)
    if not isfinite(served_to):
        return limits
    missed = next(each for each in asked if not each.volume.in_time_share >= target)
    if missed.served_share >= target:
        cause = "residency"
    elif served_to == 0.0:
        cause = "network"
    else:
        cause = missed.fullest
    return {name: max(limit, served_to) for name, limit in limits.items()} | {cause: served_to}


def _margin_limit(floor: float, top: float, *, others: float) -> float:
    """Up to which volume the margin holds; where it is only reached beyond what the others allow, as far as they do."""
    if not isfinite(floor):
        return 0.0
    return others if floor > others else top


def _month_reached(played: Played, reference: int, multiplier: float) -> int | None:
    """First month whose demand is at least so many times the reference month's."""
    total = played.market.sum(axis=-1)
    reached = np.flatnonzero((total >= multiplier * total[reference] * (1 - HAIR)) & (total > 0))
    return int(reached[0]) if len(reached) else None
