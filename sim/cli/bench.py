"""`loadbearing bench`: how fast this machine simulates, beside what SimPy can do at most."""

import gc
from argparse import Namespace
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

from sim.catalogue import load_catalogue
from sim.cli.inputs import tell
from sim.cli.output import print_json, table
from sim.scenario import load, set_fields
from sim.serving import SERVED, GpuPool, LeastLoaded, World, saturated_rps, simulate, single_pool_world
from sim.serving.bare import callback_events_per_s
from sim.strategy.architecture import Architecture, architecture, sized
from sim.workload import LognormalLaw, Mix, ProductLoad, draw_window

PRESET = "own_the_platform"
REPLICAS = 4
TOKEN_BUDGET = 2048
MODERATE, HIGH = 0.6, 0.9
PROMPT_TOKENS, LONG_PROMPT_TOKENS, ANSWER_TOKENS = 1000.0, 12_000.0, 200.0
SPREAD = 1.0
PATIENCE_S = 120.0
POOLS_PER_REGION = 2
SEED = 7
BARE_EVENTS = 500_000
PROBE_REQUESTS = 4000
LEAST_REQUESTS = 100
TARGETS = {
    "plain_requests_per_s": 100_000,
    "plain_requests_per_simpy_event": 0.05,
    "plain_events_per_request": 5,
    "full_llm_calls_per_s": 40_000,
}
"""At least, but for events per request: at most. With every mode on, 90,000 requests/s."""


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
    built = _built()
    pool = next(unit.endpoint for station in built.stations for unit in station.units)
    assert isinstance(pool, GpuPool)
    one = single_pool_world(replace(pool, replicas=REPLICAS))
    tell(f"simulating windows of {requests:,} requests, and {BARE_EVENTS:,} bare events")
    bare = callback_events_per_s(BARE_EVENTS)
    plain = _speed(one, _mix(PROMPT_TOKENS), requests=requests)
    long_prompts = _speed(one, _mix(LONG_PROMPT_TOKENS), requests=requests // 2)
    spread = _regions(built)
    full = _speed(spread, _mix(PROMPT_TOKENS, groups=len(built.groups)), requests=requests)
    result = {
        "simpy_events_per_s": bare,
        "plain": plain,
        "plain_requests_per_simpy_event": plain.requests_per_s / bare,
        "long_prompts": long_prompts,
        "full": {
            "llm_calls_per_s": full.requests_per_s,
            "events_per_call": full.events_per_request,
            "endpoints": len(spread.endpoints),
            "regions": len({unit.region for station in built.stations for unit in station.units}),
        },
        "targets": TARGETS,
    }
    if arguments.json:
        print_json(result)
    else:
        print(_text(result, plain=plain, long_prompts=long_prompts))


def _built() -> Architecture:
    """Pools alone, in every region that the preset can serve from, behind a router that looks."""
    scenario = set_fields(
        load(PRESET),
        {
            "decisions.own_share": 1.0,
            "decisions.residency": "customer_region",
            "platform.routing": "least_loaded",
            "platform.engine.token_budget": TOKEN_BUDGET,
        },
    )
    return architecture(scenario, load_catalogue())


def _regions(built: Architecture) -> World:
    """All pools of all regions, twice, under one router; users at their distances."""
    stations = range(len(built.stations))
    units = [unit for station in built.stations for unit in station.units] * POOLS_PER_REGION
    return World(
        endpoints=tuple(sized(unit, REPLICAS) for unit in units),
        router=LeastLoaded(),
        rtt_s=tuple(
            tuple(way for at in stations for way in built.rtt_s[at][group]) * POOLS_PER_REGION
            for group in range(len(built.groups))
        ),
        eu_endpoints=tuple(index for index, unit in enumerate(units) if unit.in_eu),
    )


def _mix(prompt_tokens: float, *, groups: int = 1) -> Mix:
    product = ProductLoad(
        index=0,
        share=1.0,
        input_law=LognormalLaw(prompt_tokens, SPREAD),
        output_law=LognormalLaw(ANSWER_TOKENS, SPREAD),
        reused_prompt_share=0.0,
        patience_law="fixed",
        patience_mean_s=PATIENCE_S,
        user_shares=(1 / groups,) * groups,
        needs_eu_share=(0.0,) * groups,
    )
    return Mix((product,))


def _speed(world: World, mix: Mix, *, requests: int) -> Speed:
    """Requests per second of computing; drawing the window beforehand is not part of it."""
    probe = draw_window(mix, PROBE_REQUESTS, rate_rps=1.0, seed=SEED, replication=0, name="probe")
    saturated = sum(saturated_rps(endpoint, probe) for endpoint in world.endpoints)
    rates, events, served = [], 0, 0
    for share in (MODERATE, HIGH):
        trace = draw_window(mix, requests, rate_rps=share * saturated, seed=SEED, replication=0, name="bench")
        gc.collect()
        began_s = perf_counter()
        record = simulate(world, trace)
        rates.append(requests / (perf_counter() - began_s))
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


def _text(result: dict[str, Any], *, plain: Speed, long_prompts: Speed) -> str:
    full = result["full"]
    head = ("", "measured", "target")
    rows = [
        ("SimPy's bare callback events a second", f"{result['simpy_events_per_s']:,.0f}", ""),
        ("Plain pool, requests a second", f"{plain.requests_per_s:,.0f}", "≥ 100,000 (90,000 with every mode)"),
        ("  at a moderate load of 0.6", f"{plain.moderate_requests_per_s:,.0f}", ""),
        ("  at a high load of 0.9", f"{plain.high_requests_per_s:,.0f}", ""),
        ("  over the bare rate", f"{100 * result['plain_requests_per_simpy_event']:.1f} %", "≥ 5 %"),
        ("  events a request", f"{plain.events_per_request:.2f}", "≤ 5"),
        ("Prompts of 12,000 tokens, requests a second", f"{long_prompts.requests_per_s:,.0f}", "reported"),
        (f"{full['endpoints']} endpoints in {full['regions']} regions, calls a second",
         f"{full['llm_calls_per_s']:,.0f}", "≥ 40,000"),
    ]  # fmt: skip
    note = (
        f"{REPLICAS} replicas in each pool; the endpoints stand behind a least-loaded router, "
        "without an autoscaler or workflows."
    )
    return f"{table([head, *rows])}\n\n{note}"
