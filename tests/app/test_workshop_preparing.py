"""Results computed beside the workshop's pages: the hand a team rests at, once, and never silent about a fault."""

import logging
from threading import Event

from app_pages.workshop.preparing import LONGEST_PAUSES, Preparing
from sim.workshop import Refused

WAIT_S = 10


def test_asked_for_anew_during_the_pause_the_newest_is_done_once():
    preparing, done = Preparing(), []
    for hand in ("one", "two", "three"):
        preparing.soon("otter", lambda hand=hand: done.append(hand), pause_s=0.05)
    preparing.soon("heron", lambda: done.append("heron"))
    assert preparing.settled(WAIT_S)
    assert done == ["heron", "three"]
    preparing.soon("otter", lambda: done.append("four"))
    assert preparing.settled(WAIT_S) and done[-1] == "four", "its thread had ended, and another began"


def test_a_team_that_never_pauses_is_not_put_off_for_ever():
    preparing, begun = Preparing(), Event()
    pause_s = 0.1
    tick, asked = Event(), 0
    while not begun.is_set() and asked < 100 * LONGEST_PAUSES:
        preparing.soon("otter", begun.set, pause_s=pause_s)
        tick.wait(pause_s / 5)
        asked += 1
    assert begun.is_set()
    assert preparing.settled(WAIT_S)


def test_what_fails_is_logged_and_the_next_is_done(caplog):
    preparing, done = Preparing(), []

    def refused():
        raise Refused("not now")

    def failed():
        raise RuntimeError("broken")

    with caplog.at_level(logging.INFO):
        preparing.soon("a", refused)
        preparing.soon("b", failed)
        preparing.soon("c", lambda: done.append("c"))
        assert preparing.settled(WAIT_S)
    assert done == ["c"]
    assert "not now" in caplog.text and "broken" in caplog.text


def test_nothing_is_settled_while_it_is_being_done():
    preparing, gate = Preparing(), Event()
    preparing.soon("a", lambda: gate.wait(WAIT_S))
    assert not preparing.settled(0.05)
    gate.set()
    assert preparing.settled(WAIT_S)
