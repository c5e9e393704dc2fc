"""Autoscaling policies: one small class each. A new one is a class here with a name.

Both follow the rule of Kubernetes' horizontal autoscaler: as many replicas as
bring the signal of each to its target.
"""

from dataclasses import dataclass
from math import ceil
from typing import ClassVar

from sim.serving.scaling.policy import PoolState, Wanted, by_kind, scaling_policy


@scaling_policy("requests_per_replica")
@dataclass(frozen=True, slots=True)
class RequestsPerReplica:
    """Keeps the requests waiting and running at so many for each replica: wanted = ceil(requests / target)."""

    kind: ClassVar[str]
    target: float

    def __post_init__(self) -> None:
        if not self.target > 0:
            raise ValueError(f"the target of requests for each replica must be above 0 (got {self.target})")

    def wanted(self, pool: PoolState) -> Wanted:
        requests = pool.waiting + pool.running
        return Wanted(ceil(requests / self.target), f"{requests} waiting or running, {self.target:g} for each replica")


@scaling_policy("kv_occupancy")
@dataclass(frozen=True, slots=True)
class KvOccupancy:
    """Keeps the KV memory filled to a share: wanted = ceil(replicas * share held / target).

    The signal cannot pass 1, so one step never grows the pool by more than
    1 / target; and it is blind to what waits.
    """

    kind: ClassVar[str]
    target: float

    def __post_init__(self) -> None:
        if not 0 < self.target <= 1:
            raise ValueError(f"the target of KV occupancy must be a share above 0 and at most 1 (got {self.target})")

    def wanted(self, pool: PoolState) -> Wanted:
        return Wanted(
            ceil(pool.replicas * pool.kv_share / self.target),
            f"{100 * pool.kv_share:.0f} % of the KV memory held, target {100 * self.target:g} %",
        )


def known_policies() -> dict[str, type]:
    """Every policy by its name."""
    return by_kind(tuple(globals().values()))
