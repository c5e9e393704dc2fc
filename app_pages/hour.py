"""One busy hour on Operations: played call by call in the background, then shown moving, and as tables."""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from app_pages import blocks, follow, shell, text
from app_pages.jobs import Job, watched
from app_pages.shell import STATIC
from sim.reports import hour as told
from sim.reports import words
from sim.reports.hour_figures import ways_figure
from sim.scenario import Scenario
from sim.strategy.hour import Hour, busiest_hour
from sim.strategy.outcome import Outcome


@st.cache_resource(max_entries=1, show_spinner=False)
def _component() -> Callable[..., Any]:
    html, css, js = ((STATIC / f"hour.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js"))
    return st.components.v2.component("loadbearing_hour", html=html, css=css, js=js)


def hour_key(scenario_hash: str, month: int) -> tuple[str, str, int]:
    """Under which the hour of a month, from 1, is known."""
    return ("busiest hour", scenario_hash, month)


def _work(job: Job, *, scenario: Scenario, month: int) -> Hour:
    return watched(job).map(partial(busiest_hour, month=month - 1), [scenario])[0]


def _table(header: tuple[str, ...], rows: list[tuple[str, ...]], *, caption: str) -> None:
    st.html(f'<div class="lb-bare">{shell.table_html(header, rows, caption=caption)}</div>')


def hour(outcome: Outcome, *, month: int) -> None:
    """The busiest hour of a launched month, once somebody asks for it."""
    key = hour_key(outcome.scenario_hash, month)
    found = follow.known(key)
    note = text.HOUR_NOTE.format(month=words.month(month))
    if not isinstance(found, Hour):
        with st.container(key="hour", gap="small"):
            blocks.finding(text.HOUR, note)
            work = partial(_work, scenario=outcome.scenario, month=month)
            follow.ask(key, work, button=text.HOUR_ASK, note=text.HOUR_ASK_NOTE)
        return
    with st.container(key="hour", gap="small"):
        with st.grid(2, min_column_width=400, gap=("small", "medium")):
            _picture(found, key=key, note=note)
            with st.container(key="hour_table", gap="small"):
                blocks.finding(text.HOUR_TABLE, text.HOUR_TABLE_NOTE)
                _table(*told.hour_table(found), caption=text.HOUR_TABLE_NOTE)
        blocks.finding(text.FELT, text.FELT_NOTE)
        _table(told.FELT_HEADER, told.felt_rows(found), caption=text.FELT_NOTE)


def _picture(found: Hour, *, key: tuple[str, str, int], note: str) -> None:
    """The hour as it moves, and under it the ways that its calls took."""
    with st.container(key="hour_picture", gap="small"):
        blocks.finding(told.hour_finding(found), f"{note}; {told.span_words(found)}")
        _component()(key="hour_moving", data={"id": "-".join(map(str, key)), **told.picture(found)})
        blocks.chart(
            ways_figure(found, palette=shell.palette()),
            key="ways",
            title=told.ways_finding(found),
            measure=text.WAYS_NOTE,
            table=told.ways_table(found),
        )
