"""Compound requests against timelines computed by hand, on an API without spread."""

from dataclasses import replace

import numpy as np
import pytest

from sim.catalogue import load_catalogue
from sim.serving import (
    IN_FLIGHT,
    NOT_MADE,
    SERVED,
    TIMED_OUT,
    DataStore,
    FixedShare,
    World,
    simulate,
    simulate_requests,
)
from sim.workload import CompoundTrace, single_calls, unfold
from tests.reference.workloads import Ask, trace_of
from tests.reference.worlds import api, lengths, load, workflow, world

WAY_S = 0.05
"""Half the round trip between user and endpoint."""


def one(
    *steps: dict[str, object], patience: float = np.inf, loops: tuple[dict[str, object], ...] = ()
) -> CompoundTrace:
    requests = trace_of([Ask(10.0, 1, 1, patience=patience)])
    flow = workflow(*steps, loops=loops)
    return unfold(requests, {0: flow}, catalogue=load_catalogue(), seed=1, replication=0, name="test")


def near(*, store_region: int = 0) -> World:
    """One API, 0.1 s from its user; a call takes 0.3 s to its first token and 0.02 s for each other."""
    stores = (DataStore("documents", store_region, (0.2,)),)
    return World((api(),), FixedShare((1.0,)), ((2 * WAY_S,),), (0,), data=stores)


def call(id: str, *after: str, answer: int = 11, **settings: object) -> dict[str, object]:
    return {"id": id, "kind": "call", "after": list(after), "lengths": lengths(50, answer), **settings}


def tool(id: str, *after: str, takes_s: float, **settings: object) -> dict[str, object]:
    return {"id": id, "kind": "tool", "after": list(after), "duration": {"median_s": takes_s, "sigma": 0}, **settings}


SEARCH = {"id": "search", "kind": "retrieval", "store": "documents", "duration": {"median_s": 0.5, "sigma": 0},
          "round_trips": 2, "gb": 0.25}  # fmt: skip


def test_a_chain_with_a_tool_adds_up() -> None:
    record, requests = simulate_requests(near(), one(call("a"), tool("t", "a", takes_s=2.0), call("b", "t")))
    np.testing.assert_allclose(record.finish_s, [10.6, 13.2])
    np.testing.assert_allclose(record.first_token_s, [10.4, 13.0])
    assert requests.outcome.tolist() == [SERVED] and requests.calls.tolist() == [2]
    np.testing.assert_allclose(requests.end_to_end_s, [3.2])
    np.testing.assert_allclose(requests.first_token_s, [13.0])


def test_a_join_waits_for_the_slowest_branch_and_a_last_tool_counts() -> None:
    record, requests = simulate_requests(
        near(),
        one(call("a", answer=11), call("b", answer=101), tool("t", takes_s=1.0), call("c", "a", "b", "t"),
            tool("save", "c", takes_s=4.0)),
    )  # fmt: skip
    np.testing.assert_allclose(record.finish_s, [10.6, 12.4, 13.0])
    np.testing.assert_allclose(requests.finish_s, [17.0])
    np.testing.assert_allclose(requests.first_token_s, [12.8])


@pytest.mark.parametrize("store_region, crossed_gb", [(0, 0.0), (1, 0.25)])
def test_a_retrieval_adds_its_trips_and_carries_bytes_between_regions(store_region: int, crossed_gb: float) -> None:
    compound = one(SEARCH, call("a", "search"))
    record, requests = simulate_requests(near(store_region=store_region), compound)
    np.testing.assert_allclose(record.finish_s, [10.0 + 0.5 + 2 * 0.2 + 0.6])
    assert requests.cross_region_gb.tolist() == [crossed_gb]


def test_an_unknown_store_is_named() -> None:
    with pytest.raises(LookupError, match="'documents', and the world has none"):
        simulate_requests(replace(near(), data=()), one(SEARCH, call("a", "search")))


def test_who_leaves_during_a_tool_makes_no_further_call() -> None:
    record, requests = simulate_requests(
        near(), one(call("a"), tool("t", "a", takes_s=5.0), call("b", "t"), call("c", "b"), patience=3.0)
    )
    assert record.outcome.tolist() == [SERVED, TIMED_OUT, NOT_MADE]
    assert record.endpoint.tolist() == [0, -1, -1]
    assert requests.outcome.tolist() == [TIMED_OUT] and requests.calls.tolist() == [2]
    np.testing.assert_allclose(requests.finish_s, [13.0])
    assert np.isnan(requests.end_to_end_s[0]) and np.isnan(requests.first_token_s[0])


def test_patience_ends_when_the_last_calls_words_begin() -> None:
    in_time = one(call("a"), call("b", "a", answer=501), patience=1.01)
    assert simulate_requests(near(), in_time)[1].outcome.tolist() == [SERVED]
    late = one(call("a"), call("b", "a", answer=501), patience=0.99)
    assert simulate_requests(near(), late)[1].outcome.tolist() == [TIMED_OUT]


def test_a_window_cut_short_leaves_requests_in_flight() -> None:
    compound = one(call("a"), tool("t", "a", takes_s=2.0), call("b", "t"), tool("u", "b", takes_s=9.0))
    for until_s, calls in ((10.3, [IN_FLIGHT, NOT_MADE]), (11.0, [SERVED, NOT_MADE]), (14.0, [SERVED, SERVED])):
        record, requests = simulate_requests(near(), compound, until_s=until_s)
        assert record.outcome.tolist() == calls
        assert requests.outcome.tolist() == [IN_FLIGHT] and np.isnan(requests.finish_s[0])


def test_single_calls_are_the_plain_product() -> None:
    """Requests of one call give the log that playing their trace gives, to the bit."""
    from sim.serving import LeastLoaded

    trace = load(800, rate_rps=60.0)
    plain = simulate(world(LeastLoaded()), trace)
    record, requests = simulate_requests(world(LeastLoaded()), single_calls(trace))
    for name in ("outcome", "endpoint", "replica", "start_s", "first_token_s", "finish_s", "reason"):
        np.testing.assert_array_equal(getattr(record, name), getattr(plain, name))
    np.testing.assert_array_equal(requests.outcome, plain.outcome)
    served = plain.outcome == SERVED
    np.testing.assert_array_equal(requests.finish_s[served], plain.finish_s[served])
