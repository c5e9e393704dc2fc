"""Executors: the same results in the same order anywhere, whatever becomes of workers, and nothing done twice."""

import os
import pickle
import signal
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import scenario as scenarios
from sim.strategy.executors import Executor, Followed, Kept, Processes, Progress, Serial, TasksFailed, WorkerLost
from sim.strategy.executors.identity import task_digest
from tests.unit.executor_tasks import (
    counted,
    fails_at_3,
    killed_once,
    kills_at_3,
    squared,
    steps,
    times_played,
)

PATIENCE_S = 120


@pytest.fixture(scope="module")
def processes() -> Iterator[Processes]:
    with Processes(2) as executor:
        yield executor


def kill_when_written(marker: Path) -> threading.Thread:
    """Kill the process whose number is written there, once it is."""

    def work() -> None:
        ends = time.monotonic() + PATIENCE_S
        while not marker.exists() and time.monotonic() < ends:
            time.sleep(0.05)
        os.kill(int(marker.read_text()), signal.SIGKILL)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_results_are_the_same_bytes_in_the_order_of_the_tasks(processes: Processes, tmp_path: Path) -> None:
    tasks = steps(tmp_path)
    assert pickle.dumps(processes.map(squared, tasks)) == pickle.dumps(Serial().map(squared, tasks))
    assert processes.map(squared, []) == []


def test_a_killed_worker_loses_nothing(processes: Processes, tmp_path: Path) -> None:
    killer = kill_when_written(tmp_path / "pid")
    found = processes.map(killed_once, steps(tmp_path))
    killer.join()
    assert found == Serial().map(squared, steps(tmp_path))
    # What was done before stays done: at most what was under way beside the third is done again.
    assert sum(times_played(tmp_path).values()) <= 8 + processes.workers


@pytest.mark.parametrize("executor", ["serial", "processes"])
def test_a_task_that_fails_is_named_and_the_rest_finishes(
    executor: str, processes: Processes, tmp_path: Path
) -> None:
    where: Executor = processes if executor == "processes" else Serial()
    kept = Kept(where, tmp_path / "kept")
    with pytest.raises(TasksFailed, match=r"1 of 8 tasks failed.*plan 3: ValueError: three is not allowed") as fault:
        kept.map(fails_at_3, steps(tmp_path))
    assert isinstance(fault.value.__cause__, ValueError)
    assert len(list((tmp_path / "kept").iterdir())) == 7
    assert str(pickle.loads(pickle.dumps(fault.value))) == str(fault.value)


def test_a_task_that_kills_its_worker_every_time_is_named_and_the_rest_finishes(tmp_path: Path) -> None:
    with Processes(2) as executor:
        ended = [each for each in executor.each(kills_at_3, steps(tmp_path)) if each is not None]
    assert sorted(each.index for each in ended) == list(range(8))
    lost = [each for each in ended if each.error is not None]
    assert [each.index for each in lost] == [3] and isinstance(lost[0].error, WorkerLost)


def test_where_no_worker_lives_the_rest_is_not_tried(tmp_path: Path) -> None:
    tasks = [step for step in steps(tmp_path) if step.value == 3] * 9
    with Processes(1, fewest=1) as executor, pytest.raises(TasksFailed, match=r"9 of 9 .*; and 1 more") as fault:
        executor.map(kills_at_3, tasks)
    tried = ["not tried" not in str(failure) for failure in fault.value.failures]
    assert sum(tried) == 3


def test_interrupted_work_goes_on_where_it_was(tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stop_at_5(progress: Progress) -> None:
        if progress.done == 5:
            raise Stop

    keep = tmp_path / "kept"
    with pytest.raises(Stop):
        Followed(Kept(Serial(), keep), stop_at_5).map(counted, steps(tmp_path))
    assert len(times_played(tmp_path)) == 5
    seen: list[Progress] = []
    assert Followed(Kept(Serial(), keep), seen.append).map(counted, steps(tmp_path)) == Serial().map(
        squared, steps(tmp_path)
    )
    assert times_played(tmp_path) == dict.fromkeys(range(8), 1)
    assert [progress.done for progress in seen] == list(range(9))
    # What was there took no time, so nothing is said of the rest until one is done.
    assert np.isnan(seen[5].left_s) and seen[6].left_s > 0 and seen[8].left_s == 0


def test_a_kept_result_that_is_not_whole_is_computed_again(tmp_path: Path) -> None:
    keep = tmp_path / "kept"
    executor = Kept(Serial(), keep)
    whole = executor.map(counted, steps(tmp_path, 3))
    torn, swapped, gone = sorted(keep.iterdir())
    torn.write_bytes(torn.read_bytes()[:-1])
    swapped.write_bytes(swapped.read_bytes().replace(b"plan", b"plot"))
    gone.unlink()
    assert executor.map(counted, steps(tmp_path, 3)) == whole
    assert times_played(tmp_path) == dict.fromkeys(range(3), 2)


def test_what_is_kept_can_run_nothing(tmp_path: Path, monkeypatch: Any) -> None:
    """A file with the right name and checksum, but with a call in it, is no result."""

    class Trap:
        def __reduce__(self) -> tuple[Any, tuple[str]]:
            return os.system, (f"touch '{tmp_path}/sprung'",)

    executor = Kept(Serial(), tmp_path / "kept")
    [task] = steps(tmp_path, 1)
    executor._keep(executor._path(squared, task), Trap())
    assert executor.map(squared, [task]) == [squared(task)]
    assert not (tmp_path / "sprung").exists()


@pytest.mark.skipif(os.name != "posix", reason="file modes of POSIX")
def test_a_folder_that_others_can_write_to_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(PermissionError, match="chmod go-w"):
        Kept(Serial(), folder)
    Kept(Serial(), tmp_path / "new")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) & 0o077 == 0


def test_a_task_is_named_by_what_it_says(tmp_path: Path) -> None:
    plan, other = scenarios.load("own_the_platform"), scenarios.load("own_the_platform")
    assert task_digest(squared, plan) == task_digest(squared, other)
    assert task_digest(squared, plan) != task_digest(squared, scenarios.set_fields(plan, {"seed": plan.seed + 1}))
    assert task_digest(squared, plan) != task_digest(counted, plan)
    assert task_digest(squared, {"a": 1, "b": {2, 3}}) == task_digest(squared, {"b": {3, 2}, "a": 1})
    different = [1, 1.0, True, "1", b"1", (1,), {1}, [1], np.array([1]), np.array([1.0]), np.array([[1]]), None, ()]
    assert len({task_digest(squared, value) for value in different}) == len(different)
    with pytest.raises(TypeError, match="no contents"):
        task_digest(squared, object())


def test_stopping_leaves_what_has_not_begun(processes: Processes, tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stop(progress: Progress) -> None:
        if progress.done:
            raise Stop

    with pytest.raises(Stop):
        Followed(processes, stop).map(counted, steps(tmp_path, 40))
    assert processes.map(squared, steps(tmp_path, 2)) == Serial().map(squared, steps(tmp_path, 2))
    assert len(times_played(tmp_path)) < 40
