"""The declared shape of a scenario: which setting stands where.

Reads pydantic's declarations, so that cards, hints and paths need no second
list of names.
"""

from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.scenario.schema import Scenario

KIND = "kind"
"""The setting that says which of several forms a part has."""


def models_of(annotation: Any) -> tuple[type[BaseModel], ...]:
    """Models that a value of this type may be: one for a plain part, several where `kind` chooses."""
    if get_origin(annotation) is Annotated:
        return models_of(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return tuple(model for part in get_args(annotation) for model in models_of(part))
    return (annotation,) if isinstance(annotation, type) and issubclass(annotation, BaseModel) else ()


def item_models(annotation: Any) -> tuple[type[BaseModel], ...]:
    """Models of the items of a list of parts; empty for anything else."""
    return models_of(get_args(annotation)[0]) if get_origin(annotation) is tuple else ()


def choices_of(annotation: Any) -> tuple[str, ...]:
    """Stored values of a choice; empty for anything else."""
    if get_origin(annotation) in (Union, UnionType):
        return tuple(choice for part in get_args(annotation) if part is not NoneType for choice in choices_of(part))
    return tuple(str(value) for value in get_args(annotation)) if get_origin(annotation) is Literal else ()


def kind_of(model: type[BaseModel]) -> str:
    """The value of `kind` that chooses a model; empty where it has none."""
    field = model.model_fields.get(KIND)
    return choices_of(field.annotation)[0] if field else ""


def chosen(models: tuple[type[BaseModel], ...], data: object) -> type[BaseModel] | None:
    """The model that data means to be, by its `kind` where there are several."""
    if len(models) == 1:
        return models[0]
    kind = data.get(KIND) if isinstance(data, Mapping) else None
    return next((model for model in models if kind_of(model) == kind), None)


def at(location: tuple[int | str, ...], data: object) -> tuple[str, FieldInfo | None, type[BaseModel] | None]:
    """What stands at a location of pydantic's.

    Args:
        location: as pydantic tells it, with the chosen kind of a part among the names.
        data: the plain values that were validated.

    Returns:
        The path as people write it, the declaration there, and the model whose
        settings stand one level above; `None` where nothing is declared.
    """
    path = ""
    field: FieldInfo | None = None
    owner: type[BaseModel] | None = None
    models = models_of(Scenario)
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
            data = data[part] if isinstance(data, list | tuple) and part < len(data) else None
            models = item_models(field.annotation) if field else ()
            continue
        if len(models) > 1 and part in {kind_of(model) for model in models}:
            continue
        owner = chosen(models, data)
        path += f".{part}" if path else part
        data = data.get(part) if isinstance(data, Mapping) else None
        field = owner.model_fields.get(part) if owner else None
        models = models_of(field.annotation) if field else ()
    return path, field, owner
