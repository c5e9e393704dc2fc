"""Values as JSON can hold them: records as objects, and no number that JSON does not know."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from math import isfinite
from typing import Any


def plain(value: Any) -> Any:
    """A value as JSON can hold it: records as objects, dates as text, numbers that are none or unbounded as null."""
    if isinstance(value, float):
        return float(value) if isfinite(value) else None
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(item) for item in value]
    return value
