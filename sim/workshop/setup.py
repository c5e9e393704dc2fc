"""What a session is set up with: fixed when it is created, and carried whole by its export."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.fields import Strict
from sim.scenario.schema import Scenario
from sim.workshop.cards import Deck, Slug

Shape = Literal["triangle", "disc", "diamond", "square", "cross", "ring", "bar", "star"]
Stage = Literal["brief", "turn", "bid", "debrief", "commitments", "ended"]

ANIMALS = ("Heron", "Otter", "Lynx", "Badger", "Wren", "Marten", "Ibex", "Plover")
SHAPES: tuple[Shape, ...] = ("triangle", "disc", "diamond", "square", "cross", "ring", "bar", "star")
MOST_TEAMS = len(ANIMALS)


class Team(Strict):
    """A team: an animal and a shape, no names of people."""

    id: Slug
    name: Annotated[str, Field(min_length=2, max_length=30)]
    shape: Shape


class Setup(Strict):
    """Everything that stays as it is for the whole session.

    Deck and scenario are held whole, not by name: a session resumed by a later
    version, or imported elsewhere, plays the cards it was begun with.
    """

    title: Annotated[str, Field(min_length=1, max_length=80)]
    deck: Deck
    scenario: Scenario
    """As every team starts, on the session's seed."""
    teams: Annotated[tuple[Team, ...], Field(min_length=1, max_length=MOST_TEAMS)]
    deck_open: bool = True
    """Whether teams see the shock cards before they are thrown."""
    delete_on: date
    """Day on which the session is deleted, whatever its state."""
    model_version: str
    """Of the simulator that created it."""

    def team(self, id: str) -> Team:
        """Raises KeyError where there is no such team."""
        return next((team for team in self.teams if team.id == id), None) or _none(id)


class Turn(Strict):
    """One stretch of deciding: a round, or one of its two steps."""

    index: int
    round: int
    """Position of the round in the deck."""
    step: int
    steps: int
    title: str
    first_month: int
    last_month: int
    minutes: float
    practice: bool


class AgendaItem(Strict):
    """A line of the agenda, with its minutes."""

    id: str
    title: str
    minutes: float
    review_minutes: float = 0.0
    stage: Stage
    round: int | None = None


def turns_of(deck: Deck) -> tuple[Turn, ...]:
    """All turns of a deck in order; a round of two steps has two."""
    turns: list[Turn] = []
    for position, plan in enumerate(deck.rounds):
        steps = (plan.minutes,) if plan.quick_minutes is None else (plan.quick_minutes, plan.minutes)
        for step, minutes in enumerate(steps):
            turns.append(
                Turn(
                    index=len(turns), round=position, step=step, steps=len(steps), title=plan.title,
                    first_month=plan.first_month, last_month=plan.last_month, minutes=minutes,
                    practice=plan.practice,
                )
            )  # fmt: skip
    return tuple(turns)


def agenda_of(deck: Deck) -> tuple[AgendaItem, ...]:
    """The session from the brief to the commitments."""
    rounds = [
        AgendaItem(
            id=f"round_{position}", title=plan.title, minutes=plan.minutes + (plan.quick_minutes or 0),
            review_minutes=plan.review_minutes, stage="turn", round=position,
        )
        for position, plan in enumerate(deck.rounds)
    ]  # fmt: skip
    return (
        AgendaItem(id="brief", title="Brief", minutes=deck.brief_minutes, stage="brief"),
        *rounds,
        AgendaItem(id="bid", title="Reverse one decision", minutes=deck.bid_minutes, stage="bid"),
        AgendaItem(id="debrief", title="Debrief", minutes=deck.debrief_minutes, stage="debrief"),
        AgendaItem(id="commitments", title="Commitments", minutes=deck.commitments_minutes, stage="commitments"),
    )


def usual_teams(count: int) -> tuple[Team, ...]:
    """So many teams with an animal and a shape each."""
    return tuple(
        Team(id=name.lower(), name=name, shape=shape)
        for name, shape in list(zip(ANIMALS, SHAPES, strict=True))[:count]
    )


def _none(id: str) -> Team:
    raise KeyError(id)
