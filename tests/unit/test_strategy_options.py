"""Options of our engines and of the API we buy from, as a scenario sets them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.catalogue import load_catalogue
from sim.metrics import TokenFlow, quantile_s
from sim.metrics.measure import AHEAD, DEFERRED, MAIN
from sim.scenario import ScenarioError, load
from sim.serving import DisaggregatedPool, ManagedApi
from sim.strategy.architecture import architecture
from sim.strategy.executors import Serial
from sim.strategy.months import month_flows
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


BATCHED = {
    "products__coding__interactive": False, "products__coding__patience": None,
    "products__coding__promise__limit_s": 86_400.0,
}  # fmt: skip
"""The coding product as work that can wait a day."""


def test_work_that_can_wait_is_bought_in_batches_outside_the_quota(monkeypatch) -> None:
    half = BATCHED | {"decisions__own_share": 0.5}
    at_once, row = last_service(played(small(**half), monkeypatch))
    batched, _ = last_service(played(small(**half, platform__api__deferrable="batch"), monkeypatch))
    support, coding = 0, 1
    api, before = batched.stations[API], at_once.stations[API]
    assert before.used[row, 0, DEFERRED, CALLS] == 0
    assert api.used[row, 0, DEFERRED, CALLS] == pytest.approx(batched.requests[row, coding] / 2, rel=0.01)
    assert api.sizes[row, 0] < 0.9 * before.sizes[row, 0]
    # Handed in and given back: hours for who can wait, nothing for who cannot.
    assert quantile_s(batched.e2e[row, coding], 0.9) > 1800 > 60 > quantile_s(batched.e2e[row, support], 0.99)
    assert batched.outcomes[row, :, SERVED].sum() > 0.97 * batched.requests[row].sum()


def test_batches_cost_their_share_of_the_list_price(monkeypatch) -> None:
    def tokens(**settings) -> list[TokenFlow]:
        run = played(small(**BATCHED, decisions__own_share=0.0, **settings), monkeypatch)
        return list(month_flows(run.months, load_catalogue(), deleted_share=0.0)[-1].tokens)

    (all_at_once,) = tokens()
    urgent, deferred = tokens(platform__api__deferrable="batch")
    assert not urgent.batched and deferred.batched and deferred.api == urgent.api
    assert urgent.calls + deferred.calls == pytest.approx(all_at_once.calls, rel=0.01)


def test_batches_are_served_whatever_the_quota(monkeypatch) -> None:
    """A quota that is far too small turns away who cannot wait, and no batch."""
    scenario = small(**BATCHED, decisions__own_share=0.0, platform__api__deferrable="batch",
                     products__support__demand__amount=40_000_000.0)  # fmt: skip
    service, row = last_service(played(scenario, monkeypatch))
    served = service.outcomes[row, :, SERVED] / service.requests[row]
    assert served[0] < 0.7 and served[1] > 0.99


def test_an_api_whose_calls_are_all_batched_needs_hardly_a_quota(monkeypatch) -> None:
    alone = {key.replace("coding", "support"): value for key, value in BATCHED.items()}
    scenario = small(**BATCHED, **alone, decisions__own_share=0.0, platform__api__deferrable="batch",
                     products__support__promise__measure="finished")  # fmt: skip
    service, row = last_service(played(scenario, monkeypatch))
    assert service.outcomes[row, :, SERVED].sum() > 0.99 * service.requests[row].sum()
    assert service.stations[0].used[row, 0, MAIN, CALLS] == 0


def test_the_recipe_buys_in_batches() -> None:
    example = load(Path(__file__).parents[2] / "scenarios" / "examples" / "overnight_in_batches.yaml")
    api = architecture(example, load_catalogue()).stations[0].units[0].endpoint
    assert isinstance(api, ManagedApi) and api.batch is not None and api.batch.products == (1,)


def test_what_goes_to_a_batch_must_be_able_to_wait_for_it() -> None:
    with pytest.raises(ScenarioError) as told:
        small(**{**BATCHED, "products__coding__promise__limit_s": 60.0}, products__coding__workflow="coding_agent",
              platform__api__deferrable="batch")  # fmt: skip
    assert "promise.limit_s: the batch tier promises an answer within 86400 s" in str(told.value)
    assert "workflow: each call of 'coding_agent' would wait for a batch of its own" in str(told.value)
