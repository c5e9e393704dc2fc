"""Sourced, dated facts: one row for each number that the model did not invent.

Tables are CSV files with the columns id, quantity, unit, as_of, low, likely,
high, source, grade, note. A row is in force from its date until a later row of
the same id and quantity.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from itertools import chain
from types import MappingProxyType

GRADES = ("A", "B", "C", "judgement")
"""A: specification, law, paper or primary data. B: careful third party. C: single blog. Judgement: ours."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One number with its range, its date and where it comes from."""

    table: str
    id: str
    quantity: str
    unit: str
    as_of: date
    low: float
    likely: float
    high: float
    source: str
    grade: str
    note: str
    changed: bool = False
    """Whether a scenario put this row in place of the shipped one."""

    def at(self, place: float) -> float:
        """The value at a place of the range: -1 is the low end, 0 what is likely, 1 the high end."""
        end = self.low if place < 0 else self.high
        return self.likely + abs(place) * (end - self.likely)


@dataclass(frozen=True, slots=True)
class Name:
    """What people call an id, and the group it belongs to (a region's price group, for example)."""

    label: str
    group: str


class Catalogue:
    """Facts by table, id and quantity; immutable once built."""

    def __init__(self, facts: Iterable[Fact], names: Mapping[tuple[str, str], Name]) -> None:
        by_key: dict[tuple[str, str], dict[str, list[Fact]]] = {}
        by_table: dict[str, list[str]] = {}
        rows = tuple(facts)
        for fact in rows:
            ids = by_table.setdefault(fact.table, [])
            if fact.id not in ids:
                ids.append(fact.id)
            by_key.setdefault((fact.table, fact.id), {}).setdefault(fact.quantity, []).append(fact)
        for quantities in by_key.values():
            for dated in quantities.values():
                dated.sort(key=lambda fact: fact.as_of)
        self._rows = {table: tuple(fact for fact in rows if fact.table == table) for table in by_table}
        self._by_key = by_key
        self._ids = {table: tuple(ids) for table, ids in by_table.items()}
        self._names = MappingProxyType(dict(names))
        self._newest: dict[tuple[str, str, str], float] = {}
        self._newest_of: dict[tuple[str, str], dict[str, float]] = {}
        """Likely values that were read, of one quantity and of all of an id."""
        self.moved_rows: frozenset[tuple[str, str, str]] = frozenset()
        """Rows that `moved` put elsewhere, since the catalogue that is not moved."""

    def dated(self, table: str, id: str, quantity: str) -> tuple[Fact, ...]:
        """All rows of a quantity by date; raises as `fact` does."""
        self.fact(table, id, quantity)
        return tuple(self._by_key[table, id][quantity])

    def with_rows(self, rows: Iterable[Fact], *, alone: Iterable[tuple[str, str, str]] = ()) -> "Catalogue":
        """The catalogue with some rows in place of its own; they are marked as changed.

        Args:
            rows: each stands in for the row of its quantity and day, or comes beside those of other days.
            alone: (table, id, quantity) of which the other days' rows are left out too.
        """
        new = [replace(row, changed=True) for row in rows]
        days = {(row.table, row.id, row.quantity, row.as_of) for row in new}
        whole = set(alone)
        kept = (
            row
            for row in self._all_rows()
            if (row.table, row.id, row.quantity) not in whole
            and (row.table, row.id, row.quantity, row.as_of) not in days
        )
        return Catalogue((*kept, *new), self._names)

    def _all_rows(self) -> Iterator[Fact]:
        return chain.from_iterable(self._rows.values())

    @property
    def changed(self) -> tuple[Fact, ...]:
        """Rows that are not the shipped ones."""
        return tuple(row for row in self._all_rows() if row.changed)

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(self._ids)

    def rows(self, table: str) -> tuple[Fact, ...]:
        """Every row of a table, in file order."""
        self.ids(table)
        return self._rows[table]

    def ids(self, table: str) -> tuple[str, ...]:
        """Ids of a table, in file order.

        Raises:
            LookupError: there is no such table.
        """
        if table not in self._ids:
            raise LookupError(f"the catalogue has no table '{table}'.{_did_you_mean(table, self._ids)}")
        return self._ids[table]

    def has(self, table: str, id: str) -> bool:
        return (table, id) in self._by_key

    def label(self, table: str, id: str) -> str:
        """What people call it; the id itself where it has no name."""
        name = self._names.get((table, id))
        return name.label if name else id

    def group(self, table: str, id: str) -> str:
        """Group of an id, empty where it has none."""
        name = self._names.get((table, id))
        return name.group if name else ""

    def fact(self, table: str, id: str, quantity: str, on: date | None = None) -> Fact:
        """The row in force on a day; the newest where no day is given.

        Raises:
            LookupError: no such table, id or quantity, or none in force yet on that day.
        """
        quantities = self._quantities(table, id)
        if quantity not in quantities:
            raise LookupError(f"{table}/{id} has no quantity '{quantity}'.{_did_you_mean(quantity, quantities)}")
        dated = quantities[quantity]
        if on is None:
            return dated[-1]
        in_force = [fact for fact in dated if fact.as_of <= on]
        if not in_force:
            first = dated[0].as_of
            raise LookupError(
                f"{table}/{id}/{quantity}: no value in force on {on}: the first is dated {first}. "
                f"Start the scenario on or after {first}, or add an earlier row with its source."
            )
        return in_force[-1]

    def value(self, table: str, id: str, quantity: str, on: date | None = None) -> float:
        """The likely value in force on a day; raises as `fact` does."""
        if on is not None:
            return self.fact(table, id, quantity, on).likely
        key = (table, id, quantity)
        known = self._newest.get(key)
        if known is None:
            known = self._newest[key] = self.fact(table, id, quantity).likely
        return known

    def quantities(self, table: str, id: str, on: date | None = None) -> dict[str, float]:
        """Likely values of all quantities of an id that are in force on a day."""
        if on is None and (known := self._newest_of.get((table, id))) is not None:
            return dict(known)
        found = {}
        for quantity, dated in self._quantities(table, id).items():
            in_force = [fact for fact in dated if on is None or fact.as_of <= on]
            if in_force:
                found[quantity] = in_force[-1].likely
        if on is None:
            self._newest_of[table, id] = dict(found)
        return found

    def moved(self, places: Mapping[tuple[str, str, str], float]) -> "Catalogue":
        """The catalogue with some rows elsewhere in their own ranges, for questions of what if.

        Args:
            places: by table, id and quantity, as in `Fact.at`; it holds for every date of the quantity.

        Raises:
            LookupError: there is no such row.
        """
        other = Catalogue((), self._names)
        fresh: dict[int, Fact] = {}
        by_key = dict(self._by_key)
        for (table, name, quantity), place in places.items():
            self.fact(table, name, quantity)
            dated = by_key[table, name][quantity]
            moved = [replace(fact, likely=fact.at(place)) for fact in dated]
            fresh.update((id(fact), row) for fact, row in zip(dated, moved, strict=True))
            by_key[table, name] = {**by_key[table, name], quantity: moved}
        other._rows = dict(self._rows)
        for table in {table for table, _, _ in places}:
            other._rows[table] = tuple(fresh.get(id(fact), fact) for fact in self._rows[table])
        other._by_key, other._ids = by_key, self._ids
        other.moved_rows = self.moved_rows | places.keys()
        other._newest = {row: value for row, value in list(self._newest.items()) if row not in places}
        elsewhere = {(table, name) for table, name, _ in places}
        other._newest_of = {row: values for row, values in list(self._newest_of.items()) if row not in elsewhere}
        return other

    def _quantities(self, table: str, id: str) -> dict[str, list[Fact]]:
        found = self._by_key.get((table, id))
        if found is None:
            raise LookupError(f"table '{table}' has no id '{id}'.{_did_you_mean(id, self.ids(table))}")
        return found


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word, list(known), n=1)
    return f" Did you mean '{near[0]}'?" if near else ""


def parse_day(text: str) -> date:
    """A date written as YYYY, YYYY-MM or YYYY-MM-DD: the first day it can mean."""
    parts = [int(part) for part in text.split("-")]
    return date(parts[0], *[*parts[1:], 1, 1][:2])


@cache
def load_catalogue() -> Catalogue:
    """The catalogue shipped with the simulator."""
    facts: list[Fact] = []
    names: dict[tuple[str, str], Name] = {}
    for path in sorted(files("sim.catalogue").joinpath("tables").iterdir(), key=lambda entry: entry.name):
        table, _, ending = path.name.rpartition(".")
        if ending != "csv":
            continue
        reader = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
        if table == "names":
            names = {(row["table"], row["id"]): Name(row["label"], row["group"]) for row in reader}
        else:
            facts.extend(_fact(table, row) for row in reader)
    return Catalogue(facts, names)


def _fact(table: str, row: dict[str, str]) -> Fact:
    return Fact(
        table=table,
        id=row["id"],
        quantity=row["quantity"],
        unit=row["unit"],
        as_of=parse_day(row["as_of"]),
        low=float(row["low"]),
        likely=float(row["likely"]),
        high=float(row["high"]),
        source=row["source"],
        grade=row["grade"],
        note=row["note"],
    )
