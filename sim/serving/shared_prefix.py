"""Prompts that begin alike and hold the KV blocks of their beginning together."""

from bisect import bisect_left, insort


class SharedPrefixes:
    """Prefixes in the memory of one replica: what running requests whose prompts begin alike share.

    The whole blocks of a request's cached tokens are shared, and of two
    requests that begin alike the shorter prefix is the beginning of the
    longer: so the blocks of the longest prefix are held once.
    `blocks_of[request]` are those blocks, 0 for one that shares with nobody.
    """

    __slots__ = ("blocks_of", "prefix_of", "prefixes")

    def __init__(self, prefix_of: list[int], blocks_of: list[int]) -> None:
        self.prefix_of = prefix_of
        self.blocks_of = blocks_of
        self.prefixes: dict[int, list[int]] = {}
        """Blocks of the prefixes of running requests, rising, by what they begin with."""

    def saving(self, request: int) -> int:
        """Blocks that need not be held again for a request beside those that run."""
        blocks = self.blocks_of[request]
        if blocks:
            prefixes = self.prefixes.get(self.prefix_of[request])
            if prefixes:
                longest = prefixes[-1]
                return blocks if blocks < longest else longest
        return 0

    def join(self, request: int) -> None:
        """A request is admitted."""
        blocks = self.blocks_of[request]
        if blocks:
            prefixes = self.prefixes.get(self.prefix_of[request])
            if prefixes is None:
                self.prefixes[self.prefix_of[request]] = [blocks]
            else:
                insort(prefixes, blocks)

    def part(self, request: int) -> int:
        """A request gives up its memory; returns the blocks it no longer saves."""
        blocks = self.blocks_of[request]
        if blocks == 0:
            return 0
        prefixes = self.prefixes[self.prefix_of[request]]
        del prefixes[bisect_left(prefixes, blocks)]
        return self.saving(request)

    def clear(self) -> None:
        """Nobody runs."""
        self.prefixes.clear()
