"""What a link says: preset, moved fields, month and charts, to and from query parameters.

Nothing here knows Streamlit. A value equal to the preset's is dropped from the
link; a value that is unknown or invalid is ignored and reported by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sim.reports.series import SERIES
from sim.scenario.fields import FieldCard

PARAMS: dict[str, str] = {
    "own": "decisions.own_share",
    "spare": "decisions.spare_room",
    "tier": "decisions.api_tier",
    "small": "decisions.small_first_share",
    "place": "decisions.residency",
    "store": "decisions.vector_store",
    "run": "decisions.orchestration",
    "move": "decisions.movable_share",
    "grow": "world.growth_per_month",
    "api": "world.api_price_drift_per_year",
    "gpu": "world.gpu_price_drift_per_year",
    "eu": "world.eu_required_share",
}
"""Short name in the link for each field a page can move."""

PRESET, MONTH, LEFT, RIGHT, DECIDE = "p", "month", "left", "right", "decide"
DEFAULT_CHARTS = ("margin", "exit")
MONTHS = (12, 24, 36)
LAST_DECIDE = 24
DECISIONS = "decisions."


@dataclass(frozen=True, slots=True)
class View:
    """Everything that decides what Strategy shows; `moved` holds (path, value) where it differs from the preset."""

    preset: str
    moved: tuple[tuple[str, Any], ...] = ()
    month: int = MONTHS[-1]
    charts: tuple[str, str] = DEFAULT_CHARTS
    decide: int = 0
    """Month in which the moved levers are decided; 0 makes them part of the start."""

    def decisions(self) -> dict[str, Any]:
        """The moved levers, without what the world does."""
        return {path: value for path, value in self.moved if path.startswith(DECISIONS)}

    def value(self, path: str, base: Mapping[str, Any]) -> Any:
        """The field's value here: as moved, else the preset's."""
        return dict(self.moved).get(path, base[path])

    def with_field(self, path: str, value: Any, *, base: Mapping[str, Any]) -> "View":
        """The view after one field is moved; moving it back to the preset forgets it."""
        moved = {**dict(self.moved), path: value}
        return replace(self, moved=tuple(sorted((p, v) for p, v in moved.items() if v != base[p])))


def value_to_text(value: Any) -> str:
    """A field's value as the link spells it: shares as whole percent, choices as stored."""
    return str(round(value * 100)) if isinstance(value, int | float) else str(value)


def text_to_value(text: str, card: FieldCard) -> Any:
    """Read a link's text for a field.

    Raises:
        ValueError: not an option, not a number, off the step, or out of bounds.
    """
    if card.options:
        if text not in card.options:
            raise ValueError(f"{text!r} is not one of {', '.join(card.options)}")
        return text
    percent = int(text)
    step = round((card.step or 0.01) * 100)
    low, high = round((card.low or 0) * 100), round((card.high if card.high is not None else 1) * 100)
    if not low <= percent <= high or (percent - low) % step:
        raise ValueError(f"{percent} is not one of {low} to {high} in steps of {step}")
    return percent / 100


@dataclass(frozen=True, slots=True)
class Opened:
    """A link as understood: the view, and the parameters that were ignored."""

    view: View
    ignored: tuple[str, ...]


def from_query(
    query: Mapping[str, str],
    *,
    presets: tuple[str, ...],
    cards: Mapping[str, FieldCard],
    bases: Mapping[str, Mapping[str, Any]],
    months: tuple[int, ...] = MONTHS,
) -> Opened:
    """Read a link; whatever it gets wrong is ignored and named, and the rest stands."""
    ignored: list[str] = []
    preset = query.get(PRESET, presets[0])
    if preset not in presets:
        ignored.append(PRESET)
        preset = presets[0]
    view = View(preset=preset, month=months[-1])
    charts = list(DEFAULT_CHARTS)
    for name, text in query.items():
        if name == PRESET:
            continue
        if name in PARAMS and PARAMS[name] in cards:
            path = PARAMS[name]
            try:
                view = view.with_field(path, text_to_value(text, cards[path]), base=bases[preset])
            except ValueError:
                ignored.append(name)
        elif name == DECIDE and text.isdecimal() and int(text) <= LAST_DECIDE:
            view = replace(view, decide=int(text))
        elif name == MONTH and text in {str(m) for m in months}:
            view = replace(view, month=int(text))
        elif name in (LEFT, RIGHT) and text in SERIES:
            charts[0 if name == LEFT else 1] = text
        else:
            ignored.append(name)
    return Opened(replace(view, charts=(charts[0], charts[1])), tuple(ignored))


def to_query(view: View, *, last_month: int = MONTHS[-1]) -> dict[str, str]:
    """The link of a view, the preset first, whatever is as usual left out."""
    names = {path: name for name, path in PARAMS.items()}
    query = {PRESET: view.preset}
    query |= {names[path]: value_to_text(value) for path, value in view.moved}
    if view.decide:
        query[DECIDE] = str(view.decide)
    if view.month != last_month:
        query[MONTH] = str(view.month)
    for name, chart, usual in zip((LEFT, RIGHT), view.charts, DEFAULT_CHARTS, strict=True):
        if chart != usual:
            query[name] = chart
    return query
