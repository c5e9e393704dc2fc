"""What the next jump of a replica is: its batch, how long it lasts unchanged, and the time of its iterations."""

from sim.serving.batch import Batch
from sim.serving.clock import Clock
from sim.serving.endpoints import GpuPool
from sim.serving.jump import elapsed_s, steps_until
from sim.serving.ledger import RUNNING, WAITING, Ledger
from sim.serving.patience import WaitingRoom
from sim.serving.step_tables import step_tables

IDLE, FIXED, DECODING, CHUNKING = range(4)
"""What a replica is in: nothing; a jump that nothing cuts; pure decode, which
an admissible arrival cuts; a run of full chunks of one prompt, which an
arrival behind it does not cut."""


class Composer(Batch):
    """A batch with a queue to fill it from; composing makes `iterations` of first_s, first_s + slope_s, ..."""

    __slots__ = (
        "batch_s", "began_s", "blocked", "decode_base_s", "decode_compute_s", "decode_weights_s", "draft_s",
        "first_s", "iterations", "kv_s_per_token", "lanes", "max_running", "queue", "reserves", "room", "slope_s",
        "state", "step", "token_budget",
    )  # fmt: skip

    def __init__(self, clock: Clock, pool: GpuPool, ledger: Ledger, index: int) -> None:
        super().__init__(pool, ledger, index)
        self.step = step = pool.step
        self.token_budget = pool.token_budget
        self.max_running = pool.max_running
        self.reserves = pool.reserves
        self.kv_s_per_token = step.kv_s_per_token
        tables = step_tables(step, pool.speculation, token_budget=pool.token_budget, max_running=pool.max_running)
        self.lanes = tables.lanes
        self.draft_s = tables.draft_s
        self.batch_s = tables.batch_s
        self.decode_base_s = tables.decode_base_s
        self.decode_weights_s = tables.decode_weights_s
        self.decode_compute_s = tables.decode_compute_s
        self.room = WaitingRoom(clock, ledger, index, self._waiters_left, level_of=self.level_of)
        self.queue = self.room.queue
        self.state = IDLE
        self.blocked = False
        self.began_s = 0.0
        self.iterations = 0
        self.first_s = 0.0
        self.slope_s = 0.0

    def _waiters_left(self, now_s: float, left: int, head_left: bool) -> None:
        """Users gave up waiting."""
        raise NotImplementedError

    def compose(self, now_s: float) -> bool:
        """Make the next batch and the jump over all iterations that it lasts unchanged; whether there is one."""
        queue = self.queue
        self.blocked = False
        self.began_s = now_s
        decoding = self.decoding
        if decoding and not queue and self.partial < 0 and self.final_blocks <= self.capacity:
            # As `_decode_only`, which this saves at two boundaries of three: memory binds, and there is enough of it.
            memory_s = self.decode_weights_s[decoding] + self.kv_s_per_token * self.context
            if memory_s >= self.decode_compute_s[decoding]:
                self.state = DECODING
                self.first_s = self.decode_base_s[decoding] + memory_s
                self.slope_s = self.kv_s_per_token * self.memory.pace
                self.iterations = self.endings[0] // self.size - self.iteration
                return True
        preempted: list[int] | None = None
        if self.final_blocks > self.capacity:
            preempted = self.make_room()
            for request in preempted:
                self.room.put_back(request)
        if self.partial >= 0 or (queue and not preempted):
            self._admit_prompts(now_s, bool(preempted))
        else:
            self._decode_only()
        if self.running == 0:
            self.state = IDLE
            self.iterations = 0
            return False
        if queue:
            self.blocked = True
            if preempted:
                # Room was made for decoding only; what is left of it may admit the head at the next boundary.
                self.state = FIXED
                self.iterations = 1
        return True

    def _decode_only(self) -> None:
        """A jump of pure decode: memory grows with every answer and iteration."""
        self.partial_chunk = 0
        decoding = self.decoding
        if decoding == 0:
            return
        self.state = DECODING
        memory_s = self.decode_weights_s[decoding] + self.kv_s_per_token * self.context
        compute_s = self.decode_compute_s[decoding]
        slope_s = self.kv_s_per_token * self.memory.pace
        self.first_s = self.decode_base_s[decoding] + max(memory_s, compute_s)
        self._stretch(memory_s - compute_s, slope_s, 0.0)

    def _admit_prompts(self, now_s: float, made_room: bool) -> None:
        """Spend the budget that decoding leaves on prompts, in order; no one overtakes.

        Where room had to be made, only a prompt under way goes on.
        """
        ledger = self.ledger
        step = self.step
        queue = self.queue
        target = self.target
        cached_tokens = ledger.cached_tokens
        decoding = self.decoding
        budget = self.token_budget - decoding * self.lanes
        chunks = tokens = cached = 0
        attention = 0.0
        request = self.partial
        done = self.partial_done
        self.partial = -1
        self.partial_chunk = 0
        if request < 0:
            request = self._admit_head(now_s, budget)
            done = cached_tokens[request] if request >= 0 else 0
        while request >= 0:
            size = target[request] - done
            if size <= budget:
                self.completing.append(request)
            else:
                self.partial = request
                self.partial_done = done
                self.partial_chunk = size = budget
            budget -= size
            tokens += size
            cached += done
            attention += size * (done + 0.5 * size)
            chunks += 1
            if budget == 0 or made_room or not queue:
                break
            request = self._admit_head(now_s, budget)
            done = cached_tokens[request]
        if chunks == 0:
            self._decode_only()
            return
        batch = decoding * self.lanes + tokens
        memory_s = step.weights_s[batch] + self.kv_s_per_token * (self.context + cached)
        compute_s = (
            step.prefill_s_per_token * tokens
            + self.decode_compute_s[decoding]
            + step.attention_s_per_token2 * attention
        )
        self.first_s = (
            self.batch_s[batch]
            + step.per_sequence_s * (decoding + chunks)
            + (self.draft_s if decoding else 0.0)
            + (memory_s if memory_s >= compute_s else compute_s)
        )
        self.slope_s = 0.0
        self.iterations = 1
        if self.completing:
            self.state = FIXED
            return
        self.state = CHUNKING
        slope_s = self.kv_s_per_token * (self.memory.pace + tokens)
        self._stretch(memory_s - compute_s, slope_s, step.attention_s_per_token2 * tokens * tokens)

    def _admit_head(self, now_s: float, budget: int) -> int:
        """Admit the head of the queue and return it; -1 where there is none or it must wait."""
        queue = self.queue
        if not queue:
            return -1
        request = queue[0]
        ledger = self.ledger
        if ledger.stage[request] != WAITING or ledger.deadline_s[request] <= now_s:
            request = self.room.head(now_s)
            if request < 0:
                return -1
        if budget == 0 or self.running >= self.max_running:
            return -1
        blocks = self.final_blocks + self.need[request]
        if blocks > self.capacity:
            if not self._take_in(request):
                return -1
        else:
            queue.popleft()
            self.running += 1
            self.final_blocks = blocks
            if self.shared is not None and self.shared.blocks_of[request]:
                self.capacity += self.shared.join(request)
        # As `Ledger.admit`.
        ledger.start_s[request] = now_s
        ledger.stage[request] = RUNNING
        ledger.admissions = ledger.admission[request] = ledger.admissions + 1
        return request

    def _take_in(self, request: int) -> bool:
        """Give the head of the queue a place and memory, if there is both."""
        if self.running >= self.max_running:
            return False
        need = self.need[request]
        capacity = self.capacity
        if self.shared is not None:
            capacity += self.shared.saving(request)
        if self.final_blocks + need > capacity:
            if self.reserves:
                return False
            held = self.held(self.iteration, self.context) + self.memory.wanted(self.iteration)
            if held + self._entry_blocks(request) > capacity:
                return False
        if self.shared is not None:
            self.shared.join(request)
            self.capacity = capacity
        self.queue.popleft()
        self.running += 1
        self.final_blocks += need
        return True

    def _entry_blocks(self, request: int) -> int:
        """Blocks that a request takes on admission."""
        return self.memory.whole_blocks(self.ledger.target[request])

    def _stretch(self, excess_s: float, memory_slope_s: float, compute_slope_s: float) -> None:
        """Jump as far as the batch, its memory and the binding resource stay what they are.

        Args:
            excess_s: memory time minus compute time of the first iteration.
        """
        ledger = self.ledger
        steps = self.endings[0] // self.size - self.iteration if self.decoding else ledger.longest
        if self.partial_chunk:
            steps = min(steps, (ledger.target[self.partial] - self.partial_done - 1) // self.partial_chunk)
        if self.decoding and self.final_blocks > self.capacity:
            free = self.capacity - self.held(self.iteration, self.context)
            steps = self.memory.steps_within(free, self.iteration, steps)
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
