"""Decks from files: strict, and all faults of a deck told at once."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from sim.scenario.faults import ScenarioError, did_you_mean
from sim.scenario.yaml_text import MOST_BYTES, read_mapping
from sim.workshop.cards import Deck
from sim.workshop.deck_checks import faults_of

IN_ORDER = ("three_years", "one_year", "fortress_europe")
LIBRARY = "library"
SHARED = ("cards", "shocks", "roles")
"""Lists in which a deck may name an entry of the library instead of writing it out."""


def decks() -> dict[str, Path]:
    """The decks ready to run, by id."""
    found = {path.stem: path for path in sorted(_folder().glob("*.yaml")) if path.stem != LIBRARY}
    first = {name: found.pop(name) for name in IN_ORDER if name in found}
    return first | found


def load_deck(source: str | Path) -> Deck:
    """A deck by its id, or from a file.

    Raises:
        ScenarioError: no such deck, or all faults of the file at once.
    """
    known = decks()
    path = known.get(str(source), Path(source))
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
    except OSError as fault:
        near = did_you_mean(str(source), known)
        raise ScenarioError(str(source), (f"there is no such deck and no such file.{near}",)) from fault
    return parse_deck(text, where=str(source))


def parse_deck(text: str | bytes, *, where: str = "deck") -> Deck:
    """A deck from text; entries that it only names come from the library.

    Raises:
        ScenarioError: all faults at once.
    """
    data, faults = read_mapping(text, where=where)
    named: list[str] = []
    whole = {key: _written_out(key, value, named) if key in SHARED else value for key, value in data.items()}
    try:
        deck = Deck.model_validate_json(json.dumps(whole), strict=True)
    except ValidationError as error:
        raise ScenarioError(where, (*faults, *named, *_explained(error, whole))) from error
    found = (*faults, *named, *faults_of(deck))
    if found:
        raise ScenarioError(where, found)
    return deck


def _written_out(key: str, entries: Any, faults: list[str]) -> Any:
    """A list of the deck with the library's entries in the place of their names."""
    if not isinstance(entries, list):
        return entries
    shared = _library()[key]
    whole = []
    for position, entry in enumerate(entries):
        if not isinstance(entry, str):
            whole.append(entry)
        elif entry in shared:
            whole.append(dict(shared[entry]))
        else:
            faults.append(f"{key}[{position}]: the library has no '{entry}'.{did_you_mean(entry, shared)}")
    return whole


@cache
def _library() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    where = f"{LIBRARY}.yaml"
    data, faults = read_mapping((_folder() / where).read_bytes(), where=where)
    if faults:
        raise ScenarioError(where, faults)
    return MappingProxyType({key: MappingProxyType({entry["id"]: entry for entry in data[key]}) for key in SHARED})


def _explained(error: ValidationError, data: Mapping[str, Any]) -> Iterator[str]:
    """pydantic's findings by path, with the id of the entry beside its position."""
    for finding in error.errors(include_url=False):
        path, value = "", data
        for part in finding["loc"]:
            path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
            value = _inside(value, part)
            if isinstance(part, int) and isinstance(value, Mapping) and "id" in value:
                path += f" ('{value['id']}')"
        said = {"missing": "required, and missing", "extra_forbidden": "no such setting"}.get(finding["type"])
        yield f"{path}: {said or finding['msg'][0].lower() + finding['msg'][1:]}"


def _inside(value: Any, part: int | str) -> Any:
    try:
        return value[part]
    except (KeyError, IndexError, TypeError):
        return None


def _folder() -> Path:
    return Path(__file__).parent / "decks"
