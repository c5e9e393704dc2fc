"""Worlds of several endpoints and regions for tests of routing and workflows."""

import numpy as np

from sim.scenario.workflow import Workflow
from sim.serving import (
    Cascade,
    CheapestMeetingSlo,
    DataStore,
    Endpoint,
    FixedShare,
    GpuPool,
    LeastLoaded,
    ManagedApi,
    Nearest,
    PrefixAffine,
    Router,
    SpillOver,
    Weighted,
    World,
)
from sim.workload import LognormalLaw, Mix, ProductLoad, Trace, draw_window
from sim.workload.window import PatienceLaw
from tests.reference.workloads import make_step

RTT_S = ((0.002, 0.002, 0.09, 0.1), (0.09, 0.09, 0.002, 0.01))
"""Two user regions; endpoints 0 and 1 stand in the first, 2 and 3 in the second, which is in the EU."""
EU = (2, 3)

ROUTERS: dict[str, Router] = {
    "fixed_share": FixedShare((0.4, 0.2, 0.3, 0.1)),
    "least_loaded": LeastLoaded(),
    "nearest": Nearest(),
    "cheapest_meeting_slo": CheapestMeetingSlo(0.5),
    "prefix_affine": PrefixAffine(0.2),
    "spill_over": SpillOver((0, 2), 0.3),
    "weighted": Weighted(load=1.0, latency=1.0, cost=0.5, prefix=0.5),
    "cascade": Cascade(small=1, share=0.6, asked_again_share=0.4, then=LeastLoaded()),
}
"""One of each policy, by its name, fit for `world`."""


def pool(
    id: str = "pool", *, region: int = 0, replicas: int = 1, cost_rank: int = 0, **settings: int | None
) -> GpuPool:
    """A pool whose steps take about 20 ms."""
    step = make_step(
        overhead_s=0.01,
        weights_s=(0.01,),
        kv_s_per_token=1e-7,
        prefill_s_per_token=1e-4,
        decode_s_per_token=1e-5,
        most_tokens=512,
    )
    return GpuPool(
        id=id, region=region, step=step, replicas=replicas, token_budget=512, max_running=16,
        kv_blocks=1500, block_tokens=16, cost_rank=cost_rank,
        prefix_cache_tokens=settings.get("prefix_cache_tokens"),
    )  # fmt: skip


def api(id: str = "api", *, region: int = 0, cost_rank: int = 1, **settings: object) -> ManagedApi:
    """An API that answers after 0.3 s, with 0.02 s for each further token, and no spread."""
    return ManagedApi(id, region, 0.3, 0.0, 0.02, 0.0, cost_rank=cost_rank, **settings)  # type: ignore[arg-type]


def world(router: Router, *endpoints: Endpoint, signal_delay_s: float = 0.0) -> World:
    """Four endpoints in two regions, with a data store in the first, unless others are given."""
    usual = (pool("home"), api("home api"), pool("away", region=1), api("away api", region=1, concurrency=20))
    return World(
        endpoints or usual,
        router,
        RTT_S,
        EU,
        data=(DataStore("documents", 0, (0.001, 0.001, 0.09, 0.1)),),
        signal_delay_s=signal_delay_s,
    )


def mix(*, patience_s: float | None = 20.0) -> Mix:
    """One product from both regions, a third of whose requests must stay in the EU."""
    law: PatienceLaw = "none" if patience_s is None else "exponential"
    return Mix(
        (
            ProductLoad(
                index=0,
                share=1.0,
                input_law=LognormalLaw(300, 1.0),
                output_law=LognormalLaw(40, 0.8),
                reused_prompt_share=0.5,
                patience_law=law,
                patience_mean_s=patience_s or 0.0,
                user_shares=(0.6, 0.4),
                needs_eu_share=(0.2, 0.6),
                prefixes=40,
                prefix_skew=1.0,
            ),
        )
    )


def load(n: int, *, rate_rps: float, seed: int = 1, patience_s: float | None = 20.0, cv: float = 1.0) -> Trace:
    """Requests of `mix`."""
    return draw_window(mix(patience_s=patience_s), n, rate_rps=rate_rps, seed=seed, replication=0, name="test", cv=cv)


def lengths(prompt: float, answer: float) -> dict[str, object]:
    """Fixed lengths, as a workflow file states them."""
    return {
        "kind": "lognormal",
        "input_mean_tokens": prompt,
        "input_cv": 0,
        "output_mean_tokens": answer,
        "output_cv": 0,
    }


def workflow(*steps: dict[str, object], loops: tuple[dict[str, object], ...] = ()) -> Workflow:
    """A workflow written by hand."""
    return Workflow.model_validate(
        {"id": "flow", "label": "Flow", "because": "a test", "steps": list(steps), "loops": list(loops)}
    )


def trace_columns(trace: Trace) -> list[np.ndarray]:
    return [getattr(trace, name) for name in Trace.__slots__]
