"""Operations: who serves whom, how full it is by the hour, and what the users feel."""

from html import escape

import streamlit as st

from app_pages import blocks, evaluation, frame, shell, text
from app_pages.hour import hour
from sim.reports import running, running_figures, words
from sim.reports.money import volume_table


def _table(header: tuple[str, ...], rows: list[tuple[str, ...]], *, caption: str, kind: str = "") -> None:
    st.html(f'<div class="lb-bare {kind}">{shell.table_html(header, rows, caption=caption)}</div>')


def page() -> None:
    plan = frame.open_plan()
    if plan is None:
        return
    outcome, month, colors = plan.outcome, plan.view.month, shell.palette()
    now = evaluation.run_of(outcome)[month - 1]
    frame.headline(running.running_headline(now, outcome))
    note = text.REGIONS_NOTE.format(month=words.month(month))
    with st.container(key="places"), st.grid(2, min_column_width=400, gap=("small", "medium")):
        with st.container(key="earth", gap=None):
            blocks.finding(text.MAP, text.MAP_NOTE)
            blocks.picture(
                running_figures.map_figure(now, palette=colors),
                key="plot_map",
                alt=f"{text.MAP}. {text.MAP_NOTE}. The table beside it holds the figures.",
            )
        with st.container(key="regions", gap="small"):
            blocks.finding(text.REGIONS, note)
            _table(running.REGION_HEADER, running.region_rows(now), caption=note)
            said = "".join(f"<li>{escape(sentence)}</li>" for sentence in running.notes(now, outcome))
            st.html(f'<ul class="lb-notes">{said}</ul>')
    if not now.endpoints:
        frame.foot(outcome)
        return
    with st.container(key="charts"), st.grid(2, min_column_width=400, gap=("small", "medium")):
        blocks.chart(
            running_figures.load_figure(outcome, palette=colors),
            key="load",
            title=running.load_finding(outcome),
            measure=text.LOAD_NOTE,
            table=volume_table(outcome),
        )
        blocks.chart(
            running_figures.hours_figure(now, palette=colors),
            key="hours",
            title=running.hours_finding(now),
            measure=text.HOURS_NOTE,
            table=running.hours_table(now),
        )
        blocks.chart(
            running_figures.flows_figure(now, palette=colors),
            key="flows",
            title=running.flows_finding(now),
            measure=text.FLOWS_NOTE,
            table=running.flows_table(now),
        )
        with st.container(key="latency", gap="small"):
            blocks.finding(text.LATENCY, text.LATENCY_NOTE)
            _table(running.LATENCY_HEADER, running.latency_rows(now), caption=text.LATENCY_NOTE, kind="lb-felt")
    hour(outcome, month=month)
    frame.follow_full_run(plan)
    frame.foot(outcome)


page()
