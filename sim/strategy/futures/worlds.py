"""What a future makes of a strategy: its scenario in that world, and the catalogue's prices there."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from sim.catalogue import Catalogue
from sim.scenario import Scenario
from sim.strategy.futures.draws import MOST_STRIKES
from sim.strategy.futures.outcome import Future, Uncertain
from sim.strategy.futures.uncertain import places, reading

SHARE_STEP = 0.05
"""Steps of the share of customers who need the EU: a router's surfaces are simulated for each of them."""
STEPPED = "eu_required_share"
DRIFT_BOUNDS = (-0.9, 1.0)
"""Least and largest drift of a price that a scenario can state."""


def scenario_in(scenario: Scenario, future: Future, parameters: Sequence[Uncertain]) -> Scenario:
    """The scenario as it stands in a future; what strikes there comes after what the scenario itself plays.

    Values lie within the bounds of their fields, so nothing has to be validated again.
    """
    settings: dict[str, Any] = {}
    for parameter in parameters:
        if parameter.id in future.values:
            settings |= _settings(scenario, parameter, future.values[parameter.id])
    room = MOST_STRIKES - len(scenario.shocks)
    moved = with_values(scenario, settings)
    return moved.model_copy(update={"shocks": (*scenario.shocks, *future.shocks[:room])}) if future.shocks else moved


def _settings(scenario: Scenario, parameter: Uncertain, value: float) -> dict[str, Any]:
    if parameter.kind == "setting":
        stepped = round(value / SHARE_STEP) * SHARE_STEP if parameter.id == STEPPED else value
        return dict.fromkeys(parameter.paths, stepped)
    if parameter.kind == "factor":
        return {path: reading(scenario, path) * value for path in _known(scenario, parameter.paths)}
    if parameter.kind == "added":
        low, high = DRIFT_BOUNDS
        return {
            path: min(max(reading(scenario, path) + value, low), high) for path in _known(scenario, parameter.paths)
        }
    return {}


def _known(scenario: Scenario, paths: Sequence[str]) -> list[str]:
    """Paths of products that the scenario has."""
    ids = {product.id for product in scenario.products}
    return [path for path in paths if path.split(".")[1] in ids]


def catalogue_in(catalogue: Catalogue, future: Future, parameters: Sequence[Uncertain]) -> Catalogue:
    """The catalogue with the prices and people of a future. What the simulation reads of it stays."""
    moved = places(future.values, parameters)
    return catalogue.moved(moved) if moved else catalogue


def with_values(scenario: Scenario, settings: Mapping[str, Any]) -> Scenario:
    """The scenario with some settings replaced that are known to be sound, by dotted name."""
    tree: dict[str, Any] = {}
    for path, value in settings.items():
        *parents, last = path.split(".")
        node = tree
        for name in parents:
            node = node.setdefault(name, {})
        node[last] = value
    return _updated(scenario, tree) if tree else scenario


def _updated(model: Any, tree: Mapping[str, Any]) -> Any:
    if isinstance(model, tuple):
        return tuple(_updated(item, tree[item.id]) if item.id in tree else item for item in model)
    if not isinstance(model, BaseModel):
        raise TypeError(f"{', '.join(tree)}: a setting of a part is wanted, not of {type(model).__name__}")
    update = {
        name: _updated(getattr(model, name), value) if isinstance(value, Mapping) else value
        for name, value in tree.items()
    }
    return model.model_copy(update=update)
