"""One-click ways out of a warning, where one is obvious."""

from dataclasses import dataclass
from typing import Any

from sim.scenario import FieldCard, Scenario, lever_cards

SPARE, SMALL, RESIDENCY = "decisions.spare_room", "decisions.small_first_share", "decisions.residency"
OWN, MOVABLE = "decisions.own_share", "decisions.movable_share"
MORE_ROOM, MORE_SMALL = 0.2, 0.3


@dataclass(frozen=True, slots=True)
class Fix:
    """A lever that answers a warning, and where it would be moved to."""

    label: str
    path: str
    value: Any


def fix_of(warning: str, scenario: Scenario) -> Fix | None:
    """The obvious move against a warning; `None` where there is none, or the lever is at its end already."""
    decisions = scenario.decisions
    if "must be processed in the EU" in warning:
        return Fix("Process in the EU", RESIDENCY, "eu_only")
    if "our GPUs are full" in warning or "capacity is below its load" in warning:
        return _more("Keep more spare room", SPARE, decisions.spare_room, MORE_ROOM)
    if "rate limit" in warning:
        label = "Serve some on our own GPUs" if decisions.own_share == 0 else "Serve more on our own GPUs"
        return _more(label, OWN, decisions.own_share, MORE_SMALL)
    if "months late" in warning:
        return _more("Build more so that it can move", MOVABLE, decisions.movable_share, MORE_SMALL)
    if "misses its promise" in warning:
        return _more("Keep more spare room", SPARE, decisions.spare_room, MORE_ROOM)
    if "below its target" in warning and decisions.own_share < 1 and decisions.api_tier in ("top", "mid"):
        return _more("Try a small model first more often", SMALL, decisions.small_first_share, MORE_SMALL)
    return None


def reason_without_fix(warning: str) -> str:
    """Why no button stands beside a warning that has none."""
    if "is not done when the horizon ends" in warning:
        return "No lever shortens it now: decide earlier, with the slider above the levers."
    if "autoscaler saves nothing" in warning:
        return "No lever buys GPUs otherwise: Own scenario does."
    if "below its target" in warning:
        return "No one lever is sure to raise it: Economics shows what it is made of."
    if "not answered" in warning:
        return "No lever prevents a shock: Lock-in rehearses leaving."
    return "The lever that answers this is at its end already."


def _card(path: str) -> FieldCard:
    return next(card for card in lever_cards() if card.path == path)


def _more(label: str, path: str, value: float, step: float) -> Fix | None:
    high = _card(path).high
    moved = round(min(value + step, high if high is not None else value + step), 6)
    return Fix(label, path, moved) if moved > value else None
