"""The running batch of one replica: who is in it, how far, and the memory they hold."""

from heapq import heapify, heappop, heappush

from sim.serving.endpoints import GpuPool
from sim.serving.kv_memory import KvMemory
from sim.serving.ledger import GONE, WAITING, Ledger
from sim.serving.record import SERVED, TIMED_OUT


class Batch:
    """Requests decoding, completing their prompt in this iteration, or in the middle of it.

    `load` counts the batch and its queue together; `iteration` counts the
    decode iterations done. A decoding request is one entry in the heap
    `endings`, (last iteration * size + request), so neither its progress nor
    its memory needs a line of its own: its context is its final length less
    the iterations it has left.
    """

    __slots__ = (
        "completing", "context", "decoding", "endings", "final_blocks", "index", "iteration", "ledger", "load",
        "memory", "need", "partial", "partial_chunk", "partial_done", "running", "size",
    )  # fmt: skip

    def __init__(self, pool: GpuPool, ledger: Ledger, index: int) -> None:
        self.ledger = ledger
        self.index = index
        self.size = ledger.size
        self.need = ledger.final_blocks(pool.block_tokens)
        self.memory = KvMemory(pool.kv_blocks, pool.block_tokens)
        self.load = 0
        self.running = 0
        self.final_blocks = 0  # what the batch would hold if all ran to their ends: a bound that needs no updating
        self.iteration = 0
        self.decoding = 0
        self.context = 0
        self.endings: list[int] = []
        self.completing: list[int] = []
        self.partial = -1
        self.partial_done = 0
        self.partial_chunk = 0

    def advance(self, steps: int, now_s: float) -> None:
        """The iterations of a jump are done: tokens appear, and whoever is complete or out of patience leaves."""
        iteration = self.iteration = self.iteration + steps
        if self.decoding and steps:
            self.context += self.decoding * steps
            endings = self.endings
            limit = (iteration + 1) * self.size
            while endings and endings[0] < limit:
                request = heappop(endings) % self.size
                length = self.ledger.final_tokens[request]
                self.decoding -= 1
                self.context -= length
                memory = self.memory
                memory.phases[(length - iteration) % memory.block_tokens] -= 1
                self._leave(request, SERVED, now_s)
        if self.completing:
            for request in self.completing:
                self._complete_prompt(request, now_s)
            self.completing.clear()
        partial = self.partial
        if partial >= 0:
            self.partial_done += self.partial_chunk * steps
            if self.ledger.deadline_s[partial] <= now_s:
                self.partial = -1
                self._leave(partial, TIMED_OUT, now_s)

    def _complete_prompt(self, request: int, now_s: float) -> None:
        """A prompt is computed: its token appears, unless the user has left or it was the only one."""
        ledger = self.ledger
        if ledger.deadline_s[request] <= now_s:
            self._leave(request, TIMED_OUT, now_s)
            return
        ledger.speak(request, now_s)
        context = ledger.target[request]
        remaining = ledger.final_tokens[request] - context
        if remaining == 0:
            self._leave(request, SERVED, now_s)
            return
        memory = self.memory
        iteration = self.iteration
        self.decoding += 1
        self.context += context
        memory.phases[(context - iteration) % memory.block_tokens] += 1
        heappush(self.endings, (iteration + remaining) * self.size + request)

    def _leave(self, request: int, outcome: int, now_s: float) -> None:
        ledger = self.ledger
        self.running -= 1
        self.load -= 1
        self.final_blocks -= self.need[request]
        ledger.stage[request] = GONE
        ledger.outcome[request] = outcome
        ledger.finish_s[request] = now_s
        ledger.replica[request] = self.index
        if ledger.on_gone is not None:
            ledger.on_gone(request, now_s)

    # --- memory -----------------------------------------------------------------------------------

    def held(self, iteration: int, context: int) -> int:
        """Blocks held by the whole batch, were its decoding requests at an iteration with a context."""
        memory = self.memory
        target = self.ledger.target
        held = memory.held(iteration, context)
        for request in self.completing:
            held += memory.whole_blocks(target[request])
        if self.partial >= 0:
            held += memory.whole_blocks(target[self.partial])
        return held

    def make_room(self) -> list[int]:
        """Preempt the youngest until every decoding request can grow; those that had to go, youngest first."""
        memory = self.memory
        preempted = []
        while self.held(self.iteration, self.context) + memory.wanted(self.iteration) > memory.blocks:
            preempted.append(self._preempt_youngest())
        return preempted

    def _preempt_youngest(self) -> int:
        """Take the memory of the request admitted last; all it has computed is lost."""
        ledger = self.ledger
        memory = self.memory
        batch = {entry % self.size: entry for entry in self.endings}
        if self.partial >= 0:
            batch[self.partial] = -1
        request = max(batch, key=ledger.admission.__getitem__)
        if request == self.partial:
            self.partial = -1
        else:
            self.endings.remove(batch[request])
            heapify(self.endings)
            context = self._context_of(batch[request])
            self.decoding -= 1
            self.context -= context
            memory.phases[(context - self.iteration) % memory.block_tokens] -= 1
            ledger.target[request] = context + 1
        self.running -= 1
        self.final_blocks -= self.need[request]
        ledger.stage[request] = WAITING
        ledger.preemptions += 1
        return request

    def _context_of(self, entry: int) -> int:
        """KV tokens of a decoding request, given by its entry in `endings`."""
        remaining = entry // self.size - self.iteration
        return self.ledger.final_tokens[entry % self.size] - remaining

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
            ledger.target[request] = self._context_of(entry) + 1
            lost.append(request)
        for request in lost:
            ledger.stage[request] = WAITING
        self.running = self.final_blocks = self.decoding = self.context = 0
        self.partial = -1
        self.partial_chunk = 0
        self.completing.clear()
        self.endings.clear()
        self.memory.clear()
        return sorted(lost, key=ledger.admission.__getitem__)
