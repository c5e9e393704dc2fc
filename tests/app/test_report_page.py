"""Report: what is chosen becomes what is previewed and what is built."""

from dataclasses import replace
from time import monotonic, sleep

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app_pages import follow, report_more, text
from app_pages.follow import SWITCH
from app_pages.jobs import jobs
from sim import scenario as scenarios
from sim import strategy
from sim.reports.document.build import build_report
from sim.reports.document.gathering import Asked
from tests.app.fake_outcome import fake_outcome
from tests.app.test_pages import APP, said
from tests.unit.report_evidence import evidence

LONGEST_S = 120


@pytest.fixture(autouse=True)
def _invented(monkeypatch):
    st.cache_resource.clear()
    monkeypatch.setattr(strategy, "evaluate", _evaluate, raising=False)
    yield
    st.cache_resource.clear()


def _evaluate(scenario, *, fidelity="draft"):
    return fake_outcome(scenario, scenarios.scenario_hash(scenario))


def opened():
    at = AppTest.from_file(str(APP), default_timeout=120).run()
    return at.switch_page("app_pages/report.py").run()


def _outcome(name):
    return _evaluate(scenarios.load(name))


def test_the_preview_says_what_the_report_says():
    at = opened()
    assert not at.exception
    report = build_report([_outcome("prototype_by_friday"), _outcome("own_the_platform")])
    shown = said(at)
    assert report.recommendation.replace("'", "&#x27;") in shown
    assert all(section.headline.replace("'", "&#x27;") in shown for section in report.sections)


def test_another_audience_gets_other_sections():
    at = opened()
    at.session_state["report_audience"] = "engineering"
    at.run()
    assert not at.exception
    sections = next(m for m in at.multiselect if m.label == text.REPORT_SECTIONS)
    assert "money" not in sections.value and "service" in sections.value


def test_without_a_plan_there_is_nothing_to_write():
    at = opened()
    next(m for m in at.multiselect if m.label == text.REPORT_PICK).set_value([]).run()
    assert not at.exception and text.REPORT_EMPTY in said(at)


def _added(at, *more):
    at.session_state["report_more"] = list(more)
    return at.run()


def _asked(at, label=text.REPORT_ASK):
    next(b for b in at.button if b.label == label).click().run()
    _finished()
    return at.run()


def _finished():
    began_s = monotonic()
    while any(not job.finished for job in jobs()._known.values()) and monotonic() - began_s < LONGEST_S:
        sleep(0.02)


def test_futures_are_played_when_they_are_asked_for_and_then_the_report_has_them(monkeypatch):
    monkeypatch.setenv(SWITCH, "0")
    played = []
    monkeypatch.setattr(report_more, "gathered", lambda outcomes, asked, **_: played.append(asked) or evidence())
    at = _added(opened(), report_more.FUTURES)
    assert not at.exception and not played and text.REPORT_ASK_NOTE in said(at)
    before = said(at)
    at = _asked(at)
    assert not at.exception and played == [Asked(futures=report_more.COUNTS[0])]
    report = build_report([_outcome("prototype_by_friday"), _outcome("own_the_platform")], evidence=evidence())
    for key in ("futures", "sensitivity"):
        headline = report.section(key).headline.replace("'", "&#x27;")
        assert headline in said(at) and headline not in before
    assert text.REPORT_ASK not in [b.label for b in at.button]
    assert report.recommendation.replace("'", "&#x27;") not in said(_added(at))


def test_full_runs_do_not_take_away_what_was_asked_for(monkeypatch):
    monkeypatch.setenv(SWITCH, "0")
    monkeypatch.setattr(report_more, "gathered", lambda outcomes, asked, **_: evidence())
    at = _asked(_added(opened(), report_more.FUTURES))
    told = [_outcome(name) for name in ("prototype_by_friday", "own_the_platform")]
    full = {outcome.scenario_hash: replace(outcome, fidelity="standard") for outcome in told}
    monkeypatch.setattr(follow, "full_run", full.get)
    at.run()
    assert text.REPORT_QUICK in said(at) and text.REPORT_ASK_FULL in [b.label for b in at.button]
    at = _asked(at, text.REPORT_ASK_FULL)
    assert text.REPORT_QUICK not in said(at) and text.REPORT_ASK_FULL not in [b.label for b in at.button]


def test_what_cannot_be_decided_later_is_said(monkeypatch):
    monkeypatch.setenv(SWITCH, "0")

    def refuse(outcomes, asked, **_):
        raise ValueError("cost of waiting: nothing can be decided later")

    monkeypatch.setattr(report_more, "gathered", refuse)
    at = _asked(_added(opened(), report_more.WAITING))
    assert not at.exception and "nothing can be decided later" in said(at)


def test_files_are_built_when_they_are_asked_for(monkeypatch):
    monkeypatch.undo()
    monkeypatch.setenv(SWITCH, "0")
    at = opened()
    assert not any(d.label.startswith("Download") for d in at.get("download_button"))
    at.session_state["report_formats"] = ["json"]
    at.run()
    next(b for b in at.button if b.label == text.REPORT_BUILD).click().run()
    _finished()
    at.run()
    assert not at.exception
    assert "results.json" in said(at)
