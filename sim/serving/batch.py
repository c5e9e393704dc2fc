"""The running batch of one replica: who is in it, how far, and the memory they hold."""

from heapq import heapify, heappop, heappush
from math import inf

from sim.serving.endpoints import GpuPool
from sim.serving.kv_memory import KvMemory, SpeculativeKvMemory
from sim.serving.ledger import GONE, WAITING, Ledger
from sim.serving.record import SERVED, TIMED_OUT
from sim.serving.shared_prefix import SharedPrefixes


class Batch:
    """Requests decoding, completing their prompt in this iteration, or in the middle of it.

    `load` counts the batch and its queue together; `iteration` counts the
    decode iterations done. A decoding request is one entry in the heap
    `endings`, (last iteration * size + request), so neither its progress nor
    its memory needs a line of its own: its context follows from the iterations
    it has left. Blocks are counted for each request by itself; `capacity` is
    the pool's memory and what shared prefixes save.
    """

    __slots__ = (
        "capacity", "completing", "context", "decoding", "endings", "final_blocks", "final_tokens", "index",
        "iteration", "ledger", "level_of", "load", "memory", "need", "partial", "partial_chunk", "partial_done", "pool",
        "running", "shared", "size", "target",
    )  # fmt: skip

    def __init__(self, pool: GpuPool, ledger: Ledger, index: int) -> None:
        self.pool = pool
        self.ledger = ledger
        self.index = index
        self.size = ledger.size
        self.target = ledger.target
        self.final_tokens = ledger.final_tokens
        self.need = ledger.final_blocks(pool.block_tokens)
        self.level_of = ledger.levels(pool.product_priority)
        self.capacity = pool.kv_blocks
        self.endings: list[int] = []
        self.memory = (
            KvMemory(pool.block_tokens, ledger.final_tokens, endings=self.endings, size=self.size)
            if pool.speculation is None
            else SpeculativeKvMemory(
                pool.block_tokens,
                ledger.final_tokens,
                endings=self.endings,
                size=self.size,
                iterations_of=ledger.iterations(pool.speculation),
                answer_tokens=ledger.tokens_after_the_first(),
                pace_of=ledger.paces(pool.speculation),
            )
        )
        prefix = ledger.prefix
        self.shared = None if prefix is None else SharedPrefixes(prefix, ledger.prefix_blocks(pool.block_tokens))
        self.load = 0
        self.running = 0
        self.final_blocks = 0  # what the batch would hold if all ran to their ends: a bound that needs no updating
        self.iteration = 0
        self.decoding = 0
        self.context: float = 0
        self.completing: list[int] = []
        self.partial = -1
        self.partial_done = 0
        self.partial_chunk = 0

    def advance(self, steps: int, now_s: float) -> None:
        """The iterations of a jump are done: tokens appear, and whoever is complete or out of patience leaves."""
        iteration = self.iteration = self.iteration + steps
        if self.decoding and steps:
            memory = self.memory
            self.context += memory.pace * steps
            endings = self.endings
            size = self.size
            limit = (iteration + 1) * size
            while endings and endings[0] < limit:
                request = heappop(endings) % size
                decoding = self.decoding = self.decoding - 1
                if memory.counting:
                    memory.part(request, iteration, 0)
                elif memory.pace_of is None:
                    memory.pace -= 1
                else:
                    # As `SpeculativeKvMemory.part`.
                    memory.pace = memory.pace - memory.pace_of[request] if decoding else 0
                self.context = self.context - self.final_tokens[request] if decoding else 0
                self._leave(request, SERVED, now_s)
        if self.completing:
            self._complete_prompts(now_s)
        partial = self.partial
        if partial >= 0:
            self.partial_done += self.partial_chunk * steps
            if self.ledger.deadline_s[partial] <= now_s:
                self.partial = -1
                self._leave(partial, TIMED_OUT, now_s)

    def _complete_prompts(self, now_s: float) -> None:
        """Prompts are computed: the token of each appears, unless its user has left or it was the only one."""
        ledger = self.ledger
        deadline_s = ledger.deadline_s
        first_token_s = ledger.first_token_s
        for request in self.completing:
            if deadline_s[request] <= now_s:
                self._leave(request, TIMED_OUT, now_s)
                continue
            if deadline_s[request] < inf or first_token_s[request] != first_token_s[request]:
                # As `Ledger.speak`: after the first token nobody leaves any more.
                first_token_s[request] = now_s
                deadline_s[request] = inf
            if self.final_tokens[request] == self.target[request]:
                self._leave(request, SERVED, now_s)
            else:
                self._go_on(request, now_s)
        self.completing.clear()

    def _go_on(self, request: int, now_s: float) -> None:
        """After a prompt's own token, further ones appear from the next iteration on."""
        iteration = self.iteration
        context = self.target[request]
        steps = self.final_tokens[request] - context
        memory = self.memory
        if memory.counting or memory.pace_of is not None:
            steps = memory.join(request, iteration, steps)
        else:
            memory.pace += 1
        self.decoding += 1
        self.context += context
        heappush(self.endings, (iteration + steps) * self.size + request)

    def _leave(self, request: int, outcome: int, now_s: float) -> None:
        ledger = self.ledger
        self.load -= 1
        self.running -= 1
        self.final_blocks -= self.need[request]
        if self.shared is not None and self.shared.blocks_of[request]:
            self.capacity -= self.shared.part(request)
        ledger.stage[request] = GONE
        ledger.outcome[request] = outcome
        ledger.finish_s[request] = now_s
        ledger.replica[request] = self.index
        if ledger.on_gone is not None:
            ledger.on_gone(request, now_s)

    def _release(self, request: int) -> None:
        """A request gives up its place and its memory."""
        self.running -= 1
        self.final_blocks -= self.need[request]
        if self.shared is not None:
            self.capacity -= self.shared.part(request)

    # --- memory -----------------------------------------------------------------------------------

    def held(self, iteration: int, context: float) -> int:
        """Blocks held by the whole batch, were its decoding requests at an iteration with a context."""
        memory = self.memory
        target = self.ledger.target
        held = memory.held(iteration, context)
        for request in self.completing:
            held += memory.whole_blocks(target[request])
        if self.partial >= 0:
            held += memory.whole_blocks(target[self.partial])
        return held

    def glance(self, iteration: int, context: float) -> int:
        """As `held`, for who asks once in a while: what nobody else asks for is not counted from now on."""
        counting = self.memory.counting
        held = self.held(iteration, context)
        if not counting:
            self.memory.forget()
        return held

    def make_room(self) -> list[int]:
        """Preempt the lowest in rank until every decoding request can grow; those that had to go, in that order."""
        memory = self.memory
        preempted = []
        while self.held(self.iteration, self.context) + memory.wanted(self.iteration) > self.capacity:
            preempted.append(self._preempt_lowest())
        return preempted

    def _preempt_lowest(self) -> int:
        """Take the memory of the request admitted last among those of the lowest priority; its work is lost."""
        ledger = self.ledger
        entries = {entry % self.size: entry for entry in self.endings}
        if self.partial >= 0:
            entries[self.partial] = -1
        level_of = self.level_of
        admission = ledger.admission
        request = max(entries, key=lambda r: (level_of[r] if level_of else 0, admission[r]))
        if request == self.partial:
            self.partial = -1
        else:
            self.endings.remove(entries[request])
            heapify(self.endings)
            left = entries[request] // self.size - self.iteration
            self.context -= self.memory.context(request, left)
            self.decoding -= 1
            ledger.target[request] = self.memory.whole_tokens(request, left) + 1
            self.memory.part(request, self.iteration, left)
        self._release(request)
        ledger.stage[request] = WAITING
        ledger.preemptions += 1
        return request

    # --- failure ----------------------------------------------------------------------------------

    def lose_all(self) -> list[int]:
        """The memory is gone: every request of the batch waits again, in order of admission.

        What was said to the user stays said: it is read again with the prompt.
        """
        ledger = self.ledger
        lost = list(self.completing)
        if self.partial >= 0:
            lost.append(self.partial)
        for entry in self.endings:
            request = entry % self.size
            left = entry // self.size - self.iteration
            known = self.memory.whole_tokens(request, left)
            ledger.target[request] = known + 1
            lost.append(request)
        for request in lost:
            ledger.stage[request] = WAITING
        self.running = self.final_blocks = self.decoding = 0
        self.context = 0
        self.capacity = self.pool.kv_blocks
        self.partial = -1
        self.partial_chunk = 0
        self.completing.clear()
        self.endings.clear()
        self.memory.clear()
        if self.shared is not None:
            self.shared.clear()
        return sorted(lost, key=ledger.admission.__getitem__)
