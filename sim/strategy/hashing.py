"""Hashes of values that are deep: taken once, because stores are asked for them again and again."""

from dataclasses import fields
from typing import Any

_KNOWN = "_hash_in"
"""Where a value keeps its hash."""


class _Hash:
    """A hash, which holds in one process only: with a value that is sent to another it does not travel."""

    __slots__ = ("value",)

    def __init__(self, value: int | None = None) -> None:
        self.value = value

    def __reduce__(self) -> tuple[type["_Hash"], tuple[()]]:
        return _Hash, ()


def hash_once(self: Any) -> int:
    """`__hash__` of a frozen dataclass without slots; of its fields, as a dataclass has it by itself."""
    known: _Hash | None = self.__dict__.get(_KNOWN)
    if known is None or known.value is None:
        known = self.__dict__[_KNOWN] = _Hash(hash(tuple(getattr(self, field.name) for field in fields(self))))
    assert known.value is not None
    return known.value
