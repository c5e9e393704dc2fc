"""What can serve a request: a pool of GPU replicas, whole or split by phase, or a managed API."""

from dataclasses import dataclass
from math import inf

from sim.serving.speculation import Speculation
from sim.serving.step_time import StepTime


@dataclass(frozen=True, slots=True)
class GpuPool:
    """Replicas of one model on our own GPUs in one region.

    Requests go to the replica with the fewest waiting and running.
    `kv_blocks` of `block_tokens` tokens each are the KV cache of one replica.
    `product_priority[product]` ranks the products in every queue, the highest
    first; empty where all are equal. `speculation` is `None` where no tokens
    are proposed.
    """

    id: str
    region: int
    step: StepTime
    replicas: int
    token_budget: int
    max_running: int
    kv_blocks: int
    block_tokens: int
    product_priority: tuple[int, ...] = ()
    speculation: Speculation | None = None

    def __post_init__(self) -> None:
        tokens = 1 if self.speculation is None else 1 + self.speculation.draft_tokens
        if not 1 <= self.max_running * tokens <= self.token_budget:
            raise ValueError(
                f"pool {self.id}: max_running must lie between 1 and {self.token_budget // tokens} "
                f"(got {self.max_running}): each running answer takes {tokens} of the token budget of "
                f"{self.token_budget} in every step"
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


@dataclass(frozen=True, slots=True)
class DisaggregatedPool:
    """Replicas that compute prompts, and others that decode.

    After DistServe (Zhong et al. 2024) and Splitwise (Patel et al. 2024).
    A prompt is computed, and its first token said, on the least loaded replica
    of `prefill`; its KV then crosses that replica's own link, one prompt at a
    time, and the request joins the least loaded replica of `decode`. A request
    must fit whole in the memory of either. The engines are `GpuPool`s whose id
    and region are those of the whole; both rank products alike.
    """

    id: str
    region: int
    prefill: GpuPool
    decode: GpuPool
    link_latency_s: float
    """Time a transfer takes beside its bytes [s]."""
    link_s_per_token: float
    """KV bytes of one token over the bandwidth of a link [s]."""

    def __post_init__(self) -> None:
        if self.prefill.speculation is not None:
            raise ValueError(
                f"pool {self.id}: its prefill replicas never decode: give the speculation to the decode replicas"
            )
        if self.prefill.product_priority != self.decode.product_priority:
            raise ValueError(
                f"pool {self.id}: prefill and decode replicas must rank products alike "
                f"(got {self.prefill.product_priority} and {self.decode.product_priority})"
            )
        if not (self.link_latency_s >= 0 and 0 < self.link_s_per_token < inf):
            raise ValueError(
                f"pool {self.id}: a link needs a latency of 0 s or more and a time above 0 s for a token "
                f"(got {self.link_latency_s} and {self.link_s_per_token})"
            )


Endpoint = GpuPool | DisaggregatedPool | ManagedApi
