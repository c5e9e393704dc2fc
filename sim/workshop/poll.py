"""Six questions on how an organization talks about its infrastructure, before and after.

The answers choose the preset to open with and are shown to the room. They
never enter the model: no scenario reads them.
"""

from dataclasses import dataclass

from sim.workshop.actions import QUESTIONS
from sim.workshop.session import Session

ASKED = (
    "We know who decides on our AI platform.",
    "We know what an answer costs us to serve.",
    "We know which of our decisions would be hard to undo.",
    "We have tested leaving one of our vendors.",
    "Finance and engineering look at the same figures.",
    "We know which limit our growth meets first.",
)
SCALE = ("not at all", "hardly", "in parts", "mostly", "fully")
HIGHEST = len(SCALE) - 1
OPENINGS = ("prototype_by_friday", "open_models_by_the_token", "regulated_in_the_eu", "own_the_platform")
"""Presets to open with, from a conversation that begins to one that is well under way."""
assert len(ASKED) == QUESTIONS


@dataclass(frozen=True, slots=True)
class Maturity:
    """Means of the room by question, 0 to 4; empty where nobody answered."""

    before: tuple[float, ...]
    after: tuple[float, ...]
    answered_before: int
    answered_after: int
    opening: str
    """Preset that the answers before suggest to open with."""


def maturity(session: Session) -> Maturity:
    """What the room answered."""
    before = [scores for when, _, scores in session.polls if when == "before"]
    after = [scores for when, _, scores in session.polls if when == "after"]
    return Maturity(
        before=_means(before),
        after=_means(after),
        answered_before=len(before),
        answered_after=len(after),
        opening=opening(_means(before)),
    )


def opening(means: tuple[float, ...]) -> str:
    """The preset for a room: the more it knows of its platform, the more of one it is shown to run."""
    if not means:
        return OPENINGS[0]
    share = sum(means) / len(means) / HIGHEST
    return OPENINGS[min(len(OPENINGS) - 1, int(share * len(OPENINGS)))]


def _means(polls: list[tuple[int, ...]]) -> tuple[float, ...]:
    return tuple(sum(column) / len(polls) for column in zip(*polls, strict=True)) if polls else ()
