"""A link reproduces the view, and a bad link spoils nothing but itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app_pages.view import PARAMS, View, from_query, text_to_value, to_query, value_to_text
from sim import scenario as scenarios

CARDS = {card.path: card for card in scenarios.field_cards()}
PRESETS = tuple(scenarios.presets())


def _field(scenario, path):
    part, name = path.split(".")
    return getattr(getattr(scenario, part), name)


BASES = {name: {path: _field(scenarios.load(name), path) for path in PARAMS.values()} for name in PRESETS}


def opened(query):
    return from_query(query, presets=PRESETS, cards=CARDS, bases=BASES)


def _values(card):
    if card.options:
        return st.sampled_from(list(card.options))
    low, high, step = (round(100 * x) for x in (card.low, card.high, card.step))
    return st.integers(0, (high - low) // step).map(lambda i: (low + i * step) / 100)


MOVES = st.fixed_dictionaries({}, optional={path: _values(CARDS[path]) for path in PARAMS.values()})


@given(preset=st.sampled_from(PRESETS), moves=MOVES, month=st.sampled_from([12, 24, 36]))
def test_a_link_brings_back_its_view(preset, moves, month):
    view = View(preset=preset, month=month, charts=("p95", "cash"))
    for path, value in moves.items():
        view = view.with_field(path, value, base=BASES[preset])
    back = opened(to_query(view))
    assert back.view == view
    assert back.ignored == ()


def test_values_equal_to_the_preset_are_dropped():
    preset = PRESETS[0]
    base = BASES[preset]
    view = View(preset).with_field("decisions.own_share", 0.5, base=base)
    assert "own" in to_query(view)
    back = view.with_field("decisions.own_share", base["decisions.own_share"], base=base)
    assert to_query(back) == {"p": preset}


@pytest.mark.parametrize(
    "query",
    [
        {"own": "9999"}, {"own": "-5"}, {"own": "33"}, {"own": "thirty"}, {"own": ""}, {"tier": "huge"},
        {"month": "13"}, {"left": "nothing"}, {"surprise": "1"}, {"p": "../../etc/passwd"}, {"own": "30.5"},
        {"tier": "<script>"}, {"grow": "nan"},
    ],
)  # fmt: skip
def test_what_is_wrong_is_ignored_and_named(query):
    found = opened(query)
    assert found.ignored == tuple(query)
    assert found.view == View(PRESETS[0])


def test_the_rest_of_a_bad_link_stands():
    found = opened({"p": PRESETS[1], "own": "50", "tier": "huge"})
    assert found.view.preset == PRESETS[1]
    assert dict(found.view.moved).get("decisions.own_share", BASES[PRESETS[1]]["decisions.own_share"]) == 0.5
    assert found.ignored == ("tier",)


def test_short_names_are_of_declared_fields():
    assert set(PARAMS.values()) <= set(CARDS)


def test_every_lever_is_in_the_link():
    assert {card.path for card in scenarios.lever_cards()} <= set(PARAMS.values())


@given(percent=st.integers(0, 20))
def test_text_and_value_are_inverse(percent):
    card = CARDS["decisions.own_share"]
    assert text_to_value(value_to_text(percent * 5 / 100), card) == percent * 5 / 100
