"""Tasks on a Ray cluster: one that runs already, or one started on this machine for the occasion."""

import os
import pickle
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any

from sim.strategy.executors.code import code_digest
from sim.strategy.executors.tasks import ATTEMPTS, DIED, LOOK_S, Ended, Executor, Result, Task, WorkerLost

LOCAL_STORE_BYTES = 256 * 2**20
"""Shared memory of a cluster of our own: tasks and results pass through it."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
QUEUED_PER_CORE = 2
"""Tasks under way for each core, so that none waits for its next one."""


class OtherCode(RuntimeError):
    """A machine of the cluster runs another version of the simulator or of its libraries."""


class Ray(Executor):
    """Tasks on the machines of a cluster, which all have this version of the simulator installed.

    Ray does a task again whose worker or machine dies, and makes a result anew
    that was lost with its machine. Tasks and results travel pickled, as
    between processes, so results are the same bytes.
    """

    def __init__(self, address: str | None = None, *, workers: int | None = None) -> None:
        """
        Args:
            address: of a running cluster, as HOST:PORT of its head or `auto` for one of this machine; one that
                listens on this machine only is started, and ended by `close`, unless given.
            workers: cores of the cluster that is started; as many as there are unless given.

        Raises:
            ModuleNotFoundError: Ray is not installed.
            ConnectionError: no cluster answers at the address.
        """
        self._ray = _library(on_this_machine=address is None or address.rpartition(":")[0] in LOOPBACK)
        self._ours = not self._ray.is_initialized()
        if not self._ours:
            return
        quiet = {"log_to_driver": False, "logging_level": "error"}
        try:
            if address is None:
                self._ray.init(
                    num_cpus=workers or os.cpu_count() or 1,
                    include_dashboard=False,
                    object_store_memory=LOCAL_STORE_BYTES,
                    **quiet,
                )
            else:
                self._ray.init(address=address, **quiet)
        except (ConnectionError, ValueError, RuntimeError) as fault:
            raise ConnectionError(
                f"no Ray cluster can be joined at {address or 'this machine'}: {fault} "
                "Start one with 'ray start --head', or leave out the address for one on this machine."
            ) from fault

    def each(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Ended[Result] | None]:
        ray = self._ray
        remote = ray.remote(max_retries=ATTEMPTS - 1)(_run)
        waiting, losses = deque(range(len(tasks))), Counter[int]()
        running: dict[Any, int] = {}
        try:
            while waiting or running:
                most = QUEUED_PER_CORE * max(1, int(ray.cluster_resources().get("CPU", 1)))
                while waiting and len(running) < most:
                    work = pickle.dumps((function, tasks[waiting[0]]), protocol=pickle.HIGHEST_PROTOCOL)
                    reference = remote.remote(work, code_digest())
                    running[reference] = waiting.popleft()
                ended, _ = ray.wait(list(running), num_returns=1, timeout=LOOK_S)
                if not ended:
                    yield None
                for reference in ended:
                    index = running.pop(reference)
                    try:
                        yield Ended(index, pickle.loads(ray.get(reference)))
                    except ray.exceptions.RayTaskError as fault:
                        yield Ended(index, error=fault.cause or fault)
                    except (ray.exceptions.WorkerCrashedError, ray.exceptions.OutOfMemoryError):
                        yield Ended(index, error=WorkerLost(DIED))
                    except ray.exceptions.RayError as fault:
                        # Its machine went, and the result or what Ray knew of it went along.
                        losses[index] += 1
                        if losses[index] < ATTEMPTS:
                            waiting.append(index)
                        else:
                            yield Ended(index, error=fault)
        finally:
            for reference in running:
                ray.cancel(reference, force=True)

    def close(self) -> None:
        """Leave the cluster; one that was started for this ends."""
        if self._ours:
            self._ray.shutdown()

    def __enter__(self) -> "Ray":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _library(*, on_this_machine: bool) -> Any:
    # Read when Ray is imported and starts: otherwise it would tell its makers that it is used.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if on_this_machine:
        # Ray takes a loopback address for the machine's own on the network, unless it believes that it cannot be one
        # of many (the name is of its first use), and would then listen to everybody.
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
    try:
        return import_module("ray")
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "the executor 'ray' needs the library Ray, which is not installed. Install the extra: "
            "pip install 'loadbearing[ray]'."
        ) from error


def _run(work: bytes, code: str) -> bytes:
    """A task at its worker: the pickled result.

    Raises:
        OtherCode: this machine would compute something else.
    """
    if code != code_digest():
        raise OtherCode(
            "this machine of the cluster has another version of loadbearing, of Python, or of numpy, scipy or simpy "
            "than the one that asks, so results could differ. Install the same on all machines."
        )
    function, task = pickle.loads(work)
    return pickle.dumps(function(task), protocol=pickle.HIGHEST_PROTOCOL)
