"""The workshop's store, the seat of this tab, and what is done from it: the pages' one way to `sim.workshop`."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any
from uuid import uuid4

import streamlit as st

from app_pages.jobs import Job, watched
from app_pages.shell import STATIC
from app_pages.workshop.preparing import Preparing
from sim.workshop import NotAdmitted, Saved, Seat, Workshop, WorkshopError
from sim.workshop.actions import BY_FACILITATOR, BY_TEAM
from sim.workshop.evaluations import Evaluations

SEAT, TOLD, TAB, FORGET, CREATED = "ws_seat", "ws_told", "ws_tab", "ws_forget", "ws_created"
KEEPER, VIEW = "ws_keeper", "ws_view"
OWN = "ws_"
"""What every key of these pages in the session begins with."""


@st.cache_resource(max_entries=1, show_spinner=False)
def evaluations() -> Evaluations:
    """Outcomes that all sessions of this process share; missing windows are simulated beside it."""
    return Evaluations(executor=watched(Job("workshop")))


@st.cache_resource(max_entries=1, show_spinner=False)
def house() -> Workshop:
    """The store of this process.

    Raises:
        StoreUnreachable: it cannot be opened; the next call tries again.
    """
    return Workshop(evaluations=evaluations())


def seat() -> Seat | None:
    """Who this tab was admitted as."""
    found: Seat | None = st.session_state.get(SEAT)
    return found


def held() -> Seat:
    """The seat of a tab that has one."""
    found: Seat = st.session_state[SEAT]
    return found


def sit(taken: Seat) -> None:
    """Take a seat."""
    st.session_state[SEAT] = taken
    st.session_state.pop(FORGET, None)


def stand_up() -> None:
    """Forget the seat in this tab, and all that was typed at it."""
    told = st.session_state.get(TOLD, "")
    for key in [key for key in st.session_state if str(key).startswith(OWN)]:
        del st.session_state[key]
    st.session_state[FORGET] = True
    tell(told)


def leave() -> None:
    """Give the seat up for good."""
    try:
        house().leave(held())
    except WorkshopError as fault:
        tell(str(fault))
    stand_up()


def tell(sentence: str) -> None:
    """Say something at the top of the next run."""
    st.session_state[TOLD] = sentence


def told() -> str:
    """What is to be said, once."""
    return str(st.session_state.pop(TOLD, ""))


def tap(name: str, *, seq: int) -> str:
    """A submission's token: of one button as this tab showed it, so that a double tap is one action."""
    tab = st.session_state.setdefault(TAB, uuid4().hex)
    return sha256(f"{tab}/{name}/{seq}".encode()).hexdigest()


def act(action: BY_FACILITATOR | BY_TEAM, token: str | None = None) -> Saved | None:
    """Do something from this tab's seat; a refusal is told on the page and changes nothing."""
    return attempt(lambda: house().act(held(), action, token=token))


def do(action: BY_FACILITATOR | BY_TEAM, token: str | None = None) -> None:
    """`act`, for a button."""
    act(action, token)


def attempt(call: Callable[[], Any]) -> Any:
    """The result of a call, or `None` and a sentence on the page where it is refused."""
    try:
        return call()
    except NotAdmitted as fault:
        tell(str(fault))
        if st.session_state.get(SEAT) is not None and not _admitted():
            stand_up()
    except WorkshopError as fault:
        tell(str(fault))
    return None


def _admitted() -> bool:
    try:
        house().resume(held().token)
    except NotAdmitted:
        return False
    return True


@st.cache_resource(max_entries=1, show_spinner=False)
def preparing() -> Preparing:
    """What is computed beside the pages of this process."""
    return Preparing()


def prepare(round: int, *, pause_s: float = 0.0) -> None:
    """Compute this seat's results of a round in the background, so that the reveal does not wait.

    Args:
        pause_s: begin when the seat has not asked again for so long.
    """
    taken, workshop = held(), house()
    preparing().soon((taken.session_id, taken.actor, round), lambda: workshop.prepare(taken, round), pause_s=pause_s)


def prepare_futures(round: int) -> None:
    """Play all hands in the deck's other futures in the background, before the room asks for them."""
    taken, workshop = held(), house()
    preparing().soon((taken.session_id, "futures", round), lambda: workshop.regret(taken, round))


@st.cache_resource(max_entries=1, show_spinner=False)
def _keeper() -> Callable[..., Any]:
    js = (STATIC / "seat.js").read_text(encoding="utf-8")
    return st.components.v2.component("loadbearing_seat", html="<span></span>", js=js)


def showing(view: str) -> None:
    """Name what this page shows: where that is another view than before, the tab begins at its head."""
    st.session_state[VIEW] = view


def keep_seat() -> None:
    """Let the tab remember its seat over a reload, and bring it back."""
    taken = seat()
    data = {
        "token": taken.token if taken else "",
        "forget": bool(st.session_state.get(FORGET)),
        "view": st.session_state.get(VIEW, ""),
    }
    with st.container(key="wskeeper"):
        _keeper()(key=KEEPER, data=data, on_token_change=_came_back)


def _came_back() -> None:
    token = st.session_state[KEEPER].get("token")
    if token and seat() is None and not st.session_state.get(FORGET):
        back = attempt(lambda: house().resume(str(token)))
        if back is None:
            st.session_state[FORGET] = True
        else:
            sit(back)
