"""Sentences about a round's results: how the room guessed, in words that name no winner."""

from math import isfinite
from typing import Literal

from sim.workshop.readings import TeamResult

Guessed = Literal["exit_usd", "gross_margin", "p95_s"]
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")


def by_gap(results: tuple[TeamResult, ...], figure: Guessed) -> tuple[TeamResult, ...]:
    """Teams by the size of their gap, the largest first; those without one last, in the room's order."""
    return tuple(sorted(results, key=lambda result: -abs(gap_of(result, figure) or 0.0)))


def gap_of(result: TeamResult, figure: Guessed) -> float | None:
    """Result less guess; `None` where there is no guess, or no result to compare it with."""
    found: float | None = None if result.gap is None else getattr(result.gap, figure)
    return found if found is not None and isfinite(found) else None


def gap_headline(results: tuple[TeamResult, ...], figure: Guessed) -> str:
    """How many teams guessed low or high, and how many of them lie outside the band where there is one."""
    gaps = {result.team.id: gap for result in results if (gap := gap_of(result, figure)) is not None}
    if not gaps:
        return "Nobody wrote down a guess that can be compared"
    low = [result for result in results if gaps.get(result.team.id, 0.0) > 0]
    high = [result for result in results if gaps.get(result.team.id, 0.0) < 0]
    way, more = ("low", low) if len(low) >= len(high) else ("high", high)
    if not more:
        return "Every guess was right to the digit"
    head = f"{_of(len(more), len(gaps))} guessed {way}"
    if figure != "exit_usd":
        return head
    outside = [
        result
        for result in more
        if result.prediction and not result.exit_low_usd <= result.prediction.exit_usd <= result.exit_high_usd
    ]
    if not outside:
        return f"{head}, all within the range" if len(more) > 1 else f"{head}, within the range"
    if len(outside) == len(more):
        return f"{head}, outside the range" if len(more) == 1 else f"{head}, all outside the range"
    return f"{head}, {NUMBERS[len(outside)]} of them outside the range"


def _of(count: int, all: int) -> str:
    if all == 1:
        return "The one team"
    said = f"{NUMBERS[count]} of {NUMBERS[all]} teams" if count < all else f"All {NUMBERS[all]} teams"
    return said[0].upper() + said[1:]
