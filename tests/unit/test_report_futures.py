"""Futures that were drawn and decisions taken later become the evidence of a report, plan by plan, future by future."""

import numpy as np
import pytest

from sim.reports.document.build import build_report
from sim.reports.document.from_futures import evidence_of
from sim.reports.document.gathering import Asked, decisions_between, gathered
from sim.scenario import load, set_fields
from sim.strategy import evaluate
from sim.strategy import futures as library
from sim.strategy.futures import futures, sensitivity

N = 12
DECIDED = {"decisions.movable_share": 0.7, "decisions.vector_store": "open_hosted"}


@pytest.fixture(scope="module")
def outcomes():
    base = set_fields(load("prototype_by_friday"), {"months": 12})
    # Both of one name: futures must tell them apart all the same.
    return [evaluate(base), evaluate(set_fields(base, {**DECIDED, "company.build_people": 3}))]


@pytest.fixture(scope="module")
def gathering(outcomes):
    """The evidence, and what was drawn and moved for it on the way."""
    stages, made = [], []

    def kept(work):
        return lambda *args, **more: made.append(work(*args, **more)) or made[-1]

    with pytest.MonkeyPatch.context() as patched:
        for work in (futures, sensitivity):
            patched.setattr(library, work.__name__, kept(work))
        evidence = gathered(outcomes, Asked(futures=N, waiting=True), tell=lambda *told: stages.append(told))
    told = {stage.split(":")[0] for stage, *_ in stages}
    assert told == {"Building surfaces", "Reading futures", "Moving every assumption", "Deciding later"}
    drawn, moved, later = made
    assert [strategy.name for strategy in later.strategies[1:]] == ["decided after 0 months", "decided after 6 months"]
    return evidence, (drawn, moved)


@pytest.fixture(scope="module")
def found(gathering):
    return gathering[0]


@pytest.fixture(scope="module")
def played(gathering):
    return gathering[1]


def test_evidence_is_what_the_futures_say(found, played, outcomes):
    drawn, moved = played
    assert found.futures is not None and found.futures.n == N
    for at, strategy in enumerate(drawn.strategies):
        assert found.futures.npv_usd[at] == tuple(strategy.npv_usd.tolist())
        assert found.futures.passing[at] == int(strategy.passed.sum())
        assert np.allclose(found.futures.by_month[at]["worth_usd"][:, -1], strategy.npv_usd)
        profit = next(column for column in strategy.annual if column.line == "profit")
        assert np.median(found.futures.by_year_usd[at]["profit"], axis=0) == pytest.approx(profit.median)
    told = found.sensitivity
    assert told is not None
    worth = [tornado for tornado in moved.tornadoes if tornado.figure == "npv_usd"]
    assert told.expected_usd == worth[told.ours].likely - worth[told.theirs].likely
    sizes = [abs(pull.at_high_usd - pull.at_low_usd) for pull in told.pulls]
    assert sizes == sorted(sizes, reverse=True) and min(sizes) > 0
    report = build_report(outcomes, evidence=found)
    assert report.section("futures") is not None and report.stamp.futures == N


def test_ranges_of_money_hold_eighty_of_a_hundred_futures(found, outcomes):
    report = build_report(outcomes, evidence=found)
    fan = report.section("money").block("worth_fan")
    for line, worth in zip(fan.lines, found.futures.npv_usd, strict=True):
        assert (line.low[-1], line.high[-1]) == pytest.approx(tuple(np.quantile(worth, (0.1, 0.9))))
        assert line.values[-1] == pytest.approx(np.median(worth))
    difference = report.section("decision").block("difference").lines[0]
    paired = found.futures.paired(1, 0)
    assert (difference.low[-1], difference.high[-1]) == pytest.approx((paired.low, paired.high))
    margin = report.section("decision").block("key_figures").rows[2].figures
    for at, figure in enumerate(margin):
        last = found.futures.by_month[at]["margin"][:, -1]
        assert (figure.low, figure.high) == pytest.approx(tuple(np.quantile(last, (0.1, 0.9)))) and figure.note
    rows = {str(row[0]): row for row in report.section("money").block("by_year").rows}
    assert rows["Profit"][1].ranged and rows["Profit"][-1].note and not rows["Gross profit"][1].ranged


def test_waiting_takes_the_decisions_and_nothing_else(found, outcomes):
    waiting = found.waiting
    assert waiting is not None and waiting.option == 1
    assert waiting.cost.decision == DECIDED == decisions_between(outcomes[0].scenario, outcomes[1].scenario)
    assert [waited.month for waited in waiting.cost.taken] == [0, 6]
    alone = evaluate(set_fields(outcomes[0].scenario, DECIDED))
    assert waiting.cost.taken[0].npv_usd == alone.npv_usd and waiting.cost.never.npv_usd == outcomes[0].npv_usd
    report = build_report(outcomes, evidence=found)
    section = report.section("reversal")
    bars = section.block("waiting_gain").bars
    assert [bar.figure.value for bar in bars] == [w.npv_usd - outcomes[0].npv_usd for w in waiting.cost.taken]
    assert all(bar.figure.ranged for bar in bars)
    gains = [row[3].value for row in section.block("waiting").rows]
    assert gains == [100 * gain.above.mean for gain in waiting.gains]


def test_a_decision_that_is_not_taken_cannot_wait(outcomes):
    same = [outcomes[0], evaluate(set_fields(outcomes[0].scenario, {"company.build_people": 3}))]
    with pytest.raises(ValueError, match="nothing can be decided later"):
        gathered(same, Asked(waiting=True))
    assert gathered(outcomes[:1], Asked(waiting=True)).waiting is None


def test_futures_of_other_scenarios_are_refused(played, outcomes):
    drawn, _ = played
    with pytest.raises(ValueError, match="another order"):
        evidence_of(outcomes[::-1], drawn=drawn)
