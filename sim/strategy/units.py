"""Endpoints of a scenario at their smallest size, and at any other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sim.catalogue import Catalogue
from sim.scenario.memory import GIGA, kv_bytes_per_token
from sim.scenario.schema import Engine, Product, Scenario
from sim.serving import (
    BatchTier,
    DisaggregatedPool,
    Endpoint,
    FirstTry,
    GpuPool,
    LatencyLaw,
    ManagedApi,
    Provisioned,
    RetryRule,
    Speculation,
    StepTime,
    kv_capacity_blocks,
    step_time,
)

SECONDS_PER_HOUR = 3600
SMALL_TIER = "small"
BEHIND_POOLS = 1
"""Cost rank of an API: our own replicas are paid for already, whether they answer or not."""


@dataclass(frozen=True, slots=True)
class Split:
    """A pool whose prompts are computed apart from its answers."""

    prefill_share: float
    """Share of the replicas that compute prompts; at least one does, and one does not."""
    link_latency_s: float
    link_s_per_token: float


@dataclass(frozen=True, slots=True)
class Unit:
    """One endpoint at its smallest size: one replica, or a throughput of one token a minute."""

    id: str
    region: str
    in_eu: bool
    endpoint: Endpoint
    api: str
    """Tier in the catalogue's table `apis`; empty for a pool."""
    constant_s: float
    """Latency outside the endpoint that load does not change: the serving stack."""
    split: Split | None = None
    gpus: int = 0
    """GPUs of a replica; 0 for an API."""

    @property
    def is_pool(self) -> bool:
        return isinstance(self.endpoint, GpuPool)

    @property
    def least_size(self) -> int:
        """Replicas below which there is no such pool."""
        return 1 if self.split is None else 2


def pool_unit(
    region: str, engine: Engine, *, products: Sequence[Product], in_eu: bool, catalogue: Catalogue
) -> Unit:
    """A pool of one replica."""
    step = step_time(engine, catalogue)
    if engine.calibration != 1.0:
        step = step.scaled(engine.calibration)
    priority = tuple(product.priority for product in products)
    pool = GpuPool(
        id="pool",
        region=0,
        step=step,
        replicas=1,
        token_budget=engine.token_budget,
        max_running=engine.max_running,
        kv_blocks=kv_capacity_blocks(engine, catalogue),
        block_tokens=int(catalogue.value("roofline", "fit", "kv_block_tokens")),
        prefix_cache_tokens=engine.prefix_cache_tokens,
        product_priority=priority if len(set(priority)) > 1 else (),
        speculation=_speculation(engine, step, catalogue),
        reserves=catalogue.value("engines", engine.generation, "reserves_answers") == 1,
    )
    return Unit(
        id=f"pool.{region}",
        region=region,
        in_eu=in_eu,
        endpoint=pool,
        api="",
        constant_s=catalogue.value("engines", engine.generation, "stack_latency_s"),
        split=_split(engine, catalogue),
        gpus=engine.gpus_per_replica,
    )


def _speculation(engine: Engine, step: StepTime, catalogue: Catalogue) -> Speculation | None:
    drafting = engine.speculation
    if drafting is None:
        return None
    share = catalogue.value("roofline", "speculation", "draft_time_share")
    return Speculation(
        acceptance=drafting.acceptance,
        draft_tokens=drafting.draft_tokens,
        draft_s=drafting.draft_tokens * share * step.weights_s[-1],
    )


def _split(engine: Engine, catalogue: Catalogue) -> Split | None:
    if engine.prefill_share == 0:
        return None
    link = catalogue.quantities("roofline", "transfer")
    return Split(
        prefill_share=engine.prefill_share,
        link_latency_s=link["latency_s"],
        link_s_per_token=kv_bytes_per_token(engine, catalogue) / (link["gb_per_s"] * GIGA),
    )


def api_unit(region: str, state: Scenario, *, in_eu: bool, catalogue: Catalogue) -> Unit:
    """A model bought by the token, with a throughput of one token a minute."""
    tier, bought = state.decisions.api_tier, state.platform.api
    law = _law(tier, catalogue)
    burst_min = catalogue.value("apis", tier, "burst_min")
    by_quota = 1.0 - bought.provisioned_share
    per_token = bought.requests_per_1000_tokens
    requests = None if per_token is None or by_quota == 0 else by_quota * per_token / 1000
    api = ManagedApi(
        id="api",
        region=0,
        first_token_median_s=law.first_token_median_s,
        first_token_sigma=law.first_token_sigma,
        token_pace_median_s=law.token_pace_median_s,
        token_pace_sigma=law.token_pace_sigma,
        tokens_per_min=by_quota or None,
        burst_tokens=burst_min * by_quota,
        first_try=_first_try(state, catalogue),
        requests_per_min=requests,
        burst_requests=max(1.0, burst_min * (requests or 0.0)),
        retry=_retry(catalogue) if bought.at_limit == "retry" else None,
        provisioned=_provisioned(bought.provisioned_share, law, catalogue),
        batch=_batch(state, catalogue) if bought.deferrable == "batch" else None,
        cost_rank=BEHIND_POOLS,
    )
    return Unit(id=f"api.{region}", region=region, in_eu=in_eu, endpoint=api, api=tier, constant_s=0.0)


def _law(tier: str, catalogue: Catalogue) -> LatencyLaw:
    row = catalogue.quantities("apis", tier)
    return LatencyLaw(
        first_token_median_s=row["first_token_median_s"],
        first_token_sigma=row["first_token_sigma"],
        token_pace_median_s=row["token_pace_median_s"],
        token_pace_sigma=row["token_pace_sigma"],
    )


def _first_try(state: Scenario, catalogue: Catalogue) -> FirstTry | None:
    share = state.decisions.small_first_share if state.decisions.api_tier != SMALL_TIER else 0.0
    if share == 0:
        return None
    again = catalogue.value("business", "rules", "asked_again_share")
    return FirstTry(law=_law(SMALL_TIER, catalogue), share=share, asked_again_share=again)


def _retry(catalogue: Catalogue) -> RetryRule:
    row = catalogue.quantities("api_options", "retry")
    return RetryRule(row["first_wait_s"], row["growth"], row["longest_wait_s"], int(row["most_retries"]))


def _provisioned(share: float, law: LatencyLaw, catalogue: Catalogue) -> Provisioned | None:
    if share == 0:
        return None
    row = catalogue.quantities("api_options", "provisioned")
    own = LatencyLaw(
        first_token_median_s=law.first_token_median_s * row["latency_ratio"],
        first_token_sigma=law.first_token_sigma * row["spread_ratio"],
        token_pace_median_s=law.token_pace_median_s * row["latency_ratio"],
        token_pace_sigma=law.token_pace_sigma * row["spread_ratio"],
    )
    return Provisioned(tokens_per_min=share, burst_tokens=share * row["burst_min"], law=own, spills=share < 1)


def _batch(state: Scenario, catalogue: Catalogue) -> BatchTier | None:
    """The batch tier for the products that nobody waits for; `None` where there are none."""
    products = tuple(index for index, product in enumerate(state.products) if product.patience is None)
    if not products:
        return None
    row = catalogue.quantities("api_options", "batch")
    return BatchTier(
        products, row["turnaround_median_s"], row["turnaround_sigma"], window_s=row["window_h"] * SECONDS_PER_HOUR
    )


def batched_products(unit: Unit) -> tuple[int, ...]:
    """Products whose calls a unit answers outside its size, with its batch tier."""
    batch = unit.endpoint.batch if isinstance(unit.endpoint, ManagedApi) else None
    return () if batch is None else batch.products


# --- any size -----------------------------------------------------------------------------------------------------


def sized(unit: Unit, size: float) -> Endpoint:
    """The endpoint at a size: replicas of a pool, tokens a minute of an API, provisioned ones included."""
    endpoint = unit.endpoint
    if isinstance(endpoint, ManagedApi):
        return _sized_api(endpoint, size)
    if isinstance(endpoint, GpuPool):
        return _sized_pool(endpoint, round(size), unit.split)
    raise TypeError(f"{unit.id}: a {type(endpoint).__name__} has no size of its own")


def _sized_api(api: ManagedApi, size: float) -> ManagedApi:
    provisioned = api.provisioned
    if provisioned is not None:
        provisioned = replace(
            provisioned,
            tokens_per_min=provisioned.tokens_per_min * size,
            burst_tokens=provisioned.burst_tokens * size,
        )
    requests = None if api.requests_per_min is None else api.requests_per_min * size
    return replace(
        api,
        tokens_per_min=None if api.tokens_per_min is None else api.tokens_per_min * size,
        burst_tokens=api.burst_tokens * size,
        requests_per_min=requests,
        burst_requests=max(1.0, requests * burst_min(api)) if requests is not None else 1.0,
        provisioned=provisioned,
    )


def with_burst(endpoint: Endpoint, share: float) -> Endpoint:
    """An API whose token buckets hold a share of what they held."""
    if not isinstance(endpoint, ManagedApi):
        return endpoint
    provisioned = endpoint.provisioned
    if provisioned is not None:
        provisioned = replace(provisioned, burst_tokens=provisioned.burst_tokens * share)
    return replace(endpoint, burst_tokens=endpoint.burst_tokens * share, provisioned=provisioned)


def burst_min(api: ManagedApi) -> float:
    """Minutes of throughput that the largest of an API's token buckets holds."""
    found = [api.burst_tokens / api.tokens_per_min] if api.tokens_per_min else []
    if api.provisioned is not None:
        found.append(api.provisioned.burst_tokens / api.provisioned.tokens_per_min)
    return max(found, default=0.0)


def _sized_pool(pool: GpuPool, replicas: int, split: Split | None) -> Endpoint:
    cache = pool.prefix_cache_tokens
    whole = replace(pool, replicas=replicas, prefix_cache_tokens=None if cache is None else cache * replicas)
    if split is None:
        return whole
    reading = min(max(1, round(split.prefill_share * replicas)), replicas - 1)
    return DisaggregatedPool(
        id=pool.id,
        region=pool.region,
        prefill=replace(whole, replicas=reading, speculation=None),
        decode=replace(whole, replicas=replicas - reading),
        link_latency_s=split.link_latency_s,
        link_s_per_token=split.link_s_per_token,
    )
