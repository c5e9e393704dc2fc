"""The ceiling: the largest demand that is served within promise and at the margin target, and what gives way first."""

from collections.abc import Callable, Sequence
from math import isfinite, nan

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.metrics import MonthFlow, quantile_s, share_at_most
from sim.scenario.schema import Scenario
from sim.strategy.demand import hour_weights
from sim.strategy.months import ServedMonth, flow_of
from sim.strategy.outcome import Ceiling, Volume
from sim.strategy.play import Epoch, Played
from sim.strategy.service import Service

Array = NDArray[np.float64]

REFERENCE_MONTH = 12
MULTIPLIERS = np.geomspace(0.125, 64.0, 37)
"""Volumes tried, as multiples of the reference month's demand: four to each doubling."""

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
    rates_rps = MULTIPLIERS[:, None, None, None] * played.market[month][None, None, :, None] * epoch.shape
    sizes = epoch.operator.plan(rates_rps)
    service = epoch.operator.serve(rates_rps, sizes, hours=hour_weights(catalogue), with_samples=False)
    volumes = _volumes(service, epoch, flows[month], rates_rps, margin=margin, catalogue=catalogue)
    target = catalogue.value("business", "rules", "ceiling_in_time_share")
    served_to = _last_kept(np.array([v.in_time_share for v in volumes]), target)
    floor, top = _margin_range(np.array([v.gross_margin for v in volumes]), epoch.state.company.target_margin)
    limits = _limits(service, epoch, volumes, served_to=served_to, target=target)
    limits["unit_economics"] = 0.0 if not isfinite(floor) else top
    order = sorted((limit, cause) for cause, limit in limits.items())
    multiplier = order[0][0]
    open_ended = not isfinite(multiplier)
    return Ceiling(
        multiplier=float(MULTIPLIERS[-1]) if open_ended else multiplier,
        month=None if open_ended else _month_reached(played, month, multiplier),
        binds="none" if open_ended else order[0][1],
        runner_up=order[1][1] if len(order) > 1 and isfinite(order[1][0]) else "none",
        reference_month=month,
        service_multiplier=served_to,
        margin_floor=floor,
        margin_ceiling=top,
        volumes=volumes,
    )


def _reference(played: Played) -> tuple[Epoch | None, int]:
    """The epoch and the month whose demand is multiplied: month 12, or the launch if it is later."""
    month = max(REFERENCE_MONTH, played.launch_month)
    for epoch in played.epochs:
        if month in epoch.months and played.market[month].sum() > 0:
            return epoch, month
    return None, month


def _volumes(
    service: Service, epoch: Epoch, flow: MonthFlow, rates_rps: Array, *, margin: Margin, catalogue: Catalogue
) -> tuple[Volume, ...]:
    products = epoch.state.products
    limits_s = np.array([product.promise.limit_s for product in products])
    in_time = np.stack(
        [share_at_most(service.promised[:, index], limit_s) for index, limit_s in enumerate(limits_s)], axis=-1
    )
    p95_s = quantile_s(service.promised, 0.95)
    nearest = np.argmax(p95_s / limits_s, axis=-1)
    busiest = rates_rps.sum(axis=(-1, -2)).max(axis=-1)
    found = []
    for row, multiplier in enumerate(MULTIPLIERS):
        served = ServedMonth(flow.month, epoch.state, service, row)
        there = flow_of(served, catalogue, data_gb=flow.data_gb, vectors=flow.vectors)
        found.append(
            Volume(
                multiplier=float(multiplier),
                in_time_share=float(np.nanmin(in_time[row])),
                p95_s=float(p95_s[row, nearest[row]]),
                gross_margin=margin(there, epoch.state),
                requests_per_s=float(busiest[row]),
            )
        )
    return tuple(found)


def _last_kept(values: Array, target: float) -> float:
    """Volume at which a value first falls below a target; `inf` if it never does, 0 if it starts below."""
    below = np.flatnonzero(~(values >= target))
    if len(below) == 0:
        return float("inf")
    if below[0] == 0:
        return 0.0
    return _crossing(int(below[0]) - 1, values, target)


def _crossing(at: int, values: Array, target: float) -> float:
    fraction = (values[at] - target) / (values[at] - values[at + 1])
    return float(MULTIPLIERS[at] * (MULTIPLIERS[at + 1] / MULTIPLIERS[at]) ** fraction)


def _margin_range(margins: Array, target: float) -> tuple[float, float]:
    """Lowest and highest volume with the margin at its target; `nan` where none has it."""
    kept = np.flatnonzero(margins >= target)
    if len(kept) == 0:
        return nan, nan
    first, last = int(kept[0]), int(kept[-1])
    floor = 0.0 if first == 0 else _crossing(first - 1, margins, target)
    return floor, float("inf") if last == len(margins) - 1 else _crossing(last, margins, target)


def _limits(
    service: Service, epoch: Epoch, volumes: Sequence[Volume], *, served_to: float, target: float
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
        limit = float(MULTIPLIERS[full[0]]) if len(full) else float("inf")
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
