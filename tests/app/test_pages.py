"""Every page opens with every preset, shows the outcome's figures, and survives what goes wrong."""

from html import escape
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app_pages import text
from sim import scenario as scenarios
from sim import strategy
from sim.reports import words
from sim.reports.comparison import who_answers_sentence
from sim.reports.kpi import kpi_cards
from sim.scenario.load import IN_ORDER
from sim.strategy.who_answers import answers_moved
from tests.app.fake_outcome import fake_outcome

APP = Path(__file__).resolve().parents[2] / "app.py"
PAGES = ("start", "strategy", "operations", "economics", "lockin", "compare", "futures", "report", "own", "about")
PRESETS = IN_ORDER


def invented(scenario, *, fidelity="draft"):
    return fake_outcome(scenario, scenarios.scenario_hash(scenario))


@pytest.fixture(autouse=True)
def _fresh_caches():
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.fixture
def fake(monkeypatch):
    """The pages over invented outcomes."""
    monkeypatch.setattr(strategy, "evaluate", invented, raising=False)


def opened(page, **query):
    at = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    return at if page == "start" else at.switch_page(f"app_pages/{page}.py").run()


def strategy_page(**query):
    """Strategy as a link opens it: the link is read on the page's own first run."""
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.switch_page("app_pages/strategy.py")
    for name, value in query.items():
        at.query_params[name] = value
    return at.run()


def said(at):
    """All HTML the page wrote."""
    return " ".join(element.proto.body for element in at.get("html"))


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("preset", PRESETS)
def test_every_page_opens(fake, page, preset):
    at = opened(page, p=preset)
    assert not at.exception


@pytest.mark.parametrize("month", [12, 24, 36])
@pytest.mark.parametrize("preset", PRESETS)
def test_strategy_shows_the_outcome(fake, preset, month):
    at = strategy_page(p=preset, month=str(month))
    assert not at.exception
    outcome = invented(scenarios.load(preset))
    assert {m.label: m.value for m in at.metric} == {
        card.label: card.value for card in kpi_cards(outcome, outcome, month=month)
    }


def test_doors_say_on_which_growth_their_class_rests_and_what_it_is_without_growth_forgone(fake):
    """Rule 14: a class is printed as harder below a growth a month, and with and without the judgment it rests on."""
    page = said(opened("lockin", p=PRESETS[0])).replace(words.NBSP, " ")
    hard = "gets harder to undo<span>below 7.8 % growth a month</span>"
    assert page.count(f"{hard}<span>in cash: costly but steady, harder below 1 %</span>") == 2
    steady = "costly but steady<span>gets harder below 2 % growth a month</span>"
    assert f"{steady}<span>in cash too, harder at no growth tried</span>" in page
    assert "Two of six decisions get harder to undo, none in cash alone." in page


def test_compare_says_whether_other_models_answer(fake):
    """Rule 12: another model is told from another host of the same one."""
    page = said(opened("compare", p=PRESETS[0])).replace(words.NBSP, " ")
    plans = [scenarios.load(name) for name in PRESETS[:3]]
    for other in plans[1:]:
        assert escape(who_answers_sentence(answers_moved(plans[0], other)).replace(words.NBSP, " ")) in page
    assert "another model gives 90 % of the answers" in page


@pytest.mark.parametrize("preset", PRESETS)
def test_strategy_shows_the_simulation(preset):
    at = strategy_page(p=preset)
    assert not at.exception
    outcome = strategy.evaluate(scenarios.load(preset), fidelity="draft")
    assert {m.label: m.value for m in at.metric} == {
        card.label: card.value for card in kpi_cards(outcome, outcome, month=36)
    }


def test_a_link_moves_the_figures(fake):
    at = strategy_page(p=PRESETS[0], own="50")
    scenario = scenarios.set_fields(scenarios.load(PRESETS[0]), {"decisions.own_share": 0.5})
    cards = kpi_cards(invented(scenario), invented(scenarios.load(PRESETS[0])), month=36)
    assert [m.value for m in at.metric] == [card.value for card in cards]
    assert [m.delta for m in at.metric][2] == cards[2].delta.size
    assert at.query_params["own"] in ("50", ["50"])


def test_a_bad_link_is_named_and_harmless(fake):
    at = strategy_page(p=PRESETS[0], own="9999", spice="hot")
    assert not at.exception
    assert f"{text.IGNORED}own, spice." in said(at)
    assert [m.value for m in at.metric] == [m.value for m in strategy_page(p=PRESETS[0]).metric]


def test_choices_move_undo_and_reset(fake):
    at = strategy_page(p=PRESETS[0])
    before = [m.value for m in at.metric]
    at.button_group(key="lever_run").set_value("we_run").run()
    assert not at.exception
    assert at.query_params["run"] in ("we_run", ["we_run"])
    assert "the platform opens" in said(at) and "3\u00a0months later" in said(at)
    at.button(key="undo").click().run()
    assert [m.value for m in at.metric] == before
    assert "run" not in at.query_params
    at.button_group(key="lever_run").set_value("we_run").run()
    at.button(key="reset").click().run()
    assert "run" not in at.query_params


def test_native_sliders_do_the_same(fake, monkeypatch):
    monkeypatch.setenv("LOADBEARING_NATIVE_SLIDERS", "1")
    at = strategy_page(p=PRESETS[0])
    at.slider(key="lever_own").set_value(50).run()
    assert not at.exception
    assert at.query_params["own"] in ("50", ["50"])
    assert [m.value for m in at.metric] == [m.value for m in strategy_page(p=PRESETS[0], own="50").metric]


def test_inert_levers_are_disabled_with_their_reason(fake, monkeypatch):
    monkeypatch.setenv("LOADBEARING_NATIVE_SLIDERS", "1")
    at = strategy_page(p=PRESETS[0], own="100")
    assert at.slider(key="lever_small").disabled
    assert at.button_group(key="lever_tier").disabled
    assert not at.slider(key="lever_own").disabled
    assert "none are bought" in said(at)


def test_a_failing_evaluation_keeps_the_last_figures(fake, monkeypatch):
    at = strategy_page(p=PRESETS[0])
    before = [m.value for m in at.metric]

    def broken(scenario, *, fidelity):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(strategy, "evaluate", broken)
    at.button_group(key="lever_run").set_value("we_run").run()
    assert not at.exception
    assert text.STALE in said(at)
    assert "secret detail" not in said(at)
    assert [m.value for m in at.metric] == before


def test_scenario_text_is_escaped(fake, monkeypatch):
    evil = "<img src=x onerror=alert(1)>"
    real = scenarios.load
    monkeypatch.setattr(scenarios, "load", lambda name: real(name).model_copy(update={"name": evil, "summary": evil}))
    for at in (opened("start"), strategy_page()):
        assert not at.exception
        assert evil not in said(at)
        assert "&lt;img src=x" in said(at)


def test_start_shows_every_preset_and_a_chart(fake):
    at = opened("start")
    for preset in PRESETS:
        assert scenarios.load(preset).name in said(at).replace("&#x27;", "'")
    assert len(at.get("plotly_chart")) == 1
    assert text.VOLUME_TITLE in said(at)


def test_about_filters_the_assumptions(fake):
    at = opened("about")
    whole = len(at.dataframe[0].value)
    assert whole > 0
    at.selectbox[0].select("gpus").run()
    part = at.dataframe[0].value
    assert 0 < len(part) < whole
    assert set(part["Table"]) == {"gpus"}
    at.text_input[0].set_value("no such thing anywhere").run()
    assert not at.exception
    assert len(at.dataframe[0].value) == 0


def test_futures_offers_plans_and_waits_to_be_asked(fake):
    """Nothing is drawn before somebody asks: meeting futures takes longer than opening a page."""
    at = opened("futures")
    assert not at.exception
    assert [widget.label for widget in at.multiselect] == [text.PICK]
    assert "Meet 500 futures" in [button.label for button in at.button]
    at.multiselect[0].set_value([]).run()
    assert "Pick at least one plan" in said(at)
