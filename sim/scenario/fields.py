"""How a scenario field is declared: once, with everything a reader or a widget needs.

The declaration makes the validation, the JSON schema, the lever, the
command-line help and the table in docs/. Nothing about a field is typed twice.
"""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Group = Literal["buy_or_own", "models", "data", "portability", "world", "advanced"]

GROUP_LABELS: dict[Group, str] = {
    "buy_or_own": "Buy or own",
    "models": "Models",
    "data": "Data",
    "portability": "Portability",
    "world": "The world",
    "advanced": "Advanced",
}


class Strict(BaseModel):
    """Base of every part of a scenario: frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True)


def setting(
    default: Any = ...,
    *,
    title: str,
    help: str,
    unit: str = "",
    group: Group | None = None,
    step: float | None = None,
    words: dict[str, str] | None = None,
    table: str = "",
    **bounds: Any,
) -> Any:
    """Declare a field of a scenario.

    Args:
        default: value when the file is silent; `...` makes the field required.
        title: the label a person reads.
        help: one or two sentences: what it means and what it moves.
        unit: unit of the value as stored. A share is stored as 0..1 with unit
            `share` and shown as percent.
        group: lever group; fields without one are set in files and in the
            advanced form only.
        step: smallest useful change, in the stored unit.
        words: for a choice, the short label of each option.
        table: the catalogue table whose ids the value names.
        bounds: pydantic's `ge`, `gt`, `le`, `lt`, `min_length`, `max_length`.
    """
    extra: dict[str, Any] = {"unit": unit}
    if group is not None:
        extra["group"] = group
    if step is not None:
        extra["step"] = step
    if words is not None:
        extra["words"] = words
    if table:
        extra["table"] = table
    return Field(default, title=title, description=help, json_schema_extra=extra, **bounds)


@dataclass(frozen=True, slots=True)
class FieldCard:
    """One declared field, as widgets, tables and help texts read it.

    `low` and `high` are `None` where the field has no bound; `options` maps a
    choice's stored value to its label and is empty for numbers; `table` is the
    catalogue table whose ids the value names, if it names any.
    """

    path: str
    title: str
    help: str
    unit: str
    group: Group | None
    default: Any
    low: float | None
    high: float | None
    step: float | None
    options: dict[str, str]
    table: str = ""
