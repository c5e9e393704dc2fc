"""Rules of the teams: choosing, handing in, and what a facilitator may undo for them."""

from collections import Counter
from dataclasses import replace
from types import MappingProxyType

from sim.workshop.actions import Choose, HandIn, HandInFor, Logged, ReturnHandIn
from sim.workshop.refusals import Refused
from sim.workshop.session import Entry, Session
from sim.workshop.setup import Turn


def choose(session: Session, logged: Logged) -> Session:
    """Save what a team has chosen so far; the last thing saved counts when time runs out."""
    action = logged.action
    assert isinstance(action, Choose)
    _open_turn(session, logged, turn=action.turn)
    cards = _checked(session, action.cards)
    known = session.entry(logged.actor, action.turn)
    prediction = action.prediction or (known.prediction if known else None)
    entry = Entry(cards, prediction, handed_in=False, at_s=logged.at_s, before=known.before if known else None)
    return _saved(session, logged.actor, turn=action.turn, entry=entry)


def hand_in(session: Session, logged: Logged) -> Session:
    """Hand in; it can be done again until the turn closes, and the last one counts."""
    action = logged.action
    assert isinstance(action, HandIn)
    _open_turn(session, logged, turn=action.turn)
    cards = _checked(session, action.cards)
    entry = Entry(
        cards, action.prediction, handed_in=True, at_s=logged.at_s, before=session.entry(logged.actor, action.turn)
    )
    return _saved(session, logged.actor, turn=action.turn, entry=entry)


def return_hand_in(session: Session, logged: Logged) -> Session:
    """Undo a team's last hand-in, until the round is revealed."""
    action = logged.action
    assert isinstance(action, ReturnHandIn)
    turn = _unrevealed(session, action.team)
    entry = session.entry(action.team, turn.index)
    if entry is None or not entry.handed_in:
        raise Refused("This team has handed in nothing that could be undone.")
    return _saved(session, action.team, turn=turn.index, entry=entry.before)


def hand_in_for(session: Session, logged: Logged) -> Session:
    """Hand in what a team has chosen, unseen; also after its time ran out, until the round is revealed."""
    action = logged.action
    assert isinstance(action, HandInFor)
    turn = _unrevealed(session, action.team)
    entry = session.entry(action.team, turn.index)
    if entry is not None and entry.handed_in:
        raise Refused("This team has handed in already.")
    chosen = entry or session.counted(action.team, turn.round) or Entry((), None, handed_in=False, at_s=logged.at_s)
    handed = replace(chosen, handed_in=True, at_s=logged.at_s, before=entry)
    return _saved(session, action.team, turn=turn.index, entry=handed)


def _open_turn(session: Session, logged: Logged, *, turn: int) -> None:
    """The turn is the open one at the time of the action, by the server's clock."""
    clock = session.clock
    if clock is None or session.turn is None or turn > session.turn:
        raise Refused("This round is not open yet. Nothing was saved; wait for the facilitator to open it.")
    if turn < session.turn:
        raise Refused("This round is over and another one is open. Nothing was saved; reload to see the open one.")
    if not clock.is_open(logged.at_s):
        late_s = clock.closed_since_s(logged.at_s)
        raise Refused(
            f"The round closed {late_s:.1f} s before this arrived, by the server's clock. Nothing was changed: "
            "what your team had saved before that counts."
        )


def _unrevealed(session: Session, team: str) -> Turn:
    if team not in {known.id for known in session.setup.teams}:
        raise Refused("There is no such team in this session.")
    turn = session.current
    if turn is None:
        raise Refused("No round was opened yet.")
    if turn.round in session.revealed:
        raise Refused("The results of this round are known, so what was handed in for it stands.")
    return turn


def _checked(session: Session, cards: tuple[str, ...]) -> tuple[str, ...]:
    """Cards that may be played together, in the order of the deck."""
    deck = session.setup.deck
    known = {card.id: card for card in deck.cards}
    unknown = [card for card in cards if card not in known]
    if unknown:
        raise Refused(f"The deck has no card '{unknown[0]}'. Choose from the cards that are listed.")
    if len(set(cards)) < len(cards):
        raise Refused("The same card was chosen twice. Choose each at most once.")
    if len(cards) > deck.budget:
        raise Refused(f"{len(cards)} cards were chosen; {deck.budget} are the most in a round. Put some back.")
    group, count = Counter(known[card].group for card in cards).most_common(1)[0] if cards else ("", 0)
    if count > 1:
        titles = " and ".join(f"'{known[card].title}'" for card in cards if known[card].group == group)
        raise Refused(f"{titles} answer the same question. Choose one of them.")
    return tuple(card.id for card in deck.cards if card.id in cards)


def _saved(session: Session, team: str, *, turn: int, entry: Entry | None) -> Session:
    entries = {key: value for key, value in session.entries.items() if key != (team, turn)}
    if entry is not None:
        entries[team, turn] = entry
    return replace(session, entries=MappingProxyType(entries))
