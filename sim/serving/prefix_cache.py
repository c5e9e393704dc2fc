"""What an endpoint remembers of the beginnings of prompts: a finite cache, least recently used first out."""

from collections import OrderedDict


class PrefixCache:
    """Beginnings of prompts, by id, within a number of tokens.

    The replicas of a pool are taken to remember together: whoever dispatches
    within the pool is trusted to find the one that does.
    """

    __slots__ = ("capacity_tokens", "held", "tokens")

    def __init__(self, capacity_tokens: int) -> None:
        self.capacity_tokens = capacity_tokens
        self.held: OrderedDict[int, int] = OrderedDict()
        self.tokens = 0

    def touch(self, prefix: int, tokens: int) -> bool:
        """A call comes with a beginning; whether it was remembered. It is from now on, with this many tokens."""
        held = self.held
        known = prefix in held
        self.tokens += tokens - (held.pop(prefix) if known else 0)
        held[prefix] = tokens
        while self.tokens > self.capacity_tokens:
            self.tokens -= held.popitem(last=False)[1]
        return known
