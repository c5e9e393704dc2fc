"""What befalls the replicas of a pool, and what moves their number."""

from dataclasses import dataclass

from sim.catalogue import Catalogue
from sim.scenario.memory import GIGA, weight_bytes
from sim.scenario.schema import Autoscaling, Scenario
from sim.serving import Autoscaler, KvOccupancy, Outages, RequestsPerReplica, SpotInterruptions
from sim.serving.disruption import gpu_failures, replica_start_s, spot_interruptions
from sim.serving.scaling import ScalingPolicy


@dataclass(frozen=True, slots=True)
class Scaling:
    """An autoscaler without the most that it may hold, which each month's capacity plan says."""

    policy: ScalingPolicy
    target: float
    """What the policy keeps each replica's signal at."""
    least: int
    interval_s: float
    start_s: float
    settle_s: float

    def autoscaler(self, *, least: int, most: int) -> Autoscaler:
        """The autoscaler of a pool that may hold so many."""
        return Autoscaler(
            self.policy,
            min_replicas=max(1, min(least, most)),
            max_replicas=most,
            interval_s=self.interval_s,
            start_s=self.start_s,
            settle_s=self.settle_s,
        )


@dataclass(frozen=True, slots=True)
class Fleet:
    """The replicas of one pool."""

    failure: Outages
    spot: SpotInterruptions | None = None
    """`None` where none is rented on spot."""
    spot_share: float = 0.0
    scaling: Scaling | None = None

    def spot_from(self, replicas: int) -> int | None:
        """First slot on spot of so many: the last ones are, to the nearest whole replica."""
        return None if self.spot is None else replicas - round(self.spot_share * replicas)


def fleet_of(state: Scenario, catalogue: Catalogue) -> Fleet:
    """Hazards and autoscaler of a scenario's pools, which are all alike."""
    platform = state.platform
    engine = platform.engine
    start_s = replica_start_s(catalogue, weights_gb=weight_bytes(engine, catalogue) / GIGA)
    asked = platform.autoscaling
    return Fleet(
        failure=gpu_failures(catalogue, gpus_per_replica=engine.gpus_per_replica),
        # What is taken back is replaced on demand, as economics bills it, so it is away for one start.
        spot=spot_interruptions(catalogue, gpu=engine.gpu, replacement_s=start_s) if platform.spot_share > 0 else None,
        spot_share=platform.spot_share,
        scaling=None if asked is None else _scaling(asked, least=platform.min_replicas, start_s=start_s),
    )


def _scaling(asked: Autoscaling, *, least: int, start_s: float) -> Scaling:
    by_requests = asked.policy == "requests_per_replica"
    target = asked.requests_per_replica if by_requests else asked.kv_share
    return Scaling(
        policy=RequestsPerReplica(target) if by_requests else KvOccupancy(target),
        target=target,
        least=max(1, least),
        interval_s=asked.interval_s,
        start_s=start_s,
        settle_s=asked.settle_s,
    )
