"""Shapes, squares, clocks and rows: the look's small parts, as safe HTML."""

from collections.abc import Iterable
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from sim.workshop.setup import Shape, Team, Turn
from sim.workshop.views import Now, TeamRow


def shape(kind: Shape) -> str:
    """A team's mark, in ink."""
    return f'<i class="ws-shape ws-{kind}" aria-hidden="true"></i>'


def team(known: Team) -> str:
    """A team's mark and name."""
    return f'<span class="ws-team">{shape(known.shape)}<b>{escape(known.name)}</b></span>'


def squares(taken: int, *, budget: int) -> str:
    """How many cards of how many, as squares."""
    cells = "".join(f'<i class="{"ws-full" if at < taken else ""}"></i>' for at in range(budget))
    return f'<span class="ws-squares" role="img" aria-label="{taken} of {budget} cards">{cells}</span>'


def clock(now: Now) -> str:
    """Minutes and seconds left."""
    left_s = int(now.left_s + 0.999)
    return f"{left_s // 60:02d}:{left_s % 60:02d}"


def clock_words(now: Now) -> str:
    """What the clock means."""
    if now.turn_state == "open":
        return "paused" if now.paused else f"left of {now.turn_minutes:.0f} minutes"
    return {"closed": "closed", "revealed": "results are out"}.get(now.turn_state, "")


def months(turn: Turn) -> str:
    """The months that a turn decides about."""
    return f"months {turn.first_month} to {turn.last_month}"


def round_kicker(turn: Turn) -> str:
    """Which turn it is, in a few words."""
    if turn.steps == 1:
        return turn.title
    return f"{turn.title}, {'first decision' if turn.step == 0 else 'decide again'}"


def at_time(at_s: float) -> str:
    """A time of day as the reader's clock shows it."""
    try:
        zone = ZoneInfo(str(st.context.timezone or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return datetime.fromtimestamp(at_s, tz=zone).strftime("%H:%M")


def state_of(row: TeamRow) -> str:
    """What a team is doing, as told before the reveal."""
    if row.handed_in and row.changed_s is not None:
        return f"handed in {at_time(row.changed_s)}"
    if row.changed_s is None:
        return "nothing saved yet"
    return f"choosing, last change {at_time(row.changed_s)}"


def problem(sentence: str) -> str:
    """A sentence about what went wrong."""
    return f'<p class="lb-problem" role="alert">{escape(sentence)}</p>'


def note(sentence: str) -> str:
    """A quiet sentence."""
    return f'<p class="lb-measure">{escape(sentence)}</p>'


def kicker(words: str) -> str:
    """A small line over a headline."""
    return f'<p class="ws-kicker">{escape(words)}</p>'


def pairs(rows: Iterable[tuple[str, str]]) -> str:
    """Names and figures under one another."""
    cells = "".join(f"<div><span>{escape(name)}</span><b>{escape(value)}</b></div>" for name, value in rows)
    return f'<div class="lb-figures">{cells}</div>'
