"""Tabulation: what surfaces are made of as tasks that run anywhere, all at once."""

from collections.abc import Sequence
from typing import Any, Protocol

from sim.strategy.executors import Executor
from sim.strategy.surface import Surface


class Task(Protocol):
    """A part of a tabulation that stands for itself."""

    def play(self) -> Any: ...


class Tabulated(Protocol):
    """A key whose value is put together from tasks, which run anywhere; equal keys give byte-equal values."""

    @property
    def tasks(self) -> Sequence[Task]: ...

    @property
    def windows(self) -> int: ...

    def assembled(self, played: Sequence[Any]) -> Surface: ...

    def __hash__(self) -> int: ...


def tabulate(keys: Sequence[Tabulated], executor: Executor) -> list[Surface]:
    """Simulate surfaces, all their tasks at once, in the order of the keys."""
    by_key = [key.tasks for key in keys]
    played = executor.map(_played, [task for tasks in by_key for task in tasks])
    surfaces, at = [], 0
    for key, tasks in zip(keys, by_key, strict=True):
        surfaces.append(key.assembled(played[at : at + len(tasks)]))
        at += len(tasks)
    return surfaces


def _played(task: Task) -> Any:
    return task.play()


