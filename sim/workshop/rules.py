"""The rules: what an action does to a session, or why it is refused. Pure; time comes with the action."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from sim.workshop.actions import (
    FACILITATOR,
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
    Show,
    TakeBack,
    Throw,
    Undo,
)
from sim.workshop.refusals import NotAdmitted, Refused
from sim.workshop.rules_rounds import close_turn, extend, open_turn, pause, resume, reveal
from sim.workshop.rules_teams import choose, hand_in, hand_in_for, return_hand_in
from sim.workshop.session import Session, Thrown
from sim.workshop.setup import Setup

MOST_THROWN = 30
MOST_POLLS = 400


def fold(setup: Setup, log: Iterable[Logged]) -> Session:
    """The session that a log leads to; actions that were undone count for nothing.

    Raises:
        Refused: an action of the log breaks the rules, so the log is not one that `after` has made.
    """
    log = tuple(log)
    session = Session.begin(setup)
    for logged in effective(log):
        session = _step(session, logged)
    return replace(session, seq=log[-1].seq, last_at_s=log[-1].at_s) if log else session


def effective(log: Sequence[Logged]) -> tuple[Logged, ...]:
    """The actions of a log that stand."""
    standing: list[Logged] = []
    for logged in log:
        if not isinstance(logged.action, Undo):
            standing.append(logged)
        elif standing and standing[-1].seq == logged.action.seq:
            standing.pop()
        else:
            raise Refused(_NEWER)
    return tuple(standing)


def after(session: Session, logged: Logged, *, log: Sequence[Logged]) -> Session:
    """The session once an action has happened.

    Args:
        session: the fold of `log`.
        log: all actions before this one.

    Raises:
        Refused: the rules do not allow it now.
        NotAdmitted: it is not this actor's to do.
    """
    if isinstance(logged.action, Undo):
        _admit(session, logged)
        return fold(session.setup, (*log, logged))
    return replace(_step(session, logged), seq=logged.seq, last_at_s=logged.at_s)


_NEWER = (
    "Something newer has happened since, or it is undone already: only the last action can be undone. "
    "Nothing was changed; look at the last action and undo that, if it is meant."
)


def _step(session: Session, logged: Logged) -> Session:
    _admit(session, logged)
    rule = _RULES[type(logged.action)]
    return rule(session, logged)


def _admit(session: Session, logged: Logged) -> None:
    """Facilitators run the session and teams play in it; neither does what is the other's."""
    runs = isinstance(logged.action, _BY_FACILITATOR)
    if runs != (logged.actor == FACILITATOR):
        whose = "the facilitator" if runs else "a team"
        raise NotAdmitted(f"Only {whose} can do this. Nothing was changed.")
    if not runs and logged.actor not in {team.id for team in session.setup.teams}:
        raise NotAdmitted("There is no such team in this session. Nothing was changed.")
    if session.stage == "ended" and not isinstance(logged.action, Undo | Show | Answer | GoTo):
        raise Refused("The session has ended. Its results stay until its deletion date; nothing was changed.")


# --- shocks -----------------------------------------------------------------------------------------


def _throw(session: Session, logged: Logged) -> Session:
    action = _is(logged.action, Throw)
    try:
        card = session.setup.deck.shock(action.shock)
    except KeyError:
        raise Refused("The deck has no such shock. Throw one of those that are listed.") from None
    covered, months = session.covered_month(), session.setup.scenario.months
    if not covered < action.month < months:
        raise Refused(
            f"Month {action.month} cannot be struck: the room has seen the months up to {covered}, and the last is "
            f"{months - 1}. Choose a month between them."
        )
    if any(thrown.shock == card.id for thrown in session.thrown):
        raise Refused(f"'{card.title}' was thrown already. Take it back first, if it should strike at another month.")
    if len(session.thrown) >= MOST_THROWN:
        raise Refused(f"{MOST_THROWN} shocks are the most a session can have.")
    thrown = Thrown(logged.seq, logged.at_s, card.id, action.month, action.size or card.size, action.hidden)
    return replace(session, thrown=(*session.thrown, thrown))


def _take_back(session: Session, logged: Logged) -> Session:
    action = _is(logged.action, TakeBack)
    found = next((thrown for thrown in session.thrown if thrown.seq == action.thrown), None)
    if found is None:
        raise Refused("That shock was taken back already, or was never thrown.")
    if found.month <= session.covered_month():
        raise Refused("The room has seen results with this shock in them; it cannot be taken back any more.")
    return replace(session, thrown=tuple(thrown for thrown in session.thrown if thrown is not found))


# --- agenda, bids, polls ----------------------------------------------------------------------------


def _go_to(session: Session, logged: Logged) -> Session:
    action = _is(logged.action, GoTo)
    if action.stage == "turn":
        raise Refused("A round begins by being opened. Open it, and the agenda follows.")
    if session.clock is not None and session.clock.is_open(logged.at_s):
        raise Refused("A round is open. Close it before the agenda moves on.")
    return replace(session, stage=action.stage)


def _show(session: Session, logged: Logged) -> Session:
    return replace(session, showing=_is(logged.action, Show).what)


def _bid(session: Session, logged: Logged) -> Session:
    action = _is(logged.action, Bid)
    if session.stage != "bid" or session.bids_revealed:
        raise Refused("Bids are taken from the opening of 'Reverse one decision' until they are revealed.")
    played = {
        play.card for play in session.plays(logged.actor, through=max(session.revealed, default=-1))
    }
    if action.card not in played:
        raise Refused("You can only bid on a decision that your team has taken. Choose one of your cards.")
    return replace(session, bids=_with(session.bids, logged.actor, action))


def _reveal_bids(session: Session, logged: Logged) -> Session:
    if session.stage != "bid" or session.bids_revealed:
        raise Refused("There are no sealed bids to reveal now.")
    return replace(session, bids_revealed=True)


def _arrive(session: Session, logged: Logged) -> Session:
    return replace(session, people=_with(session.people, logged.actor, _is(logged.action, Arrive).people))


def _answer(session: Session, logged: Logged) -> Session:
    action = _is(logged.action, Answer)
    if len(session.polls) >= MOST_POLLS:
        raise Refused(f"{MOST_POLLS} polls are the most a session can hold.")
    if action.when == "before" and session.revealed:
        raise Refused("The first poll closed when the first results were shown. The second one is open at the end.")
    return replace(session, polls=(*session.polls, (action.when, logged.actor, action.scores)))


def _with(mapping: Mapping[str, Any], key: str, value: Any) -> Mapping[str, Any]:
    return MappingProxyType({**mapping, key: value})


def _is(action: Any, kind: type[Any]) -> Any:
    assert isinstance(action, kind)
    return action


_RULES: Mapping[type[Any], Callable[[Session, Logged], Session]] = MappingProxyType(
    {
        OpenTurn: open_turn,
        CloseTurn: close_turn,
        Extend: extend,
        Pause: pause,
        Resume: resume,
        Reveal: reveal,
        Throw: _throw,
        TakeBack: _take_back,
        GoTo: _go_to,
        Show: _show,
        RevealBids: _reveal_bids,
        ReturnHandIn: return_hand_in,
        HandInFor: hand_in_for,
        Arrive: _arrive,
        Choose: choose,
        HandIn: hand_in,
        Bid: _bid,
        Answer: _answer,
    }
)
_BY_FACILITATOR = (
    OpenTurn, CloseTurn, Extend, Pause, Resume, Reveal, Throw, TakeBack, GoTo, Show, RevealBids,
    ReturnHandIn, HandInFor, Undo,
)  # fmt: skip
