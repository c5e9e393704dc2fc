"""The workshop: the door, or the view of whoever was admitted in this tab."""

import streamlit as st

from app_pages.shell import STATIC
from app_pages.workshop import access, console, desk, door, marks, projector
from sim.workshop import NotAdmitted, WorkshopError


def page() -> None:
    st.html(STATIC / "workshop.css")
    try:
        access.house()
        taken = access.seat()
        if taken is None:
            door.page()
        elif taken.role == "team":
            desk.page()
        elif taken.role == "facilitator":
            console.page()
        else:
            projector.page()
    except NotAdmitted as fault:
        access.tell(str(fault))
        access.stand_up()
        st.rerun()
    except WorkshopError as fault:
        st.html(marks.problem(str(fault)))
    access.keep_seat()


page()
