"""Tasks in processes beside this one; those whose worker is killed are done again."""

import os
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from threading import Lock, Thread

from sim.strategy.executors.tasks import (
    ATTEMPTS,
    DIED,
    LOOK_S,
    NOT_TRIED,
    Ended,
    Executor,
    Result,
    Serial,
    Task,
    WorkerLost,
)

HOPELESS = 3
"""Pools, or tasks, lost before any task was done: then no worker can live here, and the rest is not tried."""


class Processes(Executor):
    """Tasks spread over worker processes, which are started at the first use and end with the executor.

    Workers are spawned, not forked: a fork of a process with threads, such as
    the app's, may inherit a lock that nobody will release. Threads may share
    one executor.

    When a worker dies, its pool takes the other workers along, and nobody can
    tell whose task it was. So every task that was under way is done again in a
    new pool; one that has lost two workers runs alone, where a third is its
    own.
    """

    def __init__(self, workers: int | None = None, *, fewest: int = 2) -> None:
        """
        Args:
            workers: as many as there are cores unless given.
            fewest: tasks, and workers, for which it is worth starting processes; fewer run here.
        """
        self.workers = workers or os.cpu_count() or 1
        self._fewest = fewest
        self._pool: ProcessPoolExecutor | None = None
        self._lock = Lock()

    def each(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Ended[Result] | None]:
        if min(len(tasks), self.workers) < self._fewest:
            return Serial().each(function, tasks)
        return self._together(function, tasks)

    def close(self) -> None:
        """End the workers; a later `map` starts new ones."""
        self._end(self._pool)

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _together(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Ended[Result] | None]:
        waiting = deque(range(len(tasks)))
        running: dict[Future[Result], int] = {}
        losses: Counter[int] = Counter()
        lonely: list[int] = []
        done = broken = 0
        try:
            while waiting or running:
                pool = self._started()
                try:
                    # One more than there are workers, so that none waits for its next task.
                    while waiting and len(running) <= self.workers:
                        future = pool.submit(function, tasks[waiting[0]])
                        running[future] = waiting.popleft()
                except BrokenProcessPool:
                    self._end(pool)
                ended, _ = wait(running, timeout=LOOK_S, return_when=FIRST_COMPLETED)
                if not ended:
                    yield None
                lost = []
                for future in ended:
                    index, error = running.pop(future), future.exception()
                    if isinstance(error, BrokenProcessPool):
                        lost.append(index)
                    else:
                        done += error is None
                        yield Ended(index, error=error) if error else Ended(index, future.result())
                if lost:
                    self._end(pool)
                    broken += 1
                    losses.update(lost)
                    waiting.extend(index for index in lost if losses[index] < ATTEMPTS - 1)
                    lonely.extend(index for index in lost if losses[index] >= ATTEMPTS - 1)
                if broken >= HOPELESS and not done:
                    lonely.extend(waiting)
                    waiting.clear()
        finally:
            for future in running:
                future.cancel()
        yield from _alone(function, tasks, lonely=lonely, done=done)

    def _started(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = _pool(self.workers)
            return self._pool

    def _end(self, pool: ProcessPoolExecutor | None) -> None:
        """End a pool, unless another thread did and started the next."""
        with self._lock:
            if pool is None or self._pool is not pool:
                return
            self._pool = None
        pool.shutdown(cancel_futures=True)


def _alone(
    function: Callable[[Task], Result], tasks: Sequence[Task], *, lonely: Sequence[int], done: int
) -> Iterator[Ended[Result] | None]:
    """Tasks that lost workers in company, one at a time in a process that nobody shares."""
    given_up = 0
    for index in lonely:
        if given_up >= HOPELESS and not done:
            yield Ended(index, error=WorkerLost(NOT_TRIED))
            continue
        with _pool(1) as pool:
            future = pool.submit(function, tasks[index])
            try:
                while not wait([future], timeout=LOOK_S).done:
                    yield None
            finally:
                future.cancel()
        error = future.exception()
        if isinstance(error, BrokenProcessPool):
            given_up, error = given_up + 1, WorkerLost(DIED)
        done += error is None
        yield Ended(index, error=error) if error else Ended(index, future.result())


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin)


def _begin() -> None:
    """In a worker: end with whoever started it."""
    # One that is interrupted from the keyboard ends without a word: its parent has the say.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    parent = parent_process()
    if parent is not None:
        # A parent that is killed closes nothing, and its workers would wait for ever.
        Thread(target=_wait_for_end, args=(parent,), daemon=True).start()


def _wait_for_end(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
