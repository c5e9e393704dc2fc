"""Prompts that begin alike and hold the KV blocks of their beginning together."""

from bisect import bisect_left, insort


class SharedPrefixes:
    """Prefixes in the memory of one replica: what each group of running requests shares.

    The whole blocks of a request's cached tokens are those of its group, and
    of two requests of a group the shorter prefix is the beginning of the
    longer: so a group holds the blocks of its longest prefix once.
    """

    __slots__ = ("block_tokens", "cached_tokens", "group_of", "prefixes")

    def __init__(self, group_of: list[int], cached_tokens: list[int], block_tokens: int) -> None:
        self.group_of = group_of
        self.cached_tokens = cached_tokens
        self.block_tokens = block_tokens
        self.prefixes: dict[int, list[int]] = {}
        """Blocks of the prefixes of a group's running requests, rising."""

    def saving(self, request: int) -> int:
        """Blocks that need not be held again for a request beside those that run."""
        prefixes = self.prefixes.get(self.group_of[request])
        if not prefixes:
            return 0
        return min(self.cached_tokens[request] // self.block_tokens, prefixes[-1])

    def join(self, request: int) -> None:
        """A request is admitted."""
        group = self.group_of[request]
        if group >= 0:
            insort(self.prefixes.setdefault(group, []), self.cached_tokens[request] // self.block_tokens)

    def part(self, request: int) -> int:
        """A request gives up its memory; returns the blocks it no longer saves."""
        prefixes = self.prefixes.get(self.group_of[request])
        if prefixes is None:
            return 0
        del prefixes[bisect_left(prefixes, self.cached_tokens[request] // self.block_tokens)]
        saved = self.saving(request)
        if not prefixes:
            del self.prefixes[self.group_of[request]]
        return saved

    def clear(self) -> None:
        """Nobody runs."""
        self.prefixes.clear()
