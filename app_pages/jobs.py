"""Work in the background, with progress and a way to stop it; equal work is done once for everybody."""

import logging
import os
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from typing import Any

import streamlit as st

from app_pages import text
from sim.reports import words
from sim.strategy import Executor, Followed, Processes, Progress

LOG = logging.getLogger(__name__)

MOST_JOBS, AT_ONCE = 48, 2


class Cancelled(Exception):
    """Somebody stopped the work."""


class Job:
    """One piece of work: how far it is, whether it was stopped, and in the end its result or its fault."""

    def __init__(self, key: Hashable) -> None:
        self.key = key
        self.followers: set[str] = set()
        self.stopped = Event()
        self.done, self.expected = 0, 0
        self.left_s = float("nan")
        self.stage = text.WORKING
        """What is being done, in words."""
        self._steps = (0, 0)
        self.result: Any = None
        self.fault = ""
        self.finished = False

    @property
    def share(self) -> float:
        """Part of the work known so far that is done, 0 to 1."""
        step, steps = self._steps
        if steps:
            return (step - 1) / steps
        return min(1.0, self.done / self.expected) if self.expected else 0.0

    def progress(self, done: int, expected: int) -> None:
        """Note how far the work is, and end it here if it was stopped."""
        self.done, self.expected = done, expected
        self.check()

    @property
    def words(self) -> str:
        """What is being done, how far it is, and how long the rest will take."""
        step, steps = self._steps
        left = f", {text.TIME_LEFT.format(left=words.seconds(self.left_s))}" if self.left_s > 0 and not steps else ""
        return f"{self.stage} {step or self.done} of {steps or self.expected or '?'}{left}"

    def tell(self, stage: str, step: int, steps: int) -> None:
        """Note which step of a stage is being done; without steps, parts of it are counted as they end."""
        self.stage, self._steps = stage, (step, steps)
        self.done, self.expected, self.left_s = 0, 0, float("nan")
        self.check()

    def check(self) -> None:
        """End the work here if it was stopped."""
        if self.stopped.is_set():
            raise Cancelled


Work = Callable[[Job], Any]


class Jobs:
    """Jobs by what they compute; the oldest finished ones go first."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="loadbearing")
        self._known: OrderedDict[Hashable, Job] = OrderedDict()
        self._lock = Lock()

    def known(self, key: Hashable) -> Job | None:
        """The job of a key, if it was ever started and not stopped."""
        with self._lock:
            return self._known.get(key)

    def start(self, key: Hashable, work: Work, *, follower: str, after_s: float = 0.0) -> Job:
        """The job of a key, begun where nobody began it; it waits `after_s` first, in case it is stopped at once."""
        with self._lock:
            job = self._known.get(key)
            if job is None:
                job = self._known[key] = Job(key)
                self._threads.submit(self._run, job, work, after_s)
                self._trim()
            job.followers.add(follower)
            return job

    def leave(self, key: Hashable, *, follower: str) -> None:
        """Follow a job no longer; work that nobody follows stops."""
        with self._lock:
            job = self._known.get(key)
            if job is None or job.finished:
                return
            job.followers.discard(follower)
            if not job.followers:
                job.stopped.set()
                del self._known[key]

    def forget(self, key: Hashable) -> None:
        """Let a key's work be done anew."""
        with self._lock:
            self._known.pop(key, None)

    def _run(self, job: Job, work: Work, after_s: float) -> None:
        try:
            if not job.stopped.wait(after_s):
                job.result = work(job)
        except Cancelled:
            job.fault = "stopped"
        except Exception:
            LOG.exception("background work %s failed", job.key)
            job.fault = "failed"
        job.finished = True

    def _trim(self) -> None:
        done = [key for key, job in self._known.items() if job.finished]
        for key in done[: max(0, len(self._known) - MOST_JOBS)]:
            del self._known[key]


@st.cache_resource(max_entries=1, show_spinner=False)
def jobs() -> Jobs:
    """All jobs of this process."""
    return Jobs()


@st.cache_resource(max_entries=1, show_spinner=False)
def _workers() -> Processes:
    # One core is left to those who look at pages; without another, the work still leaves this process.
    return Processes(max(1, (os.cpu_count() or 1) - 1), fewest=1)


def watched(job: Job) -> Executor:
    """Simulations in processes beside this one, which tell a job how far they are and end when it is stopped."""
    before = 0

    def tell(progress: Progress) -> None:
        nonlocal before
        if progress.begins:
            before = job.expected
        job.left_s = progress.left_s
        job.progress(before + progress.done, before + progress.expected)

    return Followed(_workers(), tell)
