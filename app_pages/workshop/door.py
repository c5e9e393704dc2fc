"""The door: join as a team, run a session, watch by link, or play alone. A link alone opens no seat but a watcher's."""

import streamlit as st

from app_pages.workshop import access, create, marks, solo, wording
from sim.workshop.secrecy import plain_code

WAY, HALL = "ws_way", "ws_hall"


def page() -> None:
    """Everything in front of a seat."""
    if _watching():
        return
    st.html(f'<h1 class="lb-headline">{wording.TITLE}</h1><p class="lb-lead">{wording.LEAD}</p>')
    way = st.segmented_control(
        wording.WAY, list(wording.WAYS), format_func=lambda key: wording.WAYS[key], default="join", key=WAY,
        required=True, label_visibility="collapsed",
    )  # fmt: skip
    with st.container(key="wsdoor"):
        if way == "solo":
            solo.page()
        elif way == "run":
            create.page()
        else:
            _join()


def _watching() -> bool:
    """Take a watcher's seat where the link holds a session's observer key."""
    code, _, key = str(st.query_params.get(wording.WATCH, "")).partition(".")
    if not key or st.session_state.get(access.FORGET):
        return False
    taken = access.attempt(lambda: access.house().observe(code, key))
    if taken is None:
        st.html(marks.problem(access.told()))
        return False
    access.sit(taken)
    st.rerun()


def _look_up() -> None:
    """Find the session of the code that was typed."""
    code = plain_code(str(st.session_state.get("ws_code") or ""))
    st.session_state[HALL] = None
    if code:
        hall = access.attempt(lambda: access.house().hall(code))
        st.session_state[HALL] = (code, hall) if hall is not None else None


def _join() -> None:
    linked = str(st.query_params.get(wording.CODE_PARAM, ""))
    if linked and "ws_code" not in st.session_state:
        st.session_state["ws_code"] = linked
        _look_up()
    st.text_input(wording.CODE, key="ws_code", help=wording.CODE_HELP, max_chars=24, on_change=_look_up)
    if st.session_state.get(HALL) is None:
        st.button(wording.GO_ON, key="ws_go_on", on_click=_look_up, type="primary")
        _say()
        return
    code, hall = st.session_state[HALL]
    names = {team.id: team.name for team in hall.teams}
    st.html(marks.note(hall.title))
    with st.form("ws_join", border=False):
        st.radio(wording.TEAM, list(names), format_func=lambda id: names[id], key="ws_team", index=None)
        st.text_input(wording.PIN, key="ws_pin", type="password", max_chars=24, autocomplete="off")
        st.form_submit_button(wording.ENTER, type="primary", on_click=_enter, args=(code,), width="stretch")
    _say()


def _enter(code: str) -> None:
    team, pin = st.session_state.get("ws_team"), str(st.session_state.get("ws_pin") or "")
    st.session_state["ws_pin"] = ""
    if team is None:
        access.tell("Choose your team, then enter its PIN.")
        return
    taken = access.attempt(lambda: access.house().enter_as_team(code, str(team), pin=pin))
    if taken is not None:
        access.sit(taken)


def _say() -> None:
    told = access.told()
    if told:
        st.html(marks.problem(told))
