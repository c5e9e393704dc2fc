"""A workshop for tests of its pages: a store of their own, a session in it, and pages opened from a seat."""

from datetime import UTC, datetime, timedelta

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app_pages.workshop import access
from sim.workshop import Workshop, load_deck, new_setup
from sim.workshop.actions import CloseTurn, HandIn, OpenTurn, Prediction, Reveal
from sim.workshop.evaluations import Evaluations
from tests.app.test_pages import APP
from tests.unit.workshop_small import hash_quickly

GUESS = Prediction(gross_margin=0.5, p95_s=2.0, exit_usd=4e5)
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def evaluations():
    """Outcomes shared by the tests of this file: they play the same few decisions."""
    return Evaluations()


@pytest.fixture
def own_store(monkeypatch, tmp_path, evaluations):
    """A workshop's store that no other test has written to."""
    st.cache_resource.clear()
    monkeypatch.setenv("LOADBEARING_DATABASE_URL", f"sqlite:///{tmp_path / 'workshop.sqlite'}")
    monkeypatch.setattr(access, "evaluations", lambda: evaluations)
    hash_quickly(monkeypatch)
    yield
    st.cache_resource.clear()


@pytest.fixture
def played(own_store, evaluations):
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


def finished(workshop, created, otter):
    workshop.act(created.seat, OpenTurn(turn=0))
    workshop.act(otter, HandIn(turn=0, cards=("buy_open",), prediction=GUESS))
    workshop.act(created.seat, CloseTurn())
    workshop.act(created.seat, Reveal())
