"""Independent tasks: what becomes of each, what is said of those that fail, and the executor that runs them here."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

LOOK_S = 0.2
"""While nothing ends, whoever follows is asked this often whether to go on."""
ATTEMPTS = 3
"""Workers that a task may lose before it is given up: they are killed by others too, when memory is short."""
LONGEST_NAME = 120
SHOWN = 8
"""Failed tasks that a message names."""


@dataclass(frozen=True, slots=True)
class Ended(Generic[Result]):
    """A task that is over: its place among the tasks, and its result unless it failed."""

    index: int
    result: Result | None = None
    error: BaseException | None = None
    kept: bool = False
    """Whether the result was there before, so that its time says nothing of the others'."""


class Executor(ABC):
    """Maps a function over tasks. Equal tasks give byte-equal results whatever the executor."""

    @abstractmethod
    def each(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Ended[Result] | None]:
        """Every task as it ends, in any order; `None` every LOOK_S or so in which none does.

        Closing the iterator is how work is canceled: what has not begun never
        does.
        """

    def map(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> list[Result]:
        """Results in the order of the tasks.

        Raises:
            TasksFailed: some tasks failed; the others were finished first.
        """
        results: dict[int, Any] = {}
        failures: list[Failure] = []
        with closing(self.each(function, tasks)) as ending:  # type: ignore[type-var]
            for ended in ending:
                if ended is None:
                    continue
                if ended.error is None:
                    results[ended.index] = ended.result
                else:
                    failures.append(Failure(task_name(tasks[ended.index]), ended.index, ended.error))
        if failures:
            failures.sort(key=lambda failure: failure.index)
            raise TasksFailed(tuple(failures), len(tasks)) from failures[0].error
        return [results[index] for index in range(len(tasks))]


class Serial(Executor):
    """One task after the other, in this process."""

    def each(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Ended[Result] | None]:
        for index, task in enumerate(tasks):
            try:
                result = function(task)
            except Exception as error:
                yield Ended(index, error=error)
            else:
                yield Ended(index, result)


class WorkerLost(RuntimeError):
    """A task's worker died under it, and the next ones did too, or no worker lives at all."""


DIED = (
    "every worker that took it died. Look for what ends processes here: memory that runs out, or the task itself. "
    "The executor 'serial' runs it in this process."
)
NOT_TRIED = "not tried, as no worker has lived to finish a task. The executor 'serial' does without workers."


@dataclass(frozen=True, slots=True)
class Failure:
    """A task that failed: what it is called, its place, and why."""

    name: str
    index: int
    error: BaseException

    def __str__(self) -> str:
        return f"{self.name}: {type(self.error).__name__}: {' '.join(str(self.error).split())}"


class TasksFailed(RuntimeError):
    """Some tasks failed while the others were finished."""

    def __init__(self, failures: tuple[Failure, ...], tasks: int, where: str = "") -> None:
        super().__init__(failures, tasks, where)
        self.failures, self.tasks, self.where = failures, tasks, where

    def __str__(self) -> str:
        named = [str(failure) for failure in self.failures[:SHOWN]]
        more = len(self.failures) - len(named)
        return (
            f"{f'{self.where}: ' if self.where else ''}{len(self.failures)} of {self.tasks} tasks failed, the others "
            f"are done: {'; '.join(named)}{f'; and {more} more' if more else ''}"
        )


@contextmanager
def tasks_of_scenario(name: str) -> Iterator[None]:
    """Say whose tasks they are when some fail."""
    try:
        yield
    except TasksFailed as failed:
        if failed.where:
            raise
        raise TasksFailed(failed.failures, failed.tasks, name) from failed.failures[0].error


def task_name(task: object) -> str:
    """What a task calls itself, or the beginning of how it prints."""
    name = getattr(task, "name", None)
    return name if isinstance(name, str) else repr(task)[:LONGEST_NAME]
