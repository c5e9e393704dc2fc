"""An autoscaler: a policy, its limits, and how long a replica takes to start."""

from dataclasses import dataclass

from sim.serving.scaling.policy import ScalingPolicy


@dataclass(frozen=True, slots=True)
class Autoscaler:
    """How a pool grows and shrinks.

    Every `interval_s` the policy says how many replicas it wants, held between
    the limits. A new replica serves `start_s` after the decision (provisioning,
    loading the model and starting the engine: `replica_start_s`). The pool
    shrinks only to the most that was wanted within the last `settle_s`, so that
    a short lull costs no restart; a replica given up takes no new request,
    finishes what it has, and is then returned.
    """

    policy: ScalingPolicy
    min_replicas: int
    max_replicas: int
    interval_s: float
    start_s: float
    settle_s: float

    def __post_init__(self) -> None:
        if not 1 <= self.min_replicas <= self.max_replicas:
            raise ValueError(
                f"an autoscaler needs 1 <= min_replicas <= max_replicas (got {self.min_replicas} and "
                f"{self.max_replicas}): with no replica nothing would show the load that calls for one"
            )
        if not (self.interval_s > 0 and self.start_s >= 0 and self.settle_s >= 0):
            raise ValueError(
                "an autoscaler needs an interval above 0 s and no negative time "
                f"(got interval {self.interval_s}, start {self.start_s}, settle {self.settle_s})"
            )
