"""Products whose requests are workflows: judged end to end, worked by call, delivered once."""

from typing import get_args

import numpy as np
import pytest

from sim.catalogue import load_catalogue
from sim.metrics.measure import MAIN, measure
from sim.metrics.measure_requests import measure_requests
from sim.scenario.products import Workflows
from sim.serving import saturated_rps, simulate, simulate_requests
from sim.strategy.compounds import NONE, SINGLE_CALL, compounds_of, request_size
from sim.strategy.surface import SurfaceKey, cell_work_s
from sim.strategy.totals import CALLS, SERVED
from sim.workload import draw_window, preset_workflows, single_calls
from tests.unit.strategy_small import last_service, played, small

ANSWER = "retrieval_answer"
ONE = {"products__coding__workflow": ANSWER}


def test_every_preset_is_a_choice() -> None:
    assert set(get_args(Workflows)) == {SINGLE_CALL, *preset_workflows()}


def test_requests_of_one_call_have_no_workflow() -> None:
    assert compounds_of(small().products, load_catalogue()) is NONE


@pytest.mark.parametrize("workflow", preset_workflows())
def test_every_request_has_one_end_and_every_call_is_work(workflow: str, monkeypatch) -> None:
    scenario = small(products__coding__workflow=workflow)
    run = played(scenario, monkeypatch)
    service, row = last_service(run)
    np.testing.assert_allclose(service.outcomes[row].sum(axis=-1), service.requests[row], rtol=1e-6)
    calls = sum(station.used[row, :, MAIN, CALLS].sum() for station in service.stations)
    assert calls > 1.2 * service.requests[row].sum()


def the_key(monkeypatch, **settings) -> SurfaceKey:
    model = played(small(**settings), monkeypatch).epochs[0].operator.models[0]
    return model.unit_cell(model.station.units[0], 1).key


def test_a_surface_names_what_it_reads(monkeypatch) -> None:
    single, answer, agent = (the_key(monkeypatch, products__coding__workflow=w) for w in (
        SINGLE_CALL, ANSWER, "coding_agent"
    ))  # fmt: skip
    assert not single.compounds and answer.compounds != agent.compounds
    # The answer's lengths are measured ones: their rows are part of the key.
    assert answer.compounds.facts and {fact.table for fact in answer.compounds.facts} == {"lengths"}
    assert hash(answer) == hash(the_key(monkeypatch, products__coding__workflow=ANSWER))


def test_saturation_is_in_requests(monkeypatch) -> None:
    """Calls a second under a backlog, over the calls of a request."""
    key = the_key(monkeypatch, **ONE)
    mix = key.mixes[-1]
    each, tokens = request_size(key.compounds, mix, seed=key.seed)
    assert 1 < each < 2 and tokens > 0
    many = round(key.effort.probe_calls / each)
    probe = draw_window(mix, many, rate_rps=1.0, seed=key.seed, replication=0, name="probe")
    calls = key.compounds.unfold(probe, seed=key.seed, replication=0, name="probe").calls
    expected_rps = saturated_rps(key.world.endpoints[0], calls) / (len(calls) / many)
    assert 1 / cell_work_s(key, mix) == pytest.approx(expected_rps, rel=1e-9)


def test_single_calls_measure_the_same_by_request_and_by_call(monkeypatch) -> None:
    key = the_key(monkeypatch)
    trace = draw_window(key.mixes[0], 300, rate_rps=10.0, seed=1, replication=0, name="same")
    cell = np.zeros(len(trace), dtype=np.int64)
    by_call = measure(key.world, trace, record=simulate(key.world, trace), cell=cell, cells=1)
    compound = single_calls(trace)
    calls, requests = simulate_requests(key.world, compound)
    by_request = measure_requests(key.world, compound, calls=calls, requests=requests, cell=cell, cells=1)
    for name in ("outcomes", "delivered_tokens", "used", "cross_region_gb", "ttft", "e2e"):
        np.testing.assert_array_equal(getattr(by_request, name), getattr(by_call, name), err_msg=name)
    assert by_request.tpot.sum() == by_call.tpot.sum()


def test_only_the_last_answer_is_delivered(monkeypatch) -> None:
    service, row = last_service(played(small(**ONE, decisions__own_share=1.0), monkeypatch))
    used = service.stations[0].used[row, 0, MAIN]
    delivered = service.delivered_tokens[row].sum(axis=0)
    assert delivered[1] < used[3] and delivered[0] < used[1] + used[2]
    assert service.outcomes[row, :, SERVED].sum() > 0


def test_passages_cross_between_regions_where_the_store_is_in_another(monkeypatch) -> None:
    def crossed(**settings) -> float:
        service, row = last_service(played(small(**ONE, **settings), monkeypatch))
        return float(service.cross_region_gb[row].sum())

    two = {"decisions__residency": "eu_only", "platform__eu_regions": ["eu_west", "eu_north"]}
    assert crossed() == 0.0
    gb = crossed(decisions__own_share=1.0, **two)
    assert gb > 0
    assert crossed(decisions__own_share=1.0, platform__routing="least_loaded", **two) > 0


def test_a_workflow_makes_the_way_for_every_call(monkeypatch) -> None:
    """Far users wait longer by more than one round trip, so they are simulated where they are."""
    key = the_key(monkeypatch, **ONE)
    ways = {row[0] for row in key.world.rtt_s}
    assert len(ways) > 1 and min(ways) > 0
    assert [store.id for store in key.world.data] == ["documents"]
