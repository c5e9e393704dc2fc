"""The state of the world in a month: a scenario with its dated changes applied."""

import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sim.scenario.schema import Change, Scenario
from sim.scenario.validate import changed, in_order


def change_months(scenario: Scenario) -> tuple[int, ...]:
    """Months in which something changes, rising, each once."""
    return tuple(sorted({change.month for change in scenario.changes}))


def in_month(scenario: Scenario, month: int) -> Scenario:
    """The scenario as it stands in a month.

    Changes of that month and before have taken effect, in order of month and
    then of their position in the file. `changes` itself is kept, as the record
    of what was decided. The scenario itself where nothing has changed yet, and
    one and the same object for all months between two changes.
    """
    if not scenario.changes:
        return scenario
    months = change_months(scenario)
    return _states(_Same(scenario))[bisect_right(months, month)]


def with_settings(scenario: Scenario, settings: Mapping[str, Any]) -> Scenario:
    """The scenario once settings that were checked have taken effect, by dotted name; asked again, the same object."""
    return _with_settings(_Same(scenario), json.dumps(dict(settings)))


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """A scenario as a key that is equal only to itself: comparing by content would cost more than it saves."""

    scenario: Scenario

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.scenario is self.scenario

    def __hash__(self) -> int:
        return id(self.scenario)


@lru_cache(maxsize=128)
def _states(key: _Same) -> tuple[Scenario, ...]:
    """States before the first change and after each month of changes."""
    states = [key.scenario]
    state, last = key.scenario, None
    for _, change in in_order(key.scenario.changes):
        state = changed(state, change)
        if change.month == last:
            states[-1] = state
        else:
            states.append(state)
        last = change.month
    return tuple(states)


@lru_cache(maxsize=128)
def _with_settings(key: _Same, settings: str) -> Scenario:
    return changed(key.scenario, Change(month=0, because="It is done.", set=json.loads(settings)))
