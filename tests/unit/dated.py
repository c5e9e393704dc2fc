"""Presets with dated decisions and shocks, evaluated over one store of surfaces."""

import json
from functools import cache
from typing import Any

from sim.scenario import Scenario, load, parse
from sim.strategy import Outcome, SurfaceStore, evaluate

STORE = SurfaceStore()
MANAGED, OWN = "prototype_by_friday", "own_the_platform"

Change = tuple[int, dict[str, Any]]
Shock = tuple[str, int, str]


@cache
def plain(preset: str) -> str:
    return load(preset).model_dump_json()


def dated(
    preset: str = MANAGED, *, changes: tuple[Change, ...] = (), shocks: tuple[Shock, ...] = (), **over: Any
) -> Scenario:
    """A preset with changes as (month, settings) and shocks as (id, month, gravity)."""
    whole = json.loads(plain(preset)) | over
    whole["changes"] = [{"month": month, "because": "A reason.", "set": settings} for month, settings in changes]
    whole["shocks"] = [{"shock": shock, "month": month, "size": size} for shock, month, size in shocks]
    return parse(json.dumps(whole))


def outcome(preset: str = MANAGED, **what: Any) -> Outcome:
    return evaluate(dated(preset, **what), store=STORE)


@cache
def calm(preset: str = MANAGED) -> Outcome:
    """The preset, to which nothing happens."""
    return outcome(preset)


def costs(found: Outcome, line: str) -> list[float]:
    """A cost line by month."""
    return [month.cost_usd[line] for month in found.months]
