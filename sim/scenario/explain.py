"""pydantic's findings in our words: where, what, and the way out."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from sim.scenario.faults import did_you_mean, nearest, short
from sim.scenario.schema import Scenario
from sim.scenario.shape import KIND, at, kind_of, models_of

EXTENDS = "extends"
MISSING = "required, and missing"

_PLAIN = {
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number of at most 18 digits",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "string_type": "must be text",
    "tuple_type": "must be a list",
    "dict_type": "must hold settings, one 'name: value' a line",
    "model_type": "must hold settings, one 'name: value' a line",
    "model_attributes_type": "must hold settings, one 'name: value' a line",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "more than"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "less than"),
}


def explain(error: ValidationError, data: Mapping[str, Any]) -> Iterator[str]:
    """Each finding as a fault, in the order of the file's declarations.

    Args:
        error: of the whole scenario.
        data: the plain values that were validated.
    """
    for finding in error.errors(include_url=False):
        path, field, owner = at(finding["loc"], data)
        extra = field.json_schema_extra if field and isinstance(field.json_schema_extra, dict) else {}
        known = list(owner.model_fields) if owner else []
        if finding["type"] == "too_short" and len(finding["input"]) >= finding["ctx"]["min_length"]:
            # pydantic counts the sound entries only; the others have their own faults.
            continue
        if finding["type"] == "extra_forbidden":
            name = str(finding["loc"][-1])
            names = [*known, EXTENDS] if owner is Scenario else known
            yield f"{path}: no such setting.{did_you_mean(name, names)}"
        elif finding["type"] in ("union_tag_invalid", "union_tag_not_found"):
            kinds = [kind_of(model) for model in models_of(field.annotation)] if field else []
            yield f"{path}.{KIND}: {_which_kind(finding, kinds)}"
        else:
            yield f"{path}: {_said(finding, unit=str(extra.get('unit', '')))}"


def _which_kind(finding: Mapping[str, Any], kinds: list[str]) -> str:
    choices = " or ".join(f"'{kind}'" for kind in kinds)
    if finding["type"] == "union_tag_not_found":
        return f"{MISSING}: write {choices}"
    given = str(finding["ctx"]["tag"])
    return f"must be {choices} (got {short(given)}){_after(nearest(given, kinds))}"


def _said(finding: Mapping[str, Any], *, unit: str) -> str:
    kind, context, given = str(finding["type"]), finding.get("ctx", {}), finding.get("input")
    if kind == "missing":
        return MISSING
    if kind in _BOUNDS:
        key, words = _BOUNDS[kind]
        way_out = ""
        if unit == "share" and kind.startswith("less") and isinstance(given, int | float) and 1 < given <= 100:
            way_out = f" A share is written from 0 to 1: {given:g} % is {given / 100:g}."
        return f"must be {words} {context[key]:g} (got {short(given)}){_after(way_out)}"
    if kind == "literal_error":
        way_out = nearest(given, _quoted(context["expected"])) if isinstance(given, str) else ""
        return f"must be {context['expected']} (got {short(given)}){_after(way_out)}"
    if kind in ("too_short", "too_long", "string_too_short", "string_too_long"):
        least = kind.endswith("short")
        number = context["min_length" if least else "max_length"]
        one, many = ("character", "characters") if kind.startswith("string") else ("entry", "entries")
        return f"needs at {'least' if least else 'most'} {number} {one if number == 1 else many} (got {short(given)})"
    if kind == "string_pattern_mismatch":
        return f"must be a month written as YYYY-MM, for example 2027-01 (got {short(given)})"
    if kind in _PLAIN:
        return f"{_PLAIN[kind]} (got {short(given)})"
    return f"{finding['msg']} (got {short(given)})"


def _after(way_out: str) -> str:
    """A way out as a second sentence; empty where there is none."""
    return f".{way_out}" if way_out else ""


def _quoted(expected: str) -> list[str]:
    """The choices in pydantic's list "'a', 'b' or 'c'"."""
    return expected.split("'")[1::2]
