"""Routing policies, the residency that filters what they see, and the way there and back."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.serving import (
    REFUSED,
    SERVED,
    TIMED_OUT,
    FixedShare,
    LeastLoaded,
    ManagedApi,
    Router,
    RunRecord,
    World,
    simulate,
)
from sim.serving.routing import allowed_endpoints
from sim.workload.trace import Trace
from tests.reference.workloads import Ask, make_pool, make_step, trace_of


@dataclass(frozen=True, slots=True)
class Held:
    """An endpoint as a policy sees it."""

    load_share: float


def endpoints(*loads: float) -> list[Held]:
    return [Held(load) for load in loads]


# --- policies ----------------------------------------------------------------------------------------


def chosen_shares(router: Router, allowed: tuple[int, ...]) -> dict[int, float]:
    """How a thousand evenly spread draws are divided."""
    draws = (np.arange(1000) + 0.5) / 1000
    chosen = [router.route(u, allowed, ()).endpoint for u in draws.tolist()]
    return {endpoint: chosen.count(endpoint) / 1000 for endpoint in allowed}


@pytest.mark.parametrize(
    ("shares", "allowed", "expected"),
    [
        ((0.2, 0.5, 0.3), (0, 1, 2), {0: 0.2, 1: 0.5, 2: 0.3}),
        ((0.2, 0.5, 0.3), (0, 2), {0: 0.4, 2: 0.6}),
        ((0.2, 0.5, 0.3), (1,), {1: 1.0}),
        ((1.0, 0.0, 0.0), (0, 1, 2), {0: 1.0, 1: 0.0, 2: 0.0}),
        ((1.0, 0.0, 0.0), (1, 2), {1: 0.5, 2: 0.5}),
    ],
)
def test_fixed_shares_are_kept_among_the_allowed(
    shares: tuple[float, ...], allowed: tuple[int, ...], expected: dict[int, float]
) -> None:
    assert chosen_shares(FixedShare(shares), allowed) == pytest.approx(expected)


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=6), st.floats(0.0, 1.0, exclude_max=True), st.data())
def test_a_fixed_share_chooses_an_allowed_endpoint_and_never_one_without_share(
    shares: list[float], u: float, data: st.DataObject
) -> None:
    allowed = sorted(data.draw(st.sets(st.sampled_from(range(len(shares))), min_size=1)))
    chosen = FixedShare(tuple(shares)).route(u, allowed, ()).endpoint
    assert chosen in allowed
    assert shares[chosen] > 0 or sum(shares[e] for e in allowed) == 0


def test_a_larger_share_only_takes_over() -> None:
    """Whoever the first endpoint served it still serves when its share grows: the draw is the request's own."""
    draws = np.linspace(0, 0.999, 200).tolist()
    small = [FixedShare((0.3, 0.7)).route(u, (0, 1), ()).endpoint for u in draws]
    large = [FixedShare((0.6, 0.4)).route(u, (0, 1), ()).endpoint for u in draws]
    assert all(b <= a for a, b in zip(small, large, strict=True))


def test_least_loaded_takes_the_lowest_load_and_the_first_of_equals() -> None:
    router = LeastLoaded()
    assert router.route(0.9, (0, 1, 2), endpoints(0.5, 0.2, 0.4)).endpoint == 1
    assert router.route(0.9, (0, 2), endpoints(0.5, 0.2, 0.4)).endpoint == 2
    assert router.route(0.9, (0, 1, 2), endpoints(0.5, 0.4, 0.4)).endpoint == 1


@pytest.mark.parametrize("router", [FixedShare((0.5, 0.5)), LeastLoaded()])
def test_a_decision_has_a_reason(router: Router) -> None:
    assert router.route(0.1, (0, 1), endpoints(0.0, 0.0)).reason


def test_only_live_load_needs_state() -> None:
    assert LeastLoaded().needs_state and not FixedShare((1.0,)).needs_state


# --- residency ---------------------------------------------------------------------------------------


def test_residency_leaves_only_what_processes_in_the_eu() -> None:
    assert allowed_endpoints(3, (2, 1, 2)) == {False: (0, 1, 2), True: (1, 2)}
    assert allowed_endpoints(2, ()) == {False: (0, 1), True: ()}


def api(id: str = "api", **changes: object) -> ManagedApi:
    """First token after a second, half a second for each further one."""
    plain = ManagedApi(
        id=id,
        region=0,
        first_token_median_s=1.0,
        first_token_sigma=0.0,
        token_pace_median_s=0.5,
        token_pace_sigma=0.0,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def world(router: Router, *, rtt_s: tuple[tuple[float, ...], ...] = ((0.0, 0.0),), eu: tuple[int, ...] = ()) -> World:
    return World(endpoints=(api("a"), api("b")), router=router, rtt_s=rtt_s, eu_endpoints=eu)


def eight(**columns: object) -> Trace:
    base = trace_of([Ask(at, asked=5, answer=3) for at in range(8)])
    return replace(base, route_u=np.arange(8) / 8, **columns)  # type: ignore[arg-type]


ROUTERS = [FixedShare((0.75, 0.25)), LeastLoaded()]


@pytest.mark.parametrize("router", ROUTERS)
def test_who_needs_the_eu_is_served_there_or_refused(router: Router) -> None:
    needs_eu = np.arange(8) % 2 == 0
    there = simulate(world(router, eu=(1,)), eight(needs_eu=needs_eu))
    assert there.count(SERVED) == 8
    assert set(there.endpoint[needs_eu].tolist()) == {1}
    nowhere = simulate(world(router), eight(needs_eu=needs_eu))
    assert np.array_equal(nowhere.outcome == REFUSED, needs_eu)
    assert set(nowhere.endpoint[needs_eu].tolist()) == {-1}
    assert np.array_equal(nowhere.finish_s[needs_eu], eight().arrival_s[needs_eu])
    assert np.all(np.isnan(nowhere.first_token_s[needs_eu]))


# --- the way there and back --------------------------------------------------------------------------


def both(rtt_s: float, trace: Trace) -> tuple[RunRecord, RunRecord]:
    """The same world under a policy without and one with live state; the second endpoint is never chosen."""
    rows = ((rtt_s, 9.0),)
    only_first = simulate(world(FixedShare((1.0, 0.0)), rtt_s=rows), trace)
    return only_first, simulate(replace(world(LeastLoaded(), rtt_s=rows)), trace)


def test_a_round_trip_is_added_to_what_the_user_sees() -> None:
    trace = trace_of([Ask(0, asked=5, answer=3), Ask(10, asked=5, answer=1)])
    for record in both(0.5, trace):
        assert record.first_token_s.tolist() == [1.5, 11.5]
        assert record.finish_s.tolist() == [2.5, 11.5]
        assert record.start_s.tolist() == [0.25, 10.25]


def test_patience_is_counted_at_the_user() -> None:
    """The first words are underway for 1.5 s: whoever waits less, or just as long, leaves."""
    patience = [1.4, 1.5, 1.6]
    trace = trace_of([Ask(20 * i, asked=5, answer=1, patience=p) for i, p in enumerate(patience)])
    for record in both(0.5, trace):
        assert record.outcome.tolist() == [TIMED_OUT, TIMED_OUT, SERVED]


def test_who_cannot_even_be_reached_in_time_leaves() -> None:
    trace = trace_of([Ask(0, asked=5, answer=1, patience=0.1), Ask(30, asked=5, answer=1)])
    for record in both(0.5, trace):
        assert record.outcome.tolist() == [TIMED_OUT, SERVED]


def test_each_user_region_has_its_own_way() -> None:
    trace = replace(trace_of([Ask(0, asked=5, answer=1), Ask(9, asked=5, answer=1)]), user_region=np.array([0, 1]))
    near_far = world(FixedShare((1.0, 0.0)), rtt_s=((0.0, 0.0), (2.0, 0.0)))
    assert simulate(near_far, trace).first_token_s.tolist() == [1.0, 12.0]


def test_live_load_is_seen_when_the_request_arrives() -> None:
    """A pool of one place holds the first for 5 s: the second goes to the API, the third back to the pool."""
    pool = make_pool(make_step(), max_running=1)
    mixed = World(endpoints=(pool, api(concurrency=1)), router=LeastLoaded(), rtt_s=((0.0, 0.0),), eu_endpoints=())
    asks = [Ask(0, asked=1, answer=5), Ask(1, asked=1, answer=9), Ask(6, asked=1, answer=1)]
    record = simulate(mixed, trace_of(asks))
    assert record.endpoint.tolist() == [0, 1, 0]
    assert record.finish_s.tolist() == [5.0, 6.0, 7.0]


def test_a_world_needs_endpoints_and_a_way_to_each() -> None:
    with pytest.raises(ValueError, match="at least one endpoint"):
        World(endpoints=(), router=LeastLoaded(), rtt_s=((),))
    with pytest.raises(ValueError, match="round trip to each of the 2"):
        world(LeastLoaded(), rtt_s=((0.0,),))
