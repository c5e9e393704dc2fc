"""The two charts a reader picks, each with its finding as title and its table."""

from functools import partial
from html import escape

import streamlit as st

from app_pages import blocks, shell, state, text
from app_pages.view import View
from sim.reports.figures import series_figure, series_table
from sim.reports.sentences import finding
from sim.reports.series import SERIES
from sim.strategy.outcome import Outcome

_TABLE = "table"


def _menu_label(option: str, *, tabled: bool) -> str:
    if option == _TABLE:
        return text.HIDE_TABLE if tabled else text.SHOW_TABLE
    return SERIES[option].title


def _picked(slot: int) -> None:
    option = st.session_state[f"menu_{slot}"]
    if option == _TABLE:
        st.session_state[f"lb_table_{slot}"] = not st.session_state.get(f"lb_table_{slot}", False)
    else:
        state.choose_chart(slot, option)


def _chart(slot: int, view: View, *, outcome: Outcome, preset: Outcome) -> None:
    key = view.charts[slot]
    series = SERIES[key]
    title = finding(series, plan=series.values(outcome), preset=series.values(preset), month=view.month)
    tabled = st.session_state.get(f"lb_table_{slot}", False)
    with st.container(key=f"chart_{slot}", gap=None):
        with st.container(key=f"charthead_{slot}", horizontal=True, gap="small", wrap=False):
            st.html(
                f'<h2 class="lb-finding">{escape(title)}</h2><p class="lb-measure">{escape(series.subtitle)}</p>',
                width="stretch",
            )
            st.menu_button(
                "…",
                [*(s for s in SERIES if s != key), _TABLE],
                key=f"menu_{slot}",
                type="tertiary",
                format_func=partial(_menu_label, tabled=tabled),
                on_click=partial(_picked, slot),
                help=text.CHART_MENU,
            )
        blocks.picture(
            series_figure(key, plan=outcome, preset=preset, palette=shell.palette()),
            key=f"plot_{slot}",
            alt=f"{title}. {series.subtitle}, months 1 to {len(outcome.months)}; the table holds the figures.",
        )
        if tabled:
            header, rows = series_table(key, plan=outcome, preset=preset)
            st.html(shell.table_html(header, rows, caption=series.subtitle))


def chart_row(view: View, outcome: Outcome, preset: Outcome) -> None:
    """Two charts side by side, one above the other where the window is narrow."""
    with st.container(key="charts"), st.grid(2, min_column_width=400, gap=("small", "medium")):
        for slot in (0, 1):
            _chart(slot, view, outcome=outcome, preset=preset)
