"""What is planned for each month, and when it is there: in a shortage GPUs are ordered as always and come later."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.scenario.schema import Scenario
from sim.strategy.architecture import Architecture
from sim.strategy.demand import forecasts
from sim.strategy.planning import plan_months
from sim.strategy.pressure import Physical, Shortage
from sim.strategy.service import Operator

Array = NDArray[np.float64]


def sizes_held(
    operator: Operator,
    months: Sequence[int],
    *,
    states: Sequence[Scenario],
    shape: Array,
    share_met: float,
    launch_month: int,
    pressure: Physical,
    catalogue: Catalogue,
) -> list[Array]:
    """What each station holds in each month of an epoch; capacity is planned afresh where a quota is cut or restored.

    Args:
        states: the scenario as it stands in each month of the horizon.
        shape: as `hourly_shape`.
        share_met: what a rival leaves of the market.

    Returns:
        by station, shape (months, units).
    """
    built, shortages = operator.built, pressure.shortages
    lead = int(catalogue.value("business", "rules", "planning_lead_months"))
    parts = [tuple(run) for _, run in groupby(months, key=lambda month: pressure.quota.get(month, 1.0))]
    made = [
        plan
        for of_part in parts
        for plan in plans(of_part, launch_month=launch_month, interval=built.planning_interval_months, lead=lead,
                          shortages=shortages)
    ]  # fmt: skip
    # What each month's capacity was planned for, as it was expected when the plan was made.
    expected = forecasts(states, set(made), launch_month=launch_month, catalogue=catalogue)
    planned_rps = np.stack([expected[plan] for plan in made])[:, None, :, None] * shape
    sizes = operator.plan(planned_rps * share_met, quota=pressure.quota_in(months))
    ends = np.cumsum([len(of_part) for of_part in parts])[:-1]
    there = [
        delivered(planned, of_part, built=built, launch_month=launch_month, lead=lead, shortages=shortages)
        for of_part, *planned in zip(parts, *(np.split(size, ends) for size in sizes), strict=True)
    ]
    return there[0] if len(there) == 1 else [np.concatenate(station) for station in zip(*there, strict=True)]


def plans(
    months: Sequence[int], *, launch_month: int, interval: int, lead: int, shortages: Sequence[Shortage]
) -> list[tuple[int, int]]:
    """As `plan_months`, with plans made as much earlier as a shortage that is known by then asks for."""
    made = plan_months(months, launch_month=launch_month, interval=interval, lead=lead)
    if not shortages:
        return made
    starts = _starts(months, launch_month, interval)
    return [
        (min(known_at, max(0, _ordered(start, lead, shortages))), last)
        for start, (known_at, last) in zip(starts, made, strict=True)
    ]


def _starts(months: Sequence[int], launch_month: int, interval: int) -> list[int]:
    """For each month, when its plan takes effect."""
    return [start for start, _ in plan_months(months, launch_month=launch_month, interval=interval, lead=0)]


def _short(start: int, lead: int, shortages: Sequence[Shortage]) -> Shortage | None:
    """The shortage in which the GPUs of a plan are ordered; none where they were ordered before it or come after."""
    return next((s for s in shortages if start - lead >= s.from_month and start < s.until_month), None)


def _ordered(start: int, lead: int, shortages: Sequence[Shortage]) -> int:
    short = _short(start, lead, shortages)
    if short is None:
        return start - lead
    return max(int(short.from_month), start - short.delivery_months)


def delivered(
    sizes: Sequence[Array],
    months: Sequence[int],
    *,
    built: Architecture,
    launch_month: int,
    lead: int,
    shortages: Sequence[Shortage],
) -> list[Array]:
    """Sizes that are there in each month: pools stay as they were until what is ordered has come.

    What a pool begins with is never late: it is ordered with the decision that
    builds it. Quotas need no delivery.

    Args:
        sizes: as planned, by station, shape (months, units).
    """
    if not shortages:
        return list(sizes)
    starts = _starts(months, launch_month, built.planning_interval_months)
    there = [size.copy() for size in sizes]
    for row in range(1, len(months)):
        short = _short(starts[row], lead, shortages)
        if short is None or starts[row] == starts[0]:
            continue
        comes = _ordered(starts[row], lead, shortages) + short.delivery_months
        if months[row] < comes:
            for station, size in zip(built.stations, there, strict=True):
                pools = [index for index, unit in enumerate(station.units) if unit.is_pool]
                size[row, pools] = np.minimum(size[row, pools], size[row - 1, pools])
    return there
