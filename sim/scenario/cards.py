"""Cards of all declared fields, and the JSON schema that editors read."""

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.scenario.explain import EXTENDS
from sim.scenario.fields import FieldCard
from sim.scenario.schema import Decisions, Scenario
from sim.scenario.shape import KIND, choices_of, item_models, kind_of, models_of


@cache
def field_cards() -> tuple[FieldCard, ...]:
    """A card for every field that holds a value, in the order of the declarations.

    Paths are dotted names. A product's begin with `products.ID.`, those of a
    dated change with `changes[].`. Where a setting means different things by
    `kind`, each meaning has a card. `default` is `...` for a required field.
    """
    return tuple(_cards(Scenario, path=""))


def lever_cards() -> tuple[FieldCard, ...]:
    """Cards of the eight decisions, in the order the room sees them."""
    levers = {f"decisions.{name}" for name in Decisions.model_fields}
    return tuple(card for card in field_cards() if card.path in levers)


def _cards(model: type[BaseModel], *, path: str) -> Iterator[FieldCard]:
    for name, field in model.model_fields.items():
        if name == KIND:
            continue
        items = item_models(field.annotation)
        inside = items or models_of(field.annotation)
        if not inside:
            yield _card(f"{path}{name}", field)
            continue
        part = f"{path}{name}" + ((".ID" if "id" in inside[0].model_fields else "[]") if items else "")
        if len(inside) > 1:
            yield _kind_card(f"{part}.{KIND}", inside)
        said: set[tuple[str, str]] = set()
        for form in inside:
            for card in _cards(form, path=f"{part}."):
                if (card.path, card.title) not in said:
                    yield card
                said.add((card.path, card.title))


def _card(path: str, field: FieldInfo) -> FieldCard:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    words: Any = extra.get("words", {})
    step: Any = extra.get("step")
    group: Any = extra.get("group")
    return FieldCard(
        path=f"{path}.NAME" if get_origin(field.annotation) is dict and path in ("users", "lockin") else path,
        title=field.title or path,
        help=field.description or "",
        unit=str(extra.get("unit", "")),
        group=group,
        default=... if field.is_required() else field.get_default(call_default_factory=True),
        low=_bound(field, "ge", "gt"),
        high=_bound(field, "le", "lt"),
        step=step,
        options={choice: words.get(choice, choice) for choice in choices_of(field.annotation)},
        table=str(extra.get("table", "")),
    )


def _kind_card(path: str, forms: tuple[type[BaseModel], ...]) -> FieldCard:
    return FieldCard(
        path=path,
        title="Kind",
        help="Which form this part has; the settings beside it follow from it.",
        unit="",
        group=None,
        default=...,
        low=None,
        high=None,
        step=None,
        options={kind_of(form): (form.__doc__ or "").splitlines()[0] for form in forms},
    )


def _bound(field: FieldInfo, *names: str) -> float | None:
    for rule in field.metadata:
        for name in names:
            value = getattr(rule, name, None)
            if value is not None:
                return float(value)
    return None


def json_schema() -> dict[str, Any]:
    """JSON schema of a scenario file: complete, or laid over a base that it extends."""
    whole = Scenario.model_json_schema()
    parts = whole.pop("$defs")
    over = {f"Over{name}": _optional(part) for name, part in parts.items()}
    extending = _optional(whole)
    extending["properties"] = {
        EXTENDS: {
            "title": "Extends",
            "type": "string",
            "description": "The base this file is laid over: a preset's name, or a path relative to this file.",
        },
        **extending["properties"],
    }
    extending["required"] = [EXTENDS]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Loadbearing scenario",
        "if": {"required": [EXTENDS]},
        "then": {"$ref": "#/$defs/ExtendingScenario"},
        "else": {"$ref": "#/$defs/Scenario"},
        "$defs": {"Scenario": whole, **parts, "ExtendingScenario": extending, **over},
    }


def _optional(part: dict[str, Any]) -> dict[str, Any]:
    """The same part with nothing required, its parts likewise; a base gives what is left out."""
    renamed: dict[str, Any] = _renamed(deepcopy(part))
    renamed.pop("required", None)
    return renamed


def _renamed(value: Any) -> Any:
    if isinstance(value, list):
        return [_renamed(item) for item in value]
    if isinstance(value, str) and value.startswith("#/$defs/"):
        return value.replace("#/$defs/", "#/$defs/Over")
    if not isinstance(value, dict):
        return value
    # Half a part may leave out its kind, so no discriminator can choose.
    return {
        ("anyOf" if key == "oneOf" else key): _renamed(item) for key, item in value.items() if key != "discriminator"
    }
