"""The workshop's pages: the door, a team's phone and the console, over a store of their own."""

import pytest

from app_pages.workshop import access, wording
from sim.workshop.actions import (
    Arrive,
    Choose,
    CloseTurn,
    HandIn,
    OpenTurn,
    Prediction,
)
from tests.app.test_pages import said
from tests.app.workshop_seats import GUESS, HOSTILE, card, guess, opened, press

pytestmark = pytest.mark.usefixtures("own_store")


def test_a_team_enters_with_code_and_pin(played):
    _, created, _ = played
    at = opened()
    at.text_input(key="ws_code").set_value(created.code.lower()).run()
    assert HOSTILE not in said(at)
    at.radio(key="ws_team").set_value("otter")
    at.text_input(key="ws_pin").set_value(created.team_pins["otter"])
    at.button[-1].click().run()
    assert not at.exception
    assert at.session_state[access.SEAT].team == "otter"
    assert "Otter" in said(at) and HOSTILE not in said(at)


def test_a_wrong_pin_is_refused_in_a_sentence(played):
    _, created, _ = played
    at = opened(code=created.code, team="otter", role="facilitator")
    at.radio(key="ws_team").set_value("otter")
    at.text_input(key="ws_pin").set_value("000000")
    at.button[-1].click().run()
    assert "This PIN is not right" in said(at)
    assert access.SEAT not in at.session_state


def test_a_code_that_is_no_session_is_refused():
    assert "No session has this code" in said(opened(code="AAAAAAAA"))


def test_the_form_creates_a_session_and_shows_its_keys_once():
    at = opened()
    at.session_state["ws_way"] = "run"
    at.run()
    at.number_input(key="ws_teams").set_value(3)
    press(at, "ws_create")
    created = at.session_state[access.CREATED]
    assert len(created.team_pins) == 3
    assert all(pin in said(at) for pin in created.team_pins.values())
    press(at, "ws_noted")
    assert not any(pin in said(at) for pin in created.team_pins.values())
    assert "Open Practice" in [button.label for button in at.button]


def test_a_team_chooses_predicts_and_hands_in(played):
    workshop, created, otter = played
    workshop.act(created.seat, OpenTurn(turn=0))
    at = opened(otter)
    assert wording.STATE_START in said(at) and "launches in month" in said(at)
    card(at, "ws_card_t0_buy_open").check().run()
    card(at, "ws_card_t0_exit_test").check().run()
    assert workshop.desk(otter).entry.cards == ("buy_open", "exit_test")
    assert "2 cards chosen, 3 left" in said(at)
    press(at, "ws_hand_in")
    assert wording.GUESS_FIRST in said(at) and not workshop.desk(otter).entry.handed_in
    for name, value in (("margin", 55.0), ("p95", 1.5), ("exit", 400.0)):
        guess(at, "t0", name).set_value(value)
    press(at, "ws_hand_in")
    entry = workshop.desk(otter).entry
    assert entry.handed_in and entry.cards == ("buy_open", "exit_test")
    assert entry.prediction == Prediction(gross_margin=0.55, p95_s=1.5, exit_usd=4e5)
    assert wording.HANDED_IN in said(at)


def test_two_phones_of_a_team_add_up(played):
    workshop, created, otter = played
    workshop.act(created.seat, OpenTurn(turn=0))
    at = opened(otter)
    workshop.act(otter, Choose(turn=0, cards=("finops",)))
    card(at, "ws_card_t0_buy_open").check().run()
    assert workshop.desk(otter).entry.cards == ("buy_open", "finops")


def test_too_many_cards_are_refused_and_nothing_changes(played):
    workshop, created, otter = played
    workshop.act(created.seat, OpenTurn(turn=0))
    five = ("buy_open", "exit_test", "finops", "cache", "gateway")
    workshop.act(otter, Choose(turn=0, cards=five))
    at = opened(otter)
    card(at, "ws_card_t0_open_formats").check().run()
    assert "are the most in a round" in said(at)
    assert set(workshop.desk(otter).entry.cards) == set(five)
    assert not card(at, "ws_card_t0_open_formats").value


def test_a_late_card_is_refused_and_told(played):
    workshop, created, otter = played
    workshop.act(created.seat, OpenTurn(turn=0))
    at = opened(otter)
    workshop.act(created.seat, CloseTurn())
    card(at, "ws_card_t0_buy_open").check().run()
    assert "by the server" in said(at) and workshop.desk(otter).entry is None


def test_the_console_runs_a_round_and_does_not_tell_the_cards(played):
    workshop, created, otter = played
    at = opened(created.seat)
    press(at, "ws_do_open")
    workshop.act(otter, Arrive(people=4))
    workshop.act(otter, HandIn(turn=0, cards=("reserved_pool",), prediction=GUESS))
    at.run()
    assert "handed in" in said(at) and "4 people" in said(at)
    assert "Reserved GPU pool" not in said(at)
    press(at, "ws_do_pause")
    assert workshop.now(created.seat).paused
    press(at, "ws_do_pause")
    press(at, "ws_do_extend")
    assert workshop.now(created.seat).turn_minutes == pytest.approx(12, abs=1)
    press(at, "ws_do_return_otter")
    assert workshop.desk(otter).entry is None
    press(at, "ws_do_undo")
    assert workshop.desk(otter).entry.handed_in
    press(at, "ws_throw_rival")
    assert workshop.desk(otter).shocks[0][0].id == "rival"
    press(at, "ws_back_rival")
    assert not workshop.desk(otter).shocks
    at.number_input(key="ws_at_ruling").set_value(5)
    at.toggle(key="ws_hidden_ruling").set_value(True)
    press(at, "ws_throw_later_ruling")
    assert not workshop.desk(otter).shocks
    assert workshop.console(created.seat).shocks[2].thrown.month == 5
    press(at, "ws_do_close")
    press(at, "ws_do_reveal")
    assert workshop.now(created.seat).revealed == (0,)
    for look in ("results", "medals", "futures", "rewind", "why"):
        control = next(c for c in at.segmented_control if str(c.key).startswith("ws_look_"))
        control.set_value(look).run()
        assert not at.exception
    assert HOSTILE not in said(at)


def test_two_consoles_press_the_same_button(played):
    workshop, created, _ = played
    one, other = opened(created.seat), opened(created.seat)
    press(one, "ws_do_open")
    press(other, "ws_do_open")
    assert "open already" in said(other)
    assert workshop.now(created.seat).turn.index == 0
