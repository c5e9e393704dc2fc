"""Report: what is chosen becomes what is previewed and what is built."""

from time import monotonic, sleep

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app_pages import text
from app_pages.follow import SWITCH
from app_pages.jobs import jobs
from sim import scenario as scenarios
from sim import strategy
from sim.reports.document.build import build_report
from tests.app.fake_outcome import fake_outcome
from tests.app.test_pages import APP, said

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


def test_files_are_built_when_they_are_asked_for(monkeypatch):
    monkeypatch.undo()
    monkeypatch.setenv(SWITCH, "0")
    at = opened()
    assert not any(d.label.startswith("Download") for d in at.get("download_button"))
    at.session_state["report_formats"] = ["json"]
    at.run()
    next(b for b in at.button if b.label == text.REPORT_BUILD).click().run()
    began_s = monotonic()
    while any(not job.finished for job in jobs()._known.values()) and monotonic() - began_s < LONGEST_S:
        sleep(0.1)
    at.run()
    assert not at.exception
    assert "results.json" in said(at)
