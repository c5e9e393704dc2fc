"""The world in which `bench` counts LLM calls: six endpoints in three regions, a router, autoscalers, a workflow.

Each region has a pool that scales and a managed API; every request is a
retrieval-augmented answer that is checked afterwards: three calls and one retrieval.
"""

from dataclasses import replace
from typing import Final

from sim.catalogue import Catalogue
from sim.scenario.workflow import CallStep, Workflow
from sim.serving import (
    Autoscaler,
    CheapestMeetingSlo,
    DataStore,
    GpuPool,
    LeastLoaded,
    ManagedApi,
    Nearest,
    RequestsPerReplica,
    Router,
    SpillOver,
    World,
)
from sim.workload import Mix, ProductLoad, draw_window, preset_workflow, unfold
from sim.workload.compound import CompoundTrace

REGIONS: Final = 3
CALLS: Final = 3
"""Model calls of a request."""
NEAR_S, FAR_S = 0.004, 0.12
USER_SHARES = (0.4, 0.35, 0.25)
NEEDS_EU_SHARES = (0.0, 1.0, 0.1)
REUSED_PROMPT_SHARE = 0.2
ROUTERS: Final[dict[str, Router]] = {
    "least_loaded": LeastLoaded(),
    "spill_over": SpillOver(tuple(range(0, 2 * REGIONS, 2)), 0.8),
    "nearest": Nearest(),
    "cheapest_meeting_slo": CheapestMeetingSlo(0.8),
}
"""Two that read loads, and two that estimate times."""


def routed_world(pool: GpuPool, router: Router, *, signal_delay_s: float = 0.0) -> World:
    """A pool like this one and an API in each region."""
    scaler = Autoscaler(
        policy=RequestsPerReplica(64.0), min_replicas=2, max_replicas=8, interval_s=15.0, start_s=90.0, settle_s=120.0
    )
    endpoints: list[GpuPool | ManagedApi] = []
    for region in range(REGIONS):
        endpoints.append(replace(pool, id=f"pool {region}", region=region, autoscaler=scaler, cost_rank=0))
        endpoints.append(ManagedApi(f"api {region}", region, 0.5, 0.4, 0.012, 0.3, concurrency=400, cost_rank=1))
    rtt_s = tuple(
        tuple(NEAR_S if at // 2 == user else FAR_S for at in range(len(endpoints))) for user in range(REGIONS)
    )
    return World(
        tuple(endpoints),
        router,
        rtt_s,
        eu_endpoints=(2, 3),
        data=(DataStore("documents", 0, rtt_s[0]),),
        signal_delay_s=signal_delay_s,
    )


def routed_load(
    product: ProductLoad, requests: int, *, rate_rps: float, seed: int, catalogue: Catalogue
) -> CompoundTrace:
    """Requests of the product from all regions, unfolded into their calls."""
    spread = replace(
        product,
        user_shares=USER_SHARES,
        needs_eu_share=NEEDS_EU_SHARES,
        reused_prompt_share=REUSED_PROMPT_SHARE,
    )
    asked = draw_window(Mix((spread,)), requests, rate_rps=rate_rps, seed=seed, replication=0, name="bench")
    return unfold(asked, {0: checked_answer()}, catalogue=catalogue, seed=seed, replication=0, name="bench")


def checked_answer() -> Workflow:
    """The preset, and a short call that checks the answer."""
    flow = preset_workflow("retrieval_answer")
    rewrite = flow.steps[0]
    assert isinstance(rewrite, CallStep)
    check = rewrite.model_copy(update={"id": "check", "after": ("answer",)})
    return Workflow(**{**dict(flow), "steps": (*flow.steps, check)})
