"""Tables for the settings that are lists of rows, built from their declarations; rows are added and removed."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

import pandas as pd
import streamlit as st

from app_pages.fields import LATER, PERCENT, help_of, key_of, show_faults, unit_of, worded
from sim.scenario import FieldCard, Scenario, ScenarioError, field_cards
from sim.scenario.editing import named_ids
from sim.scenario.shape import item_models
from sim.scenario.yaml_text import read_mapping, write_mapping

SET = "set"
NAME, AMOUNT = "name", "amount"
BETWEEN = "; "
NEXT = re.compile(r";(?=\s*[A-Za-z_][\w.-]*\s*:)")
"""A semicolon before the next name; one inside a text is left alone."""


def cards_of(name: str) -> dict[str, FieldCard]:
    """Declarations of a list's columns by their names."""
    head = f"{name}[]."
    return {card.path.removeprefix(head): card for card in field_cards() if card.path.startswith(head)}


def _types(name: str) -> dict[str, tuple[Any, ...]]:
    """Types of a list's columns by their names."""
    row = item_models(Scenario.model_fields[name].annotation)[0]
    return {column: (field.annotation, *get_args(field.annotation)) for column, field in row.model_fields.items()}


def _column(card: FieldCard, types: tuple[Any, ...]) -> Any:
    label = card.title
    words = card.options or (named_ids(card.table) if card.table else {})
    required = card.default is ...
    if words:
        default = None if required else card.default
        return st.column_config.SelectboxColumn(
            label, help=help_of(card), options=list(words), format_func=worded(words),
            required=required, default=default,
        )  # fmt: skip
    if int in types:
        return st.column_config.NumberColumn(
            label, help=help_of(card), step=1, min_value=card.low, max_value=card.high, required=required, format="%d"
        )
    if float in types:
        return st.column_config.NumberColumn(label, help=help_of(card), required=required)
    return st.column_config.TextColumn(label, help=help_of(card), required=required, width="medium")


def frame_of(name: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows of a list as a table of its declared columns."""
    cards = cards_of(name)
    shown = [{column: _shown(column, row.get(column)) for column in cards} for row in rows]
    table = pd.DataFrame(shown, columns=list(cards))
    kinds = {
        column: "Int64" if int in types else "Float64" if float in types else "string"
        for column, types in _types(name).items()
    }
    return table.astype(kinds)


def _shown(column: str, value: Any) -> Any:
    if column != SET or not isinstance(value, Mapping):
        return value
    return BETWEEN.join(_said(name, given) for name, given in value.items())


def _said(name: str, value: Any) -> str:
    """A setting on one line of YAML."""
    if isinstance(value, list | dict):
        return f"{name}: {json.dumps(value, ensure_ascii=False)}"
    return write_mapping({name: value}).strip()


def rows_of(name: str, table: pd.DataFrame) -> tuple[list[dict[str, Any]], list[str]]:
    """The rows of an edited table as plain values, empty cells left out, and the faults in what was typed."""
    types = _types(name)
    rows: list[dict[str, Any]] = []
    faults: list[str] = []
    for record in table.to_dict("records"):
        row = {column: value for column, value in record.items() if column in types and not _empty(value)}
        if not row:
            continue
        if SET in row:
            try:
                row[SET] = _mapping(str(row[SET]))
            except ScenarioError as error:
                faults += [f"{name}[{len(rows)}].{SET}: {fault}" for fault in error.faults]
        rows.append({column: _plain(value, types[column]) for column, value in row.items()})
    return rows, faults


def _plain(value: Any, types: tuple[Any, ...]) -> Any:
    if int in types:
        return int(value)
    return float(value) if float in types else value


def _mapping(typed: str) -> dict[str, Any]:
    read, twice = read_mapping("\n".join(part.strip() for part in NEXT.split(typed)), where=SET)
    if twice:
        raise ScenarioError(SET, twice)
    return read


def _empty(value: Any) -> bool:
    return value is None or value is pd.NA or value == "" or (isinstance(value, float) and value != value)


def editor(scenario: Scenario, name: str, *, faults: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """The table of a list; the list where it was changed, by its name, and the faults in what was typed."""
    before = scenario.model_dump(mode="json")[name]
    columns: dict[str, Any] = {column: _column(card, _types(name)[column]) for column, card in cards_of(name).items()}
    table: pd.DataFrame = st.data_editor(
        frame_of(name, before),
        column_config=columns,
        num_rows="dynamic",
        hide_index=True,
        key=key_of(name),
        on_change=LATER,
    )
    show_faults(faults, (name,))
    shown, _ = rows_of(name, frame_of(name, before))
    rows, found = rows_of(name, table)
    return ({} if rows == shown else {name: rows}), found


def shares(scenario: Scenario, name: str, *, faults: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """The table of a setting that holds a number by name; as `editor`."""
    card = next(card for card in field_cards() if card.path == f"{name}.NAME")
    factor = PERCENT if card.unit == "share" else 1.0
    before: dict[str, float] = dict(getattr(scenario, name))
    words = named_ids(card.table)
    given = pd.DataFrame({NAME: list(before), AMOUNT: [value * factor for value in before.values()]})
    columns: dict[str, Any] = {
        NAME: st.column_config.SelectboxColumn(
            card.title, help=card.help, options=list(words), format_func=worded(words), required=True
        ),
        AMOUNT: st.column_config.NumberColumn(unit_of(card) or "Value", required=True),
    }
    table: pd.DataFrame = st.data_editor(
        given.astype({NAME: "string", AMOUNT: "Float64"}),
        column_config=columns,
        num_rows="dynamic",
        hide_index=True,
        key=key_of(name),
        on_change=LATER,
    )
    show_faults(faults, (name,))
    values, found = values_of(name, table, before=before, factor=factor)
    return ({} if values == before else {name: values}), found


def values_of(
    name: str, table: pd.DataFrame, *, before: Mapping[str, float], factor: float
) -> tuple[dict[str, float], list[str]]:
    """The numbers of an edited table by name, and the names that stand twice."""
    values: dict[str, float] = {}
    faults: list[str] = []
    for record in table.to_dict("records"):
        key, amount = record[NAME], record[AMOUNT]
        if _empty(key) or _empty(amount):
            continue
        if key in values:
            faults.append(f"{name}.{key}: stands twice. Keep one of them.")
        same = key in before and float(amount) == before[key] * factor
        values[str(key)] = before[key] if same else round(float(amount) / factor, 12)
    return values, faults
