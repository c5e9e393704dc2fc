"""Failures count where the fidelity asks for them: states weighted by their hours, nobody lost."""

from dataclasses import replace
from math import comb

import numpy as np
import pytest

from sim.catalogue import load_catalogue
from sim.serving.disruption.hazards import api_outages, gpu_failures, region_outages
from sim.strategy.cells import always_up, readings, with_failures
from sim.strategy.fidelity import EFFORTS
from sim.strategy.play import Played
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
