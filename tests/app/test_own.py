"""A scenario of one's own: as a code in a link, in the form, and from a file."""

import zlib
from base64 import urlsafe_b64encode
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app_pages import fields, lists, offered
from app_pages.own_code import MARK, MOST_CODE, from_code, is_own, to_code
from app_pages.view import View
from sim import scenario as scenarios
from sim import strategy
from sim.scenario.load import IN_ORDER
from sim.scenario.yaml_text import MOST_BYTES
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


# --- the shape of a scenario -----------------------------------------------------------------------------------------


def test_products_come_and_go_and_typed_values_stay():
    at = own_page()
    at.number_input(key="field_decisions.own_share").set_value(35.0)
    at.button(key="copy_coding").click().run()
    assert at.number_input(key="field_decisions.own_share").value == 35
    at.selectbox(key="kind_products.product_2.price").set_value("per_request").run()
    at.number_input(key="field_products.product_2.price.usd").set_value(0.5)
    at.button(key="remove_support").click().run()
    at.button(key="own_play").click().run()
    assert not at.exception
    opened = from_code(at.session_state["lb_view"].preset)
    assert [product.id for product in opened.products] == ["coding", "product_2"]
    assert opened.products[1].price.usd == 0.5
    assert opened.decisions.own_share == 0.35


def test_a_part_that_is_needed_cannot_be_left_out():
    at = own_page()
    at.checkbox(key="part_products.support.patience").uncheck().run()
    assert not at.exception
    assert "products[0].patience: required where a person waits" in said(at)
    at.checkbox(key="part_platform.engine.speculation").check().run()
    assert at.number_input(key="field_platform.engine.speculation.draft_tokens").value == 3


def test_a_fault_of_a_product_stands_beside_its_field():
    at = own_page()
    at.number_input(key="field_products.coding.prefix_skew").set_value(9.0)
    at.button(key="own_play").click().run()
    assert '<p class="lb-fault" role="alert">products[1].prefix_skew: must be at most 5' in said(at)


EVENTS = {
    "changes": [
        {"month": 6, "because": "Rent.", "set": {"decisions.own_share": 0.5, "products.support.price.usd": 0.03}},
        {"month": 12, "because": "A ruling.", "set": {"platform.eu_regions": ["eu_west"], "decisions.api_tier": "top"}},
    ],
    "shocks": [{"shock": "model_retired", "month": 9, "size": "high", "because": ""}],
    "assumptions": [
        {"row": "people/platform/usd_per_month", "likely": 2e4, "low": None, "high": 3e4, "as_of": None, "source": "us"}
    ],
}


@pytest.mark.parametrize("name", list(EVENTS))
def test_a_list_is_the_same_after_its_table(name):
    rows, faults = lists.rows_of(name, lists.frame_of(name, EVENTS[name]))
    assert faults == []
    scenario = scenarios.load(IN_ORDER[1])
    assert scenarios.set_fields(scenario, {name: rows}) == scenarios.set_fields(scenario, {name: EVENTS[name]})


def test_an_empty_list_is_an_empty_table_and_back():
    for name in EVENTS:
        assert lists.rows_of(name, lists.frame_of(name, [])) == ([], [])


def test_what_is_typed_wrongly_in_a_table_is_told():
    table = lists.frame_of("changes", EVENTS["changes"])
    table.loc[0, "set"] = "decisions.own_share 0.5"
    _, faults = lists.rows_of("changes", table)
    assert len(faults) == 1 and faults[0].startswith("changes[0].set: ")


def test_shares_by_name_keep_their_digits_and_refuse_names_given_twice():
    before = {"us_east": 1 / 3, "eu_west": 2 / 3}
    table = pd.DataFrame({lists.NAME: ["us_east", "eu_west"], lists.AMOUNT: [100 * (1 / 3), 50.0]})
    assert lists.values_of("users", table, before=before, factor=100.0) == ({"us_east": 1 / 3, "eu_west": 0.5}, [])
    table.loc[1, lists.NAME] = "us_east"
    assert lists.values_of("users", table, before=before, factor=100.0)[1] == [
        "users.us_east: stands twice. Keep one of them."
    ]


# --- the catalogue ---------------------------------------------------------------------------------------------------

SALARY = b"table,id,quantity,likely,source\npeople,platform,usd_per_month,30000,our payroll\n"


def test_a_changed_catalogue_travels_in_the_link_and_is_marked():
    at = own_page()
    at.file_uploader(key="own_catalogue").upload("mine.csv", SALARY)
    at.run()
    at.button(key="own_changed").click().run()
    assert not at.exception
    assert "1 catalogue row changed" in said(at)
    code = at.session_state["lb_view"].preset
    assert from_code(code).assumptions[0].likely == 30000
    at.switch_page("app_pages/about.py").run()
    assert not at.exception
    assert "people/platform/usd_per_month is 30000 USD/month instead of 15000" in said(at)
    assert (at.dataframe[0].value["Changed"] != "").sum() == 1
    at.switch_page("app_pages/compare.py").run()
    assert not at.exception
    assert "1 catalogue row changed" in at.multiselect[0].options[0]
    at.switch_page("app_pages/own.py").run()
    at.button(key="own_shipped").click().run()
    assert from_code(at.session_state["lb_view"].preset).assumptions == ()


def test_one_session_s_catalogue_is_not_another_s():
    mine = own_page()
    mine.file_uploader(key="own_catalogue").upload("mine.csv", SALARY)
    mine.run()
    mine.button(key="own_changed").click().run()
    yours = AppTest.from_file(str(APP), default_timeout=60)
    yours.switch_page("app_pages/about.py").run()
    assert not (yours.dataframe[0].value["Changed"] != "").any()


def test_values_that_cannot_be_played_are_told_in_a_sentence(monkeypatch):
    def broken(scenario, **_):
        if scenario.assumptions:
            raise ValueError("a step cannot take no time")
        return fake_outcome(scenario, scenarios.scenario_hash(scenario))

    monkeypatch.setattr(strategy, "evaluate", broken)
    at = own_page()
    at.file_uploader(key="own_catalogue").upload("mine.csv", SALARY)
    at.run()
    at.button(key="own_changed").click().run()
    assert not at.exception
    assert "lb-problem" in said(at)


HOSTILE = (
    b"\x00\xff\xfe",
    b"&a [*a, *a]",
    b"!!python/object/apply:os.system ['id']",
    b"extends: ../../etc/passwd",
    b"name: " + b"[" * 5000,
    b"{}",
    b"- <script>alert(1)</script>",
    b"a" * (MOST_BYTES + 1),
    b"assumptions: [{row: '<img src=x>', likely: 1}]",
)


@pytest.mark.parametrize("data", HOSTILE, ids=lambda data: repr(data[:20]))
@pytest.mark.parametrize("key", ["own_upload", "own_catalogue", "own_trace"])
def test_hostile_files_are_refused_in_words(key, data):
    at = own_page()
    name = "x.csv" if key == "own_trace" else "x.yaml"
    at.file_uploader(key=key).upload(name, data)
    at.run()
    assert not at.exception
    assert "<script>alert" not in said(at) and "<img src=x>" not in said(at)
    assert "Traceback" not in said(at)
    if key != "own_trace":
        assert "lb-problem" in said(at)


@pytest.mark.parametrize("name", IN_ORDER)
def test_a_copy_of_a_preset_can_be_told_from_it(name):
    copy = scenarios.load(name)
    for told in (copy, copy.model_copy(update={"name": "Another"})):
        names = offered.plans(View(preset=to_code(told)))
        assert len(set(names.values())) == len(names)
        assert names[offered.THIS_PLAN].startswith(told.name)
