"""What can serve a request: a pool of GPU replicas, whole or split by phase, or a managed API."""

from dataclasses import dataclass
from math import inf
from typing import Final

from sim.serving.scaling.autoscaler import Autoscaler
from sim.serving.speculation import Speculation
from sim.serving.step_time import StepTime

MOST_RETRIES: Final = 255
"""Retries are counted in one byte a request."""


@dataclass(frozen=True, slots=True)
class GpuPool:
    """Replicas of one model on our own GPUs in one region.

    Requests go to the replica with the fewest waiting and running.
    `kv_blocks` of `block_tokens` tokens each are the KV cache of one replica.
    With an autoscaler `replicas` is what a window begins with.
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
    autoscaler: Autoscaler | None = None
    prefix_cache_tokens: int | None = None
    """Tokens of prompts that the pool remembers, least recently used first out; `None` remembers all it ever needs."""
    cost_rank: int = 0
    """Place among the endpoints by cost, 0 the cheapest; a price is not serving's business."""
    product_priority: tuple[int, ...] = ()
    speculation: Speculation | None = None
    reserves: bool = False
    """Whether a request is admitted only when it and all that run fit to their ends, so that none is ever preempted.

    Otherwise its prompt must fit beside what is held now, and memory that runs out preempts the youngest.
    """

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
class LoadClass:
    """From this share of its limits on, an API answers by another latency law."""

    from_share: float
    law: LatencyLaw


@dataclass(frozen=True, slots=True)
class RetryRule:
    """What a client does with a 429: it waits, longer each time, and asks again.

    Before retry k = 1, 2, ... it waits u_k * min(longest_wait_s, first_wait_s * growth^(k-1)),
    with u_k uniform ("full jitter"). It gives up after `most_retries`, or when its user does.
    """

    first_wait_s: float
    growth: float
    longest_wait_s: float
    most_retries: int

    def __post_init__(self) -> None:
        if self.first_wait_s <= 0 or self.growth < 1 or self.longest_wait_s < self.first_wait_s:
            raise ValueError(
                f"a client's waits must begin above 0 s, never shrink and reach longest_wait_s last (got {self})"
            )
        if not 0 <= self.most_retries <= MOST_RETRIES:
            raise ValueError(f"most_retries must lie in 0..{MOST_RETRIES} (got {self.most_retries})")


@dataclass(frozen=True, slots=True)
class Provisioned:
    """Throughput bought ahead: tokens per minute that nobody else uses, answered by a law of their own.

    A request is taken if the bucket holds its tokens, or is full. What does not
    fit goes to pay-as-you-go where `spills`; else it is answered 429.
    """

    tokens_per_min: float
    burst_tokens: float
    law: LatencyLaw
    spills: bool = True

    def __post_init__(self) -> None:
        if self.tokens_per_min <= 0 or self.burst_tokens <= 0:
            raise ValueError(f"provisioned throughput needs tokens and a bucket above 0 (got {self})")


@dataclass(frozen=True, slots=True)
class BatchTier:
    """Calls that may wait for hours: the whole answer after a lognormal turnaround, within no quota.

    A call that is not done when its window ends has expired: it fails.
    """

    products: tuple[int, ...]
    """Indices of the products whose calls go here."""
    turnaround_median_s: float
    turnaround_sigma: float
    window_s: float = inf
    """Time within which a batch is promised, from its call on."""

    def __post_init__(self) -> None:
        if self.turnaround_median_s <= 0 or self.turnaround_sigma < 0 or self.window_s <= 0:
            raise ValueError(
                f"a batch tier needs a turnaround and a window above 0 s and a spread of 0 or more (got {self})"
            )


@dataclass(frozen=True, slots=True)
class ManagedApi:
    """A model bought by the token: a stated latency law, not a simulated engine.

    A request's two latency draws serve both models of a first try: what is
    slow on one is slow on the other. `concurrency` requests are served at
    once, the rest wait in one first-come queue of at most `queue_limit`.
    `tokens_per_min` and `requests_per_min` are the quota: buckets that hold a
    burst and refill at that rate, a request taking its prompt and answer from
    the one and 1 from the other. Without `retry` a client waits, first come
    first served, until they hold enough; with it the request is answered 429
    and the client asks again. `None` means no limit.
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
    requests_per_min: float | None = None
    burst_requests: float = 1.0
    retry: RetryRule | None = None
    provisioned: Provisioned | None = None
    batch: BatchTier | None = None
    load_classes: tuple[LoadClass, ...] = ()
    """By rising share; below the first the API's own law holds."""
    cost_rank: int = 0
    """Place among the endpoints by cost, 0 the cheapest; a price is not serving's business."""

    def __post_init__(self) -> None:
        shares = [each.from_share for each in self.load_classes]
        if shares != sorted(set(shares)):
            raise ValueError(f"API {self.id}: load classes must rise in from_share (got {shares})")
        if self.load_classes and self.first_try is not None:
            raise ValueError(f"API {self.id}: load classes and a first try exclude each other; use a cascade router")
        if self.requests_per_min is not None and (self.requests_per_min <= 0 or self.burst_requests < 1):
            raise ValueError(
                f"API {self.id}: requests_per_min must be above 0 and burst_requests at least 1 "
                f"(got {self.requests_per_min} and {self.burst_requests})"
            )

    @property
    def law(self) -> LatencyLaw:
        return LatencyLaw(
            self.first_token_median_s, self.first_token_sigma, self.token_pace_median_s, self.token_pace_sigma
        )


@dataclass(frozen=True, slots=True)
class DisaggregatedPool:
    """Replicas that compute prompts, and others that decode.

    As in DistServe (Zhong et al. 2024) and Splitwise (Patel et al. 2024).

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
    cost_rank: int = 0
    """Place among the endpoints by cost, 0 the cheapest."""

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
