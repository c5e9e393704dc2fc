"""Hashes that are taken once: equal for equal values, and never sent along."""

import pickle
from dataclasses import dataclass, replace

from sim.strategy.hashing import hash_once


class Counted:
    """Counts how often it is hashed."""

    def __init__(self) -> None:
        self.times = 0

    def __hash__(self) -> int:
        self.times += 1
        return 7


@dataclass(frozen=True)
class Deep:
    name: str
    part: object

    __hash__ = hash_once


def test_a_hash_is_taken_once_and_is_that_of_the_fields() -> None:
    part = Counted()
    deep = Deep("a", part)
    assert hash(deep) == hash(deep) == hash(("a", part))
    assert part.times == 2
    assert hash(replace(deep, name="b")) != hash(deep)


def test_equal_values_are_one_key() -> None:
    assert {Deep("a", 1): "found"}[Deep("a", 1)] == "found"
    assert Deep("a", 1) == Deep("a", 1) != Deep("a", 2)


def test_a_hash_does_not_travel() -> None:
    """That of a text differs from process to process."""
    deep = Deep("a", 1)
    hash(deep)
    sent = pickle.loads(pickle.dumps(deep))
    assert sent == deep
    assert all(getattr(kept, "value", None) is None for kept in vars(sent).values())
    assert hash(sent) == hash(deep)
