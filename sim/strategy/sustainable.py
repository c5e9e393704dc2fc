"""How many requests a second so many replicas can serve within promise: the curve behind a capacity plan."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from sim.scenario import Scenario
from sim.scenario.assumptions import catalogue_of
from sim.strategy.asking import play_again
from sim.strategy.ceiling import REFERENCE_MONTH
from sim.strategy.demand import hour_weights
from sim.strategy.executors import Executor
from sim.strategy.outcome import Fidelity
from sim.strategy.play import Epoch
from sim.strategy.store import SurfaceStore

Array = NDArray[np.float64]

REPLICAS = (1, 2, 4, 8, 16, 32, 64)
"""Sizes of every pool that are tried; those beyond the scenario's limit are left out."""
VOLUMES = np.geomspace(1 / 64, 256.0, 15)
"""Multiples of the reference month's demand that each size is asked first, one to each doubling."""
BETWEEN = 7
"""Volumes asked then, between the last that is kept and the first that is missed."""


@dataclass(frozen=True, slots=True)
class Sustainable:
    """The highest load that one size serves within promise."""

    replicas: int
    """In every region with a pool."""
    requests_per_s: float
    """Of the whole platform in its busiest hour; 0 where even the lightest load tried is late."""
    reached_end: bool
    """Whether the promise still held at the highest load tried."""


def sustainable_curve(
    scenario: Scenario,
    *,
    replicas: Sequence[int] = REPLICAS,
    fidelity: Fidelity = "draft",
    store: SurfaceStore | None = None,
    executor: Executor | None = None,
) -> tuple[Sustainable, ...]:
    """Highest load within promise by replicas in every region, read from the surfaces.

    The mix and the hours are those of the ceiling's reference month. What is
    bought by the token is planned as ever, so the curve flattens where the API's
    quota gives way first. Empty where there is no pool, or nothing is sold by then.
    """
    catalogue = catalogue_of(scenario)
    played = play_again(scenario, fidelity=fidelity, store=store, executor=executor)
    month = max(REFERENCE_MONTH, played.launch_month)
    epoch = next((epoch for epoch in played.epochs if month in epoch.months), None)
    if epoch is None or not any(unit.is_pool for model in epoch.operator.models for unit in model.station.units):
        return ()
    once_rps = played.market[month][None, :, None] * epoch.shape
    hours = hour_weights(catalogue)
    target = catalogue.value("business", "rules", "ceiling_in_time_share")
    busiest_rps = float(once_rps.sum(axis=(-1, -2)).max())

    def sustained(count: int) -> Sustainable:
        def in_time(volumes: Array) -> Array:
            rates_rps = volumes[:, None, None, None] * once_rps
            sizes = _sized(epoch, rates_rps, count, quota=played.pressure.quota_in([month] * len(volumes)))
            service = epoch.operator.serve(rates_rps, sizes, hours=hours, in_full=False)
            return np.fmin.reduce(service.in_time, axis=-1)

        volume = highest_kept(in_time, target)
        return Sustainable(count, busiest_rps * min(volume, float(VOLUMES[-1])), reached_end=volume == inf)

    return tuple(sustained(count) for count in replicas if count <= epoch.state.platform.max_replicas)


def _sized(epoch: Epoch, rates_rps: Array, replicas: int, *, quota: Array) -> list[Array]:
    """Planned sizes, with every pool held at a number of replicas."""
    planned = epoch.operator.plan(rates_rps, quota=quota)
    return [
        np.where([unit.is_pool for unit in model.station.units], float(replicas), sizes)
        for model, sizes in zip(epoch.operator.models, planned, strict=True)
    ]


def highest_kept(in_time: Callable[[Array], Array], target: float) -> float:
    """Volume at which the share in time first falls below its target; `inf` if it never does, 0 if it starts below.

    Args:
        in_time: share in time at volumes, shape (n,) for shape (n,).
        target: share that has to be in time.
    """
    volumes = VOLUMES
    for _ in range(2):
        shares = in_time(volumes)
        missed = np.flatnonzero(~(shares >= target))
        if len(missed) == 0:
            return inf
        at = int(missed[0])
        if at == 0:
            return 0.0
        low, high = volumes[at - 1], volumes[at]
        fraction = (shares[at - 1] - target) / (shares[at - 1] - shares[at])
        volumes = np.geomspace(low, high, BETWEEN + 2)
    return float(low * (high / low) ** fraction)
