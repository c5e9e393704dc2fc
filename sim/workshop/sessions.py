"""Setting a session up from a deck."""

from datetime import date

from sim.strategy.evaluate import model_version
from sim.workshop.cards import Deck
from sim.workshop.deck_checks import checked
from sim.workshop.playing import starting_scenario
from sim.workshop.refusals import Refused
from sim.workshop.setup import MOST_TEAMS, Setup, usual_teams


def new_setup(
    deck: Deck, *, teams: int, delete_on: date, seed: int, title: str = "", deck_open: bool = True
) -> Setup:
    """The setup of a session. Recorded strategies are left out: they are for playing alone.

    Args:
        deck: as loaded, or a copy with other rounds, times or budget; it is checked again.
        teams: how many; each gets an animal and a shape.
        delete_on: day on which the session is deleted.
        seed: on which all teams play.
        title: the deck's unless given.

    Raises:
        Refused: too few or too many teams, or a deck that cannot be played.
    """
    try:
        deck = checked(deck.model_copy(update={"recorded": ()}).model_dump_json())
    except ValueError as fault:
        raise Refused(f"This deck cannot be played: {fault} Change it, or take one that is ready.") from fault
    if not 1 <= teams <= MOST_TEAMS:
        raise Refused(f"A session has 1 to {MOST_TEAMS} teams (got {teams}).")
    return Setup(
        title=title.strip() or deck.title,
        deck=deck,
        scenario=starting_scenario(deck, seed=seed),
        teams=usual_teams(teams),
        deck_open=deck_open,
        delete_on=delete_on,
        model_version=model_version(),
    )
