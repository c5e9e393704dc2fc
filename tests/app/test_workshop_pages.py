"""The workshop's pages: the door, a team's phone, the console and the projector, over a store of their own."""

import re
from datetime import UTC, datetime, timedelta
from html import escape

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app_pages.workshop import access, projector, wording
from app_pages.workshop.take_home import page
from sim.reports import words
from sim.workshop import Workshop, load_deck, new_setup
from sim.workshop.actions import (
    Arrive,
    Bid,
    Choose,
    CloseTurn,
    GoTo,
    HandIn,
    OpenTurn,
    Prediction,
    Reveal,
    RevealBids,
    Show,
    Throw,
)
from sim.workshop.evaluations import Evaluations
from tests.app.test_pages import APP, said
from tests.unit.workshop_small import hash_quickly

GUESS = Prediction(gross_margin=0.5, p95_s=2.0, exit_usd=4e5)
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def evaluations():
    """Outcomes shared by the tests of this file: they play the same few decisions."""
    return Evaluations()


@pytest.fixture(autouse=True)
def _own_store(monkeypatch, tmp_path, evaluations):
    st.cache_resource.clear()
    monkeypatch.setenv("LOADBEARING_DATABASE_URL", f"sqlite:///{tmp_path / 'workshop.sqlite'}")
    monkeypatch.setattr(access, "evaluations", lambda: evaluations)
    hash_quickly(monkeypatch)
    yield
    st.cache_resource.clear()


@pytest.fixture
def played(evaluations):
    """A session of two teams and two rounds, title hostile, and the store that it is in."""
    deck = load_deck("three_years")
    deck = deck.model_copy(update={"rounds": deck.rounds[1:3]})
    workshop = Workshop(evaluations=evaluations)
    until = datetime.now(UTC).date() + timedelta(days=2)
    created = workshop.create(new_setup(deck, teams=2, delete_on=until, seed=11, title=HOSTILE))
    otter = workshop.enter_as_team(created.code, "otter", pin=created.team_pins["otter"])
    return workshop, created, otter


def opened(seat=None, **query):
    at = AppTest.from_file(str(APP), default_timeout=120)
    at.switch_page("app_pages/workshop/workshop.py")
    for name, value in query.items():
        at.query_params[name] = value
    if seat is not None:
        at.session_state[access.SEAT] = seat
    at.run()
    assert not at.exception
    return at


def press(at, key):
    at.button(key=key).click().run()
    assert not at.exception
    return at


def card(at, base):
    """The checkbox of a card that is drawn now."""
    return at.checkbox(key=at.session_state[base].name)


def guess(at, key, name):
    """A field of the guess that is drawn now."""
    return at.number_input(key=f"{at.session_state[f'ws_guess_{key}'].name}_{name}")


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


def finished(workshop, created, otter):
    workshop.act(created.seat, OpenTurn(turn=0))
    workshop.act(otter, HandIn(turn=0, cards=("buy_open",), prediction=GUESS))
    workshop.act(created.seat, CloseTurn())
    workshop.act(created.seat, Reveal())


def test_a_team_reads_its_results_bids_and_answers(played):
    workshop, created, otter = played
    finished(workshop, created, otter)
    at = opened(otter)
    assert "than you guessed" in said(at) and "Heron" not in said(at)
    left = words.money(workshop.results(otter, 0).teams[0].exit_usd)
    workshop.act(created.seat, OpenTurn(turn=1))
    at.run()
    state = said(at).split('class="ws-state"')[1].split("</section>")[0]
    assert wording.STATE_AFTER.format(month=6) in state and left in state
    workshop.act(created.seat, CloseTurn())
    workshop.act(created.seat, GoTo(stage="bid"))
    at.run()
    at.number_input(key="ws_bid_usd").set_value(250.0)
    at.number_input(key="ws_bid_months").set_value(3.0)
    next(b for b in at.button if b.label == wording.BID_SAVE).click().run()
    assert not at.exception
    assert workshop.desk(otter).bid.usd == 250_000
    workshop.act(created.seat, GoTo(stage="debrief"))
    at.run()
    for at_question in range(6):
        at.radio(key=f"ws_poll_after_0_{at_question}").set_value(3)
    next(b for b in at.button if b.label == wording.POLL_SEND).click().run()
    assert not at.exception
    assert workshop.maturity(created.seat).after == (3.0,) * 6


def test_a_team_takes_a_page_home(played):
    """It holds what the team did, escaped, loads nothing from elsewhere, and appears with the debrief."""
    workshop, created, otter = played
    finished(workshop, created, otter)
    at = opened(otter)
    assert wording.TAKE_HOME not in [button.label for button in at.get("download_button")]
    workshop.act(created.seat, GoTo(stage="debrief"))
    at.run()
    assert wording.TAKE_HOME in [button.label for button in at.get("download_button")]
    kept = workshop.take_home(otter)
    text = page(kept)
    assert HOSTILE not in text and escape(HOSTILE) in text
    assert escape(kept.cards["buy_open"]) in text and words.money(kept.rounds[0].teams[0].exit_usd) in text
    assert "Heron" not in text and not re.search(r"(src|href)=|url\(|@import", text.replace(escape(HOSTILE), ""))


def test_every_figure_on_the_console_opens_into_its_trace(played):
    workshop, created, otter = played
    finished(workshop, created, otter)
    workshop.act(created.seat, GoTo(stage="bid"))
    workshop.act(otter, Bid(card="buy_open", usd=9e4, months=2))
    workshop.act(created.seat, RevealBids())
    at = opened(created.seat)

    def look(what):
        next(c for c in at.segmented_control if str(c.key).startswith("ws_look_")).set_value(what).run()
        next(e for e in at.expander if e.label == wording.WHY)

    at.session_state["ws_why_c_why_heron"] = True
    look("why")
    for figure in wording.WHY_FIGURES:
        at.selectbox(key="ws_why_figure_c_why_heron").set_value(figure).run()
        assert not at.exception and "lb-tree" in said(at), figure
    at.session_state["ws_why_bid_c"] = True
    look("bids")
    assert not at.exception and "Undoing the card" in said(at)
    at.session_state["ws_why_future_c"] = True
    look("futures")
    assert not at.exception and "Net present value of Heron" in said(at)


def test_the_projector_shows_what_is_chosen(played):
    workshop, created, otter = played
    finished(workshop, created, otter)
    workshop.act(created.seat, Throw(shock="rival", month=9))
    at = opened(watch=f"{created.code}.{created.observer_key}")
    assert at.session_state[access.SEAT].role == "observer"
    headlines = set()
    for what in wording.SHOWS:
        workshop.act(created.seat, Show(what=what))
        at.run()
        assert not at.exception and HOSTILE not in said(at)
        headlines.add(said(at).split('class="ws-big">')[1].split("<")[0])
    assert len(headlines) >= len(wording.SHOWS) - 2, "two figures may have one headline"


def test_the_projector_shows_a_code_to_scan_where_phones_can_follow_it(played, monkeypatch):
    """It opens the door with the session's code filled in; of an address that names this machine there is none."""
    _, created, _ = played
    drawn = []
    monkeypatch.setattr(projector, "qr_svg", lambda link: drawn.append(link) or "<svg/>")
    for address, link in (
        ("http://192.0.2.7:8501/workshop?watch=x", f"http://192.0.2.7:8501/workshop?code={created.code}"),
        ("http://localhost:8501/workshop", None),
    ):
        drawn.clear()
        monkeypatch.setattr("streamlit.runtime.context.ContextProxy.url", address)
        at = opened(watch=f"{created.code}.{created.observer_key}")
        assert drawn == ([link] if link else []) and ("data:image/svg+xml" in said(at)) == bool(link)
        assert (wording.THIS_MACHINE in said(at)) == (link is None)


def test_a_seat_that_was_put_out_comes_to_the_door(played):
    workshop, created, otter = played
    at = opened(otter)
    workshop.new_pin(created.seat, "otter")
    at.run()
    assert access.SEAT not in at.session_state and "not admitted any more" in said(at)


def test_an_import_that_is_refused_says_why(played):
    at = opened()
    at.session_state["ws_way"], at.session_state["ws_run_way"] = "run", "file"
    at.run()
    at.file_uploader(key="ws_file").upload("session.json", b'{"format": "loadbearing-workshop", "format_version": 9}')
    at.run()
    press(at, "ws_import")
    assert "newer version" in said(at) and access.SEAT not in at.session_state


def test_an_exported_session_comes_back(played):
    workshop, created, otter = played
    finished(workshop, created, otter)
    at = opened()
    at.session_state["ws_way"], at.session_state["ws_run_way"] = "run", "file"
    at.run()
    at.file_uploader(key="ws_file").upload("session.json", workshop.export(created.seat))
    at.run()
    press(at, "ws_import")
    again = at.session_state[access.SEAT]
    assert again.session_id != created.seat.session_id
    assert workshop.now(again).revealed == (0,)


def test_alone_against_recorded_strategies():
    at = opened()
    at.session_state["ws_way"] = "solo"
    at.run()
    at.selectbox(key="ws_solo_deck").set_value("one_year").run()
    press(at, "ws_solo_begin")
    for name in ("margin", "p95", "exit"):
        guess(at, "solo0", name).set_value(10.0)
    press(at, "ws_solo_play_0")
    assert "Four medals after month 3" in said(at) and "You" in said(at)
    at.session_state["ws_why_solo_1"] = True
    at.run()
    assert "lb-tree" in said(at)
    press(at, "ws_solo_go_on_1")
    assert wording.STATE_AFTER.format(month=3) in said(at) and "Four medals" not in said(at)
    for at_round in (1, 2):
        for name in ("margin", "p95", "exit"):
            guess(at, f"solo{at_round}", name).set_value(10.0)
        press(at, f"ws_solo_play_{at_round}")
        assert "ws-shock" in said(at), "the deck's shocks strike from the second round on, and are told"
        if at_round == 1:
            press(at, "ws_solo_go_on_2")
    assert "Four medals after month 11" in said(at)
    assert not [button for button in at.button if str(button.key).startswith("ws_solo_go_on")]
    press(at, "ws_solo_again")
    assert at.selectbox(key="ws_solo_deck").value


def test_a_store_that_cannot_be_opened_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("LOADBEARING_DATABASE_URL", f"sqlite:///{tmp_path / 'no' / 'such' / 'folder' / 'x.sqlite'}/y")
    at = opened()
    assert not at.exception and "lb-problem" in said(at)


