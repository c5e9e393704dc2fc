"""Parts of a page that look again by themselves."""

from collections.abc import Callable
from typing import Any

import streamlit as st


def polled(draw: Callable[..., None], *args: Any, every_s: float) -> None:
    """Draw now, and again each `every_s` seconds, without the rest of the page.

    It stands alone in a container of its own. A browser that is late gets a whole page without the part that is
    already being drawn again; it takes that part out, moves what follows it up by one place, and the new part then
    overwrites its neighbor (Streamlit 1.67).
    """
    with st.container(gap=None):
        st.fragment(draw, run_every=every_s)(*args)
