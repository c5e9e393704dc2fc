"""The KV cache of one replica, in blocks, as a function of the iteration.

A decoding request holds its context rounded up to whole blocks and takes a new
block every `block_tokens` iterations. Which iteration that is depends only on
(context - iteration) modulo the block, its *phase*, which never changes while
it decodes. Counting requests by phase gives the memory at any iteration
without touching a single request.
"""


class KvMemory:
    """Block arithmetic of a batch; `phases[p]` counts the decoding requests of phase p."""

    __slots__ = ("block_tokens", "blocks", "phases")

    def __init__(self, blocks: int, block_tokens: int) -> None:
        self.blocks = blocks
        self.block_tokens = block_tokens
        self.phases = [0] * block_tokens

    def clear(self) -> None:
        """Nobody holds anything."""
        self.phases = [0] * self.block_tokens

    def whole_blocks(self, tokens: int) -> int:
        """Blocks that hold so many tokens."""
        return -(-tokens // self.block_tokens)

    def held(self, iteration: int, context: int) -> int:
        """Blocks that the decoding requests hold before an iteration, given their tokens in total."""
        size = self.block_tokens
        rounding = 0
        for phase, count in enumerate(self.phases):
            if count:
                rounding += count * (-(phase + iteration) % size)
        return (context + rounding) // size

    def wanted(self, iteration: int) -> int:
        """New blocks that the decoding requests need for an iteration."""
        return self.phases[-iteration % self.block_tokens]

    def steps_within(self, free: int, iteration: int, decoding: int) -> int:
        """Iterations that can run before one asks for a block beyond the free ones; at least one.

        The caller has made room for the first.
        """
        size = self.block_tokens
        cycles, free = divmod(free, decoding)
        steps = cycles * size
        for k in range(size):
            free -= self.phases[-(iteration + k) % size]
            if free < 0:
                break
            steps += 1
        return max(1, steps)
