"""Plain values to a scenario, or all their faults at once."""

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from sim.catalogue import load_catalogue
from sim.scenario.assumptions import assumption_faults, changed_catalogue
from sim.scenario.checks import cross_faults
from sim.scenario.explain import explain
from sim.scenario.faults import ScenarioError, short
from sim.scenario.parts import Parts, parts_of, well_formed
from sim.scenario.paths import put
from sim.scenario.schema import Change, Scenario
from sim.scenario.shape import item_models, models_of

WHOLE_PLAY = frozenset(
    {"name", "summary", "start", "months", "seed", "changes", "shocks", "assumptions"}
    | {"world.demand_waits", "company.data_start_gb", "company.vectors_start"}
    | {"company.discount_per_year"}
)
"""Settings that hold for the whole play, so no dated change may set them."""

PARTS = frozenset(
    name
    for name, field in Scenario.model_fields.items()
    if models_of(field.annotation) or item_models(field.annotation)
)
"""Parts of a scenario that a change touches setting by setting, so that nothing slips in with the rest."""


def validated(data: Mapping[str, Any], *, where: str, faults: Sequence[str] = ()) -> Scenario:
    """The scenario that plain values describe.

    Args:
        data: as read from a file, `extends` already resolved.
        where: named in the error.
        faults: found before, told with the others.

    Raises:
        ScenarioError: malformed values, parts that do not belong together, or
            a dated change after which they do not.
    """
    scenario, found = _whole(data)
    found += _change_faults(data, scenario)
    if faults or found or scenario is None:
        raise ScenarioError(where, (*faults, *found))
    return scenario


def changed(scenario: Scenario, change: Change) -> Scenario:
    """The scenario once a change that was checked has taken effect."""
    data = scenario.model_dump(mode="json")
    for path, value in change.set.items():
        put(data, path, value=value)
    return Scenario.model_validate_json(json.dumps(data), strict=True)


def in_order(changes: Sequence[Change]) -> list[tuple[int, Change]]:
    """Changes with their position in the file, as they take effect: by month, then by position."""
    return sorted(enumerate(changes), key=lambda item: item[1].month)


def set_fields(scenario: Scenario, fields: Mapping[str, Any]) -> Scenario:
    """The scenario with some fields replaced, validated as a whole.

    Args:
        scenario: left as it is.
        fields: value by dotted name; a product is named by its id, as in
            `products.support.price.usd`.

    Raises:
        ScenarioError: all faults of names and values together.
    """
    data = scenario.model_dump(mode="json")
    faults = [f"{path}: {fault}" for path, value in fields.items() if (fault := _put_plain(data, path, value))]
    return validated(data, where="settings", faults=faults)


def _put_plain(data: dict[str, Any], path: str, value: Any) -> str | None:
    try:
        plain = json.loads(json.dumps(value, ensure_ascii=False).encode())
    except (TypeError, ValueError):
        return f"must be a plain value: a number, text, true or false, a list or a mapping (got {short(value)})"
    return put(data, path, value=plain)


def _whole(data: Mapping[str, Any]) -> tuple[Scenario | None, list[str]]:
    """The scenario where it is well formed, and every fault but those of its changes' effects."""
    try:
        # Through JSON, strictly: no text is taken for a number, no number for a truth value.
        scenario = Scenario.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        return None, [*explain(error, data), *_cross_faults(well_formed(data))]
    return scenario, _cross_faults(parts_of(scenario))


def _cross_faults(parts: Parts) -> list[str]:
    """Faults between the parts, judged by the scenario's own assumptions where these are sound."""
    found = list(assumption_faults(parts.assumptions, load_catalogue()))
    own = () if found else tuple(given for _, given in parts.assumptions)
    return [*cross_faults(parts, changed_catalogue(own)), *found]


def _change_faults(data: Mapping[str, Any], scenario: Scenario | None) -> list[str]:
    """Faults of the names that changes set and, where the scenario itself is sound, of what they lead to."""
    changes = scenario.changes if scenario else tuple(change for _, change in well_formed(data).changes)
    faults: list[str] = []
    state: Mapping[str, Any] = copy.deepcopy(dict(data)) if scenario is None else scenario.model_dump(mode="json")
    standing = set(_whole(state)[1])
    for index, change in in_order(changes):
        after = copy.deepcopy(dict(state))
        names = list(_written(after, change, path=f"changes[{index}].set"))
        faults += names
        if names or scenario is None:
            continue
        new = [fault for fault in _whole(after)[1] if fault not in standing]
        faults += [f"changes[{index}]: from month {change.month}, {fault}" for fault in new]
        if not new:
            state = after
    return faults


def _written(data: dict[str, Any], change: Change, *, path: str) -> Iterator[str]:
    """Write what a change sets, and yield the faults of its names."""
    for name, value in change.set.items():
        if name.split(".")[0] in WHOLE_PLAY or name in WHOLE_PLAY:
            yield f"{path}.{name}: holds for the whole play, so no dated change can set it. Set it at the top."
        elif name in PARTS:
            yield f"{path}.{name}: is a part of many settings. Name each setting that changes, as in '{name}.SETTING'."
        elif name.startswith("products.") and name.endswith(".id"):
            yield f"{path}.{name}: products keep their ids, by which settings are named. Set another field."
        elif fault := put(data, name, value=value):
            yield f"{path}.{name}: {fault}"
