"""Options of our engines and of the API we buy from, as a scenario sets them."""

from dataclasses import replace

import numpy as np
import pytest

from sim.catalogue import load_catalogue
from sim.metrics import quantile_s
from sim.metrics.measure import AHEAD, MAIN
from sim.serving import DisaggregatedPool, ManagedApi
from sim.strategy.architecture import architecture
from sim.strategy.executors import Serial
from sim.strategy.play import Played
from sim.strategy.stations import StationModel
from sim.strategy.store import SurfaceStore
from sim.strategy.surface import Surface
from sim.strategy.totals import CALLS, REFUSED, SERVED, TIMED_OUT
from sim.strategy.units import sized
from tests.unit.strategy_small import LEAST, last_service, played, small

POOL, API = 0, 1


def model_of(run: Played, station: int) -> StationModel:
    return run.epochs[0].operator.models[station]


def tabulated(model: StationModel, size: float) -> Surface:
    key = model.unit_cell(model.station.units[0], size).key
    return SurfaceStore().surfaces([key], Serial())[0][key]


def work_s(monkeypatch, **settings) -> float:
    """Seconds of a replica that a request takes."""
    run = played(small(**settings), monkeypatch)
    return float(tabulated(model_of(run, POOL), 1).work_s[0])


def test_a_calibration_scales_the_work(monkeypatch) -> None:
    plain = work_s(monkeypatch)
    assert work_s(monkeypatch, platform__engine__calibration=2.0) == pytest.approx(2 * plain, rel=1e-6)


def test_proposals_that_hold_make_words_come_faster(monkeypatch) -> None:
    def pace_s(acceptance: float | None) -> float:
        drafting = None if acceptance is None else {"draft_tokens": 4, "acceptance": acceptance}
        run = played(small(platform__engine__speculation=drafting), monkeypatch)
        lightest = tabulated(model_of(run, POOL), 1).measured.tpot[0, 0].sum(axis=(0, 1))
        return float(quantile_s(lightest, 0.5))

    assert pace_s(0.9) < 0.75 * pace_s(None) and pace_s(None) < pace_s(0.0)


def test_a_split_pool_has_all_its_replicas_and_both_kinds() -> None:
    scenario = small(platform__engine__prefill_share=0.4)
    unit = architecture(scenario, load_catalogue()).stations[POOL].units[0]
    assert unit.is_pool and unit.least_size == 2
    for replicas, reading in ((2, 1), (5, 2), (10, 4)):
        pool = sized(unit, replicas)
        assert isinstance(pool, DisaggregatedPool)
        assert (pool.prefill.replicas, pool.decode.replicas) == (reading, replicas - reading)


def test_a_split_pool_serves(monkeypatch) -> None:
    scenario = small(platform__engine__prefill_share=0.5, platform__min_replicas=1)
    service, row = last_service(played(scenario, monkeypatch))
    assert service.stations[POOL].sizes[row, 0] >= 2
    assert service.outcomes[row, :, SERVED].sum() > 0.97 * service.requests[row].sum()


def test_who_ranks_higher_waits_less(monkeypatch) -> None:
    """At a load beyond what the pool can serve, for either of two products."""

    def first_words_s(**priorities: int) -> list[float]:
        settings = {f"products__{id}__priority": rank for id, rank in priorities.items()}
        run = played(small(**settings), monkeypatch, effort=replace(LEAST, calls=1500))
        surface = tabulated(model_of(run, POOL), 1)
        return [float(quantile_s(surface.measured.ttft[-1, -1, :, kind].sum(axis=0), 0.5)) for kind in (0, 1)]

    equal, first, second = first_words_s(), first_words_s(support=1), first_words_s(coding=1)
    assert first[0] < 0.5 * equal[0] and first[1] > equal[1] and second[1] < 0.5 * equal[1]


def test_equal_priorities_are_none() -> None:
    catalogue = load_catalogue()
    ranked = architecture(small(products__support__priority=3, products__coding__priority=3), catalogue)
    assert ranked.stations[POOL].units[0].endpoint == architecture(small(), catalogue).stations[POOL].units[0].endpoint


def api_of(**settings) -> ManagedApi:
    endpoint = sized(architecture(small(**settings), load_catalogue()).stations[API].units[0], 100_000.0)
    assert isinstance(endpoint, ManagedApi)
    return endpoint


def test_an_api_without_options_is_a_quota_of_tokens() -> None:
    api = api_of()
    assert (api.tokens_per_min, api.requests_per_min, api.retry, api.provisioned) == (100_000.0, None, None, None)


def test_requests_are_granted_with_tokens() -> None:
    api = api_of(platform__api__requests_per_1000_tokens=6.0)
    assert api.requests_per_min == pytest.approx(600.0)
    assert api.burst_requests == pytest.approx(600.0 * api.burst_tokens / 100_000.0)


def test_a_tight_limit_of_requests_asks_for_more_quota(monkeypatch) -> None:
    def quota(**settings) -> float:
        service, row = last_service(played(small(**settings), monkeypatch))
        return float(service.stations[API].sizes[row, 0])

    # One request with each 5,000 tokens, and requests have half as many: the rest is asked for in vain.
    assert quota(platform__api__requests_per_1000_tokens=0.2) > 1.5 * quota()


def test_a_share_is_provisioned_and_the_rest_is_quota() -> None:
    api = api_of(platform__api__provisioned_share=0.3)
    assert api.provisioned is not None and api.provisioned.spills
    assert (api.provisioned.tokens_per_min, api.tokens_per_min) == (pytest.approx(30_000), pytest.approx(70_000))
    whole = api_of(platform__api__provisioned_share=1.0)
    assert whole.tokens_per_min is None and whole.provisioned is not None and not whole.provisioned.spills


def test_work_on_provisioned_throughput_is_counted_apart(monkeypatch) -> None:
    def calls(share: float) -> np.ndarray:
        service, row = last_service(played(small(platform__api__provisioned_share=share), monkeypatch))
        return service.stations[API].used[row, 0, :, CALLS]

    none, some, all_of_it = calls(0.0), calls(0.5), calls(1.0)
    assert none[AHEAD] == 0 and none[MAIN] > 0
    assert some[AHEAD] > some[MAIN] > 0
    assert all_of_it[MAIN] == 0 and all_of_it[AHEAD] > 0


def test_retries_lose_what_waiting_would_have_served(monkeypatch) -> None:
    """Beyond the quota: who asks again is not first come, first served, and may give up."""
    beyond = replace(LEAST, loads=(0.3, 1.6), api_calls=1500)

    def outcomes(at_limit: str) -> np.ndarray:
        run = played(small(platform__api__at_limit=at_limit), monkeypatch, effort=beyond)
        return tabulated(model_of(run, API), 1).measured.outcomes[0, -1].sum(axis=(0, 1))

    waited, asked_again = outcomes("wait"), outcomes("retry")
    assert waited[REFUSED] == 0
    assert asked_again[REFUSED] > 0
    assert waited.sum() == asked_again.sum() and waited[TIMED_OUT] > 0
