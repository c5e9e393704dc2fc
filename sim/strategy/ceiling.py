"""The ceiling: the largest demand that is served within promise and at the margin target, and what gives way first."""

from collections.abc import Callable, Sequence
from math import isfinite, nan

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.metrics import MonthFlow
from sim.scenario.schema import Scenario
from sim.strategy.demand import hour_weights
from sim.strategy.months import ServedMonth, flow_of
from sim.strategy.outcome import Ceiling, Volume
from sim.strategy.play import Epoch, Played
from sim.strategy.totals import Service

Array = NDArray[np.float64]

REFERENCE_MONTH = 12
MULTIPLIERS = np.geomspace(0.125, 64.0, 19)
"""Volumes tried first, as multiples of the reference month's demand: two to each doubling."""
REFINED = 10
"""Volumes tried between the last that keeps the promise and the first that misses it."""

Margin = Callable[[MonthFlow, Scenario], float]


def find_ceiling(played: Played, flows: Sequence[MonthFlow], *, margin: Margin, catalogue: Catalogue) -> Ceiling:
    """Plan and serve every volume as the reference month's architecture would.

    All volumes face the same requests, only faster. A crossing between two
    volumes is interpolated in the logarithm of the volume.

    Args:
        margin: gross margin of a flow, at the prices of its month.
    """
    epoch, month = _reference(played)
    if epoch is None:
        return Ceiling(multiplier=nan, month=None, binds="none", runner_up="none", reference_month=month)
    target = catalogue.value("business", "rules", "ceiling_in_time_share")
    service = _serve(played, epoch, month, multipliers=MULTIPLIERS, catalogue=catalogue)
    multipliers = _refined(MULTIPLIERS, np.nanmin(service.in_time, axis=-1), target)
    if len(multipliers) > len(MULTIPLIERS):
        service = _serve(played, epoch, month, multipliers=multipliers, catalogue=catalogue)
    volumes = _volumes(
        service,
        played.states[month],
        flow=flows[month],
        multipliers=multipliers,
        margin=margin,
        catalogue=catalogue,
    )
    served_to = _last_kept(multipliers, np.array([v.in_time_share for v in volumes]), target=target)
    floor, top = _margin_range(
        multipliers, np.array([v.gross_margin for v in volumes]), target=played.states[month].company.target_margin
    )
    limits = _limits(service, volumes, served_to=served_to, target=target)
    limits["unit_economics"] = 0.0 if not isfinite(floor) else top
    order = sorted((limit, cause) for cause, limit in limits.items())
    multiplier = order[0][0]
    open_ended = not isfinite(multiplier)
    return Ceiling(
        multiplier=float(multipliers[-1]) if open_ended else multiplier,
        month=None if open_ended else _month_reached(played, month, multiplier),
        binds="none" if open_ended else order[0][1],
        runner_up=order[1][1] if len(order) > 1 and isfinite(order[1][0]) else "none",
        reference_month=month,
        service_multiplier=served_to,
        margin_floor=floor,
        margin_ceiling=top,
        volumes=volumes,
    )


def _serve(
    played: Played, epoch: Epoch, month: int, *, multipliers: Array, catalogue: Catalogue
) -> Service:
    """The month at every multiple of its demand, with capacity planned for each."""
    rates_rps = multipliers[:, None, None, None] * played.market[month][None, None, :, None] * epoch.shape
    return epoch.operator.serve(
        rates_rps,
        epoch.operator.plan(rates_rps),
        hours=hour_weights(catalogue),
        with_samples=False,
        bound=_replicas_held(played, epoch),
    )


def _refined(multipliers: Array, in_time: Array, target: float) -> Array:
    """More volumes where the promise is first missed."""
    missed = np.flatnonzero(~(in_time >= target))
    if len(missed) == 0 or missed[0] == 0:
        return multipliers
    between = np.geomspace(multipliers[missed[0] - 1], multipliers[missed[0]], REFINED + 2)[1:-1]
    return np.sort(np.concatenate([multipliers, between]))


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


def _volumes(
    service: Service,
    state: Scenario,
    *,
    flow: MonthFlow,
    multipliers: Array,
    margin: Margin,
    catalogue: Catalogue,
) -> tuple[Volume, ...]:
    products = state.products
    limits_s = np.array([product.promise.limit_s for product in products])
    p95_s = service.promised_p95_s
    nearest = np.argmax(p95_s / limits_s, axis=-1)
    found = []
    for row, multiplier in enumerate(multipliers):
        served = ServedMonth(flow.month, state, service, row)
        there = flow_of(served, catalogue, data_gb=flow.data_gb, vectors=flow.vectors)
        found.append(
            Volume(
                multiplier=float(multiplier),
                in_time_share=float(np.nanmin(service.in_time[row])),
                p95_s=float(p95_s[row, nearest[row]]),
                gross_margin=margin(there, state),
                requests_per_s=float(service.peak_rps[row]),
            )
        )
    return tuple(found)


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


def _limits(
    service: Service, volumes: Sequence[Volume], *, served_to: float, target: float
) -> dict[str, float]:
    """Up to which volume each resource holds, by cause.

    What gives way where the promise is first missed is the station that is
    fullest there; the others hold until they are full. A promise that is missed
    at the lowest load is missed for the way, which no capacity shortens.
    """
    if served_to == 0.0:
        return {"network": 0.0}
    limits: dict[str, float] = {}
    for station in service.stations:
        cause = "compute" if all(unit.is_pool for unit in station.model.station.units) else "rate_limit"
        full = np.flatnonzero(station.load.max(axis=-1) >= 1.0)
        limit = volumes[full[0]].multiplier if len(full) else float("inf")
        limits[cause] = min(limits.get(cause, float("inf")), limit)
    if isfinite(served_to):
        row = next(i for i, volume in enumerate(volumes) if not volume.in_time_share >= target)
        fullest = max(service.stations, key=lambda station: float(station.load[row].max()))
        cause = "compute" if all(unit.is_pool for unit in fullest.model.station.units) else "rate_limit"
        limits = {name: max(limit, served_to) for name, limit in limits.items()}
        limits[cause] = served_to
    return limits


def _month_reached(played: Played, reference: int, multiplier: float) -> int | None:
    """First month whose demand is at least so many times the reference month's."""
    total = played.market.sum(axis=-1)
    reached = np.flatnonzero((total >= multiplier * total[reference]) & (total > 0))
    return int(reached[0]) if len(reached) else None
