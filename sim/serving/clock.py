"""SimPy's clock, with bare callbacks at exact times."""

from collections.abc import Callable
from heapq import heappush
from typing import Any

import simpy

ARRIVAL, DEADLINE, BOUNDARY, WARNING, FLEET = range(5)
"""Order of events at equal times: an arrival, then a deadline, then a step boundary.

Then the fleet changes: first all that is about to go out stops taking
requests, so that what one replica loses is not sent to another that falls with it.
"""


class Call:
    """A bare callback at a time: as much of an event as SimPy's loop touches.

    The simulator makes about five of these for a request, so their cost is the
    simulator's speed; a `Timeout` costs twice as much. A call that was
    superseded still fires; its owner compares it with the one it last scheduled.
    """

    __slots__ = ("callbacks",)

    _ok = True

    def __init__(self, callback: Callable[[Any], None]) -> None:
        self.callbacks = (callback,)


class Clock(simpy.Environment):
    """SimPy's environment with one more way to schedule.

    `Environment.schedule` takes a delay, and now + (t - now) need not be t:
    an arrival exactly at a boundary could then fall on its wrong side.
    """

    def at(self, time_s: float, priority: int, call: Call) -> None:
        """Schedule a call at a time, which must not lie in the past."""
        heappush(self._queue, (time_s, priority, next(self._eid), call))  # type: ignore[misc]

    @property
    def events(self) -> int:
        """Events that have been processed so far."""
        scheduled = self._eid.__reduce__()[1][0]
        return int(scheduled) - len(self._queue)
