"""LLM calls a second where everything is on: six endpoints in three regions, a router, autoscalers and a workflow.

    python -m benchmarks.routed_world [--requests N] [--delay-s S]

Each region has a pool that scales and a managed API; every request is a
retrieval-augmented answer that is checked afterwards: three calls and one
retrieval. CPU time is counted, beside that of a plain pool on the same
machine at the same moment, since a shared machine is slower at some moments.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace

from sim.catalogue import load_catalogue
from sim.scenario.schema import Engine
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
    kv_capacity_blocks,
    saturated_rps,
    simulate,
    simulate_requests,
    single_pool_world,
    step_time,
)
from sim.workload import LognormalLaw, Mix, ProductLoad, draw_window, preset_workflow, unfold

CATALOGUE = load_catalogue()
NEAR_S, FAR_S = 0.004, 0.12
LOAD = 0.6
SEED = 20261101


def checked_answer() -> Workflow:
    """The preset, and a short call that checks the answer."""
    flow = preset_workflow("retrieval_answer")
    rewrite = flow.steps[0]
    assert isinstance(rewrite, CallStep)
    return Workflow(
        **{**dict(flow), "steps": (*flow.steps, rewrite.model_copy(update={"id": "check", "after": ("answer",)}))}
    )


def engine_pool(id: str, *, region: int = 0, replicas: int = 4) -> GpuPool:
    engine = Engine.model_validate(
        {"model": "llama_3_1_8b", "precision": "fp8", "gpu": "h100", "generation": "vllm_sglang_2026"}
    )
    return GpuPool(
        id=id,
        region=region,
        step=step_time(engine, CATALOGUE),
        replicas=replicas,
        token_budget=engine.token_budget,
        max_running=engine.max_running,
        kv_blocks=kv_capacity_blocks(engine, CATALOGUE),
        block_tokens=16,
        cost_rank=0,
    )


def six_endpoints(router: Router, *, delay_s: float) -> World:
    scaler = Autoscaler(
        policy=RequestsPerReplica(64.0), min_replicas=2, max_replicas=8, interval_s=15.0, start_s=90.0, settle_s=120.0
    )
    endpoints = []
    for region in range(3):
        endpoints.append(replace(engine_pool(f"pool {region}", region=region), autoscaler=scaler))
        endpoints.append(ManagedApi(f"api {region}", region, 0.5, 0.4, 0.012, 0.3, concurrency=400, cost_rank=1))
    rtt_s = tuple(tuple(NEAR_S if at // 2 == user else FAR_S for at in range(6)) for user in range(3))
    return World(
        tuple(endpoints), router, rtt_s, (2, 3), data=(DataStore("documents", 0, rtt_s[0]),), signal_delay_s=delay_s
    )


def cpu_s(work: Callable[[], object]) -> float:
    began_s = time.process_time()
    work()
    return time.process_time() - began_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--requests", type=int, default=30_000)
    parser.add_argument("--delay-s", type=float, default=0.0)
    arguments = parser.parse_args()
    n = arguments.requests
    law = LognormalLaw(1000, 1.0), LognormalLaw(200, 1.0)
    product = ProductLoad(0, 1.0, *law, 0.2, "exponential", 60.0, (0.4, 0.35, 0.25), (0.0, 1.0, 0.1))
    one = engine_pool("plain")
    alone = replace(product, user_shares=(1.0,), needs_eu_share=(0.0,))
    probe = draw_window(Mix((alone,)), 4000, rate_rps=1.0, seed=SEED, replication=0, name="probe")
    rate_rps = LOAD * saturated_rps(one, probe)
    plain = draw_window(Mix((alone,)), 3 * n, rate_rps=rate_rps, seed=SEED, replication=0, name="bench")
    requests = draw_window(Mix((product,)), n, rate_rps=rate_rps, seed=SEED, replication=0, name="bench")
    work = unfold(requests, {0: checked_answer()}, catalogue=CATALOGUE, seed=SEED, replication=0, name="bench")
    print(f"{rate_rps:.0f} requests/s, {len(work.calls):,} calls; CPU time on one core")
    routers: tuple[Router, ...] = (LeastLoaded(), SpillOver((0, 2, 4), 0.8), Nearest(), CheapestMeetingSlo(0.8))
    for router in routers:
        yardstick = len(plain) / cpu_s(lambda: simulate(single_pool_world(one), plain))
        world = six_endpoints(router, delay_s=arguments.delay_s)
        rate = len(work.calls) / cpu_s(lambda world=world: simulate_requests(world, work))  # type: ignore[misc]
        print(
            f"{type(router).__name__:20} {rate:9,.0f} calls/s   plain pool at that moment {yardstick:9,.0f} requests/s"
        )


if __name__ == "__main__":
    main()
