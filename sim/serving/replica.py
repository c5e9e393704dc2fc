"""One replica under continuous batching, simulated exactly without stepping every iteration.

An iteration decodes for every running answer and spends what is left of the
token budget on prompts, first come first served. Between changes of the batch
the iterations differ only by a slope in their time, so a whole run of them, a
*jump*, has a closed form and needs one event. The semantics are in
docs/model.md, "Continuous batching"; tests/reference steps every iteration and
must agree on every request.
"""

from collections.abc import Callable
from heapq import heappush
from math import inf

from sim.serving.clock import BOUNDARY, Call, Clock
from sim.serving.composer import DECODING, FIXED, IDLE, Composer
from sim.serving.endpoints import GpuPool
from sim.serving.jump import elapsed_s, steps_until
from sim.serving.ledger import Ledger
from sim.serving.record import REFUSED, TIMED_OUT


class Replica(Composer):
    """A live replica; `load` is the number of requests waiting or running."""

    __slots__ = ("accepting", "boundary_call", "clock", "ends_s", "events", "number", "when_empty")

    def __init__(self, clock: Clock, pool: GpuPool, ledger: Ledger, index: int) -> None:
        super().__init__(clock, pool, ledger, index)
        self.clock = clock
        self.events, self.number = clock.line
        self.accepting = True
        self.when_empty: Callable[[float], None] | None = None
        self.ends_s = inf
        self.boundary_call: Call | None = None

    # --- arrivals and departures from the queue ---------------------------------------------------

    def offer(self, request: int, now_s: float) -> None:
        """A request arrives and waits for a boundary to admit it; one that can never fit is refused."""
        if self.need[request] > self.pool.kv_blocks:
            self.ledger.leave(request, REFUSED, now_s, self.index)
            return
        self.load += 1
        room = self.room
        queue = self.queue
        queue.append(request)
        room.unlisted.append(request)
        state = self.state
        if state == DECODING:
            # Behind a blocked head only one that outranks it can be admitted.
            if not self.blocked or queue[0] == request:
                self._cut_for(request, now_s)
        elif state == IDLE:
            self.state = FIXED
            self.iterations = 0
            self._schedule_boundary(now_s)
        if self.ledger.deadline_s[request] <= self.ends_s:
            room.watch(now_s, self.ends_s)

    def _cut_for(self, request: int, now_s: float) -> None:
        """End a decode jump at the next boundary, if the request can be admitted there."""
        wait_s = now_s - self.began_s
        first_s = self.first_s
        steps = 1 if wait_s <= first_s else steps_until(first_s, self.slope_s, wait_s)
        if steps < self.iterations:
            self.blocked = self._is_blocked(request, steps)
            if not self.blocked:
                self._cut_at(steps)

    def _is_blocked(self, request: int, steps: int) -> bool:
        """Whether a request cannot be admitted after so many more iterations of this jump."""
        if self.running >= self.max_running or self.decoding * self.lanes >= self.token_budget:
            return True
        blocks = self.final_blocks + self.need[request]
        capacity = self.capacity
        if blocks <= capacity:
            return False
        if self.shared is not None:
            capacity += self.shared.saving(request)
            if blocks <= capacity:
                return False
        if self.reserves:
            return True
        held = self.held(self.iteration + steps, self.context + self.memory.pace * steps)
        return held + self._entry_blocks(request) > capacity

    def _cut_at(self, steps: int) -> None:
        self.state = FIXED
        if steps < self.iterations:
            self.iterations = steps
            self._schedule_boundary(self.began_s + elapsed_s(self.first_s, self.slope_s, steps))

    def _waiters_left(self, now_s: float, left: int, head_left: bool) -> None:
        """Users gave up waiting; behind a head that left, the next may fit."""
        self.load -= left
        room = self.room
        if head_left and self.blocked and self.state == DECODING:
            if room.queue:
                self._cut_at(steps_until(self.first_s, self.slope_s, now_s - self.began_s))
            else:
                self.blocked = False
        if left and now_s < self.ends_s:
            room.watch(now_s, self.ends_s)

    # --- boundaries -------------------------------------------------------------------------------

    def _schedule_boundary(self, at_s: float) -> None:
        self.ends_s = at_s
        self.boundary_call = call = Call(self._boundary)
        self.clock.at(at_s, BOUNDARY, call)

    def _boundary(self, call: Call) -> None:
        """The jump ends: the batch is what its iterations have made of it, and the next is composed."""
        if call is not self.boundary_call:
            return
        now_s = self.ends_s
        self.advance(self.iterations, now_s)
        if not self.compose(now_s):
            self.ends_s = inf
            if self.when_empty is not None:
                self.when_empty(now_s)
            return
        steps = self.iterations
        half = 0.5 * self.slope_s
        self.ends_s = ends_s = now_s + steps * (self.first_s - half + half * steps)
        # As `Clock.at`.
        heappush(self.events, (ends_s, BOUNDARY, next(self.number), call))
        room = self.room
        if room.unlisted or room.deadlines:
            if self.queue or room.deadlines:
                room.watch(now_s, ends_s)
            else:
                room.unlisted.clear()

    # --- leaving service --------------------------------------------------------------------------

    def drain(self, when_empty: Callable[[float], None] | None = None) -> None:
        """Take no new request and finish those waiting or running; the dispatcher asks `accepting`.

        Args:
            when_empty: called as when_empty(now_s) at the boundary after which
                nothing waits or runs; never called where that holds already.
        """
        self.accepting = False
        self.when_empty = when_empty

    def fail(self, now_s: float) -> list[int]:
        """Stop at once: the iteration under way is lost, also one that would end at this instant.

        Returns:
            The requests to route again: those of the batch in order of
            admission, then those that waited, in their order; who has run out
            of patience leaves instead. They can be offered to any replica; one
            whose answer has begun keeps its words and waits without end. The
            replica is left empty: offered a request, it serves again.
        """
        ledger = self.ledger
        if self.state != IDLE and self.iterations:
            done = steps_until(self.first_s, self.slope_s, now_s - self.began_s) - 1
            self.iteration += done
        lost = []
        for request in self.lose_all() + self.room.waiting():
            if ledger.deadline_s[request] <= now_s:
                ledger.leave(request, TIMED_OUT, now_s, self.index)
            else:
                lost.append(request)
        self.room.clear()
        self.load = 0
        self.state = IDLE
        self.blocked = False
        self.iterations = 0
        self.ends_s = inf
        self.boundary_call = None
        return lost
