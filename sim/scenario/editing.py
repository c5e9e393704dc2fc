"""Changes to the shape of a scenario: products that come and go, parts of another kind, parts that may be absent.

What a new part does not inherit begins at the least that its declaration
allows, so that a form can show it and somebody can fill it in.
"""

from collections.abc import Iterator, Mapping
from types import NoneType
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.catalogue import load_catalogue
from sim.scenario.schema import Product, Scenario
from sim.scenario.shape import KIND, choices_of, kind_of, models_of
from sim.scenario.validate import set_fields, validated

Part = dict[str, Any]


def named_ids(table: str) -> dict[str, str]:
    """What a setting that names rows of a table may say, with the words for it, in the table's order."""
    catalogue = load_catalogue()
    if table == "lengths":
        return {id: id for id in dict.fromkeys(row.rpartition(".")[0] for row in catalogue.ids(table))}
    if table == "lockin":
        names = (f.id if f.quantity == "value" else f"{f.id}.{f.quantity}" for f in catalogue.rows(table))
        return {name: name.replace("_", " ").replace(".", ", ") for name in names}
    return {id: catalogue.label(table, id) for id in catalogue.ids(table)}


def kinds(scenario: Scenario) -> Iterator[tuple[str, dict[str, str], str]]:
    """Parts that may have several forms: dotted name, the forms with their words, and the one it has."""
    for product in scenario.products:
        for name, field in Product.model_fields.items():
            forms = models_of(field.annotation)
            if len(forms) > 1:
                words = {kind_of(form): (form.__doc__ or "").partition("\n")[0] for form in forms}
                words = {kind: said.split(" (")[0].rstrip(".") for kind, said in words.items()}
                yield f"products.{product.id}.{name}", words, getattr(product, name).kind


def optional_parts(scenario: Scenario) -> Iterator[tuple[str, str, str, bool]]:
    """Parts that may be absent: dotted name, title, help, and whether it is there."""
    yield from _optional(scenario.platform.engine, "platform.engine")
    for product in scenario.products:
        yield from _optional(product, f"products.{product.id}")


def _optional(part: BaseModel, path: str) -> Iterator[tuple[str, str, str, bool]]:
    for name, field in type(part).model_fields.items():
        if models_of(field.annotation) and NoneType in get_args(field.annotation):
            yield f"{path}.{name}", field.title or name, field.description or "", getattr(part, name) is not None


def with_kind(scenario: Scenario, path: str, *, kind: str) -> Scenario:
    """The scenario with a part in another form; settings that both forms have are kept.

    Raises:
        ScenarioError: the parts do not go together any more.
        LookupError: there is no such part, or no such form of it.
    """
    field, part = _at(scenario, path)
    form = next((form for form in models_of(field.annotation) if kind_of(form) == kind), None)
    if form is None:
        raise LookupError(f"{path} has no form '{kind}'")
    return set_fields(scenario, {path: _blank(form, kept=part or {})})


def with_part(scenario: Scenario, path: str, *, present: bool) -> Scenario:
    """The scenario with an optional part, or without it.

    Raises:
        ScenarioError: the part is needed.
        LookupError: there is no such part.
    """
    field, _ = _at(scenario, path)
    return set_fields(scenario, {path: _blank(models_of(field.annotation)[0], kept={}) if present else None})


def with_product(scenario: Scenario, like: str) -> Scenario:
    """The scenario with one more product, a copy of another under a name of its own.

    Raises:
        ScenarioError: there are too many already.
        LookupError: there is no product of that id.
    """
    data = scenario.model_dump(mode="json")
    taken = {product["id"] for product in data["products"]}
    copied = next((product for product in data["products"] if product["id"] == like), None)
    if copied is None:
        raise LookupError(f"there is no product '{like}'")
    number = next(n for n in range(2, len(taken) + 3) if f"product_{n}" not in taken)
    new = {**copied, "id": f"product_{number}", "label": f"{copied['label']} ({number})"}
    return validated({**data, "products": [*data["products"], new]}, where="settings")


def without_product(scenario: Scenario, id: str) -> Scenario:
    """The scenario without a product.

    Raises:
        ScenarioError: it is the only one, or a dated change names it.
    """
    data = scenario.model_dump(mode="json")
    data["products"] = [product for product in data["products"] if product["id"] != id]
    return validated(data, where="settings")


def _at(scenario: Scenario, path: str) -> tuple[FieldInfo, Mapping[str, Any] | None]:
    """The declaration of a part and its values."""
    owner: Any = scenario
    *before, last = path.split(".")
    for name in before:
        found = getattr(owner, name, None) if isinstance(owner, BaseModel) else _by_id(owner, name)
        if found is None:
            raise LookupError(f"there is no part '{path}'")
        owner = found
    field = type(owner).model_fields.get(last)
    if field is None or not models_of(field.annotation):
        raise LookupError(f"there is no part '{path}'")
    part = getattr(owner, last)
    return field, None if part is None else part.model_dump(mode="json")


def _by_id(items: Any, id: str) -> Any:
    return next((item for item in items if getattr(item, "id", None) == id), None)


def _blank(form: type[BaseModel], *, kept: Mapping[str, Any]) -> Part:
    """A part with what it keeps, else its defaults, else the least allowed."""
    part: Part = {}
    for name, field in form.model_fields.items():
        if name == KIND:
            part[name] = kind_of(form)
        elif name in kept:
            part[name] = kept[name]
        elif field.is_required():
            part[name] = _least(field)
    return part


def _least(field: FieldInfo) -> Any:
    """The least value that a required setting allows: a bound, the first choice, or the first row it may name."""
    choices = choices_of(field.annotation)
    if choices:
        return choices[0]
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    if "table" in extra:
        return next(iter(named_ids(str(extra["table"]))))
    bounds = [(getattr(rule, "ge", None), getattr(rule, "gt", None)) for rule in field.metadata]
    least = next((at for at, _ in bounds if at is not None), None)
    above = next((at for _, at in bounds if at is not None), None)
    return least if least is not None else (above or 0) + 1
