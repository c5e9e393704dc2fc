"""Hypothesis strategies for whole worlds: pools and managed APIs at distances, behind a policy and residency."""

from dataclasses import dataclass, replace

import numpy as np
from hypothesis import strategies as st

from sim.serving import Endpoint, FirstTry, FixedShare, LatencyLaw, LeastLoaded, ManagedApi, World
from sim.workload.trace import Trace
from tests.reference.cases import Jittered, jittered_clocks, pools, traces

MOST_ENDPOINTS = 3
MOST_REGIONS = 3


@dataclass(frozen=True, slots=True)
class Played:
    """A world and what is asked of it; hardly any two events fall on one instant."""

    world: World
    trace: Trace


@st.composite
def apis(draw: st.DrawFn, clock: Jittered) -> ManagedApi:
    """APIs whose slots, line and quota all come to matter."""
    seconds = clock.seconds
    law = LatencyLaw(seconds(draw(st.integers(1, 60))), 0.5, seconds(draw(st.integers(0, 8))), 0.3)
    return ManagedApi(
        id="api",
        region=0,
        first_token_median_s=law.first_token_median_s,
        first_token_sigma=law.first_token_sigma,
        token_pace_median_s=law.token_pace_median_s,
        token_pace_sigma=law.token_pace_sigma,
        concurrency=draw(st.sampled_from([None, 1, 2, 4])),
        queue_limit=draw(st.sampled_from([None, 0, 1, 3])),
        tokens_per_min=draw(st.sampled_from([None, None, 600.0, 6000.0])),
        burst_tokens=draw(st.sampled_from([1.0, 20.0, 500.0])),
        first_try=draw(st.sampled_from([None, FirstTry(law, share=0.6, asked_again_share=0.5)])),
    )


@st.composite
def worlds(draw: st.DrawFn, clock: Jittered, *, live: bool | None = None) -> World:
    """Worlds of up to three endpoints; `live` asks for a policy that reads the load, or for one that does not."""
    either: st.SearchStrategy[Endpoint] = st.one_of(pools(clock), apis(clock))
    endpoints = tuple(draw(st.lists(either, min_size=1, max_size=MOST_ENDPOINTS)))
    count = len(endpoints)
    odds = draw(st.lists(st.sampled_from([0.0, 0.2, 0.5]), min_size=count, max_size=count))
    shares = [share / sum(odds) for share in odds] if sum(odds) else [1.0, *[0.0] * (count - 1)]
    away = st.sampled_from([0, 0, 3, 40]).map(clock.seconds)
    rtt_s = [tuple(draw(away) for _ in range(count)) for _ in range(MOST_REGIONS)]
    reads_load = draw(st.booleans()) if live is None else live
    return World(
        endpoints=endpoints,
        router=LeastLoaded() if reads_load else FixedShare(tuple(shares)),
        rtt_s=tuple(rtt_s),
        eu_endpoints=tuple(draw(st.sets(st.integers(0, count - 1)))),
    )


@st.composite
def plays(draw: st.DrawFn, *, live: bool | None = None) -> Played:
    """A world with a trace whose every column varies."""
    clock = draw(jittered_clocks)
    assert isinstance(clock, Jittered)
    trace = draw(traces(clock, room_tokens=200))
    n = len(trace)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    trace = replace(
        trace,
        user_region=rng.integers(0, MOST_REGIONS, n),
        needs_eu=rng.random(n) < draw(st.sampled_from([0.0, 0.4])),
        route_u=rng.random(n),
        api_first_z=rng.standard_normal(n),
        api_pace_z=rng.standard_normal(n),
        escalate_u=rng.random(n),
    )
    return Played(draw(worlds(clock, live=live)), trace)
