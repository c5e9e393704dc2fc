"""`loadbearing bench`: how fast this machine simulates, beside what SimPy can do at most."""

import gc
import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import process_time
from typing import Any, TypeVar

import numpy as np

from sim.catalogue import Catalogue, load_catalogue
from sim.cli.executing import tell
from sim.cli.output import print_json, table
from sim.cli.routed_world import CALLS, REGIONS, ROUTERS, routed_load, routed_world
from sim.scenario import load, set_fields
from sim.serving import SERVED, GpuPool, Speculation, saturated_rps, simulate, simulate_requests, single_pool_world
from sim.serving.bare import callback_events_per_s
from sim.strategy.architecture import architecture
from sim.workload import LognormalLaw, Mix, ProductLoad, draw_window
from sim.workload.trace import Trace

Done = TypeVar("Done")

PRESET = "own_the_platform"
REPLICAS = 4
TOKEN_BUDGET = 2048
MODERATE, HIGH = 0.6, 0.9
PROMPT_TOKENS, LONG_PROMPT_TOKENS, ANSWER_TOKENS = 1000.0, 12_000.0, 200.0
SHARED_TOKENS, SHARED_PART = 256, 0.5
SPREAD = 1.0
PATIENCE_S = 60.0
PRODUCTS = 3
SPECULATION = Speculation(acceptance=0.7, draft_tokens=3, draft_s=1e-3)
LONG_RUN = 10
SEED = 7
BARE_EVENTS = 500_000
PROBE_REQUESTS = 4000
LEAST_REQUESTS = 100
MB = 1024 * (1024 if sys.platform == "darwin" else 1)
"""What the system counts peak memory in, in a megabyte."""
TARGETS = {
    "plain_requests_per_s": 100_000,
    "plain_requests_per_simpy_event": 0.05,
    "plain_events_per_request": 5,
    "every_mode_requests_per_s": 90_000,
    "full_llm_calls_per_s": 40_000,
    "long_run_memory_mb": 600,
    "long_run_growth": 0.15,
}
"""At least; events, memory and growth: at most."""


@dataclass(frozen=True, slots=True)
class Speed:
    """Speed at a moderate and a high load: the mean of their rates, and events over all requests."""

    requests_per_s: float
    events_per_request: float
    moderate_requests_per_s: float
    high_requests_per_s: float
    served_share: float


def command(arguments: Namespace) -> None:
    requests = max(LEAST_REQUESTS, arguments.requests)
    catalogue = load_catalogue()
    pool = _pool(catalogue)
    tell(f"simulating windows of {requests:,} requests, and {BARE_EVENTS:,} bare events")
    bare = callback_events_per_s(BARE_EVENTS)
    plain = _speed(pool, requests=requests)
    modes = replace(pool, product_priority=tuple(range(PRODUCTS)), speculation=SPECULATION)
    result: dict[str, Any] = {
        "simpy_events_per_s": bare,
        "plain": plain,
        "plain_requests_per_simpy_event": plain.requests_per_s / bare,
        "every_mode": _speed(modes, requests=requests, prepare=_sharing),
        "long_prompts": _speed(pool, requests=requests // 2, prompt_tokens=LONG_PROMPT_TOKENS),
        "full": _routed(pool, requests=requests, catalogue=catalogue),
        "targets": TARGETS,
    }
    if arguments.long:
        result["long_run"] = _long_run(pool, requests)
    if arguments.json:
        print_json(result)
    else:
        print(_text(result))


def _pool(catalogue: Catalogue) -> GpuPool:
    """The preset's pool, with as many replicas and as large a budget as the figures are for."""
    scenario = set_fields(load(PRESET), {"decisions.own_share": 1.0, "platform.engine.token_budget": TOKEN_BUDGET})
    built = architecture(scenario, catalogue)
    pool = next(unit.endpoint for station in built.stations for unit in station.units)
    assert isinstance(pool, GpuPool)
    return replace(pool, region=0, replicas=REPLICAS)


def _product(index: int, prompt_tokens: float, *, share: float = 1.0) -> ProductLoad:
    return ProductLoad(
        index=index,
        share=share,
        input_law=LognormalLaw(prompt_tokens, SPREAD),
        output_law=LognormalLaw(ANSWER_TOKENS, SPREAD),
        reused_prompt_share=0.0,
        patience_law="exponential",
        patience_mean_s=PATIENCE_S,
        user_shares=(1.0,),
        needs_eu_share=(0.0,),
    )


def _window(n: int, rate_rps: float, prompt_tokens: float) -> Trace:
    mix = Mix(tuple(_product(index, prompt_tokens, share=1 / PRODUCTS) for index in range(PRODUCTS)))
    return draw_window(mix, n, rate_rps=rate_rps, seed=SEED, replication=0, name="bench")


def _plain(trace: Trace) -> Trace:
    return trace


def _sharing(trace: Trace) -> Trace:
    """The trace where half of each product's longer prompts begin with the same tokens."""
    shared = (trace.route_u < SHARED_PART) & (trace.input_tokens > SHARED_TOKENS)
    return replace(
        trace,
        cached_tokens=np.where(shared, SHARED_TOKENS, 0),
        prefix=np.where(shared, trace.product, -1),
    )


def _timed(work: Callable[[], Done]) -> tuple[Done, float]:
    """What was computed, and the CPU time of it, which others on the machine lengthen less than the clock's."""
    gc.collect()
    began_s = process_time()
    done = work()
    return done, process_time() - began_s


def _speed(
    pool: GpuPool,
    *,
    requests: int,
    prompt_tokens: float = PROMPT_TOKENS,
    prepare: Callable[[Trace], Trace] = _plain,
) -> Speed:
    """Requests per second of computing; drawing the window beforehand is not part of it."""
    world = single_pool_world(pool)
    saturated = saturated_rps(pool, prepare(_window(PROBE_REQUESTS, 1.0, prompt_tokens)))
    rates, events, served = [], 0, 0
    for share in (MODERATE, HIGH):
        trace = prepare(_window(requests, share * saturated, prompt_tokens))
        record, took_s = _timed(lambda trace=trace: simulate(world, trace))  # type: ignore[misc]
        rates.append(requests / took_s)
        events += record.events
        served += record.count(SERVED)
    moderate, high = rates
    return Speed(
        requests_per_s=(moderate + high) / 2,
        events_per_request=events / requests / 2,
        moderate_requests_per_s=moderate,
        high_requests_per_s=high,
        served_share=served / requests / 2,
    )


def _routed(pool: GpuPool, *, requests: int, catalogue: Catalogue) -> dict[str, Any]:
    """LLM calls per second with every router; the first is the figure."""
    rate_rps = MODERATE * saturated_rps(pool, _window(PROBE_REQUESTS, 1.0, PROMPT_TOKENS))
    product = _product(0, PROMPT_TOKENS)
    compound = routed_load(product, max(1, requests // CALLS), rate_rps=rate_rps, seed=SEED, catalogue=catalogue)
    calls = len(compound.calls)
    worlds = {name: routed_world(pool, router) for name, router in ROUTERS.items()}
    rates = {
        name: calls / _timed(lambda world=world: simulate_requests(world, compound))[1]  # type: ignore[misc]
        for name, world in worlds.items()
    }
    return {
        "llm_calls_per_s": next(iter(rates.values())),
        "by_router": rates,
        "endpoints": len(next(iter(worlds.values())).endpoints),
        "regions": REGIONS,
        "calls_per_request": CALLS,
    }


def _long_run(pool: GpuPool, requests: int) -> dict[str, float]:
    """A window ten times as long: its cost for each request over the short one's, and the peak memory of it all."""
    import resource

    rate_rps = (MODERATE + HIGH) / 2 * saturated_rps(pool, _window(PROBE_REQUESTS, 1.0, PROMPT_TOKENS))
    world = single_pool_world(pool)
    each_s = []
    for n in (requests, LONG_RUN * requests):
        trace = _window(n, rate_rps, PROMPT_TOKENS)
        each_s.append(_timed(lambda trace=trace: simulate(world, trace))[1] / n)  # type: ignore[misc]
    return {
        "requests": LONG_RUN * requests,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB,
        "growth": each_s[1] / each_s[0] - 1,
    }


def _text(result: dict[str, Any]) -> str:
    plain, modes, full = result["plain"], result["every_mode"], result["full"]
    head = ("", "measured", "target")
    rows = [
        ("SimPy's bare callback events a second", f"{result['simpy_events_per_s']:,.0f}", ""),
        ("Plain pool, requests a second", f"{plain.requests_per_s:,.0f}", "≥ 100,000"),
        (f"  at a moderate load of {MODERATE}", f"{plain.moderate_requests_per_s:,.0f}", ""),
        (f"  at a high load of {HIGH}", f"{plain.high_requests_per_s:,.0f}", ""),
        ("  over the bare rate", f"{100 * result['plain_requests_per_simpy_event']:.1f} %", "≥ 5 %"),
        ("  events a request", f"{plain.events_per_request:.2f}", "≤ 5"),
        ("Priorities, shared prefixes and speculation, requests a second", f"{modes.requests_per_s:,.0f}", "≥ 90,000"),
        ("Prompts of 12,000 tokens, requests a second", f"{result['long_prompts'].requests_per_s:,.0f}", "reported"),
        (f"{full['endpoints']} endpoints in {REGIONS} regions, calls a second", f"{full['llm_calls_per_s']:,.0f}",
         "≥ 40,000"),
        *[(f"  router {name}", f"{rate:,.0f}", "") for name, rate in full["by_router"].items()],
    ]  # fmt: skip
    if "long_run" in result:
        long = result["long_run"]
        rows += [
            (f"Peak memory with {long['requests']:,.0f} requests", f"{long['memory_mb']:,.0f} MB", "≤ 600 MB"),
            ("  cost of a request over that in a tenth", f"{100 * long['growth']:+.1f} %", "within 15 %"),
        ]
    note = (
        f"CPU time on one core; {REPLICAS} replicas in a pool. Behind the routers stand a pool that scales and an API "
        f"in each region, and every request is a workflow of {CALLS} calls and a retrieval."
    )
    return f"{table([head, *rows])}\n\n{note}"
