"""The state of the world in a month: a scenario with its dated changes applied."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from sim.scenario.schema import Scenario
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
