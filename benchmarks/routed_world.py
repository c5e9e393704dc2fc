"""LLM calls a second where everything is on: six endpoints in three regions, a router, autoscalers and a workflow.

    python -m benchmarks.routed_world [--requests N] [--delay-s S]

The world is that of `loadbearing bench` (`sim.cli.routed_world`), with each of its routers. CPU time is counted,
beside that of a plain pool on the same machine at the same moment, since a shared machine is slower at some moments.
"""

import argparse
import time
from collections.abc import Callable

from sim.catalogue import load_catalogue
from sim.cli.routed_world import CALLS, ROUTERS, checked_answer, routed_load, routed_world
from sim.scenario.schema import Engine
from sim.serving import (
    GpuPool,
    Router,
    World,
    kv_capacity_blocks,
    saturated_rps,
    simulate,
    simulate_requests,
    single_pool_world,
    step_time,
)
from sim.workload import LognormalLaw, Mix, ProductLoad, draw_window

__all__ = ["checked_answer", "engine_pool", "six_endpoints"]

CATALOGUE = load_catalogue()
LOAD = 0.6
SEED = 20261101


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
    return routed_world(engine_pool("pool"), router, signal_delay_s=delay_s)


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
    product = ProductLoad(0, 1.0, *law, 0.0, "exponential", 60.0, (1.0,), (0.0,))
    one = engine_pool("plain")
    probe = draw_window(Mix((product,)), 4000, rate_rps=1.0, seed=SEED, replication=0, name="probe")
    rate_rps = LOAD * saturated_rps(one, probe)
    plain = draw_window(Mix((product,)), CALLS * n, rate_rps=rate_rps, seed=SEED, replication=0, name="bench")
    work = routed_load(product, n, rate_rps=rate_rps, seed=SEED, catalogue=CATALOGUE)
    print(f"{rate_rps:.0f} requests/s, {len(work.calls):,} calls; CPU time on one core")
    for name, router in ROUTERS.items():
        yardstick = len(plain) / cpu_s(lambda: simulate(single_pool_world(one), plain))
        world = six_endpoints(router, delay_s=arguments.delay_s)
        rate = len(work.calls) / cpu_s(lambda world=world: simulate_requests(world, work))  # type: ignore[misc]
        print(f"{name:20} {rate:9,.0f} calls/s   plain pool at that moment {yardstick:9,.0f} requests/s")


if __name__ == "__main__":
    main()
