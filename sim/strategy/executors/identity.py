"""A name for a value by what it says: equal values have equal names, in every process."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from hashlib import sha256
from pathlib import PurePath
from typing import Any

import numpy as np
from pydantic import BaseModel

IDENTITY = "identity"
"""A task's attribute that is all its result depends on; without it, all of the task is."""


def task_digest(function: Any, task: Any) -> str:
    """64 hexadecimal digits for what a function makes of a task.

    Raises:
        TypeError: the task holds something that has no contents to go by.
    """
    whole = sha256()
    for part in _parts((_name(function), getattr(task, IDENTITY, task))):
        whole.update(b"%d:" % len(part))
        whole.update(part)
    return whole.hexdigest()


def _parts(value: Any) -> Iterator[bytes]:
    """A value as a row of bytes, from outside in; each part says what it is and how many follow."""
    if value is None or isinstance(value, bool | int | str | date | PurePath):
        yield f"{type(value).__name__} {value}".encode()
    elif isinstance(value, float):
        yield f"float {value.hex()}".encode()
    elif isinstance(value, Enum):
        yield f"{_name(type(value))} {value.name}".encode()
    elif isinstance(value, bytes):
        yield b"bytes " + value
    elif isinstance(value, np.ndarray | np.generic):
        array = np.ascontiguousarray(value)
        if array.dtype.hasobject:
            raise TypeError(f"an array of {array.dtype} has no contents to go by")
        yield f"array {array.dtype.str} {np.shape(value)}".encode()
        yield array.tobytes()
    elif isinstance(value, type) or (callable(value) and hasattr(value, "__qualname__")):
        yield _name(value).encode()
    else:
        yield from _whole(value)


def _whole(value: Any) -> Iterator[bytes]:
    """A value that has parts, in an order that only they decide."""
    inner: Sequence[Any]
    if isinstance(value, BaseModel):
        inner = [(name, getattr(value, name)) for name in type(value).model_fields]
    elif is_dataclass(value):
        inner = [(field.name, getattr(value, field.name)) for field in fields(value)]
    elif isinstance(value, Mapping):
        yield from _unordered(value.items(), kind="mapping")
        return
    elif isinstance(value, Set):
        yield from _unordered(value, kind="set")
        return
    elif isinstance(value, Sequence):
        inner = value
    else:
        raise TypeError(f"{_name(type(value))} has no contents to go by")
    yield f"{_name(type(value))} {len(inner)}".encode()
    for each in inner:
        yield from _parts(each)


def _unordered(values: Any, *, kind: str) -> Iterator[bytes]:
    yield f"{kind} {len(values)}".encode()
    yield from sorted(sha256(b"".join(b"%d:%s" % (len(p), p) for p in _parts(each))).digest() for each in values)


def _name(thing: Any) -> str:
    return f"{thing.__module__}.{thing.__qualname__}"
