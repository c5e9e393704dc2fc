"""Outcomes of scenarios, computed once for everybody who asks."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

from sim.scenario import Scenario, scenario_hash
from sim.strategy import Executor, Outcome, Serial, SurfaceStore, evaluate
from sim.strategy.operations import OperationsMonth, operations

MOST_OUTCOMES = 256
MOST_SURFACES = 384
"""More than one evaluation needs: eight teams that decide differently share one store."""


class Evaluations:
    """A bounded cache of what follows from scenarios, by their hash; safe to share between threads.

    Equal scenarios give equal bytes, so whoever asks second waits for the
    first and gets the same. All are quick estimates (draft), without the
    ceiling: no round shows it, and with a router it is more than half of the work.
    """

    def __init__(self, *, most: int = MOST_OUTCOMES, executor: Executor | None = None) -> None:
        """
        Args:
            most: outcomes remembered; the least recently used goes first.
            executor: where missing windows are simulated; in the caller's thread unless given. Of a pool
                of processes, which starts at its first use, the first use is one thread's alone.
        """
        self._most = most
        self._executor = executor or Serial()
        self._started = isinstance(self._executor, Serial)
        self._start = Lock()
        self._surfaces = SurfaceStore(MOST_SURFACES)
        self._known: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._working: dict[tuple[Any, ...], Lock] = {}
        self._lock = Lock()

    def outcome(self, scenario: Scenario) -> Outcome:
        """What a scenario says."""
        key = ("outcome", scenario_hash(scenario))
        found: Outcome = self.once(key, lambda: self._evaluated(scenario))
        return found

    def operations(self, scenario: Scenario) -> tuple[OperationsMonth, ...]:
        """How the months of a scenario ran; nothing new is simulated where its outcome is known."""
        key = ("operations", scenario_hash(scenario))
        found: tuple[OperationsMonth, ...] = self.once(
            key, lambda: operations(scenario, store=self._surfaces, executor=self._executor)
        )
        return found

    def _evaluated(self, scenario: Scenario) -> Outcome:
        if not self._started:
            with self._start:
                self._executor.map(str, ("begin", "begin"))
                self._started = True
        return evaluate(scenario, fidelity="draft", store=self._surfaces, executor=self._executor, asked="months")

    def outcomes(self, scenarios: Sequence[Scenario]) -> tuple[Outcome, ...]:
        """The outcomes of several, in their order."""
        return tuple(self.outcome(scenario) for scenario in scenarios)

    def once(self, key: tuple[Any, ...], work: Callable[[], Any]) -> Any:
        """The result of some work by a key that says all that it depends on."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
            turn = self._working.setdefault(key, Lock())
        with turn:
            with self._lock:
                if key in self._known:
                    return self._known[key]
            result = work()
            with self._lock:
                self._known[key] = result
                self._working.pop(key, None)
                while len(self._known) > self._most:
                    self._known.popitem(last=False)
            return result
