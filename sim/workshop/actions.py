"""Everything that can happen in a session, as values: the log of these is the session.

An action says what was asked for. Who asked and when is recorded beside it
(`Logged`); whether it is allowed is decided by `rules`.
"""

import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from sim.scenario.events import Gravity
from sim.scenario.fields import Strict
from sim.workshop.cards import Slug
from sim.workshop.setup import Stage

FACILITATOR: Literal["facilitator"] = "facilitator"
QUESTIONS = 6
"""Questions of the poll."""

Cards = Annotated[tuple[Slug, ...], Field(max_length=60)]


class Prediction(Strict):
    """What a team expects to see at the end of a round's last month."""

    gross_margin: Annotated[float, Field(ge=-10, le=1)]
    p95_s: Annotated[float, Field(ge=0, le=86400)]
    exit_usd: Annotated[float, Field(ge=0, le=1e12)]


class OpenTurn(Strict):
    """Open a turn: its clock begins."""

    kind: Literal["open_turn"] = "open_turn"
    turn: Annotated[int, Field(ge=0, le=15)]


class CloseTurn(Strict):
    """Close the open turn now."""

    kind: Literal["close_turn"] = "close_turn"


class Extend(Strict):
    """Give the open turn more time."""

    kind: Literal["extend"] = "extend"
    minutes: Annotated[float, Field(gt=0, le=60)]


class Pause(Strict):
    """Stop the clock; teams can go on choosing."""

    kind: Literal["pause"] = "pause"


class Resume(Strict):
    """Let the clock run on."""

    kind: Literal["resume"] = "resume"


class Reveal(Strict):
    """Show the results of the round that was closed; what counts for it is settled."""

    kind: Literal["reveal"] = "reveal"


class Throw(Strict):
    """Let a shock of the deck happen, announced to the teams at once."""

    kind: Literal["throw"] = "throw"
    shock: Slug
    month: Annotated[int, Field(ge=0, le=119)]
    size: Gravity | None = None
    hidden: bool = False
    """Whether teams learn of it only when a round that covers its month is revealed."""


class TakeBack(Strict):
    """Take back a shock whose month no revealed round has covered."""

    kind: Literal["take_back"] = "take_back"
    thrown: Annotated[int, Field(ge=0)]
    """Sequence number of the throw."""


class GoTo(Strict):
    """Move the agenda on: to the sealed bid, the debrief, the commitments or the end."""

    kind: Literal["go_to"] = "go_to"
    stage: Stage


class Show(Strict):
    """Put something on the projector."""

    kind: Literal["show"] = "show"
    what: Slug


class RevealBids(Strict):
    """Open the sealed bids."""

    kind: Literal["reveal_bids"] = "reveal_bids"


class ReturnHandIn(Strict):
    """Undo a team's last hand-in of the turn: the one before it stands again, or none does."""

    kind: Literal["return_hand_in"] = "return_hand_in"
    team: Slug


class HandInFor(Strict):
    """Hand in for a team what it has chosen so far, unseen."""

    kind: Literal["hand_in_for"] = "hand_in_for"
    team: Slug


class Undo(Strict):
    """Void the last action of the session that is not itself undone."""

    kind: Literal["undo"] = "undo"
    seq: Annotated[int, Field(ge=1)]
    """Of the action meant: if something newer happened, nothing is undone."""


class Arrive(Strict):
    """A team says how many it is; no names."""

    kind: Literal["arrive"] = "arrive"
    people: Annotated[int, Field(ge=1, le=30)]


class Choose(Strict):
    """Save what a team has chosen so far."""

    kind: Literal["choose"] = "choose"
    turn: Annotated[int, Field(ge=0, le=15)]
    cards: Cards
    prediction: Prediction | None = None


class HandIn(Strict):
    """Hand in cards and prediction for the open turn; can be done again until it closes."""

    kind: Literal["hand_in"] = "hand_in"
    turn: Annotated[int, Field(ge=0, le=15)]
    cards: Cards
    prediction: Prediction


class Bid(Strict):
    """A sealed bid: the decision a team would reverse, and what it thinks that costs."""

    kind: Literal["bid"] = "bid"
    card: Slug
    usd: Annotated[float, Field(ge=0, le=1e12)]
    months: Annotated[float, Field(ge=0, le=600)]


class Answer(Strict):
    """One filled-in poll, 0 to 4 for each question; counted by team, tied to no person."""

    kind: Literal["answer"] = "answer"
    when: Literal["before", "after"]
    scores: Annotated[tuple[Annotated[int, Field(ge=0, le=4)], ...], Field(min_length=QUESTIONS, max_length=QUESTIONS)]


BY_FACILITATOR = (
    OpenTurn | CloseTurn | Extend | Pause | Resume | Reveal | Throw | TakeBack
    | GoTo | Show | RevealBids | ReturnHandIn | HandInFor | Undo
)  # fmt: skip
BY_TEAM = Arrive | Choose | HandIn | Bid | Answer
Action = Annotated[BY_FACILITATOR | BY_TEAM, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True)
class Logged:
    """An action as it stands in the log."""

    seq: int
    """From 1, without gaps."""
    at_s: float
    """Server time at which it was accepted [s since 1970], never falling within a log."""
    actor: str
    """`facilitator`, or the id of a team."""
    token: str
    """The client's own name for this submission: the same one twice is one action."""
    action: BY_FACILITATOR | BY_TEAM


def action_of(data: dict[str, Any]) -> BY_FACILITATOR | BY_TEAM:
    """The action that plain values describe.

    Raises:
        pydantic.ValidationError: there is no such action, or its values are out of bounds.
    """
    found: BY_FACILITATOR | BY_TEAM = TypeAdapter(Action).validate_json(json.dumps(data), strict=True)
    return found
