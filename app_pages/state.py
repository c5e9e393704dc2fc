"""The session's view: kept in step with the link, moved by widgets, undone and reset."""

from dataclasses import replace
from time import monotonic
from typing import Any

import streamlit as st

from app_pages import evaluation
from app_pages.own_code import is_own
from app_pages.view import PARAMS, PRESET, View, from_query, to_query

VIEW, HISTORY, IGNORED, EPOCH = "lb_view", "lb_history", "lb_ignored", "lb_epoch"
LINK, LINKED, PAGE, ENTERED, REPLAYED = "lb_link", "lb_linked", "lb_page", "lb_entered", "lb_replayed"
REPLACED, LATE_S = "lb_replaced", 2.0
MOST_UNDOS = 50


def base_values(preset: str) -> dict[str, Any]:
    """The preset's own value of every field that a page can move."""
    scenario = evaluation.base(preset)
    return {path: evaluation.field_value(scenario, path) for path in PARAMS.values()}


def view() -> View:
    """The view this session is in."""
    return st.session_state[VIEW]


def enter(page: str) -> None:
    """Note which page this run shows, so that coming to a page can be told from going back on it."""
    st.session_state[ENTERED] = st.session_state.get(PAGE) != page
    st.session_state[PAGE] = page


def known_view() -> View:
    """The session's view, or the first preset where there is none yet; the link is left alone."""
    return st.session_state.get(VIEW) or View(preset=next(iter(evaluation.preset_scenarios())))


def open_view() -> View:
    """Bring session and link together and return the view.

    A link that differs from what this session knows was opened by the user, or
    reached by back and forward, and wins. It is not rewritten until something
    is moved: rewriting would put a new entry over the one just reached, and the
    way back would be lost. Coming from another page with no link at all keeps
    the session's view and writes it out. So does a move: a browser that is
    still busy sends the link of the view before it, which nobody opened.
    """
    query = st.query_params.to_dict()
    session = st.session_state
    moved = VIEW in session and LINKED in session and session[VIEW] != session[LINKED]
    reached = query != session.get(LINK) and (bool(query) or not session.get(ENTERED, True))
    if VIEW not in session or (reached and not moved and not _late(query)):
        _adopt(query)
    elif moved or query != session.get(LINK) or not query:
        query = to_query(session[VIEW])
        session[REPLACED] = (session.get(LINK), monotonic())
        st.query_params.from_dict(query)
    session[LINK], session[LINKED] = query, session[VIEW]
    return session[VIEW]


def _late(query: dict[str, str]) -> bool:
    """Whether a link is the one that was replaced a moment ago, sent by a browser that has not heard of it yet."""
    link, at_s = st.session_state.get(REPLACED, (None, 0.0))
    return query == link and monotonic() - at_s < LATE_S


def _adopt(query: dict[str, str]) -> None:
    session = st.session_state
    presets = tuple(evaluation.preset_scenarios())
    if is_own(query.get(PRESET, "")) and evaluation.is_base(query[PRESET]):
        presets = (*presets, query[PRESET])
    opened = from_query(
        query,
        presets=presets,
        cards=evaluation.cards_by_path(),
        bases={name: base_values(name) for name in presets},
    )
    if VIEW in session:
        _go(opened.view, cause="")
    else:
        session[VIEW], session[HISTORY] = opened.view, []
    session[IGNORED] = opened.ignored
    _renew_widgets()


def ignored() -> tuple[str, ...]:
    """Parameters of the opened link that were ignored."""
    return st.session_state.get(IGNORED, ())


def epoch() -> int:
    """Counts the times that the view was set by something else than a slider, so that sliders follow."""
    return st.session_state.get(EPOCH, 0)


def _renew_widgets() -> None:
    st.session_state[EPOCH] = epoch() + 1


def _go(new: View, *, cause: str) -> None:
    """Enter a view; successive moves of one named cause are one step of undo."""
    session = st.session_state
    if new == session[VIEW]:
        return
    history: list[tuple[str, View]] = session[HISTORY]
    if not (cause and history and history[-1][0] == cause):
        history.append((cause, session[VIEW]))
        del history[:-MOST_UNDOS]
    session[VIEW], session[IGNORED] = new, ()


def move(path: str, value: Any) -> None:
    """A widget moved a field."""
    now = view()
    _go(now.with_field(path, value, base=base_values(now.preset)), cause=path)


def fix(path: str, value: Any) -> None:
    """Move a field from a button, so that its widget must follow."""
    move(path, value)
    _renew_widgets()


def choose_month(month: int) -> None:
    """The month read by the key numbers and sentences."""
    st.session_state[VIEW] = replace(view(), month=month)


def choose_chart(slot: int, series: str) -> None:
    """Show another series in the left (0) or right (1) chart."""
    charts = list(view().charts)
    charts[slot] = series
    st.session_state[VIEW] = replace(view(), charts=(charts[0], charts[1]))


def can_undo() -> bool:
    """Whether a move can be taken back."""
    return bool(st.session_state.get(HISTORY))


def undo() -> None:
    """Take back the last move."""
    _, before = st.session_state[HISTORY].pop()
    now = view()
    st.session_state[VIEW], st.session_state[IGNORED] = replace(before, month=now.month, charts=now.charts), ()
    _renew_widgets()


def can_replay() -> bool:
    """Whether there is a last change to show again."""
    history: list[tuple[str, View]] = st.session_state.get(HISTORY) or []
    return bool(history) and history[-1][1].preset == view().preset


def replay() -> None:
    """Show the screen as it was before the last change; `finish_replay` brings the change back."""
    session = st.session_state
    session[REPLAYED] = session[VIEW]
    before = session[HISTORY][-1][1]
    session[VIEW] = replace(before, month=session[VIEW].month, charts=session[VIEW].charts)
    _renew_widgets()


def replaying() -> bool:
    """Whether the screen shows what was before the last change."""
    return REPLAYED in st.session_state


def finish_replay() -> None:
    """Make the last change again."""
    st.session_state[VIEW] = st.session_state.pop(REPLAYED)
    _renew_widgets()


def decide_in(month: int) -> None:
    """The moved levers are decided in another month."""
    _go(replace(view(), decide=month), cause="decide")


def open_scenario(name: str) -> None:
    """Start from a preset or a scenario of one's own, with nothing moved."""
    if VIEW not in st.session_state:
        st.session_state[VIEW], st.session_state[HISTORY] = View(preset=name), []
    else:
        _go(View(preset=name, month=view().month, charts=view().charts), cause="")
    _renew_widgets()


def reset() -> None:
    """Put every lever and the world back to the preset."""
    _go(replace(view(), moved=(), decide=0), cause="")
    _renew_widgets()
