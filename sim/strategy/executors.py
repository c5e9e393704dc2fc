"""Where independent tasks run: here, or in processes beside this one. Results come in the order of the tasks."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Protocol, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


class Executor(Protocol):
    """Maps a function over tasks. Equal tasks give byte-equal results whatever the executor."""

    def map(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> list[Result]: ...


class Serial:
    """One task after the other, in this process."""

    def map(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> list[Result]:
        return [function(task) for task in tasks]


class Processes:
    """Tasks spread over worker processes, which are started at the first use and end with the executor.

    Workers are spawned, not forked: a fork of a process with threads, such as
    the app's, may inherit a lock that nobody will release.
    """

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or os.cpu_count() or 1
        self._pool: ProcessPoolExecutor | None = None

    def map(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> list[Result]:
        if len(tasks) < 2 or self.workers < 2:
            return Serial().map(function, tasks)
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self.workers, mp_context=get_context("spawn"))
        return list(self._pool.map(function, tasks))

    def close(self) -> None:
        """End the workers; a later `map` starts new ones."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
