"""Users who wait for their first words, and when they leave: one timer for each replica."""

from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from math import inf

from sim.serving.clock import DEADLINE, Call, Clock
from sim.serving.ledger import WAITING, Ledger
from sim.serving.ranked_queue import RankedQueue
from sim.serving.record import TIMED_OUT


class WaitingRoom:
    """The first-come queue of a replica, or one by priority where `level_of` is given.

    Most requests are admitted at the next boundary, long before their
    deadline; only those that are passed over enter the heap of deadlines, and
    the timer stands for the earliest that falls before the next boundary. An
    entry counts only while it is the request's own deadline: one whose answer
    began before it was preempted waits without end.
    """

    __slots__ = ("at_s", "call", "clock", "deadlines", "index", "ledger", "on_leave", "queue", "unlisted")

    def __init__(
        self,
        clock: Clock,
        ledger: Ledger,
        index: int,
        on_leave: Callable[[float, int, bool], None],
        *,
        level_of: list[int] | None = None,
    ) -> None:
        self.clock = clock
        self.ledger = ledger
        self.index = index
        self.on_leave = on_leave
        """Called as on_leave(now_s, number that left, whether the head was one of them)."""
        self.queue: deque[int] | RankedQueue = deque() if level_of is None else RankedQueue(level_of)
        self.unlisted: list[int] = []
        self.deadlines: list[tuple[float, int]] = []
        self.at_s = inf
        self.call: Call | None = None

    def head(self, now_s: float) -> int:
        """The first request still waiting, -1 if none; those whose deadline is now leave first."""
        queue = self.queue
        ledger = self.ledger
        while queue:
            request = queue[0]
            if ledger.stage[request] != WAITING:
                queue.popleft()
            elif ledger.deadline_s[request] <= now_s:
                queue.popleft()
                self._leave(request, now_s)
                self.on_leave(now_s, 1, False)
            else:
                return request
        return -1

    def put_back(self, request: int) -> None:
        """A preempted request waits in front of all others of its priority."""
        self.queue.appendleft(request)
        self.unlisted.append(request)

    def watch(self, now_s: float, boundary_s: float) -> None:
        """Set the timer for the earliest deadline up to the next boundary."""
        ledger = self.ledger
        deadlines = self.deadlines
        for request in self.unlisted:
            if ledger.stage[request] == WAITING and ledger.deadline_s[request] < inf:
                heappush(deadlines, (ledger.deadline_s[request], request))
        self.unlisted.clear()
        while deadlines and not self._stands(deadlines[0]):
            heappop(deadlines)
        if deadlines and deadlines[0][0] <= boundary_s and deadlines[0][0] != self.at_s:
            self.at_s = deadlines[0][0]
            self.call = Call(self._ring)
            self.clock.at(max(self.at_s, now_s), DEADLINE, self.call)

    def _ring(self, call: Call) -> None:
        """Users whose patience ends now leave."""
        if call is not self.call:
            return
        now_s = self.clock.now
        self.at_s = inf
        ledger = self.ledger
        deadlines = self.deadlines
        queue = self.queue
        left = 0
        head_left = False
        while deadlines and deadlines[0][0] <= now_s:
            entry = heappop(deadlines)
            request = entry[1]
            if self._stands(entry):
                head_left = head_left or queue[0] == request
                self._leave(request, now_s)
                left += 1
        while queue and ledger.stage[queue[0]] != WAITING:
            queue.popleft()
        self.on_leave(now_s, left, head_left)

    def waiting(self) -> list[int]:
        """Those who wait, in order."""
        return [request for request in self.queue if self.ledger.stage[request] == WAITING]

    def clear(self) -> None:
        """Nobody waits any more, and the timer is off."""
        self.queue.clear()
        self.unlisted.clear()
        self.deadlines.clear()
        self.at_s = inf
        self.call = None

    def _stands(self, entry: tuple[float, int]) -> bool:
        deadline_s, request = entry
        return self.ledger.stage[request] == WAITING and self.ledger.deadline_s[request] == deadline_s

    def _leave(self, request: int, now_s: float) -> None:
        self.ledger.leave(request, TIMED_OUT, now_s, self.index)
