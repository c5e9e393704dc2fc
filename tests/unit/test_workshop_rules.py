"""The rules of a session: the clock, what counts, what can be undone, and who may do what."""

from collections.abc import Callable
from typing import Any

import pytest

from sim.workshop.actions import (
    Answer,
    Arrive,
    Bid,
    Choose,
    CloseTurn,
    Extend,
    GoTo,
    HandIn,
    HandInFor,
    Logged,
    OpenTurn,
    Pause,
    Resume,
    ReturnHandIn,
    Reveal,
    RevealBids,
    TakeBack,
    Throw,
    Undo,
)
from sim.workshop.poll import opening
from sim.workshop.refusals import NotAdmitted, Refused
from sim.workshop.rules import after, effective, fold
from sim.workshop.session import Play, Session
from tests.unit.workshop_small import GUESS, NOON_S, small_setup

MINUTE_S = 60.0


class Played:
    """A session by its rules alone: no store, and a clock that the test moves."""

    def __init__(self) -> None:
        self.setup = small_setup()
        self.log: tuple[Logged, ...] = ()
        self.session = Session.begin(self.setup)
        self.now_s = NOON_S

    def do(self, actor: str, action: Any) -> int:
        logged = Logged(len(self.log) + 1, self.now_s, actor, f"t{len(self.log)}", action)
        self.session = after(self.session, logged, log=self.log)
        self.log = (*self.log, logged)
        return logged.seq

    def lead(self, *actions: Any) -> int:
        seqs = [self.do("facilitator", action) for action in actions]
        return seqs[-1]

    def wait(self, minutes: float) -> None:
        self.now_s += minutes * MINUTE_S

    def hand_in(self, team: str, *cards: str, turn: int) -> int:
        return self.do(team, HandIn(turn=turn, cards=cards, prediction=GUESS))


@pytest.fixture
def played() -> Played:
    return Played()


@pytest.fixture
def launched(played: Played) -> Played:
    """The first round that counts is open."""
    played.lead(OpenTurn(turn=1))
    return played


def refused(act: Callable[[], Any], *, saying: str, kind: type[Exception] = Refused) -> None:
    with pytest.raises(kind, match=saying):
        act()


def test_a_team_hands_in_and_changes_until_its_time_is_up(launched: Played) -> None:
    launched.hand_in("otter", "gateway", turn=1)
    launched.wait(9.99)
    launched.hand_in("otter", "formats", turn=1)
    assert launched.session.plays("otter", through=1) == (Play("formats", 0),)


def test_a_hand_in_at_the_very_instant_of_closing_is_late_and_says_by_how_much(launched: Played) -> None:
    launched.hand_in("otter", "gateway", turn=1)
    before = launched.session
    launched.wait(10)
    refused(lambda: launched.hand_in("otter", "formats", turn=1), saying=r"closed 0\.0 s before this arrived")
    launched.wait(0.05)
    saying = r"closed 3\.0 s before.*saved before that counts"
    refused(lambda: launched.hand_in("otter", "formats", turn=1), saying=saying)
    assert launched.session == before


def test_the_last_thing_saved_counts_though_it_was_not_handed_in(launched: Played) -> None:
    launched.hand_in("otter", "gateway", turn=1)
    launched.do("otter", Choose(turn=1, cards=("formats",)))
    entry = launched.session.counted("otter", 1)
    assert entry is not None
    assert (entry.cards, entry.handed_in, entry.prediction) == (("formats",), False, GUESS)


def test_a_team_that_saves_nothing_keeps_its_earlier_decisions(launched: Played) -> None:
    launched.hand_in("otter", "gateway", turn=1)
    launched.lead(CloseTurn(), Reveal(), OpenTurn(turn=2))
    assert launched.session.in_force("otter", before=2) == (Play("gateway", 0),)
    assert launched.session.counted("otter", 2) is None
    assert launched.session.plays("otter", through=2) == (Play("gateway", 0),)


def test_practice_is_forgotten(played: Played) -> None:
    played.lead(OpenTurn(turn=0))
    played.hand_in("otter", "gateway", turn=0)
    assert played.session.plays("otter", through=0) == (Play("gateway", 0),)
    played.lead(CloseTurn(), Reveal(), OpenTurn(turn=1))
    assert played.session.plays("otter", through=1) == ()
    assert played.session.in_force("otter", before=1) == ()
    assert played.session.covered_month() == -1


def test_a_second_step_begins_with_the_first_and_both_can_be_compared(launched: Played) -> None:
    launched.lead(CloseTurn(), Reveal(), OpenTurn(turn=2))
    launched.hand_in("otter", "formats", turn=2)
    launched.hand_in("lynx", "gateway", turn=2)
    launched.lead(CloseTurn())
    refused(lambda: launched.lead(Reveal()), saying="second step")
    launched.lead(OpenTurn(turn=3))
    launched.hand_in("otter", "tests", turn=3)
    session = launched.session
    assert session.plays("otter", through=2) == (Play("tests", 4),)
    assert session.plays("otter", through=2, step=0) == (Play("formats", 4),)
    assert session.plays("lynx", through=2) == (Play("gateway", 4),)


@pytest.mark.parametrize(
    ("cards", "saying"),
    [
        (("gateway", "formats", "tests"), "2 are the most"),
        (("formats", "half_formats"), "answer the same question"),
        (("gateway", "gateway"), "chosen twice"),
        (("golden",), "no card 'golden'"),
    ],
)
def test_a_hand_against_the_rules_is_refused(launched: Played, cards: tuple[str, ...], saying: str) -> None:
    refused(lambda: launched.hand_in("otter", *cards, turn=1), saying=saying)
    assert launched.session.counted("otter", 1) is None


def test_a_pause_stops_the_clock_and_not_the_teams(launched: Played) -> None:
    launched.wait(8)
    launched.lead(Pause())
    launched.wait(30)
    launched.hand_in("otter", "gateway", turn=1)
    clock = launched.session.clock
    assert clock is not None and clock.left_s(launched.now_s) == 2 * MINUTE_S
    launched.lead(Resume())
    launched.wait(1.9)
    launched.hand_in("otter", "formats", turn=1)
    launched.wait(0.1)
    refused(lambda: launched.hand_in("otter", turn=1), saying="closed")


def test_more_time_moves_the_end_and_reopens_what_ran_out(launched: Played) -> None:
    launched.lead(Extend(minutes=2))
    launched.wait(11.9)
    launched.hand_in("otter", "gateway", turn=1)
    launched.wait(5)
    refused(lambda: launched.hand_in("otter", turn=1), saying="closed")
    launched.lead(Extend(minutes=1))
    launched.wait(0.9)
    launched.hand_in("otter", "formats", turn=1)
    launched.wait(0.2)
    refused(lambda: launched.hand_in("otter", turn=1), saying="closed")


def test_more_time_in_a_pause_counts_from_the_pause(launched: Played) -> None:
    launched.wait(4)
    launched.lead(Pause(), Extend(minutes=3))
    launched.wait(60)
    launched.lead(Resume())
    clock = launched.session.clock
    assert clock is not None and clock.left_s(launched.now_s) == 9 * MINUTE_S
    refused(lambda: launched.lead(Extend(minutes=60), Extend(minutes=60), Extend(minutes=60), Extend(minutes=60)),
            saying="at most 240 minutes")  # fmt: skip


def test_rounds_go_in_order(launched: Played) -> None:
    refused(lambda: launched.lead(OpenTurn(turn=2)), saying="open already")
    refused(lambda: launched.lead(Reveal()), saying="still open")
    launched.lead(CloseTurn())
    refused(lambda: launched.lead(CloseTurn()), saying="No round is open")
    refused(lambda: launched.lead(OpenTurn(turn=2)), saying="not been revealed")
    refused(lambda: launched.lead(OpenTurn(turn=0)), saying="played already")
    launched.lead(Reveal())
    refused(lambda: launched.lead(Reveal()), saying="revealed already")
    refused(lambda: launched.lead(Extend(minutes=2)), saying="results are known")
    refused(lambda: launched.lead(OpenTurn(turn=9)), saying="no turn 9")


def test_a_team_answers_only_the_open_turn(launched: Played) -> None:
    refused(lambda: launched.hand_in("otter", turn=2), saying="not open yet")
    refused(lambda: launched.hand_in("otter", turn=0), saying="is over")


def test_a_hand_in_is_undone_step_by_step(launched: Played) -> None:
    launched.do("otter", Choose(turn=1, cards=("tests",)))
    launched.hand_in("otter", "gateway", turn=1)
    launched.hand_in("otter", "formats", turn=1)
    launched.lead(ReturnHandIn(team="otter"))
    assert launched.session.plays("otter", through=1) == (Play("gateway", 0),)
    launched.lead(ReturnHandIn(team="otter"))
    entry = launched.session.counted("otter", 1)
    assert entry is not None and entry.cards == ("tests",) and not entry.handed_in
    refused(lambda: launched.lead(ReturnHandIn(team="otter")), saying="nothing that could be undone")


def test_a_facilitator_hands_in_for_a_team_until_the_reveal(launched: Played) -> None:
    launched.do("otter", Choose(turn=1, cards=("tests",)))
    launched.wait(11)
    launched.lead(HandInFor(team="otter"), HandInFor(team="lynx"))
    entry = launched.session.counted("otter", 1)
    assert entry is not None and entry.handed_in and entry.cards == ("tests",)
    refused(lambda: launched.lead(HandInFor(team="otter")), saying="already")
    launched.lead(Reveal())
    refused(lambda: launched.lead(HandInFor(team="wren")), saying="no such team")
    refused(lambda: launched.lead(HandInFor(team="heron")), saying="stands")


def test_undo_voids_the_last_action_and_only_that(launched: Played) -> None:
    launched.hand_in("otter", "gateway", turn=1)
    before = launched.session
    closed = launched.lead(CloseTurn())
    refused(lambda: launched.lead(Undo(seq=closed - 1)), saying="Something newer")
    undone = launched.lead(Undo(seq=closed))
    refused(lambda: launched.lead(Undo(seq=closed)), saying="undone already")
    assert launched.session.seq == undone
    assert launched.session.entries == before.entries and launched.session.clock == before.clock
    assert [logged.seq for logged in effective(launched.log)] == [1, 2]
    launched.lead(Undo(seq=2))
    assert launched.session.counted("otter", 1) is None


def test_the_fold_of_the_log_is_the_session(launched: Played) -> None:
    launched.hand_in("otter", "gateway", turn=1)
    launched.lead(Throw(shock="price", month=5))
    launched.lead(Undo(seq=3), CloseTurn(), Reveal())
    assert fold(launched.setup, launched.log) == launched.session


def test_shocks_strike_what_is_not_seen_yet(launched: Played) -> None:
    thrown = launched.lead(Throw(shock="price", month=2))
    refused(lambda: launched.lead(Throw(shock="price", month=5)), saying="thrown already")
    refused(lambda: launched.lead(Throw(shock="flood", month=5)), saying="no such shock")
    refused(lambda: launched.lead(Throw(shock="rival", month=12)), saying="the last is 11")
    launched.lead(CloseTurn(), Reveal())
    refused(lambda: launched.lead(TakeBack(thrown=thrown)), saying="cannot be taken back")
    refused(lambda: launched.lead(Throw(shock="rival", month=3)), saying="seen the months up to 3")
    later = launched.lead(Throw(shock="rival", month=4))
    launched.lead(TakeBack(thrown=later))
    assert [found.shock for found in launched.session.thrown] == ["price"]
    refused(lambda: launched.lead(TakeBack(thrown=later)), saying="taken back already")


def test_bids_are_on_decisions_of_ones_own_and_sealed(launched: Played) -> None:
    launched.hand_in("otter", "gateway", turn=1)
    refused(lambda: launched.lead(GoTo(stage="bid")), saying="Close it")
    launched.lead(CloseTurn(), Reveal(), GoTo(stage="bid"))
    refused(lambda: launched.do("otter", Bid(card="tests", usd=1.0, months=1.0)), saying="your team has taken")
    launched.do("otter", Bid(card="gateway", usd=1.0, months=1.0))
    launched.do("otter", Bid(card="gateway", usd=2.0, months=1.0))
    launched.lead(RevealBids())
    assert launched.session.bids["otter"].usd == 2.0
    refused(lambda: launched.do("otter", Bid(card="gateway", usd=3.0, months=1.0)), saying="until they are revealed")


def test_a_session_that_has_ended_takes_only_the_second_poll(launched: Played) -> None:
    launched.do("otter", Answer(when="before", scores=(0, 1, 2, 3, 4, 0)))
    launched.lead(CloseTurn(), Reveal(), GoTo(stage="ended"))
    refused(lambda: launched.lead(OpenTurn(turn=2)), saying="has ended")
    refused(lambda: launched.do("otter", Arrive(people=4)), saying="has ended")
    refused(lambda: launched.do("otter", Answer(when="before", scores=(0,) * 6)), saying="first poll closed")
    launched.do("otter", Answer(when="after", scores=(4,) * 6))
    launched.lead(GoTo(stage="debrief"))


def test_the_poll_chooses_where_to_begin() -> None:
    assert opening(()) == "prototype_by_friday"
    assert opening((0.0,) * 6) == "prototype_by_friday"
    assert opening((4.0,) * 6) == "own_the_platform"


def test_nobody_does_what_is_anothers(launched: Played) -> None:
    refused(lambda: launched.do("otter", CloseTurn()), saying="Only the facilitator", kind=NotAdmitted)
    refused(lambda: launched.do("otter", Undo(seq=1)), saying="Only the facilitator", kind=NotAdmitted)
    refused(lambda: launched.hand_in("facilitator", turn=1), saying="Only a team", kind=NotAdmitted)
    refused(lambda: launched.hand_in("wren", turn=1), saying="no such team", kind=NotAdmitted)
    refused(lambda: launched.hand_in("observer", turn=1), saying="no such team", kind=NotAdmitted)
