"""A scenario of one's own: as a code in a link, in the form, and from a file."""

import zlib
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app_pages import fields
from app_pages.own_code import MARK, MOST_CODE, from_code, is_own, to_code
from sim import scenario as scenarios
from sim import strategy
from sim.scenario.load import IN_ORDER
from tests.app.fake_outcome import fake_outcome

APP = Path(__file__).resolve().parents[2] / "app.py"


@pytest.fixture(autouse=True)
def _fake(monkeypatch):
    st.cache_resource.clear()
    monkeypatch.setattr(
        strategy, "evaluate", lambda s, **_: fake_outcome(s, scenarios.scenario_hash(s)), raising=False
    )
    yield
    st.cache_resource.clear()


def own_page(**query):
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.switch_page("app_pages/own.py")
    for name, value in query.items():
        at.query_params[name] = value
    return at.run()


def said(at):
    return " ".join(element.proto.body for element in at.get("html"))


@pytest.mark.parametrize("name", IN_ORDER)
def test_a_code_holds_the_whole_scenario(name):
    scenario = scenarios.set_fields(scenarios.load(name), {"decisions.own_share": 0.35, "name": "Zoë's plan"})
    code = to_code(scenario)
    assert is_own(code) and len(code) < MOST_CODE
    assert scenarios.scenario_hash(from_code(code)) == scenarios.scenario_hash(scenario)


def _packed(text):
    return MARK + urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


@pytest.mark.parametrize(
    "code",
    [
        "",
        "own_the_platform",
        MARK,
        MARK + "!!!!",
        MARK + "AAAA",
        to_code(scenarios.load(IN_ORDER[0]))[:-30],
        _packed("name: x"),
        _packed("a" * 5_000_000),
        MARK + "A" * 30_000,
    ],
)
def test_a_broken_code_is_refused(code):
    with pytest.raises(ValueError):
        from_code(code)


def test_a_link_with_an_own_scenario_opens_it():
    scenario = scenarios.set_fields(scenarios.load(IN_ORDER[0]), {"name": "Harbor pilot", "decisions.own_share": 0.5})
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.switch_page("app_pages/strategy.py")
    at.query_params["p"] = to_code(scenario)
    at.run()
    assert not at.exception
    assert "Harbor pilot" in said(at)
    assert "On 50\u00a0% own GPUs" in said(at)


def test_a_broken_link_falls_back_and_says_so():
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.switch_page("app_pages/strategy.py")
    at.query_params["p"] = MARK + "broken"
    at.run()
    assert not at.exception
    assert "ignored: p." in said(at)


@pytest.mark.parametrize("name", IN_ORDER)
def test_the_form_shows_every_plain_setting_once(name):
    paths = [path for path, _, _ in fields.settings(scenarios.load(name))]
    assert len(paths) == len(set(paths))
    assert {"decisions.own_share", "world.growth_per_month", "company.target_margin", "months"} <= set(paths)
    assert "products.support.price.usd" in paths and "products.coding.price.usd_per_month" in paths


def test_the_form_tells_faults_beside_their_fields_and_then_plays():
    at = own_page()
    at.number_input(key="field_decisions.own_share").set_value(250.0)
    at.button(key="own_play").click().run()
    assert not at.exception
    assert '<p class="lb-fault" role="alert">decisions.own_share: must be at most 1' in said(at)
    at.number_input(key="field_decisions.own_share").set_value(50.0)
    at.button(key="own_play").click().run()
    assert not at.exception
    assert "On 50\u00a0% own GPUs" in said(at)


def test_sending_the_form_unchanged_changes_nothing():
    at = own_page()
    at.button(key="own_play").click().run()
    assert not at.exception
    opened = from_code(at.session_state["lb_view"].preset)
    assert scenarios.scenario_hash(opened) == scenarios.scenario_hash(scenarios.load(IN_ORDER[0]))


def test_a_file_with_faults_says_all_of_them():
    at = own_page()
    at.file_uploader(key="own_upload").upload("mine.yaml", b"extends: own_the_platform\ndecisons: {}\nmonths: 5\n")
    at.run()
    assert not at.exception
    assert "decisons" in said(at) and "months" in said(at)


def test_a_sound_file_opens_in_strategy():
    at = own_page()
    text = b"extends: own_the_platform\nname: <b>Quay</b>\ndecisions: {own_share: 0.2}\n"
    at.file_uploader(key="own_upload").upload("mine.yaml", text)
    at.run()
    at.button(key="own_open").click().run()
    assert not at.exception
    assert "&lt;b&gt;Quay&lt;/b&gt;" in said(at) and "<b>Quay</b>" not in said(at)
    assert "On 20\u00a0% own GPUs" in said(at)
