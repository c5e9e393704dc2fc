"""Dated changes: when they apply and what is found at loading; and files spoiled in every way."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import scenario as scenarios
from sim.scenario import ScenarioError, change_months, in_month, load, parse, set_fields

BASE = load("own_the_platform")


def with_changes(*changes):
    return json.dumps(json.loads(BASE.model_dump_json()) | {"changes": list(changes)})


def change(month, because="A reason.", **fields):
    return {
        "month": month,
        "because": because,
        "set": {name.replace("__", "."): value for name, value in fields.items()},
    }


def change_faults(*changes):
    with pytest.raises(ScenarioError) as caught:
        parse(with_changes(*changes))
    return caught.value.faults


def test_changes_apply_by_month_then_by_position():
    scenario = parse(with_changes(
        change(12, decisions__own_share=0.5),
        change(6, decisions__own_share=0.3, products__coding__price__usd_per_month=25),
        change(12, decisions__own_share=0.7),
    ))  # fmt: skip
    shares = [in_month(scenario, month).decisions.own_share for month in (0, 5, 6, 11, 12, 35)]
    assert shares == [0.9, 0.9, 0.3, 0.3, 0.7, 0.7]
    assert in_month(scenario, 35).products[1].price.usd_per_month == 25
    assert change_months(scenario) == (6, 12)


def test_months_between_changes_share_one_object():
    scenario = parse(with_changes(change(6, decisions__own_share=0.3)))
    assert in_month(scenario, 5) is scenario
    assert in_month(scenario, 6) is in_month(scenario, 30)
    assert in_month(BASE, 20) is BASE
    assert in_month(parse(with_changes(change(0, decisions__own_share=0.3))), 0).decisions.own_share == 0.3


def test_changes_survive_a_file_and_count_in_the_hash():
    scenario = parse(with_changes(change(6, decisions__own_share=0.3)))
    assert parse(scenarios.to_yaml(scenario)) == scenario
    assert scenarios.scenario_hash(scenario) != scenarios.scenario_hash(BASE)


def test_every_fault_of_every_change_is_found_at_load():
    assert change_faults(
        change(6, decisions__own_shar=0.3),
        change(7, decisions__own_share=3),
        change(36, decisions__own_share=0.3),
        change(8, platform__engine__precision="bf16"),
        change(9, because="", users__us_east=0.7),
    ) == ("changes[4].because: needs at least 3 characters (got '')",
          "changes[2].month: must be before the end, month 36 (got 36). Raise 'months' or move the change.",
          "changes[0].set.decisions.own_shar: no such setting. Did you mean 'own_share'?")  # fmt: skip
    found = change_faults(
        change(7, decisions__own_share=30),
        change(8, platform__engine__precision="bf16"),
        change(9, users__us_east=0.7),
        change(10, products__nobody__label="x"),
    )
    assert [fault.split(":")[0] for fault in found] == [
        "changes[0]", "changes[1]", "changes[2]", "changes[3].set.products.nobody.label",
    ]  # fmt: skip
    assert found[0].startswith("changes[0]: from month 7, decisions.own_share: must be at most 1 (got 30)")
    assert found[1].startswith("changes[1]: from month 8, platform.engine.model: 'gpt_oss_120b' needs")
    assert found[2].startswith("changes[2]: from month 9, users: the shares must sum to 1")


def test_a_change_may_rely_on_the_one_before_and_not_on_the_one_after():
    two = change(6, platform__engine__gpus_per_replica=2)
    wide = change(8, platform__engine__precision="bf16")
    assert in_month(parse(with_changes(wide, two)), 8).platform.engine.precision == "bf16"
    assert change_faults(wide | {"month": 5}, two)[0].startswith("changes[0]: from month 5,")


@pytest.mark.parametrize(
    "name",
    ["name", "start", "months", "seed", "changes", "world.demand_waits", "company.data_start_gb", "products", "world",
     "products.coding.id"],
)  # fmt: skip
def test_what_holds_for_the_whole_play_cannot_change(name):
    (said,) = change_faults({"month": 3, "because": "A reason.", "set": {name: 5}})
    assert said.startswith(f"changes[0].set.{name}: ")


JUNK = st.sampled_from([None, True, -1, 0, 1.5, 10**40, "", "kind", "us_east", [], [1], [[]], {}, {"kind": "seats"}])


def _places(value, path=()):
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        yield from _places(item, (*path, key))


WHOLE = json.loads(with_changes(change(6, decisions__own_share=0.3), change(9, users={"us_east": 1})))
PLACES = [path for path in _places(WHOLE) if path]


@given(
    spoiled=st.lists(st.tuples(st.sampled_from(PLACES), JUNK), min_size=1, max_size=3),
    lost=st.none() | st.sampled_from(PLACES),
)
def test_however_a_file_is_spoiled_its_faults_are_sentences(spoiled, lost):
    data = json.loads(json.dumps(WHOLE))
    for path, value in [*spoiled, *([(lost, ...)] if lost else [])]:
        node = data
        try:
            for key in path[:-1]:
                node = node[key]
            if value is ...:
                del node[path[-1]]
            else:
                node[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue
    try:
        parse(json.dumps(data))
    except ScenarioError as error:
        assert all(len(fault) > 10 and not fault.startswith(":") for fault in error.faults)


@given(
    st.lists(
        st.sampled_from(
            [
                "products",
                "support",
                "price",
                "usd",
                "users",
                "us_east",
                "changes",
                "0",
                "",
                "decisions",
                "platform",
                "engine",
                "gpu",
                "lockin",
                "patience",
                "name",
                "set",
            ]
        ),
        max_size=4,
    ).map(".".join),
    JUNK,
)
def test_whatever_is_named_is_set_or_refused(path, value):
    try:
        set_fields(BASE, {path: value})
    except ScenarioError as error:
        assert error.faults
