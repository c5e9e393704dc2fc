"""Fields by name: what may be set, and the cards that describe them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import scenario as scenarios
from sim.scenario import ScenarioError, load, set_fields

BASE = load("own_the_platform")


def faults(fields, base=BASE):
    with pytest.raises(ScenarioError) as caught:
        set_fields(base, fields)
    return caught.value.faults


def test_all_wrong_names_and_values_are_told_together():
    assert faults({
        "decisions.own_shar": 0.5,
        "decisions.spare_room": -1,
        "products.suport.price.usd": 1,
        "products.coding.price.usd": 1,
        "months.days": 3,
        "products": 3,
        "products.coding": {},
    }) == (
        "decisions.own_shar: no such setting. Did you mean 'own_share'?",
        "products.suport.price.usd: 'products' has no 'suport'. Did you mean 'support'?",
        "products.coding.price.usd: no such setting. Known: kind, usd_per_month, drift_per_year.",
        "months.days: 'months' is one value and has no 'days' inside. Name 'months' itself.",
        "products.coding: 'products' has no 'coding'.",
        "decisions.spare_room: must be at least 0 (got -1)",
        "products: must be a list (got 3)",
    )  # fmt: skip


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1, 2}, "0.5", True, None, [0.5], "\ud800"])
def test_a_value_that_is_no_number_is_refused(value):
    (said,) = faults({"decisions.own_share": value})
    assert said.startswith("decisions.own_share: must be")


def test_setting_leaves_the_scenario_and_reaches_inside_what_was_absent():
    before = BASE.model_copy(deep=True)
    quiet = set_fields(BASE, {"products.coding.interactive": False, "products.coding.patience": None})
    again = set_fields(quiet, {"products.coding.patience.mean_s": 4})
    assert again.products[1].patience.mean_s == 4
    assert before == BASE


@given(
    st.dictionaries(st.sampled_from([card.path for card in scenarios.lever_cards()]), st.sampled_from([0, 0.1, 0.5]))
)
def test_what_is_set_is_there_or_refused_by_name(fields):
    try:
        scenario = set_fields(BASE, fields)
    except ScenarioError as error:
        assert {fault.split(":")[0] for fault in error.faults} <= set(fields)
    else:
        assert all(getattr(scenario.decisions, path.split(".")[1]) == value for path, value in fields.items())


def test_every_card_is_complete_and_levers_come_in_order():
    cards = scenarios.field_cards()
    assert len({(card.path, card.title) for card in cards}) == len(cards)
    assert all(card.title and card.help.endswith(".") for card in cards)
    levers = scenarios.lever_cards()
    assert [card.path.split(".")[1] for card in levers] == list(type(BASE.decisions).model_fields)
    assert all(card.group and (card.options or card.step) for card in levers)
    by_path = {card.path: card for card in cards}
    assert by_path["decisions.api_tier"].options["open_hosted"] == "open"
    assert (by_path["decisions.spare_room"].low, by_path["decisions.spare_room"].high) == (0, 1.5)
    assert by_path["decisions.own_share"].default is ...
    assert by_path["months"].default == 36
    assert set(by_path["products.ID.price.kind"].options) == {"per_request", "per_mtok", "per_seat"}
    assert sum(card.path == "products.ID.demand.amount" for card in cards) == 2


def test_bounds_of_a_card_are_those_of_the_validation():
    for card in scenarios.lever_cards():
        if card.options:
            continue
        set_fields(BASE, {card.path: card.low})
        set_fields(BASE, {card.path: card.high})
        faults({card.path: card.low - 0.01})
        faults({card.path: card.high + 0.01})
