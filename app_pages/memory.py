"""Keeps what lives as long as the process out of the garbage collector's way.

Streamlit collects garbage after every run of a page, and a collection looks at
every object there is: modules, and the outcomes that are remembered. On a
process that knew a few dozen outcomes that took more time than the page.
"""

import gc
from threading import Lock

import streamlit as st

EVERY = 16
"""Evaluations between two looks at everything; what was kept and is garbage by then goes at the next one."""


class Keeper:
    """Counts what is remembered, and now and then sets everything that lives aside."""

    def __init__(self) -> None:
        self._count = 0
        self._lock = Lock()

    def remember(self) -> None:
        """Note that one more outcome will live on."""
        with self._lock:
            due = self._count % EVERY == 0
            self._count += 1
        if due:
            # What was set aside before is looked at again, so that nothing dead is kept for good.
            gc.unfreeze()
            gc.collect()
            gc.freeze()


@st.cache_resource(max_entries=1, show_spinner=False)
def keeper() -> Keeper:
    """The one of this process."""
    return Keeper()
