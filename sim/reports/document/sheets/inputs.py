"""Values that a reader may change: one cell and one name for each, shared by all statements that rest on it."""

import re
from dataclasses import dataclass
from datetime import date

from sim.catalogue import Catalogue, Fact
from sim.reports.document.sections.assumptions import GRADE_WORDS
from sim.scenario import field_cards

STATED = "stated in the scenario"
_OTHER = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Input:
    """One value that amounts are multiplied with, and where it comes from."""

    name: str
    """Of its cell, in formulas."""
    row: str
    """`table/id/quantity` in the catalogue, or a dotted field of the scenario."""
    label: str
    unit: str
    value: float
    low: float
    high: float
    source: str
    grade: str


class Inputs:
    """Inputs in the order in which they were first met. Equal values of one row share a cell; others do not."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, date | None, float], Input] = {}
        self._names: set[str] = set()

    @property
    def all(self) -> tuple[Input, ...]:
        return tuple(self._found.values())

    def of_row(self, row: str, day: date | None, catalogue: Catalogue) -> Input:
        """The value of a catalogue row in force on a day; the newest where no day is given.

        Raises:
            LookupError: there is no such row, or none in force yet.
        """
        table, id, quantity = row.split("/")
        fact = catalogue.fact(table, id, quantity, day)
        key = (row, fact.as_of, fact.likely)
        if key not in self._found:
            self._found[key] = self._made(fact, row, catalogue)
        return self._found[key]

    def of_field(self, path: str, value: float, *, label: str = "", unit: str = "") -> Input:
        """A value that the scenario states."""
        key = (path, None, value)
        if key not in self._found:
            card = next((card for card in field_cards() if card.path == path), None)
            if card is not None:
                label, unit = card.title, card.unit
            self._found[key] = Input(
                self._name(path), path, label or path, unit, value, value, value, STATED, "S"
            )
        return self._found[key]

    def _made(self, fact: Fact, row: str, catalogue: Catalogue) -> Input:
        words = fact.quantity.replace("_", " ")
        return Input(
            name=self._name(row),
            row=row,
            label=f"{catalogue.label(fact.table, fact.id)}: {words}",
            unit=fact.unit,
            value=fact.likely,
            low=fact.low,
            high=fact.high,
            source=f"{fact.source}, as of {fact.as_of}",
            grade=GRADE_WORDS.get(fact.grade, fact.grade),
        )

    def _name(self, row: str) -> str:
        """A name that spreadsheets accept, numbered where the row has several values."""
        base = "in_" + _OTHER.sub("_", row).strip("_")
        name, at = base, 2
        while name.lower() in self._names:
            name, at = f"{base}_{at}", at + 1
        self._names.add(name.lower())
        return name
