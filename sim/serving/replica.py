"""One replica under continuous batching, simulated exactly without stepping every iteration.

An iteration decodes one token for every running answer and spends what is left
of the token budget on prompts, first come first served. Between changes of the
batch the iterations differ only by a slope in their time, so a whole run of
them, a *jump*, has a closed form and needs one event. The semantics are in
docs/model.md, "Continuous batching"; tests/reference steps every iteration and
must agree on every request.
"""

from collections.abc import Callable
from math import inf

from sim.serving.batch import Batch
from sim.serving.clock import BOUNDARY, Call, Clock
from sim.serving.endpoints import GpuPool
from sim.serving.jump import elapsed_s, steps_until
from sim.serving.ledger import Ledger
from sim.serving.patience import WaitingRoom
from sim.serving.record import REFUSED, TIMED_OUT

IDLE, FIXED, DECODING, CHUNKING = range(4)
"""What a replica is in: nothing; a jump that nothing cuts; pure decode, which
an admissible arrival cuts; a run of full chunks of one prompt, which an
arrival behind it does not cut."""


class Replica(Batch):
    """A live replica; `load` is the number of requests waiting or running."""

    __slots__ = (
        "accepting", "batch_s", "began_s", "blocked", "boundary_call", "clock", "decode_base_s", "ends_s", "first_s",
        "iterations", "max_running", "room", "slope_s", "state", "step", "token_budget", "when_empty",
    )  # fmt: skip

    def __init__(self, clock: Clock, pool: GpuPool, ledger: Ledger, index: int) -> None:
        super().__init__(pool, ledger, index)
        step = pool.step
        self.clock = clock
        self.step = step
        tokens = range(pool.token_budget + 1)
        self.batch_s = [step.overhead_s + step.allreduce_s + step.allreduce_s_per_token * m for m in tokens]
        self.decode_base_s = [self.batch_s[b] + step.per_sequence_s * b for b in range(pool.max_running + 1)]
        self.token_budget = pool.token_budget
        self.max_running = pool.max_running
        self.room = WaitingRoom(clock, ledger, index, self._waiters_left)
        self.accepting = True
        self.when_empty: Callable[[float], None] | None = None
        # The jump: `iterations` of first_s, first_s + slope_s, ... from began_s to ends_s.
        self.state = IDLE
        self.blocked = False
        self.began_s = 0.0
        self.ends_s = inf
        self.iterations = 0
        self.first_s = 0.0
        self.slope_s = 0.0
        self.boundary_call: Call | None = None

    # --- arrivals and departures from the queue ---------------------------------------------------

    def offer(self, request: int, now_s: float) -> None:
        """A request arrives and waits for a boundary to admit it; one that can never fit is refused."""
        if self.need[request] > self.memory.blocks:
            self.ledger.leave(request, REFUSED, now_s, self.index)
            return
        self.load += 1
        room = self.room
        room.queue.append(request)
        room.unlisted.append(request)
        state = self.state
        if state == DECODING:
            if not self.blocked:
                self._cut_for(request, now_s)
        elif state == IDLE:
            self.state = FIXED
            self.iterations = 0
            self._schedule_boundary(now_s)
        if self.ledger.deadline_s[request] <= self.ends_s:
            room.watch(now_s, self.ends_s)

    def _cut_for(self, request: int, now_s: float) -> None:
        """End a decode jump at the next boundary, if the request can be admitted there."""
        steps = steps_until(self.first_s, self.slope_s, now_s - self.began_s)
        if steps >= self.iterations:
            return
        if self.running >= self.max_running or self.decoding >= self.token_budget:
            self.blocked = True
        elif self.final_blocks + self.need[request] > self.memory.blocks:
            held = self.held(self.iteration + steps, self.context + self.decoding * steps)
            self.blocked = held + self.memory.whole_blocks(self.ledger.target[request]) > self.memory.blocks
        if not self.blocked:
            self._cut_at(steps)

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

    def _schedule_boundary(self, at_s: float) -> None:
        self.ends_s = at_s
        self.boundary_call = call = Call(self._boundary)
        self.clock.at(at_s, BOUNDARY, call)

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

    # --- boundaries -------------------------------------------------------------------------------

    def _boundary(self, call: Call) -> None:
        """The jump ends: the batch is what its iterations have made of it, and the next is composed."""
        if call is self.boundary_call:
            now_s = self.ends_s
            self.advance(self.iterations, now_s)
            self._compose(now_s)

    def _compose(self, now_s: float) -> None:
        """Make the next batch and jump over all iterations that it lasts unchanged."""
        room = self.room
        self.blocked = False
        self.began_s = now_s
        preempted = self.make_room() if self.final_blocks > self.memory.blocks else []
        for request in preempted:
            room.put_back(request)
        if self.partial >= 0 or (room.queue and not preempted):
            self._admit_prompts(now_s, preempted)
        else:
            self.partial_chunk = 0
            self._decode_only()
        if self.running == 0:
            self.state = IDLE
            self.iterations = 0
            self.ends_s = inf
            if self.when_empty is not None:
                self.when_empty(now_s)
            return
        if room.queue:
            self.blocked = True
            if preempted:
                # Room was made for decoding only; what is left of it may admit the head at the next boundary.
                self.state = FIXED
                self.iterations = 1
        steps = self.iterations
        half = 0.5 * self.slope_s
        self.ends_s = now_s + steps * (self.first_s - half + half * steps)
        self.boundary_call = call = Call(self._boundary)
        self.clock.at(self.ends_s, BOUNDARY, call)
        if room.queue or room.deadlines:
            room.watch(now_s, self.ends_s)
        elif room.unlisted:
            room.unlisted.clear()

    def _decode_only(self) -> None:
        """A jump of pure decode: memory grows by one token for each answer and iteration."""
        decoding = self.decoding
        if decoding == 0:
            return
        step = self.step
        self.state = DECODING
        slope_s = step.kv_s_per_token * decoding
        memory_s = step.weights_s[decoding] + step.kv_s_per_token * self.context
        compute_s = step.decode_s_per_token * decoding
        if memory_s >= compute_s and self.final_blocks <= self.memory.blocks and self.partial < 0:
            self.first_s = self.decode_base_s[decoding] + memory_s
            self.slope_s = slope_s
            self.iterations = self.endings[0] // self.size - self.iteration
            return
        self.first_s = self.decode_base_s[decoding] + max(memory_s, compute_s)
        self._stretch(memory_s - compute_s, slope_s, 0.0)

    def _admit_prompts(self, now_s: float, preempted: list[int]) -> None:
        """Spend the budget that decoding leaves on prompts, in order; no one overtakes."""
        ledger = self.ledger
        step = self.step
        decoding = self.decoding
        budget = self.token_budget - decoding
        chunks = tokens = cached = 0
        attention = 0.0
        request = self.partial
        done = self.partial_done
        self.partial = -1
        self.partial_chunk = 0
        if request < 0:
            request = self._admit_head(now_s, budget)
            done = ledger.cached_tokens[request] if request >= 0 else 0
        while request >= 0:
            size = ledger.target[request] - done
            if size <= budget:
                self.completing.append(request)
            else:
                self.partial = request
                self.partial_done = done
                self.partial_chunk = size = budget
            if size:
                budget -= size
                tokens += size
                cached += done
                attention += size * (done + 0.5 * size)
                chunks += 1
            if budget == 0 or preempted:
                break
            request = self._admit_head(now_s, budget)
            done = ledger.cached_tokens[request]
        if chunks == 0:
            self._decode_only()
            return
        batch = decoding + tokens
        memory_s = step.weights_s[batch] + step.kv_s_per_token * (self.context + cached)
        compute_s = (
            step.prefill_s_per_token * tokens
            + step.decode_s_per_token * decoding
            + step.attention_s_per_token2 * attention
        )
        self.first_s = (
            self.batch_s[batch]
            + step.per_sequence_s * (decoding + chunks)
            + (memory_s if memory_s >= compute_s else compute_s)
        )
        self.slope_s = 0.0
        self.iterations = 1
        if self.completing:
            self.state = FIXED
            return
        self.state = CHUNKING
        self._stretch(memory_s - compute_s, step.kv_s_per_token * batch, step.attention_s_per_token2 * tokens * tokens)

    def _admit_head(self, now_s: float, budget: int) -> int:
        """Admit the head of the queue and return it; -1 where there is none or it must wait."""
        request = self.room.head(now_s)
        if request < 0 or budget == 0 or self.running >= self.max_running:
            return -1
        memory = self.memory
        need = self.need[request]
        if self.final_blocks + need > memory.blocks:
            held = self.held(self.iteration, self.context) + memory.wanted(self.iteration)
            if held + memory.whole_blocks(self.ledger.target[request]) > memory.blocks:
                return -1
        self.room.queue.popleft()
        self.ledger.admit(request, now_s)
        self.running += 1
        self.final_blocks += need
        return request

    def _stretch(self, excess_s: float, memory_slope_s: float, compute_slope_s: float) -> None:
        """Jump as far as the batch, its memory and the binding resource stay what they are.

        Args:
            excess_s: memory time minus compute time of the first iteration.
        """
        ledger = self.ledger
        steps = self.endings[0] // self.size - self.iteration if self.decoding else ledger.longest
        if self.partial_chunk:
            steps = min(steps, (ledger.target[self.partial] - self.partial_done - 1) // self.partial_chunk)
        if self.decoding and self.final_blocks > self.memory.blocks:
            free = self.memory.blocks - self.held(self.iteration, self.context)
            steps = min(steps, self.memory.steps_within(free, self.iteration, self.decoding))
        drift_s = memory_slope_s - compute_slope_s
        memory_binds = excess_s > 0.0 or (excess_s == 0.0 and drift_s >= 0.0)
        self.slope_s = memory_slope_s if memory_binds else compute_slope_s
        if excess_s * drift_s < 0.0:
            # The other resource takes over at this iteration; a jump has one slope, so it ends there.
            steps = min(steps, int(-excess_s / drift_s) + 1)
        if self.partial >= 0:
            patience_s = ledger.deadline_s[self.partial] - self.began_s
            if elapsed_s(self.first_s, self.slope_s, steps) > patience_s:
                steps = min(steps, steps_until(self.first_s, self.slope_s, patience_s))
        self.iterations = steps
