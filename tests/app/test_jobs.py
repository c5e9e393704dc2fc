"""Background work: shared, stopped when nobody follows, never silent about a fault."""

from threading import Event

import pytest

from app_pages import jobs as background
from app_pages.jobs import Cancelled, Job, Jobs, watched
from sim.strategy import Processes

WAIT_S = 10


def _until(true):
    pause = Event()
    for _ in range(WAIT_S * 100):
        if true():
            return True
        pause.wait(0.01)
    return False


def test_equal_work_is_done_once_and_kept():
    jobs, runs = Jobs(), []
    gate = Event()

    def work(job):
        runs.append(job.key)
        gate.wait(WAIT_S)
        return 7

    one = jobs.start("a", work, follower="x")
    assert jobs.start("a", work, follower="y") is one
    gate.set()
    assert _until(lambda: one.finished)
    assert (one.result, runs) == (7, ["a"])
    assert jobs.known("a") is one


def test_work_stops_when_its_last_follower_leaves():
    jobs, begun = Jobs(), Event()

    def work(job):
        begun.set()
        while True:
            job.progress(1, 2)

    job = jobs.start("a", work, follower="x")
    jobs.start("a", work, follower="y")
    assert begun.wait(WAIT_S)
    jobs.leave("a", follower="x")
    assert not job.stopped.is_set()
    jobs.leave("a", follower="y")
    assert _until(lambda: job.finished)
    assert (job.fault, job.result, job.share) == ("stopped", None, 0.5)
    assert jobs.known("a") is None


def test_work_that_is_left_before_it_begins_never_runs():
    jobs, runs = Jobs(), []
    job = jobs.start("a", runs.append, follower="x", after_s=WAIT_S)
    jobs.leave("a", follower="x")
    assert _until(lambda: job.finished)
    assert runs == []


def test_a_fault_is_told_and_work_can_be_asked_for_again():
    jobs = Jobs()
    job = jobs.start("a", lambda job: 1 / 0, follower="x")
    assert _until(lambda: job.finished)
    assert (job.fault, job.result) == ("failed", None)
    jobs.forget("a")
    again = jobs.start("a", lambda job: 3, follower="x")
    assert _until(lambda: again.finished)
    assert again.result == 3


def test_a_job_sees_how_far_its_tasks_are_over_all_their_maps(monkeypatch):
    monkeypatch.setattr(background, "_workers", lambda: Processes(1, fewest=9))
    job = Job("a")
    executor = watched(job)
    assert executor.map(str, [1, 2]) == ["1", "2"]
    assert executor.map(str, [3]) == ["3"]
    assert (job.done, job.expected, job.left_s) == (3, 3, 0.0)


def test_a_stopped_job_ends_its_tasks(monkeypatch):
    monkeypatch.setattr(background, "_workers", lambda: Processes(1, fewest=9))
    job, played = Job("a"), []

    def play(task):
        played.append(task)
        job.stopped.set()

    with pytest.raises(Cancelled):
        watched(job).map(play, [1, 2, 3])
    assert played == [1]
