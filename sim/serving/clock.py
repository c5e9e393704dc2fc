"""SimPy's clock, with bare callbacks at exact times."""

from collections.abc import Callable, Iterable, Iterator
from heapq import heappop, heappush
from math import inf
from typing import Any

import simpy

ARRIVAL, DEADLINE, BOUNDARY, WARNING, FLEET = range(5)
"""Order of events at equal times: an arrival, then a deadline, then a step boundary.

Then the fleet changes: first all that is about to go out stops taking
requests, so that what one replica loses is not sent to another that falls with it.
"""

Place = tuple[float, int, int]
"""Where something stands in the order of events: time, order at equal times, number."""


class Call:
    """A bare callback at a time: as much of an event as SimPy's loop touches.

    The simulator makes a few of these for a request, so their cost is the
    simulator's speed; a `Timeout` costs twice as much. A call that was
    superseded still fires; its owner compares it with the one it last scheduled.
    One that has fired can be scheduled again.
    """

    __slots__ = ("action",)

    _ok = True

    def __init__(self, action: Callable[[Any], None]) -> None:
        self.action = action

    @property
    def callbacks(self) -> tuple[Callable[[Any], None], ...]:
        """What SimPy's own `step` asks for and then deletes; `Clock.play` asks for the action itself."""
        return (self.action,)

    @callbacks.setter
    def callbacks(self, gone: None) -> None:
        pass


class Turn(Call):
    """A call about one row at its time, for which a closure would cost twice as much; `action` is given it."""

    __slots__ = ("at_s", "row")

    def __init__(self, action: Callable[["Turn"], None], row: int, at_s: float) -> None:
        self.action = action
        self.row = row
        self.at_s = at_s


class Clock(simpy.Environment):
    """SimPy's environment with one more way to schedule, and one more to run.

    `Environment.schedule` takes a delay, and now + (t - now) need not be t:
    an arrival exactly at a boundary could then fall on its wrong side.
    """

    ahead = 0
    """Arrivals that have their place in the order of events, but have not been played."""

    def at(self, time_s: float, priority: int, call: Call) -> None:
        """Schedule a call at a time, which must not lie in the past."""
        heappush(self._queue, (time_s, priority, next(self._eid), call))  # type: ignore[misc]

    @property
    def line(self) -> tuple[list[Any], Iterator[int]]:
        """The queue and the numbers behind `at`, for the one who schedules so often that a call less counts."""
        queue: list[Any] = self._queue
        return queue, self._eid

    def play(self, times_s: Iterable[float], arrive: Callable[[int, float], None], until_s: float | None) -> None:
        """Process everything in order of time, with arrivals known beforehand: arrive(row, time) for each.

        Arrivals are merged with SimPy's queue, which spares each its way
        through it. The order is that of an event which lets all arrivals of
        its instant in and then schedules the next.

        Args:
            times_s: rising.
            until_s: stop here; `None` plays until nothing is left to do.

        Raises:
            ValueError: `until_s` is not ahead.
        """
        if until_s is not None and until_s <= self._now:
            raise ValueError(f"a window must stop after it begins at {self._now} s (got {until_s})")
        number = self._eid
        end: Place = (inf, 0, 0)
        last_s = -inf
        for row, time_s in enumerate(times_s):
            if time_s != last_s:
                last_s = time_s
                place = (time_s, ARRIVAL, next(number))
                if until_s is not None and row == 0:
                    end = (until_s, ARRIVAL, next(number))
                if place > end:
                    self.ahead = 1
                    break
                self._process_until(place)
                self._now = time_s
            arrive(row, time_s)
        self._process_until(end)
        if until_s is not None:
            self._now = until_s

    def _process_until(self, end: Place) -> None:
        """SimPy's own loop, up to a place in its queue and for calls only."""
        queue: Any = self._queue
        while queue and queue[0] < end:
            self._now, _, _, call = heappop(queue)
            action = call.action  # read first: called as a method, a slot is looked up anew each time
            action(call)

    @property
    def events(self) -> int:
        """Events that have been processed so far, arrivals included."""
        scheduled = self._eid.__reduce__()[1][0]
        return int(scheduled) - len(self._queue) - self.ahead
