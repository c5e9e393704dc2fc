"""Whatever two facilitators and three teams do in whatever order, twice over or late, the session stays one."""

import shutil
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sim.workshop import Workshop, WorkshopError
from sim.workshop.actions import (
    Choose,
    CloseTurn,
    Extend,
    HandIn,
    HandInFor,
    OpenTurn,
    Pause,
    Resume,
    ReturnHandIn,
    Reveal,
    TakeBack,
    Throw,
    Undo,
)
from sim.workshop.rules import effective, fold
from sim.workshop.session import Session
from tests.unit.workshop_small import GUESS, Game, new_game, sqlite_url

TEAMS = ("heron", "otter", "lynx")
TABS = st.integers(0, 1)
TURNS = st.integers(0, 3)
HANDS = st.lists(st.sampled_from(["gateway", "formats", "half_formats", "tests"]), max_size=3).map(tuple)
LEADS = st.one_of(
    TURNS.map(lambda turn: OpenTurn(turn=turn)),
    st.sampled_from([CloseTurn(), Pause(), Resume(), Reveal(), Extend(minutes=1.0)]),
    st.sampled_from(TEAMS).flatmap(lambda team: st.sampled_from([ReturnHandIn(team=team), HandInFor(team=team)])),
    st.integers(0, 11).map(lambda month: Throw(shock="price", month=month)),
    st.integers(1, 12).map(lambda seq: TakeBack(thrown=seq)),
)


class TwoTabs(RuleBasedStateMachine):
    """Two app processes on one database; every step goes through either of them."""

    game: Game

    @initialize()
    def begin(self) -> None:
        self.folder = Path(mkdtemp())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("sim.workshop.secrecy.SCRYPT_N", 2)
            self.game = new_game(sqlite_url(self.folder))
        self.tabs = (self.game.workshop, Workshop(sqlite_url(self.folder), clock=self.game.clock))
        self.acknowledged: dict[int, Any] = {}
        self.taps = 0

    def act(self, tab: int, who: str, action: Any) -> None:
        """Do it, twice with one token: both answers are the same, or both are refused and nothing has changed."""
        self.taps += 1
        seat = self.game.facilitator if who == "facilitator" else self.game.teams[who]
        before = self.session(tab)
        try:
            saved = self.tabs[tab].act(seat, action, token=f"tap-{self.taps}")
        except WorkshopError as refusal:
            assert str(refusal).endswith("."), "a refusal is a sentence"
            assert self.session(1 - tab) == before
            return
        assert self.tabs[1 - tab].act(seat, action, token=f"tap-{self.taps}").seq == saved.seq
        self.acknowledged[saved.seq] = action

    def session(self, tab: int) -> Session:
        return self.tabs[tab]._journals.latest(self.game.facilitator.session_id)[0].session

    @rule(tab=TABS, action=LEADS)
    def lead(self, tab: int, action: Any) -> None:
        self.act(tab, "facilitator", action)

    @rule(tab=TABS, team=st.sampled_from(TEAMS), turn=TURNS, cards=HANDS, hands_in=st.booleans())
    def decide(self, tab: int, team: str, turn: int, cards: tuple[str, ...], hands_in: bool) -> None:
        choice = HandIn(turn=turn, cards=cards, prediction=GUESS) if hands_in else Choose(turn=turn, cards=cards)
        self.act(tab, team, choice)

    @rule(tab=TABS, back=st.integers(0, 1))
    def undo(self, tab: int, back: int) -> None:
        standing = self.tabs[tab].console(self.game.facilitator).last
        if standing is not None and standing.seq > back:
            self.act(tab, "facilitator", Undo(seq=standing.seq - back))

    @rule(seconds=st.sampled_from([1, 59, 60, 121, 600]))
    def wait(self, seconds: int) -> None:
        self.game.clock.advance(seconds)

    @invariant()
    def both_tabs_see_one_session_that_keeps_its_rules(self) -> None:
        journal, now_s = self.tabs[0]._journals.latest(self.game.facilitator.session_id)
        session, log = journal.session, journal.log
        assert session == self.session(1) == fold(session.setup, log)
        assert [logged.seq for logged in log] == list(range(1, len(log) + 1))
        assert {logged.seq: logged.action for logged in log} == self.acknowledged
        assert all(one.at_s <= other.at_s for one, other in pairwise(log))
        assert sum(session.state_of(turn, now_s) == "open" for turn in session.turns) <= 1
        opened = [logged.action.turn for logged in effective(log) if isinstance(logged.action, OpenTurn)]
        assert opened == sorted(set(opened))
        for (_, turn), entry in session.entries.items():
            assert turn <= (session.turn or 0)
            assert len(entry.cards) <= session.setup.deck.budget
            assert not {"formats", "half_formats"} <= set(entry.cards)

    def teardown(self) -> None:
        if hasattr(self, "tabs"):
            for tab in self.tabs:
                tab.close()
            shutil.rmtree(self.folder, ignore_errors=True)


TwoTabs.TestCase.settings = settings(
    max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestTwoTabs = TwoTabs.TestCase
