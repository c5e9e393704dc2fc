"""Futures that were drawn become the evidence of a report, plan by plan and future by future."""

import pytest

from sim.reports.document.build import build_report
from sim.reports.document.from_futures import evidence_of
from sim.scenario import load, set_fields
from sim.strategy import evaluate
from sim.strategy.futures import futures, sensitivity
from sim.strategy.store import SurfaceStore

N = 20


@pytest.fixture(scope="module")
def played():
    scenarios = [set_fields(load(name), {"months": 12}) for name in ("prototype_by_friday", "open_models_by_the_token")]
    store = SurfaceStore()
    outcomes = [evaluate(scenario, store=store) for scenario in scenarios]
    return outcomes, futures(scenarios, n=N, store=store), sensitivity(scenarios, store=store)


def test_evidence_is_what_the_futures_say(played):
    outcomes, drawn, moved = played
    found = evidence_of(outcomes, drawn=drawn, moved=moved)
    assert found.futures is not None and found.futures.n == N
    for at, strategy in enumerate(drawn.strategies):
        assert found.futures.npv_usd[at] == tuple(strategy.npv_usd.tolist())
        assert found.futures.passing[at] == int(strategy.passed.sum())
    told = found.sensitivity
    assert told is not None
    worth = [tornado for tornado in moved.tornadoes if tornado.figure == "npv_usd"]
    assert told.expected_usd == worth[told.ours].likely - worth[told.theirs].likely
    sizes = [abs(pull.at_high_usd - pull.at_low_usd) for pull in told.pulls]
    assert sizes == sorted(sizes, reverse=True) and min(sizes) > 0
    report = build_report(outcomes, evidence=found)
    assert report.section("futures") is not None and report.stamp.futures == N


def test_futures_of_other_scenarios_are_refused(played):
    outcomes, drawn, _ = played
    with pytest.raises(ValueError, match="another order"):
        evidence_of(outcomes[::-1], drawn=drawn)
