"""Failures count where the fidelity asks for them: states weighted by their hours, nobody lost."""

from dataclasses import replace
from math import comb

import numpy as np
import pytest

from sim.catalogue import load_catalogue
from sim.scenario.memory import weight_bytes
from sim.serving.disruption.hazards import (
    api_outages,
    gpu_failures,
    region_outages,
    replica_start_s,
    spot_interruptions,
)
from sim.strategy.cells import always_up, readings, with_failures
from sim.strategy.evaluate import evaluate
from sim.strategy.fidelity import EFFORTS
from sim.strategy.play import Played
from sim.strategy.store import SurfaceStore
from sim.strategy.totals import FAILED, SERVED
from tests.unit.strategy_small import LEAST, last_service, played, small

FAILING = replace(LEAST, most_states=4)
POOL, API = 0, 1


def test_only_the_full_fidelity_lets_things_fail() -> None:
    assert {name: effort.most_states > 1 for name, effort in EFFORTS.items()} == {
        "draft": False, "standard": False, "full": True
    }  # fmt: skip


def failing(monkeypatch, **settings) -> Played:
    return played(small(**settings), monkeypatch, effort=FAILING)


def test_a_state_counts_for_its_hours(monkeypatch) -> None:
    catalogue = load_catalogue()
    model = failing(monkeypatch).epochs[0].operator.models[POOL]
    states = with_failures(model, np.array([[3.0]]), catalogue=catalogue)
    assert states.share.sum() == pytest.approx(1)
    up = gpu_failures(catalogue, gpus_per_replica=small().platform.engine.gpus_per_replica).availability
    there = region_outages(catalogue).availability
    by_size = dict(zip(states.sizes[:, 0].tolist(), states.share.tolist(), strict=True))
    for k in (3, 2, 1):
        assert by_size[float(k)] == pytest.approx(there * comb(3, k) * up**k * (1 - up) ** (3 - k), rel=1e-9)
    assert by_size[0.0] == pytest.approx(1 - there + there * (1 - up) ** 3, rel=1e-9)
    assert states.sizes[states.rank == 0].tolist() == [[3.0]]


def test_one_out_is_read_as_one_fewer(monkeypatch) -> None:
    model = failing(monkeypatch).epochs[0].operator.models[POOL]
    states = with_failures(model, np.array([[2.0]]), catalogue=load_catalogue())
    read = readings(model, states, bound=np.inf)
    cells = {each.sizes[0, 0]: each.cell for each in read}
    assert cells[2.0] == model.unit_cell(model.station.units[0], 2)
    assert cells[1.0] == model.unit_cell(model.station.units[0], 1)
    assert cells[0.0] is None


def test_an_api_that_is_out_fails_its_requests(monkeypatch) -> None:
    catalogue = load_catalogue()
    service, row = last_service(failing(monkeypatch, decisions__own_share=0.0))
    up = api_outages(catalogue).availability * region_outages(catalogue).availability
    np.testing.assert_allclose(service.outcomes[row, :, FAILED] / service.requests[row], 1 - up, rtol=1e-9)
    np.testing.assert_allclose(service.outcomes[row].sum(axis=-1), service.requests[row], rtol=1e-6)
    np.testing.assert_allclose(service.promised[row].sum(axis=-1), service.requests[row], rtol=1e-5)


@pytest.mark.parametrize("settings", [
    {},
    {"platform__routing": "least_loaded", "decisions__own_share": 0.5},
    {"decisions__residency": "eu_only", "decisions__own_share": 0.5},
])  # fmt: skip
def test_failures_cost_answers_and_lose_nobody(settings, monkeypatch) -> None:
    calm, row = last_service(played(small(**settings), monkeypatch))
    service, _ = last_service(failing(monkeypatch, **settings))
    np.testing.assert_allclose(service.outcomes[row].sum(axis=-1), service.requests[row], rtol=1e-6)
    assert (service.outcomes[row, :, SERVED] < calm.outcomes[row, :, SERVED]).all()
    assert (service.outcomes[row, :, FAILED] > 0).all() and not calm.outcomes[row, :, FAILED].any()
    assert (service.in_time[row] <= calm.in_time[row] + 1e-9).all()
    for stations in zip(service.stations, calm.stations, strict=True):
        np.testing.assert_array_equal(*(each.sizes for each in stations))


def test_a_router_sends_around_what_is_out(monkeypatch) -> None:
    """Where the pool and the API share their load, only what takes both out fails a request."""
    joint = {"decisions__own_share": 0.5}
    apart, row = last_service(failing(monkeypatch, **joint))
    together, _ = last_service(failing(monkeypatch, platform__routing="least_loaded", **joint))
    assert together.outcomes[row, :, FAILED].sum() < 0.5 * apart.outcomes[row, :, FAILED].sum()


def test_without_failures_every_case_is_read_once() -> None:
    sizes = np.array([[2.0, 5.0], [3.0, 5.0]])
    states = always_up(sizes)
    assert states.case.tolist() == [0, 1] and states.share.tolist() == [1.0, 1.0] and states.sizes is sizes


def test_spot_that_is_taken_back_counts_for_its_minutes(monkeypatch) -> None:
    """Two of three replicas on spot: out for a notice and the start of what stands in for it, or by failure."""
    catalogue = load_catalogue()
    spot = small(platform__spot_share=0.67, platform__reserved_share=0.33)
    model = played(spot, monkeypatch, effort=FAILING).epochs[0].operator.models[POOL]
    states = with_failures(model, np.array([[3.0]]), catalogue=catalogue)
    engine = spot.platform.engine
    up = gpu_failures(catalogue, gpus_per_replica=engine.gpus_per_replica).availability
    start_s = replica_start_s(catalogue, weights_gb=weight_bytes(engine, catalogue) / 1e9)
    taken = up * spot_interruptions(catalogue, gpu=engine.gpu, replacement_s=start_s).availability
    there = region_outages(catalogue).availability
    by_size = dict(zip(states.sizes[:, 0].tolist(), states.share.tolist(), strict=True))
    assert by_size[3.0] == pytest.approx(there * up * taken**2, rel=1e-9)
    assert by_size[2.0] == pytest.approx(there * ((1 - up) * taken**2 + 2 * up * taken * (1 - taken)), rel=1e-9)
    assert states.share.sum() == pytest.approx(1)


def test_spot_fails_more_answers_than_what_is_reserved(monkeypatch) -> None:
    busy = {"decisions__own_share": 1.0, "platform__min_replicas": 1, "platform__max_replicas": 1}
    owned, row = last_service(failing(monkeypatch, **busy))
    spot, _ = last_service(failing(monkeypatch, platform__spot_share=1.0, platform__reserved_share=0.0, **busy))
    assert (spot.outcomes[row, :, FAILED] > owned.outcomes[row, :, FAILED]).all()
    np.testing.assert_allclose(spot.outcomes[row].sum(axis=-1), spot.requests[row], rtol=1e-6)


def test_a_small_full_run_is_a_whole_outcome(monkeypatch) -> None:
    """As `full`, only smaller: failures, an autoscaler's days and all that is read from them."""
    effort = replace(FAILING, day_replicas=2, day_replications=1)
    monkeypatch.setitem(EFFORTS, "full", effort)
    scaling = {"requests_per_replica": 8.0, "settle_s": 30.0}
    scenario = small(
        platform__autoscaling=scaling, platform__engine__calibration=20.0, platform__min_replicas=1,
        platform__reserved_share=0.3,
    )  # fmt: skip
    outcome = evaluate(scenario, fidelity="full", store=SurfaceStore())
    last = outcome.months[-1]
    ends = last.served + last.timed_out + last.refused + last.failed
    assert outcome.fidelity == "full" and ends == pytest.approx(last.requests, rel=1e-5)
    assert 0 < last.failed < 0.02 * last.requests
    (least,), (most,) = last.replicas_least.values(), last.replicas.values()
    assert 1 <= least < most
    assert sum(usd for line, usd in last.cost_usd.items() if line != "total") == pytest.approx(last.cost_usd["total"])
