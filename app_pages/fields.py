"""Widgets for the plain settings of a scenario, built from their declarations."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any, Literal

import streamlit as st

from sim.scenario import FieldCard, Scenario, field_cards
from sim.scenario.editing import named_ids

PERCENT = 100.0
LATER: Literal["ignore"] = "ignore"
"""A widget's value is sent with the next run, so that a page of many settings stands still while it is filled in."""


FILE_HINT = re.compile(r" A share is written from 0 to 1: .*? is [\d.e-]+\.")
"""What a file is told about shares; the form's fields hold percent."""
NUMBER = re.compile(r"(?<![\w.\[])-?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w\]]|\.\d)")


def settings(scenario: Scenario) -> Iterator[tuple[str, FieldCard, Any]]:
    """Dotted name, declaration and value of every setting that holds one value, or a list of names, here."""
    for card in field_cards():
        for path in _paths(card.path, scenario):
            title, value = _read(scenario, path)
            if title == card.title and (value is None or isinstance(value, str | bool | int | float | tuple)):
                yield path, card, value


def _paths(path: str, scenario: Scenario) -> list[str]:
    if "[]" in path or path.endswith((".NAME", ".kind")):
        return []
    if ".ID." not in path:
        return [path]
    return [path.replace("ID", product.id, 1) for product in scenario.products]


def _read(scenario: Scenario, path: str) -> tuple[str | None, Any]:
    """Title of the setting as it is declared here, where a part may have several kinds, and its value."""
    value: Any = scenario
    title: str | None = None
    for name in path.split("."):
        if isinstance(value, tuple):
            value = next((item for item in value if getattr(item, "id", None) == name), None)
        elif name in getattr(type(value), "model_fields", {}):
            title, value = type(value).model_fields[name].title, getattr(value, name)
        else:
            return None, None
    return title, value


def key_of(path: str) -> str:
    """The widget's key."""
    return f"field_{path}"


def grid(scenario: Scenario, prefixes: Sequence[str], *, faults: Sequence[str]) -> dict[str, Any]:
    """Widgets of the settings under some dotted names, faults below them; what was changed, by dotted name.

    Args:
        prefixes: beginnings of dotted names; an empty one stands for the settings of no part.
    """
    changed: dict[str, Any] = {}
    with st.grid(3, min_column_width=250, gap=("small", "medium")):
        for path, card, before in settings(scenario):
            if not any(path.startswith(prefix) if prefix else "." not in path for prefix in prefixes):
                continue
            with st.container(gap=None):
                value = _widget(path, card, value=before)
                show_faults(faults, (index_path(scenario, path),))
            if value != before and (value, before) != ("", None):
                changed[path] = value
    return changed


def index_path(scenario: Scenario, path: str) -> str:
    """A dotted name as faults write it: products by their place."""
    parts = path.split(".")
    if parts[0] != "products" or len(parts) < 2:
        return path
    place = next((at for at, product in enumerate(scenario.products) if product.id == parts[1]), None)
    return ".".join((f"products[{place}]", *parts[2:]))


def in_form_units(fault: str) -> str:
    """A fault as the form's fields are written: the numbers of a share in percent."""
    path, colon, said = fault.partition(": ")
    plain = re.sub(r"^products\[\d+\]", "products.ID", path)
    plain = re.sub(r"^users(\..*)?$", "users.NAME", plain)
    if not colon or plain not in {card.path for card in field_cards() if card.unit == "share"}:
        return fault
    said = FILE_HINT.sub("", said)
    return f"{path}: {NUMBER.sub(lambda number: f'{float(number[0]) * PERCENT:.6g} %', said)}"


def show_faults(faults: Sequence[str], names: Sequence[str]) -> None:
    """The faults of some settings, and of what is inside them."""
    for fault in faults:
        if fault.startswith(tuple(f"{name}{mark}" for name in names for mark in (":", " ", "[", "."))):
            st.html(f'<p class="lb-fault" role="alert">{escape(fault)}</p>')


def _widget(path: str, card: FieldCard, *, value: Any) -> Any:
    label = f"{card.title} ({unit_of(card)})" if unit_of(card) else card.title
    common: dict[str, Any] = {"key": key_of(path), "help": help_of(card), "on_change": LATER}
    if isinstance(value, bool):
        return st.checkbox(label, value, **common)
    if isinstance(value, tuple):
        words = named_ids(card.table)
        return tuple(st.multiselect(label, words, list(value), format_func=worded(words), **common))
    words = card.options or (named_ids(card.table) if card.table else {})
    if words:
        names = list(words)
        at = names.index(str(value)) if str(value) in names else None
        chosen = st.selectbox(label, names, index=at, format_func=worded(words), **common)
        return int(chosen) if isinstance(value, int) and chosen is not None else chosen
    if isinstance(value, int):
        return st.number_input(label, value=value, step=1, **common)
    if isinstance(value, float) or (value is None and card.unit):
        return _number(label, card, value, common)
    return st.text_input(label, value or "", **common)


def _number(label: str, card: FieldCard, value: float | None, common: dict[str, Any]) -> float | None:
    factor = PERCENT if card.unit == "share" else 1.0
    before = None if value is None else value * factor
    step = card.step and card.step * factor
    shown = st.number_input(label, value=before, step=step, format="%.6g", **common)
    if shown == before:
        # What was not touched stays as it is, to the last digit.
        return value
    return None if shown is None else round(shown / factor, 12)


def worded(words: Mapping[str, str]) -> Callable[[Any], str]:
    """Writes a stored value as people read it; itself where it has no word."""
    return lambda value: words.get(value, str(value))


def unit_of(card: FieldCard) -> str:
    """The unit as the form writes it: shares in percent."""
    return "%" if card.unit == "share" else card.unit


def help_of(card: FieldCard) -> str:
    """What a setting means, and its bounds."""
    factor = PERCENT if card.unit == "share" else 1.0
    ends = (("from", card.low), ("to", card.high))
    bounds = [f"{word} {bound * factor:g}" for word, bound in ends if bound is not None]
    return f"{card.help} {' '.join(bounds).capitalize()}." if bounds else card.help
