"""Decision cards, shock cards and the decks that hold them: what a room plays with.

A card says what it sets in the scenario, what it costs beside that, and which
layers it touches. It never says whether it is a good idea.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from sim.scenario.events import Gravity
from sim.scenario.fields import Strict

Layer = Literal["model_api", "agent_framework", "orchestration", "data", "network", "identity"]
Grade = Literal["A", "B", "C", "judgement"]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Sentence = Annotated[str, Field(min_length=3, max_length=400)]
Minutes = Annotated[float, Field(gt=0, le=120)]


class Source(Strict):
    """Where a card's own figures come from."""

    title: Sentence
    grade: Grade


class Card(Strict):
    """One decision a team can take.

    `sets` are settings of the scenario from the month it is played in. The
    amounts are what it costs beside them; people are counted in full-time
    equivalents and priced by the catalogue's row of their month.
    """

    id: Slug
    title: Annotated[str, Field(min_length=3, max_length=60)]
    text: Sentence
    group: Slug
    """Cards of one group answer the same question: at most one of them in a round."""
    sets: dict[str, Any] = Field(default_factory=dict)
    fte: Annotated[float, Field(ge=0, le=100)] = 0.0
    usd_per_month: Annotated[float, Field(ge=0, le=1e8)] = 0.0
    usd_once: Annotated[float, Field(ge=0, le=1e9)] = 0.0
    touches: tuple[Layer, ...] = ()
    source: Source


class ShockCard(Strict):
    """Something a facilitator can let happen."""

    id: Slug
    shock: Slug
    """Id in the catalogue's table `shocks`."""
    size: Gravity = "likely"
    title: Annotated[str, Field(min_length=3, max_length=60)]
    text: Sentence
    question: Annotated[str, Field(max_length=200)] = ""
    """What to ask the room once it has struck."""


class RoundPlan(Strict):
    """One round: the months it decides about and the minutes it takes.

    With `quick_minutes` it is played in two steps: a first decision in that
    time, then a second in `minutes`; what a team does not decide anew stands.
    """

    title: Annotated[str, Field(min_length=1, max_length=40)]
    first_month: Annotated[int, Field(ge=0, le=119)]
    last_month: Annotated[int, Field(ge=0, le=119)]
    minutes: Minutes
    quick_minutes: Minutes | None = None
    review_minutes: Annotated[float, Field(ge=0, le=120)] = 0.0
    practice: bool = False
    """What is decided in a practice turn is forgotten when the next round opens."""
    question: Annotated[str, Field(max_length=200)] = ""
    """What to ask the room at the reveal."""


class Role(Strict):
    """A seat within a team and what it is after, so that one voice does not decide alone."""

    id: Slug
    title: Annotated[str, Field(min_length=2, max_length=40)]
    text: Sentence


class FutureShock(Strict):
    """A shock of a future, at its month."""

    shock: Slug
    month: Annotated[int, Field(ge=0, le=119)]
    size: Gravity = "likely"


class Future(Strict):
    """A world in which all teams' decisions are played again, to see who stands where it goes badly."""

    id: Slug
    title: Annotated[str, Field(min_length=3, max_length=60)]
    sets: dict[str, Any] = Field(default_factory=dict)
    shocks: tuple[FutureShock, ...] = ()


class Recorded(Strict):
    """A strategy somebody played before: the cards of each round, to play against alone."""

    name: Annotated[str, Field(min_length=2, max_length=40)]
    text: Sentence
    cards: tuple[tuple[Slug, ...], ...]


class Deck(Strict):
    """A session ready to run: a company, rounds, cards, shocks and futures."""

    id: Slug
    title: Annotated[str, Field(min_length=3, max_length=80)]
    summary: Sentence
    scenario: Slug
    """Preset from which every team starts."""
    rounds: Annotated[tuple[RoundPlan, ...], Field(min_length=1, max_length=8)]
    budget: Annotated[int, Field(ge=1, le=24)] = 5
    """Most cards a team plays in a round."""
    brief_minutes: Minutes = 8
    bid_minutes: Minutes = 4
    debrief_minutes: Minutes = 20
    commitments_minutes: Minutes = 3
    cards: Annotated[tuple[Card, ...], Field(min_length=1, max_length=60)]
    shocks: Annotated[tuple[ShockCard, ...], Field(max_length=30)] = ()
    roles: Annotated[tuple[Role, ...], Field(max_length=8)] = ()
    futures: Annotated[tuple[Future, ...], Field(max_length=12)] = ()
    recorded: Annotated[tuple[Recorded, ...], Field(max_length=8)] = ()

    def card(self, id: str) -> Card:
        """Raises KeyError where the deck has no such card."""
        return next((card for card in self.cards if card.id == id), None) or _none(id)

    def shock(self, id: str) -> ShockCard:
        """Raises KeyError where the deck has no such shock."""
        return next((card for card in self.shocks if card.id == id), None) or _none(id)


def _none(id: str) -> Any:
    raise KeyError(id)
