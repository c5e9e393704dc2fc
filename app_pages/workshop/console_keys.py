"""Keys and files on the console: PINs shown once, the projector's link, new PINs, export, prints, deletion."""

from urllib.parse import urlencode

import streamlit as st

from app_pages import shell
from app_pages.workshop import access, marks, wording
from sim.workshop import Created, WorkshopError
from sim.workshop.actions import FACILITATOR
from sim.workshop.printing import Paper, printed_cards, printed_slips
from sim.workshop.seats import OBSERVER
from sim.workshop.secrecy import spaced
from sim.workshop.views import Console

PAPERS: dict[Paper, str] = {"a4": "A4", "letter": "Letter"}
LINK = "ws_link"


def once(console: Console) -> bool:
    """Show a new session's keys, and nothing else, until the facilitator says that they are noted."""
    created: Created | None = st.session_state.get(access.CREATED)
    if created is None:
        return False
    st.session_state[LINK] = _address(created.code, created.observer_key)
    names = {row.team.id: row.team.name for row in console.teams}
    rows: list[tuple[str, ...]] = [("Facilitator", created.facilitator_pin)]
    rows += [(names[team], pin) for team, pin in created.team_pins.items()]
    with st.container(key="wskeys", border=True):
        st.html(
            f'<h2 class="lb-finding">{wording.KEYS}: {spaced(created.code)}</h2>{marks.note(wording.KEYS_ONCE)}'
            f'<div class="lb-bare">{shell.table_html(("", "PIN"), rows, caption=wording.KEYS)}</div>'
        )
        with st.container(horizontal=True, gap="small"):
            setup = access.house().setup(access.held())
            st.download_button(
                wording.SLIPS, lambda: printed_slips(setup, created, paper="a4"), file_name="joining_slips.pdf",
                mime="application/pdf", key="ws_slips", on_click="ignore",
            )  # fmt: skip
            st.button(wording.KEYS_NOTED, key="ws_noted", type="primary", on_click=_noted)
    return True


def _noted() -> None:
    st.session_state.pop(access.CREATED, None)


def _address(code: str, key: str) -> str:
    address = (st.context.url or "").split("?")[0]
    return f"{address}?{urlencode({wording.WATCH: f'{code}.{key}'})}"


def tools(console: Console) -> None:
    """Export, projector, and what is needed rarely."""
    seat = access.held()
    st.download_button(
        wording.EXPORT, lambda: access.house().export(seat), file_name=f"workshop-{console.code}.json",
        mime="application/json", key="ws_export", on_click="ignore",
    )  # fmt: skip
    link = st.session_state.get(LINK)
    if link:
        st.link_button(wording.OPEN_PROJECTOR, link, key="ws_open_projector")
    else:
        st.button(wording.NEW_LINK, key="ws_new_link", on_click=_new_link, args=(console.code,))
    with st.popover("More", key="ws_more"):
        _more(console)


def _new_link(code: str) -> None:
    key = access.attempt(lambda: access.house().new_pin(access.held(), OBSERVER))
    if key is not None:
        st.session_state[LINK] = _address(code, str(key))


def _more(console: Console) -> None:
    link = st.session_state.get(LINK)
    if link:
        st.html(f"<b>{wording.PROJECTOR_LINK}</b>{marks.note(wording.PROJECTOR_NOTE)}")
        st.code(link, language=None, wrap_lines=True)
        st.button(wording.NEW_LINK, key="ws_other_link", on_click=_new_link, args=(console.code,))
    paper = st.segmented_control(
        "Paper", list(PAPERS), format_func=lambda key: PAPERS[key], default="a4", required=True, key="ws_paper"
    )
    deck = access.house().setup(access.held()).deck
    st.download_button(
        wording.CARDS, lambda: printed_cards(deck, paper=paper or "a4"), file_name="cards.pdf",
        mime="application/pdf", key="ws_print_cards", on_click="ignore",
    )  # fmt: skip
    names = {row.team.id: row.team.name for row in console.teams} | {FACILITATOR: "Facilitator"}
    st.selectbox(wording.NEW_PIN_FOR, list(names), format_func=lambda id: names[id], key="ws_pin_for")
    st.html(marks.note(wording.NEW_PIN_NOTE))
    st.button(wording.NEW_PIN, key="ws_new_pin", on_click=_new_pin, args=(names,))
    st.toggle(wording.DELETE_SURE, key="ws_delete_sure")
    st.button(
        wording.DELETE, key="ws_delete", on_click=_delete, disabled=not st.session_state.get("ws_delete_sure")
    )
    st.button(wording.LEAVE, key="ws_leave", type="tertiary", on_click=access.leave)


def _new_pin(names: dict[str, str]) -> None:
    team = str(st.session_state["ws_pin_for"])
    pin = access.attempt(lambda: access.house().new_pin(access.held(), team))
    if pin is None:
        return
    access.tell(f"New PIN for {names[team]}: {pin}. It is shown this once.")
    if team == FACILITATOR:
        # The facilitator's own tabs are put out by it as well.
        access.stand_up()


def _delete() -> None:
    try:
        access.house().delete(access.held())
    except WorkshopError as fault:
        access.tell(str(fault))
        return
    access.tell(wording.DELETED)
    access.stand_up()
