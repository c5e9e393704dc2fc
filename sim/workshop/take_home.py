"""What a team takes home: its decisions, its guesses beside what came of them, and its medals; nobody else's."""

from dataclasses import dataclass

from sim.workshop.debrief import Reversal, reversal
from sim.workshop.evaluations import Evaluations
from sim.workshop.readings import Medals
from sim.workshop.refusals import Refused
from sim.workshop.session import Session
from sim.workshop.setup import Stage, Team
from sim.workshop.table import RoundResults, round_results

FROM: tuple[Stage, ...] = ("debrief", "commitments", "ended")
"""From the debrief on; before it a page would be of a game that goes on."""


@dataclass(frozen=True, slots=True)
class TakeHome:
    """One team's game, whole."""

    title: str
    team: Team
    rounds: tuple[RoundResults, ...]
    """Rounds that counted, with this team's results alone."""
    cards: dict[str, str]
    """Titles of its cards, by id."""
    medals: tuple[str, ...]
    """Names of the fields of `Medals` in which it was best of the room, alone or with others."""
    bid: Reversal | None
    """Its sealed bid beside what the reversal would have cost; `None` before the bids are revealed."""
    delete_on: str


def take_home(session: Session, evaluations: Evaluations, *, team: str, version: str) -> TakeHome:
    """A team's page at the end.

    Args:
        version: of the simulator that computes.

    Raises:
        Refused: the debrief has not begun, or no round that counts was revealed.
    """
    setup = session.setup
    counted = [at for at in sorted(session.revealed) if not setup.deck.rounds[at].practice]
    if session.stage not in FROM or not counted:
        raise Refused("This page is made when the debrief begins. Until then your results stand in this view.")
    rounds = tuple(
        round_results(session, evaluations, round=at, version=version, only=team) for at in counted
    )
    room = round_results(session, evaluations, round=counted[-1], version=version)
    assert room.medals is not None
    bid, plays = session.bids.get(team), rounds[-1].teams[0].plays
    shown = bid is not None and session.bids_revealed
    return TakeHome(
        title=setup.title,
        team=setup.team(team),
        rounds=rounds,
        cards={play.card: setup.deck.card(play.card).title for play in plays},
        medals=tuple(name for name in Medals.__dataclass_fields__ if team in getattr(room.medals, name)),
        bid=reversal(session, evaluations, team=setup.team(team), through=max(counted), card=bid.card)
        if bid is not None and shown
        else None,
        delete_on=setup.delete_on.isoformat(),
    )
