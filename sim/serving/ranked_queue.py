"""A queue in which some outrank others: by level, and first come first served within one."""

from collections import deque
from collections.abc import Iterator


class RankedQueue:
    """As much of a deque as a waiting room uses, over one deque for each level.

    `level_of[request]` is 0 for those served first. A request put back goes in
    front of its own level.
    """

    __slots__ = ("level_of", "levels", "waiting")

    def __init__(self, level_of: list[int]) -> None:
        self.level_of = level_of
        self.levels: list[deque[int]] = [deque() for _ in range(1 + max(level_of, default=0))]
        self.waiting = 0

    def __len__(self) -> int:
        return self.waiting

    def __iter__(self) -> Iterator[int]:
        for level in self.levels:
            yield from level

    def __getitem__(self, position: int) -> int:
        """The head; no other position is asked for."""
        return self._first()[position]

    def append(self, request: int) -> None:
        self.waiting += 1
        self.levels[self.level_of[request]].append(request)

    def appendleft(self, request: int) -> None:
        self.waiting += 1
        self.levels[self.level_of[request]].appendleft(request)

    def popleft(self) -> int:
        self.waiting -= 1
        return self._first().popleft()

    def clear(self) -> None:
        self.waiting = 0
        for level in self.levels:
            level.clear()

    def _first(self) -> deque[int]:
        """The first level in which somebody waits."""
        for level in self.levels:
            if level:
                return level
        raise IndexError("nobody waits")
