"""The KV cache of one replica, in blocks, as a function of the iteration.

Answers decode in step with the iterations, so the memory at any iteration has a
closed form. `KvMemory` is for answers that gain one token in each, and
`SpeculativeKvMemory` for answers that gain their own number on average. Both
know nothing of prompts: those hold their blocks from admission on.
"""


class KvMemory:
    """Answers that gain a token in every iteration.

    A decoding request holds its context rounded up to whole blocks and takes a
    new block every `block_tokens` iterations. Which iteration that is depends
    only on (context - iteration) modulo the block, its *phase*, which never
    changes while it decodes. Counting requests by phase gives the memory at any
    iteration without touching a single request. While memory is not short
    nobody asks: the count begins with the first question, from the `endings`
    of those that decode (`Batch`).
    """

    __slots__ = ("block_tokens", "counting", "endings", "final_tokens", "pace", "pace_of", "phases", "size")

    def __init__(self, block_tokens: int, final_tokens: list[int], *, endings: list[int], size: int) -> None:
        self.block_tokens = block_tokens
        self.final_tokens = final_tokens
        self.endings = endings
        self.size = size
        self.counting = False
        """Whether somebody has asked; until then `pace` is all that has to follow who joins and parts."""
        self.phases: list[int] = []
        """Decoding requests by phase, while counting."""
        self.pace: float = 0
        """KV tokens that an iteration adds."""
        self.pace_of: list[float] | None = None
        """Those that it adds for each request; `None` where that is one for all."""

    def join(self, request: int, iteration: int, remaining: int) -> int:
        """A request begins to decode its last `remaining` tokens; returns in how many iterations."""
        self.pace += 1
        if self.counting:
            self.phases[(self.final_tokens[request] - remaining - iteration) % self.block_tokens] += 1
        return remaining

    def part(self, request: int, iteration: int, left: int) -> None:
        """A request no longer decodes, with `left` iterations still to do."""
        self.pace -= 1
        if self.counting:
            self.phases[(self.final_tokens[request] - left - iteration) % self.block_tokens] -= 1

    def clear(self) -> None:
        """Nobody decodes."""
        self.pace = 0
        self.forget()

    def forget(self) -> None:
        """The count that has just begun ends, and begins anew with the next question."""
        self.counting = False
        self.phases = []

    def counted(self) -> list[int]:
        """Decoding requests by phase, counted from now on."""
        if not self.counting:
            self.counting = True
            self.phases = [0] * self.block_tokens
            for entry in self.endings:
                ends, request = divmod(entry, self.size)
                self.phases[(self.final_tokens[request] - ends) % self.block_tokens] += 1
        return self.phases

    def context(self, request: int, left: int) -> float:
        """KV tokens of a decoding request `left` iterations before its end."""
        return self.final_tokens[request] - left

    def whole_tokens(self, request: int, left: int) -> int:
        """KV tokens of it that stand for words said."""
        return self.final_tokens[request] - left

    def whole_blocks(self, tokens: int) -> int:
        """Blocks that hold so many tokens."""
        return -(-tokens // self.block_tokens)

    def first_blocks(self, request: int, remaining: int) -> int:
        """Blocks that a request would need for its first iteration of decoding."""
        return self.whole_blocks(self.final_tokens[request] - remaining + 1)

    def held(self, iteration: int, context: float) -> int:
        """Blocks that the decoding requests hold before an iteration, given their tokens in total."""
        size = self.block_tokens
        rounding = 0
        for phase, count in enumerate(self.counted()):
            if count:
                rounding += count * (-(phase + iteration) % size)
        return int(context + rounding) // size

    def wanted(self, iteration: int) -> int:
        """New blocks that the decoding requests need for an iteration."""
        return self.counted()[-iteration % self.block_tokens]

    def steps_within(self, free: int, iteration: int, most: int) -> int:
        """Iterations that can run before one asks for a block beyond the free ones; from 1 to `most`.

        The caller has made room for the first.
        """
        size = self.block_tokens
        phases = self.counted()
        cycles, free = divmod(free, int(self.pace))
        steps = cycles * size
        for k in range(size):
            free -= phases[-(iteration + k) % size]
            if free < 0:
                break
            steps += 1
        return min(max(1, steps), most)


class SpeculativeKvMemory(KvMemory):
    """Answers of m tokens that appear evenly over a number of iterations drawn beforehand.

    `iterations_of[request]` is that number for the whole answer, m its tokens
    after the first. After i of I iterations i*m/I tokens have appeared: the
    time of an iteration reads this as it is, blocks hold it rounded up. What
    remains after a preemption keeps the answer's pace, in ceil(remaining*I/m)
    iterations.
    """

    __slots__ = ("answer_tokens", "decoding", "iterations_of")

    def __init__(
        self,
        block_tokens: int,
        final_tokens: list[int],
        *,
        endings: list[int],
        size: int,
        iterations_of: list[int],
        answer_tokens: list[int],
        pace_of: list[float],
    ) -> None:
        super().__init__(block_tokens, final_tokens, endings=endings, size=size)
        self.iterations_of = iterations_of
        self.answer_tokens = answer_tokens
        self.pace_of: list[float] = pace_of
        self.decoding: dict[int, tuple[int, int, int]] = {}
        """While counting: tokens and iterations of the stretch that a request decodes, and where it ends."""

    def join(self, request: int, iteration: int, remaining: int) -> int:
        if remaining == self.answer_tokens[request] and not self.counting:
            self.pace += self.pace_of[request]
            return self.iterations_of[request]
        # What remains of an answer has a pace of its own: so it is counted, and all others with it.
        decoding = self.stretches()
        steps = -(-remaining * self.iterations_of[request] // self.answer_tokens[request])
        decoding[request] = (remaining, steps, iteration + steps)
        self.pace += remaining / steps
        return steps

    def part(self, request: int, iteration: int, left: int) -> None:
        """As that of `KvMemory`, while counting."""
        tokens, steps, _ = self.decoding.pop(request)
        # Rounding errors of the sum must not outlive the batch.
        self.pace = self.pace - tokens / steps if self.decoding else 0

    def forget(self) -> None:
        self.counting = False
        self.decoding = {}

    def stretches(self) -> dict[int, tuple[int, int, int]]:
        """`decoding`, counted from now on."""
        if not self.counting:
            self.counting = True
            for entry in self.endings:
                ends, request = divmod(entry, self.size)
                self.decoding[request] = (self.answer_tokens[request], self.iterations_of[request], ends)
        return self.decoding

    def context(self, request: int, left: int) -> float:
        tokens, steps, _ = self.stretches()[request]
        return self.final_tokens[request] - tokens * left / steps

    def whole_tokens(self, request: int, left: int) -> int:
        tokens, steps, _ = self.stretches()[request]
        return self.final_tokens[request] - -(-tokens * left // steps)

    def first_blocks(self, request: int, remaining: int) -> int:
        steps = -(-remaining * self.iterations_of[request] // self.answer_tokens[request])
        return self._blocks(self.final_tokens[request], remaining, steps, steps - 1)

    def held(self, iteration: int, context: float) -> int:
        return sum(
            self._blocks(self.final_tokens[request], tokens, steps, end - iteration)
            for request, (tokens, steps, end) in self.stretches().items()
        )

    def wanted(self, iteration: int) -> int:
        return self.held(iteration + 1, 0) - self.held(iteration, 0)

    def steps_within(self, free: int, iteration: int, most: int) -> int:
        limit = free + self.held(iteration, 0)
        fits, beyond = 1, most + 1
        while beyond - fits > 1:
            middle = (fits + beyond) // 2
            if self.held(iteration + middle, 0) <= limit:
                fits = middle
            else:
                beyond = middle
        return fits

    def _blocks(self, length: int, tokens: int, steps: int, left: int) -> int:
        """Blocks of a request `left` iterations before its end: ceil((length - tokens*left/steps) / block_tokens)."""
        return -((tokens * left - length * steps) // (steps * self.block_tokens))
