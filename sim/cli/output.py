"""Results on standard output: JSON without NaN, and tables of text."""

import json
from collections.abc import Sequence
from typing import Any

from sim.reports.plain_json import plain

__all__ = ["plain", "print_json", "table"]


def print_json(value: Any) -> None:
    print(json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False))


def table(rows: Sequence[Sequence[str]], *, indent: str = "") -> str:
    """Rows under one another: the first column to the left, the others to the right, two spaces between."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        f"{indent}{row[0]:<{widths[0]}}"
        + "".join(f"  {cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True)).rstrip()
        for row in rows
    )
