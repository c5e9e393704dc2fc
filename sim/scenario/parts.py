"""The well-formed parts of a scenario, so that one fault does not hide the others."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from sim.scenario.schema import Assumption, Change, Decisions, Engine, Platform, Product, Scenario, ShockEvent, World


@dataclass(frozen=True, slots=True)
class Parts:
    """Each part as it was validated, `None` where it is malformed or missing."""

    start: str | None
    months: int | None
    decisions: Decisions | None
    platform: Platform | None
    engine: Engine | None
    world: World | None
    users: Mapping[str, float] | None
    lockin: Mapping[str, float] | None
    products: tuple[tuple[int, Product], ...]
    """Well-formed products with their position in the file."""
    changes: tuple[tuple[int, Change], ...]
    shocks: tuple[tuple[int, ShockEvent], ...]
    assumptions: tuple[tuple[int, Assumption], ...]


def parts_of(scenario: Scenario) -> Parts:
    return Parts(
        start=scenario.start,
        months=scenario.months,
        decisions=scenario.decisions,
        platform=scenario.platform,
        engine=scenario.platform.engine,
        world=scenario.world,
        users=scenario.users,
        lockin=scenario.lockin,
        products=tuple(enumerate(scenario.products)),
        changes=tuple(enumerate(scenario.changes)),
        shocks=tuple(enumerate(scenario.shocks)),
        assumptions=tuple(enumerate(scenario.assumptions)),
    )


def well_formed(data: Mapping[str, Any]) -> Parts:
    """The parts that can be validated by themselves, of plain values that as a whole cannot."""
    platform = data.get("platform")
    fields = Scenario.model_fields
    return Parts(
        start=_part(data, "start"),
        months=_part(data, "months"),
        decisions=_part(data, "decisions"),
        platform=_part(data, "platform"),
        engine=_valid(Engine, platform["engine"]) if isinstance(platform, Mapping) and "engine" in platform else None,
        world=_part(data, "world"),
        users=_part(data, "users"),
        lockin=_part(data, "lockin") if "lockin" in data else fields["lockin"].get_default(call_default_factory=True),
        products=_items(Product, data.get("products")),
        changes=_items(Change, data.get("changes")),
        shocks=_items(ShockEvent, data.get("shocks")),
        assumptions=_items(Assumption, data.get("assumptions")),
    )


def _part(data: Mapping[str, Any], name: str) -> Any:
    field: FieldInfo = Scenario.model_fields[name]
    if name not in data:
        return None if field.is_required() else field.get_default()
    return _valid(Annotated[field.annotation, field], data[name])


def _items(model: type[Any], items: object) -> tuple[tuple[int, Any], ...]:
    if not isinstance(items, list | tuple):
        return ()
    valid = ((index, _valid(model, item)) for index, item in enumerate(items))
    return tuple((index, item) for index, item in valid if item is not None)


def _valid(annotation: Any, value: Any) -> Any:
    try:
        return TypeAdapter(annotation).validate_json(json.dumps(value), strict=True)
    except ValidationError:
        return None
