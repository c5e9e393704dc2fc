"""A chart as every page shows it: its finding, what is measured, the picture, and its table on request."""

from functools import partial
from html import escape

import streamlit as st

from app_pages import shell, text
from sim.reports.drawing import Picture, Spec

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]


def _toggle(key: str) -> None:
    name = f"lb_table_{key}"
    st.session_state[name] = not st.session_state.get(name, False)


def finding(title: str, measure: str = "") -> None:
    """A heading that says what the picture under it shows."""
    below = f'<p class="lb-measure">{escape(measure)}</p>' if measure else ""
    st.html(f'<h2 class="lb-finding">{escape(title)}</h2>{below}', width="stretch")


def picture(figure: Spec, *, key: str, alt: str) -> None:
    """A figure in the look's own colors; `alt` is what it says to those who do not see it."""
    st.plotly_chart(Picture(figure), theme=None, key=key, config={"displayModeBar": False}, alt=alt)


def chart(figure: Spec, *, key: str, title: str, measure: str, table: Table, alt: str = "") -> None:
    """A figure under its finding; the menu shows its table.

    Args:
        alt: what the picture says, for those who do not see it; the finding unless given.
    """
    tabled = st.session_state.get(f"lb_table_{key}", False)
    with st.container(key=f"chart_{key}", gap=None):
        with st.container(key=f"charthead_{key}", horizontal=True, gap="small", wrap=False):
            finding(title, measure)
            st.menu_button(
                "…",
                [text.HIDE_TABLE if tabled else text.SHOW_TABLE],
                key=f"menu_{key}",
                type="tertiary",
                on_click=partial(_toggle, key),
                help=text.TABLE_MENU,
            )
        picture(figure, key=f"plot_{key}", alt=alt or f"{title}. {measure}; the table holds the figures.")
        if tabled:
            st.html(shell.table_html(*table, caption=measure or title))
