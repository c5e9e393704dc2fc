"""Which days an autoscaled pool is read from: at its size, and around the load of its busiest hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log2

import numpy as np
from numpy.typing import NDArray

from sim.strategy.days import LOADS, DayKey, DaySurface
from sim.strategy.fleets import Scaling
from sim.strategy.reading import NodeWeights
from sim.strategy.stations import StationModel

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class DayReading:
    """Days that stand for a pool in some cases; no case stands there twice."""

    key: DayKey
    case: NDArray[np.int64]
    share: Array
    """How much these days count in each case: between two loads both do."""

    def weights(self, requests: Array, *, kept: Array) -> NodeWeights:
        """The hours' requests at the hours' places.

        Args:
            requests: of these cases, by hour type, product and group.
            kept: share of each case's requests within the highest load that is played.
        """
        whole = requests * self.share[:, None, None, None]
        inside = whole * kept[:, None, None, None]
        return NodeWeights(weight=inside[:, :, None], lost=(whole - inside).sum(axis=1))

    def held(self, surface: DaySurface, planned: Array) -> Array:
        """What these days add to the replicas held, by case and hour."""
        return np.outer(self.share * planned / self.key.replicas, surface.held)


def plays_days(model: StationModel, sizes: Array) -> bool:
    """Whether a station's whole days are played: a pool by itself that can move, whose requests are single calls."""
    fleet = model.station.units[0].fleet
    if model.effort.day_replicas == 0 or not model.alone or model.compounds or fleet is None or fleet.scaling is None:
        return False
    return bool((sizes > fleet.scaling.least).any())


def day_readings(model: StationModel, *, busiest: Array, planned: Array, work_s: Array) -> list[DayReading]:
    """The days of every case.

    Args:
        busiest: load of each case's busiest hour, were all that is planned held.
        planned: replicas of each case.
        work_s: seconds of one replica that a request takes, at each extreme mix.
    """
    found: dict[DayKey, list[tuple[int, float]]] = {}
    for case, (load, replicas) in enumerate(zip(busiest.tolist(), planned.tolist(), strict=True)):
        for node, share in _around(load):
            found.setdefault(_key(model, replicas, node, work_s=work_s), []).append((case, share))
    return [
        DayReading(key, np.array([case for case, _ in rows]), np.array([share for _, share in rows]))
        for key, rows in found.items()
    ]


def kept_share(busiest: Array) -> Array:
    """Share of each case's requests that the highest load played stands for; the rest nobody can serve."""
    return np.minimum(1.0, LOADS[-1] / np.maximum(busiest, 1e-300))


def _around(load: float, nodes: Sequence[float] = LOADS) -> list[tuple[float, float]]:
    """The loads played around one, with their shares."""
    inside = min(max(load, nodes[0]), nodes[-1])
    upper = max(1, int(np.searchsorted(nodes, inside)))
    above = (inside - nodes[upper - 1]) / (nodes[upper] - nodes[upper - 1])
    return [(node, share) for node, share in ((nodes[upper - 1], 1 - above), (nodes[upper], above)) if share > 0]


def _key(model: StationModel, replicas: float, load: float, *, work_s: Array) -> DayKey:
    unit = model.station.units[0]
    assert unit.fleet is not None and unit.fleet.scaling is not None and model.day is not None
    kept = 2 ** floor(log2(min(replicas, model.effort.day_replicas)))
    return DayKey(
        unit=unit,
        replicas=kept,
        least=_least(unit.fleet.scaling, kept=kept, replicas=replicas),
        mixes=model.near,
        work_s=tuple(work_s.tolist()),
        shape=model.day,
        load=load,
        effort=model.effort,
        seed=model.seed,
    )


def _least(scaling: Scaling, *, kept: int, replicas: float) -> int:
    """Of the replicas kept, the fewest that may be held; at least one."""
    return max(1, min(kept, round(scaling.least * kept / replicas)))
