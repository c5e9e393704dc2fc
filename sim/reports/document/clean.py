"""Text that somebody else wrote, made fit to be printed: one line, no invisible orders, not endless."""

import unicodedata

from sim.reports.document.direction import FROM_LEFT

ELLIPSIS = "…"
_INVISIBLE = frozenset({"Cc", "Cs", "Co", "Cn"})
_ORDERS = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0xFEFF)))
"""Marks that turn the direction of what follows, beyond the text that holds them."""


def one_line(text: str, *, most: int) -> str:
    """Text on one line, without control characters and marks of direction; cut with an ellipsis beyond `most`."""
    return _cut("".join(c for c in text if c.isspace() or _shown(c)), most)


def recut(text: str, *, most: int) -> str:
    """The same of a report's own text: the marks that hold its names together stay."""
    return _cut("".join(c for c in text if c == FROM_LEFT or c.isspace() or _shown(c)), most)


def _cut(text: str, most: int) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most else words[: most - 1].rstrip() + ELLIPSIS


def _shown(character: str) -> bool:
    return character not in _ORDERS and unicodedata.category(character) not in _INVISIBLE
