"""Looking whether anything happened: a small question each second, a new page only where it shows something else."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import streamlit as st

from app_pages.polled import polled
from app_pages.workshop import access, wording
from sim.workshop import NotAdmitted, WorkshopError
from sim.workshop.views import Console, Now, Screen, TeamDesk

LOOK_S, PHONE_S = 1.0, 2.0
"""How often a large screen looks, and how often a phone does: there are thirty of them."""
SEEN = "ws_seen"

View = TypeVar("View", Console, TeamDesk, Screen)


def still(now: Now, *, showing: bool) -> Now:
    """Where the session stands, without what passes by itself."""
    return replace(now, seq=0, now_s=0.0, left_s=0.0, showing=now.showing if showing else "")


def desk_shown(desk: TeamDesk) -> object:
    """What of a team's view asks for a new page when it changes; the projector's choice does not."""
    return replace(desk, now=still(desk.now, showing=False))


def console_shown(console: Console) -> object:
    """What of the console asks for a new page; the table of teams is drawn again at every look."""
    return still(console.now, showing=True), console.shocks, console.agenda, console.started_s


def screen_shown(screen: Screen) -> object:
    """What of the projector asks for a new page."""
    return still(screen.now, showing=True), screen.shocks


def follow(
    view: View, *, see: Callable[[], View], shown: Callable[[View], object], draw: Callable[[View], None],
    always: bool = False, every_s: float = LOOK_S,
) -> None:  # fmt: skip
    """Draw what moves by itself, and look for what happened.

    Args:
        view: what the page has just shown.
        see: the view as it is now.
        shown: what of a view asks for a new page.
        draw: draws the clock, or whatever moves by itself.
        always: whether `draw` needs the whole view each time; otherwise it is read only after something happened.
        every_s: how often.
    """
    polled(_look, view, see, shown, draw, always, every_s=every_s)


def _look(
    view: View, see: Callable[[], View], shown: Callable[[View], object], draw: Callable[[View], None], always: bool
) -> None:
    try:
        now = access.house().now(access.held())
        moved = now.seq != view.now.seq or now.turn_state != view.now.turn_state
        if always or (moved and now.seq != st.session_state.get(SEEN)):
            fresh = see()
            if shown(fresh) != shown(view):
                st.rerun()
            st.session_state[SEEN] = fresh.now.seq
            view = fresh
        elif now.turn_state != view.now.turn_state:
            st.rerun()
        draw(replace(view, now=now))
    except NotAdmitted:
        st.rerun()
    except WorkshopError as fault:
        st.html(f'<p class="lb-problem" role="alert">{wording.AGAIN}</p>')
        st.caption(str(fault))
