"""Rules of the rounds: opening, closing, the clock, the reveal."""

from dataclasses import replace

from sim.workshop.actions import Extend, Logged, OpenTurn
from sim.workshop.refusals import Refused
from sim.workshop.session import Clock, Session

SECONDS_PER_MINUTE = 60
LONGEST_S = 4 * 3600
"""A turn cannot be extended past this: whoever needs longer has left the clock running overnight."""


def open_turn(session: Session, logged: Logged) -> Session:
    """Start a turn and its clock; the round before must have been revealed."""
    action = logged.action
    assert isinstance(action, OpenTurn)
    if action.turn >= len(session.turns):
        raise Refused(f"There is no turn {action.turn}: this deck has {len(session.turns)}.")
    turn, current = session.turns[action.turn], session.current
    if session.clock is not None and session.clock.is_open(logged.at_s):
        raise Refused("A round is open already. Close it before another one opens.")
    if current is not None and turn.index <= current.index:
        raise Refused(f"'{turn.title}' was played already. To go back to it, undo the last action.")
    if current is not None and turn.round != current.round and current.round not in session.revealed:
        raise Refused(f"'{current.title}' has not been revealed. Reveal its results before the next round opens.")
    clock = Clock(opened_at_s=logged.at_s, ends_at_s=logged.at_s + turn.minutes * SECONDS_PER_MINUTE)
    return replace(session, stage="turn", turn=turn.index, clock=clock, showing="timer")


def close_turn(session: Session, logged: Logged) -> Session:
    """End the open turn before its time is up."""
    clock = _running(session, logged)
    return replace(session, clock=replace(clock, closed_at_s=logged.at_s, paused_at_s=None))


def extend(session: Session, logged: Logged) -> Session:
    """Give more time; a turn whose time has run out, but which is not revealed, opens again."""
    action = logged.action
    assert isinstance(action, Extend)
    clock = session.clock
    if clock is None or session.current is None or session.current.round in session.revealed:
        raise Refused("There is no round to extend: none was opened, or its results are known.")
    more_s = action.minutes * SECONDS_PER_MINUTE
    now_s = logged.at_s if clock.paused_at_s is None else clock.paused_at_s
    begin_s = clock.ends_at_s if clock.is_open(logged.at_s) else now_s
    if begin_s + more_s - now_s > LONGEST_S:
        raise Refused(f"A round can have at most {LONGEST_S / SECONDS_PER_MINUTE:g} minutes left.")
    return replace(session, clock=replace(clock, ends_at_s=begin_s + more_s, closed_at_s=None))


def pause(session: Session, logged: Logged) -> Session:
    """Stop the clock."""
    clock = _running(session, logged)
    if clock.paused_at_s is not None:
        raise Refused("The clock is paused already.")
    return replace(session, clock=replace(clock, paused_at_s=logged.at_s))


def resume(session: Session, logged: Logged) -> Session:
    """Let the clock run on with the time that was left."""
    clock = _running(session, logged)
    if clock.paused_at_s is None:
        raise Refused("The clock is running already.")
    ends_at_s = clock.ends_at_s + logged.at_s - clock.paused_at_s
    return replace(session, clock=replace(clock, ends_at_s=ends_at_s, paused_at_s=None))


def reveal(session: Session, logged: Logged) -> Session:
    """Show a round's results once its last step is closed; what counts for it is settled by that."""
    turn = session.current
    if turn is None or session.clock is None:
        raise Refused("No round was opened yet, so there is nothing to reveal.")
    if turn.round in session.revealed:
        raise Refused(f"The results of '{turn.title}' were revealed already.")
    if session.clock.is_open(logged.at_s):
        raise Refused(f"'{turn.title}' is still open. Close it, then reveal its results.")
    if turn.step + 1 < turn.steps:
        raise Refused(f"'{turn.title}' has a second step. Open it first; results come after that.")
    return replace(session, revealed=session.revealed | {turn.round}, showing="results")


def _running(session: Session, logged: Logged) -> Clock:
    if session.clock is None or not session.clock.is_open(logged.at_s):
        raise Refused("No round is open: none was opened yet, or its time has run out.")
    return session.clock
