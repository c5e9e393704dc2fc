"""Scenario files: presets, bases, uploads, limits, and what is said about a bad one."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sim import scenario as scenarios
from sim.scenario import ScenarioError, load, parse, presets, scenario_hash, set_fields, to_yaml
from sim.scenario.load import merged
from sim.scenario.table import field_table, schema_text, with_table

FOLDER = Path(__file__).resolve().parents[2] / "scenarios"
FOUR = ("prototype_by_friday", "own_the_platform", "regulated_in_the_eu", "open_models_by_the_token")
MAY_DIFFER = {"name", "summary", "decisions"}


def faults(text, **options):
    with pytest.raises(ScenarioError) as caught:
        parse(text, **options)
    return caught.value.faults


def whole(**over):
    """A preset's plain values with top-level parts replaced, as text."""
    return json.dumps(json.loads(load(FOUR[0]).model_dump_json()) | over)


# --- presets ------------------------------------------------------------------------------------------------------


def test_the_four_presets_come_first_and_the_base_is_none_of_them():
    assert tuple(presets())[:4] == FOUR
    assert not any("support_and_coding" in name for name in presets())


@pytest.mark.parametrize("name", FOUR)
def test_presets_differ_only_by_decisions(name):
    first, other = (json.loads(load(preset).model_dump_json()) for preset in (FOUR[0], name))
    differing = {key for key in first if first[key] != other[key]}
    assert differing <= MAY_DIFFER | {"company"}
    assert {key for key in first["company"] if first["company"][key] != other["company"][key]} <= {"build_people"}


def test_presets_carry_the_base_numbers():
    scenario = load("own_the_platform")
    support, coding = scenario.products
    assert (support.demand.amount, support.price.usd, support.price.drift_per_year) == (200_000, 0.02, -0.1)
    assert (coding.demand.amount, coding.price.usd_per_month, coding.demand.requests_per_working_day) == (5000, 19, 150)
    assert [load(name).company.build_people for name in FOUR] == [2, 3, 3, 2]
    assert [load(name).decisions.own_share for name in FOUR] == [0, 0.9, 0.4, 0]


def test_a_preset_loads_by_name_and_by_path():
    assert load(FOUR[1]) == load(presets()[FOUR[1]]) == load(str(presets()[FOUR[1]]))


# --- what is said about a bad file --------------------------------------------------------------------------------


def test_all_faults_come_together_and_read_as_ours(tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text(
        "extends: own_the_platform\n"
        "nmae: x\n"
        "months: 5\n"
        "decisions: {own_share: 30, api_tier: smal, residency: eu_onl}\n"
        "platform: {home_region: us_eas, engine: {max_running: 4000}}\n"
        "products: [{id: support, patience: null, demand: {amount: -1}}, {id: coding, profile: codin}]\n"
        "users: {us_east: 0.9}\n"
    )
    with pytest.raises(ScenarioError) as caught:
        load(file)
    assert caught.value.where == str(file)
    assert str(caught.value).splitlines() == [
        f"{file}: 10 faults",
        "  months: must be at least 12 (got 5)",
        "  decisions.own_share: must be at most 1 (got 30). A share is written from 0 to 1: 30 % is 0.3.",
        "  decisions.api_tier: must be 'top', 'mid', 'small' or 'open_hosted' (got 'smal'). Did you mean 'small'?",
        "  decisions.residency: must be 'anywhere', 'eu_only' or 'customer_region' (got 'eu_onl'). "
        "Did you mean 'eu_only'?",
        "  products[0].demand.amount: must be at least 0 (got -1)",
        "  nmae: no such setting. Did you mean 'name'?",
        "  platform.home_region: the catalogue's table 'regions' has no 'us_eas'. Did you mean 'us_east'?",
        "  platform.engine.max_running: must be at most token_budget, 2048 (got 4000): each running answer takes one "
        "token of a step. Lower one or raise the other.",
        "  users: the shares must sum to 1 (got 1.3 from us_east 0.9, eu_west 0.3, ap_northeast 0.1). "
        "A region that has no users is set to 0.",
        "  products[1].profile: the catalogue's table 'profiles' has no 'codin'. Did you mean 'coding'?",
    ]


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"start": "January"}, "start: must be a month written as YYYY-MM, for example 2027-01 (got 'January')"),
        ({"start": "2027-13"}, "start: must be a month written as YYYY-MM, for example 2027-01 (got '2027-13')"),
        ({"months": 24.5}, "months: must be a whole number (got 24.5)"),
        ({"months": "24"}, "months: must be a whole number (got '24')"),
        ({"months": True}, "months: must be a whole number (got true)"),
        ({"name": 7}, "name: must be text (got 7)"),
        ({"name": ""}, "name: needs at least 1 character (got '')"),
        ({"decisions": 3}, "decisions: must hold settings, one 'name: value' a line (got 3)"),
        ({"products": {}}, "products: must be a list (got {})"),
        ({"products": []}, "products: needs at least 1 entry (got [])"),
        ({"users": {"us_east": "all"}}, "users.us_east: must be a number (got 'all')"),
        ({"users": {"us_east": float("nan")}}, "users.us_east: must be a number (got 'NaN')"),
    ],
)
def test_a_fault_names_place_and_cause(over, said):
    assert said in faults(whole(**over))


def test_a_kind_is_asked_for_by_name_and_never_shown_as_a_place():
    first = json.loads(whole())["products"][0]
    assert "products[0].price.kind: required, and missing: write 'per_request' or 'per_mtok' or 'per_seat'" in faults(
        whole(products=[first | {"price": {"usd": 1}}])
    )
    known = "must be 'per_request' or 'per_mtok' or 'per_seat'"
    assert f"products[0].price.kind: {known} (got 'per_seet'). Did you mean 'per_seat'?" in (
        faults(whole(products=[first | {"price": {"kind": "per_seet"}}]))
    )
    assert faults(whole(products=[first | {"price": {"kind": "per_seat", "usd_per_mouth": 1}}])) == (
        "products[0].price.usd_per_month: required, and missing",
        "products[0].price.usd_per_mouth: no such setting. Did you mean 'usd_per_month'?",
    )


def test_a_missing_file_names_the_nearest_preset():
    with pytest.raises(ScenarioError, match=r"no such file.*Did you mean 'own_the_platform'") as caught:
        load("own_the_platfrom")
    assert len(caught.value.faults) == 1


@pytest.mark.parametrize("source", ["", ".", "a\0b", "x" * 5000])
def test_what_cannot_be_opened_is_a_plain_fault(source):
    with pytest.raises(ScenarioError):
        load(source)


def test_the_error_survives_another_process():
    import pickle

    error = pickle.loads(pickle.dumps(ScenarioError("a.yaml", ["b: c"])))
    assert (error.where, error.faults, str(error)) == ("a.yaml", ("b: c",), "a.yaml: 1 fault\n  b: c")


# --- bases --------------------------------------------------------------------------------------------------------


def test_an_upload_extends_a_preset_product_by_product():
    scenario = parse(
        "extends: own_the_platform\nname: Mine\n"
        "products:\n  - {id: coding, price: {kind: per_request, usd: 0.01}}\n  - {id: support, growth_ratio: 2}\n"
    )
    base = load("own_the_platform")
    assert [product.id for product in scenario.products] == ["support", "coding"]
    assert scenario.products[0] == base.products[0].model_copy(update={"growth_ratio": 2.0})
    assert scenario.products[1].price.kind == "per_request"
    assert scenario.decisions == base.decisions


def test_an_upload_cannot_reach_a_file():
    base = "bases/support_and_coding.yaml"
    for name in (base, "../README.md", str(FOLDER / base), "/etc/passwd"):
        (said,) = faults(f"extends: {name}")
        assert said.startswith("extends: there is no preset")


@pytest.mark.parametrize("name", ["5", "[a]", "''", "{a: b}"])
def test_a_base_is_named_by_text(name):
    assert faults(f"extends: {name}") == tuple(
        fault for fault in faults(f"extends: {name}") if "extends: must" in fault
    )


def test_a_missing_base_is_one_fault_beside_the_files_own(tmp_path):
    (tmp_path / "a.yaml").write_text("extends: own_the_platfrm\nmonths: 5\n")
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path / "a.yaml")
    assert caught.value.faults == (
        "extends: there is no file 'own_the_platfrm' here, and no such preset. Did you mean 'own_the_platform'?",
        "months: must be at least 12 (got 5)",
    )


def test_a_mistyped_product_is_one_fault_and_names_the_product_it_is_near(tmp_path):
    (tmp_path / "a.yaml").write_text(
        "extends: own_the_platform\nname: A\nproducts: [{id: suport, price: {usd: 0.03}, credit_share: 2}]\n"
    )
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path / "a.yaml")
    stranger = "products[2]: the base has no product 'suport', and what is here is not a whole one."
    assert [fault for fault in caught.value.faults if fault.startswith("products[2]: ")] == [
        f"{stranger} Did you mean 'support'?"
    ]
    assert not any("missing" in fault for fault in caught.value.faults)
    assert any(fault.startswith("products[2].credit_share: must be at most 1 (got 2)") for fault in caught.value.faults)


def test_bases_that_go_in_a_circle_are_refused(tmp_path):
    (tmp_path / "a.yaml").write_text("extends: b.yaml\n")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\n")
    with pytest.raises(ScenarioError, match="extends itself, by way of 1 more file"):
        load(tmp_path / "a.yaml")


def test_a_base_of_a_base_and_its_faults(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "base.yaml").write_text("extends: own_the_platform\nmonths: 24\nseed: 1\nseed: 2\n")
    (tmp_path / "middle.yaml").write_text("extends: deep/base.yaml\nname: Middle\n")
    (tmp_path / "top.yaml").write_text("extends: middle.yaml\nsummary: Top\n")
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path / "top.yaml")
    assert caught.value.faults == (
        "extends 'middle.yaml': extends 'deep/base.yaml': seed: given on line 3 and again on line 4. Keep one of them.",
    )
    (tmp_path / "deep" / "base.yaml").write_text("extends: own_the_platform\nmonths: 24\n")
    scenario = load(tmp_path / "top.yaml")
    assert (scenario.name, scenario.summary, scenario.months) == ("Middle", "Top", 24)


@given(st.dictionaries(st.sampled_from("abc"), st.integers() | st.dictionaries(st.sampled_from("xy"), st.integers())))
def test_laying_over_nothing_and_over_itself_changes_nothing(data):
    assert merged({}, data) == merged(data, data) == merged(data, {}) == data


# --- files, hashes, generated files -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FOUR)
def test_a_scenario_written_as_a_file_reloads_equal(name, tmp_path):
    file = tmp_path / "again.yaml"
    file.write_text(to_yaml(load(name)), encoding="utf-8")
    assert load(file) == load(name)
    assert scenario_hash(load(file)) == scenario_hash(load(name))


@given(
    name=st.text(min_size=1, max_size=30).filter(str.isprintable),
    growth=st.floats(-0.1, 0.2),
    seed=st.integers(0, 2**63 - 1),
)
def test_any_scenario_survives_its_file(name, growth, seed):
    scenario = set_fields(load(FOUR[0]), {"name": name, "world.growth_per_month": growth, "seed": seed})
    assert parse(to_yaml(scenario)) == scenario


def test_the_hash_is_of_content_alone():
    scenario = load(FOUR[0])
    moved = set_fields(scenario, {"decisions.own_share": 0.5})
    assert len({scenario_hash(load(name)) for name in FOUR}) == 4
    assert scenario_hash(moved) != scenario_hash(scenario)
    assert scenario_hash(set_fields(moved, {"decisions.own_share": 0})) == scenario_hash(scenario)
    shuffled = json.loads(scenario.model_dump_json())
    shuffled["users"] = dict(reversed(shuffled["users"].items()))
    assert scenario_hash(parse(json.dumps(shuffled))) == scenario_hash(scenario)
    assert scenario_hash(set_fields(scenario, {"name": "Other"})) != scenario_hash(scenario)


def test_generated_files_are_in_step():
    """After a field is changed: python -m sim.scenario.table"""
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert field_table() in readme
    assert with_table(readme) == readme
    assert schema_text() == (FOLDER / "scenario.schema.json").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="fields: begin"):
        with_table("no marks")


def test_the_json_schema_takes_the_presets_and_refuses_what_they_are_not():
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(scenarios.json_schema())
    for path in presets().values():
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
        validator.validate(written)
        assert not validator.is_valid(written | {"nmae": "x"})
        assert not validator.is_valid(written | {"decisions": {"own_share": 3}})
        validator.validate(json.loads(load(path).model_dump_json()))
        assert not validator.is_valid({key: value for key, value in written.items() if key != "extends"})
