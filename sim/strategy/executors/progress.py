"""How far tasks are, and how long the rest will take; whoever is told may end them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from time import perf_counter

from sim.strategy.executors.tasks import Ended, Executor, Result, Task


@dataclass(frozen=True, slots=True)
class Progress:
    """Tasks of one `map` that are over, failed ones among them."""

    done: int
    expected: int
    elapsed_s: float
    left_s: float
    """Estimate of the time left, at the pace so far; `nan` until a task has been done."""

    @property
    def begins(self) -> bool:
        """Whether nothing has happened yet: each `map` says so once."""
        return self.elapsed_s == 0.0

    @property
    def share(self) -> float:
        return self.done / self.expected if self.expected else 1.0


Tell = Callable[[Progress], None]


class Followed(Executor):
    """Another executor, of which somebody is told at the start, whenever a task ends, and in between.

    What `tell` raises ends the work: tasks that have not begun never do.
    """

    def __init__(self, executor: Executor, tell: Tell) -> None:
        self._executor = executor
        self._tell = tell

    def each(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Ended[Result] | None]:
        began_s, done, worked = perf_counter(), 0, 0
        self._tell(Progress(0, len(tasks), 0.0, float("nan")))
        with closing(self._executor.each(function, tasks)) as ending:  # type: ignore[type-var]
            for ended in ending:
                if ended is not None:
                    done, worked = done + 1, worked + (not ended.kept)
                elapsed_s = perf_counter() - began_s
                # What was there before took no time, so the pace is that of the others.
                left_s = elapsed_s / worked * (len(tasks) - done) if worked else float("nan")
                self._tell(Progress(done, len(tasks), elapsed_s, left_s if done < len(tasks) else 0.0))
                yield ended
