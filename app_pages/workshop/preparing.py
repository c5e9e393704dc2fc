"""Work done beside the pages, so that a reveal reads what is known: one piece at a time, the newest of a kind."""

import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Condition, Thread
from time import monotonic

from sim.workshop import WorkshopError

LOG = logging.getLogger(__name__)

LONGEST_PAUSES = 4
"""Work that is asked for anew again and again begins after so many pauses at the latest."""

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class _Due:
    first_s: float
    """When it was asked for first."""
    due_s: float
    work: Work


class Preparing:
    """Does work in a thread of its own, by when it is due; asked for anew before it began, it is done once.

    A team taps several cards before it is content. Only the hand that it
    rests at is worth computing, so such work waits for a pause.
    """

    def __init__(self) -> None:
        self._due: dict[Hashable, _Due] = {}
        self._changed = Condition()
        self._busy = False
        self._worker: Thread | None = None

    def soon(self, key: Hashable, work: Work, *, pause_s: float = 0.0) -> None:
        """Do some work once `pause_s` have passed in which nobody asked for it anew.

        Args:
            key: names it: the same work asked for later takes its place.
            work: what it refuses is logged, since whoever asks for the result is told then.
        """
        with self._changed:
            now_s = monotonic()
            first_s = self._due[key].first_s if key in self._due else now_s
            due_s = min(now_s + pause_s, first_s + LONGEST_PAUSES * pause_s)
            self._due[key] = _Due(first_s, due_s, work)
            if self._worker is None:
                self._worker = Thread(target=self._run, name="loadbearing-workshop", daemon=True)
                self._worker.start()
            self._changed.notify_all()

    def settled(self, timeout_s: float) -> bool:
        """Wait until nothing is left to do; whether that was so in time."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._due and not self._busy, timeout_s)

    def _run(self) -> None:
        while (work := self._next()) is not None:
            try:
                work()
            except WorkshopError as fault:
                LOG.info("not prepared: %s", fault)
            except Exception:
                LOG.exception("a result could not be prepared")

    def _next(self) -> Work | None:
        """The next work once it is due; `None` where none is left, and the thread ends."""
        with self._changed:
            self._busy = False
            while self._due:
                key = min(self._due, key=lambda key: self._due[key].due_s)
                left_s = self._due[key].due_s - monotonic()
                if left_s <= 0:
                    self._busy = True
                    return self._due.pop(key).work
                self._changed.wait(left_s)
            self._worker = None
            self._changed.notify_all()
            return None
