"""A form of all settings of a scenario, built from their declarations."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

import streamlit as st

from app_pages import text
from sim.scenario import FieldCard, Scenario, field_cards

PARTS = {
    "decisions": "Decisions",
    "platform": "Platform",
    "world": "The world",
    "products": "Products",
    "company": "Company",
    "": "The scenario",
}
"""Tabs of the form by the first part of a dotted name; everything else is in the last."""
PERCENT = 100.0


def settings(scenario: Scenario) -> Iterator[tuple[str, FieldCard, Any]]:
    """Dotted name, declaration and value of every setting that holds one plain value here."""
    for card in field_cards():
        for path in _paths(card.path, scenario):
            title, value = _read(scenario, path)
            if title == card.title and (value is None or isinstance(value, str | bool | int | float)):
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


def _widget(path: str, card: FieldCard, value: Any) -> Any:
    label = f"{card.title} ({_unit(card)})" if _unit(card) else card.title
    key = f"field_{path}"
    if isinstance(value, bool):
        return st.checkbox(label, value, key=key, help=card.help)
    if card.options:
        names = list(card.options)
        chosen = st.selectbox(
            label, names, index=names.index(str(value)), format_func=lambda name: card.options[name], key=key,
            help=card.help,
        )  # fmt: skip
        return int(chosen) if isinstance(value, int) else chosen
    if isinstance(value, int):
        return st.number_input(label, value=value, step=1, key=key, help=_help(card))
    if isinstance(value, float) or (value is None and card.unit):
        factor = PERCENT if card.unit == "share" else 1.0
        shown = st.number_input(
            label, value=None if value is None else value * factor, step=card.step and card.step * factor,
            format="%.6g", key=key, help=_help(card),
        )  # fmt: skip
        return None if shown is None else round(shown / factor, 12)
    return st.text_input(label, value or "", key=key, help=card.help)


def _unit(card: FieldCard) -> str:
    return "%" if card.unit == "share" else card.unit


def _help(card: FieldCard) -> str:
    factor = PERCENT if card.unit == "share" else 1.0
    ends = (("from", card.low), ("to", card.high))
    bounds = [f"{word} {bound * factor:g}" for word, bound in ends if bound is not None]
    return f"{card.help} {' '.join(bounds).capitalize()}." if bounds else card.help


def form(scenario: Scenario, faults: Sequence[str]) -> dict[str, Any] | None:
    """Show the form; once it is sent, the settings that were changed by their dotted names."""
    found = list(settings(scenario))
    entered: dict[str, Any] = {}
    with st.form("own", border=False):
        tabs = st.tabs(list(PARTS.values()))
        for tab, part in zip(tabs, PARTS, strict=True):
            with tab, st.grid(3, min_column_width=250, gap=("small", "medium")):
                for path, card, value in found:
                    head = path.split(".")[0] if "." in path else ""
                    if (head if head in PARTS else "") != part:
                        continue
                    with st.container(gap=None):
                        entered[path] = _labelled(path, card, value)
                        for fault in faults:
                            if fault.startswith((f"{path}:", f"{path} ")):
                                st.html(f'<p class="lb-fault" role="alert">{escape(fault)}</p>')
        if not st.form_submit_button(text.OWN_SEND, type="primary"):
            return None
    before = {path: value for path, _, value in found}
    changed = {path: value for path, value in entered.items() if value != before[path]}
    return {path: value for path, value in changed.items() if (value, before[path]) != ("", None)}


def _labelled(path: str, card: FieldCard, value: Any) -> Any:
    """The widget of a setting; a product's is named by the product too."""
    if path.startswith("products."):
        st.html(f'<span class="lb-of">{escape(path.split(".")[1])}</span>')
    return _widget(path, card, value)
