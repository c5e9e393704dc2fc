"""Shocks as they strike: the cards of the deck that a scenario plays, at their months and of their gravity."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sim.catalogue import Catalogue, Fact
from sim.lockin import LayerSet, Shock, deck
from sim.scenario.schema import Scenario

Take = Callable[[Fact], float]

MILD, GRAVE = "low", "high"


@dataclass(frozen=True, slots=True)
class Strike:
    """One shock that a scenario plays."""

    shock: str
    label: str
    month: int
    gravity: str
    because: str
    size: float
    """In the unit of the catalogue's row."""
    notice_months: float
    duration_months: float
    forces: LayerSet
    """Layers that have to be left, where the company is exposed."""

    @property
    def bites_from(self) -> float:
        """When the notice is over, in months from the start."""
        return self.month + self.notice_months

    @property
    def ends(self) -> float:
        return self.bites_from + self.duration_months

    def share_of(self, month: int) -> float:
        """Share of a month during which it lasts."""
        return overlap(month, from_month=self.bites_from, until_month=self.ends)


def overlap(month: int, *, from_month: float, until_month: float) -> float:
    """Share of a calendar month that lies between two points in time."""
    return max(0.0, min(month + 1.0, until_month) - max(float(month), from_month))


def strikes(scenario: Scenario, catalogue: Catalogue) -> tuple[Strike, ...]:
    """A scenario's shocks by month, then by their place in the file."""
    if not scenario.shocks:
        return ()
    cards = _cards(catalogue)
    in_order = sorted(scenario.shocks, key=lambda event: event.month)
    return tuple(
        _strike(cards[event.shock], month=event.month, gravity=event.size, because=event.because) for event in in_order
    )


@lru_cache(maxsize=8)
def _cards(catalogue: Catalogue) -> Mapping[str, Shock]:
    return {shock.id: shock for shock in deck(catalogue)}


def _strike(card: Shock, *, month: int, gravity: str, because: str) -> Strike:
    return Strike(
        shock=card.id,
        label=card.label,
        month=month,
        gravity=gravity,
        because=because,
        size=_size(card.size, gravity),
        notice_months=_pick(card.notice_months, {MILD: GRAVE, GRAVE: MILD}.get(gravity, gravity)),
        duration_months=_pick(card.duration_months, gravity),
        forces=card.forces,
    )


def _size(fact: Fact, gravity: str) -> float:
    """The mild end of a size is the one nearer to no change, whichever sign it has."""
    mild, grave = sorted((fact.low, fact.high), key=abs)
    return {MILD: mild, GRAVE: grave}.get(gravity, fact.likely)


def _pick(fact: Fact, column: str) -> float:
    return {MILD: fact.low, GRAVE: fact.high}.get(column, fact.likely)
