"""What is wrong with a scenario, gathered and told at once: where, what, and the way out."""

from collections.abc import Iterable
from difflib import get_close_matches

MOST_SHOWN = 50
"""Faults printed in one message; all of them are kept."""


class ScenarioError(ValueError):
    """A scenario that cannot be played, with every fault found in it.

    Attributes:
        where: the file, the preset or the upload.
        faults: one sentence or two for each, beginning with the dotted path of the setting.
    """

    def __init__(self, where: str, faults: Iterable[str]) -> None:
        self.where = where
        self.faults = tuple(faults)
        # Both arguments, so that the error survives being sent to another process.
        super().__init__(where, self.faults)

    def __str__(self) -> str:
        count = len(self.faults)
        lines = [f"{self.where}: {count} fault{'' if count == 1 else 's'}"]
        lines += [f"  {fault}" for fault in self.faults[:MOST_SHOWN]]
        if count > MOST_SHOWN:
            lines.append(f"  and {count - MOST_SHOWN} more")
        return "\n".join(lines)


def nearest(word: str, known: Iterable[str]) -> str:
    """The nearest known name as a question that begins with a space; empty where none is near."""
    near = get_close_matches(word, list(known), n=1)
    return f" Did you mean '{near[0]}'?" if near else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The nearest known name as a question, or the known names where none is near; begins with a space."""
    names = list(known)
    near = nearest(word, names)
    if near or not names:
        return near
    shown = ", ".join(names[:12])
    return f" Known: {shown}{', ...' if len(names) > 12 else ''}."


def short(value: object) -> str:
    """A value as a message shows it, cut where it is long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "null" if value is None else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
