"""What can serve a request: a pool of GPU replicas, or a managed API."""

from dataclasses import dataclass

from sim.serving.scaling.autoscaler import Autoscaler
from sim.serving.step_time import StepTime


@dataclass(frozen=True, slots=True)
class GpuPool:
    """Replicas of one model on our own GPUs in one region.

    Requests go to the replica with the fewest waiting and running.
    `kv_blocks` of `block_tokens` tokens each are the KV cache of one replica.
    With an autoscaler `replicas` is what a window begins with.
    """

    id: str
    region: int
    step: StepTime
    replicas: int
    token_budget: int
    max_running: int
    kv_blocks: int
    block_tokens: int
    autoscaler: Autoscaler | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.max_running <= self.token_budget:
            raise ValueError(
                f"pool {self.id}: max_running must lie between 1 and the token budget of {self.token_budget} "
                f"(got {self.max_running}): each running answer takes one token of every step"
            )
        if self.replicas < 1 or self.kv_blocks < 1:
            raise ValueError(
                f"pool {self.id}: needs at least one replica and one KV block "
                f"(got {self.replicas} and {self.kv_blocks})"
            )
        if len(self.step.weights_s) <= self.token_budget:
            raise ValueError(
                f"pool {self.id}: its step time knows batches up to {len(self.step.weights_s) - 1} tokens, "
                f"the token budget is {self.token_budget}: build both from the same engine"
            )

    @property
    def slots(self) -> int:
        """Places for replicas: as many as the pool can ever have."""
        return self.replicas if self.autoscaler is None else max(self.replicas, self.autoscaler.max_replicas)


@dataclass(frozen=True, slots=True)
class LatencyLaw:
    """A managed model's stated latency: lognormal time to first token, lognormal time per further token.

    Each is given by its median and the standard deviation of its logarithm.
    """

    first_token_median_s: float
    first_token_sigma: float
    token_pace_median_s: float
    token_pace_sigma: float


@dataclass(frozen=True, slots=True)
class FirstTry:
    """A smaller model tried before the one bought.

    `share` of the requests try it; `asked_again_share` of those are asked
    again on the larger model, and their user waits for both.
    """

    law: LatencyLaw
    share: float
    asked_again_share: float


@dataclass(frozen=True, slots=True)
class ManagedApi:
    """A model bought by the token: a stated latency law, not a simulated engine.

    A request's two latency draws serve both models of a first try: what is
    slow on one is slow on the other. `concurrency` requests are served at
    once, the rest wait in one first-come queue of at most `queue_limit`.
    `tokens_per_min` is the quota: a bucket that holds `burst_tokens` and
    refills at that rate; a client waits, first come first served, until the
    bucket holds its request's prompt and answer. `None` means no limit.
    """

    id: str
    region: int
    first_token_median_s: float
    first_token_sigma: float
    token_pace_median_s: float
    token_pace_sigma: float
    concurrency: int | None = None
    queue_limit: int | None = None
    tokens_per_min: float | None = None
    burst_tokens: float = 0.0
    first_try: FirstTry | None = None

    @property
    def law(self) -> LatencyLaw:
        return LatencyLaw(
            self.first_token_median_s, self.first_token_sigma, self.token_pace_median_s, self.token_pace_sigma
        )


Endpoint = GpuPool | ManagedApi
