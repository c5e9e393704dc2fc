"""Writing one setting by its dotted name: `decisions.own_share`, `products.support.price.usd`."""

from typing import Any, get_origin

from sim.scenario.faults import did_you_mean
from sim.scenario.schema import Scenario
from sim.scenario.shape import KIND, chosen, item_models, models_of


def put(data: dict[str, Any], path: str, *, value: Any) -> str | None:
    """Write a value into the plain values of a scenario, in place.

    A product is named by its id. What follows `users` or `lockin` is one name,
    dots and all. The value itself is judged when the whole is validated.

    Returns:
        The fault in the name, without the name; `None` once written.
    """
    node: Any = data
    models = models_of(Scenario)
    names = path.split(".")
    while names:
        owner = chosen(models, node)
        if owner is None or not isinstance(node, dict):
            return f"no such setting, because the part it belongs to has no valid '{KIND}'."
        name, *names = names
        field = owner.model_fields.get(name)
        if field is None:
            if owner is Scenario and name in (below := _one_below()):
                return f"no such setting. Did you mean '{below[name]}'?"
            return f"no such setting.{did_you_mean(name, owner.model_fields)}"
        if not names:
            node[name] = value
            return None
        if get_origin(field.annotation) is dict:
            if not isinstance(node.get(name), dict):
                node[name] = {}
            node[name][".".join(names)] = value
            return None
        models = item_models(field.annotation)
        if models:
            items = _by_id(node.get(name))
            id, *names = names
            if id not in items:
                return f"'{name}' has no '{id}'.{did_you_mean(id, items)}"
            if not names:
                return f"a setting of '{id}' is wanted.{did_you_mean('', models[0].model_fields)}"
            node = items[id]
            continue
        models = models_of(field.annotation)
        if not models:
            return f"'{name}' is one value and has no '{names[0]}' inside. Name '{name}' itself."
        if node.get(name) is None:
            node[name] = {}
        node = node[name]
    return "no setting is named."


def _one_below() -> dict[str, str]:
    """Paths of the settings inside the parts of a scenario, by their last name; the part first declared wins."""
    found: dict[str, str] = {}
    for part, field in Scenario.model_fields.items():
        if item_models(field.annotation) or len(models := models_of(field.annotation)) != 1:
            continue
        for name in models[0].model_fields:
            found.setdefault(name, f"{part}.{name}")
    return found


def _by_id(items: object) -> dict[str, dict[str, Any]]:
    if not isinstance(items, list | tuple):
        return {}
    return {str(item["id"]): item for item in items if isinstance(item, dict) and "id" in item}
