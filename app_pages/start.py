"""Start: what this answers, four starting points with their simulated figures, and how they were set up."""

from html import escape

import streamlit as st

from app_pages import blocks, evaluation, shell, text
from app_pages.view import PRESET
from sim.reports import words
from sim.reports.figures import compare_figure, series_table_of
from sim.reports.sentences import leaders, tie
from sim.reports.series import SERIES, p95_s
from sim.scenario.load import IN_ORDER
from sim.strategy.outcome import Outcome

CHART = "cash"
STORIES, TIED_PRESETS = IN_ORDER, 3


def _outcomes() -> dict[str, Outcome]:
    with st.spinner(text.PLAYING, show_time=False):
        found = {name: evaluation.attempt(name, {}).outcome for name in STORIES}
    return {name: outcome for name, outcome in found.items() if outcome is not None}


def _story(name: str, outcome: Outcome) -> None:
    last = outcome.months[-1]
    figures = (
        ("Gross margin", words.percent(last.gross_margin)),
        ("Cost per 1M tokens", words.money(last.usd_per_mtok_allocated)),
        ("Slowest 5 % of answers", words.seconds(p95_s(last))),
        ("Cash to leave", words.money(last.exit["whole"].usd_cash)),
        ("Worth over three years", words.money(outcome.npv_usd)),
    )
    rows = "".join(f"<div><span>{escape(label)}</span><b>{escape(value)}</b></div>" for label, value in figures)
    with st.container(key=f"story_{name}", gap=None):
        st.html(
            f'<h3 class="lb-story">{escape(outcome.scenario.name)}</h3>'
            f'<p class="lb-summary">{escape(outcome.scenario.summary)}</p><div class="lb-figures">{rows}</div>'
        )
        st.page_link(
            "app_pages/strategy.py",
            label=text.OPEN,
            icon=":material/arrow_forward:",
            icon_position="right",
            query_params={PRESET: name},
        )


def page() -> None:
    outcomes = _outcomes()
    st.html(f'<h1 class="lb-headline lb-wide">{text.START_TITLE}</h1><p class="lb-lead">{text.START_LEAD}</p>')
    if not outcomes:
        st.html(f'<p class="lb-problem" role="alert">{text.NOTHING}</p>')
        return
    named = {outcome.scenario.name: outcome for outcome in outcomes.values()}
    month = min(len(o.months) for o in named.values())
    with st.container(key="stories"), st.grid(4, min_column_width=215, gap=("medium", 18)):
        for name, outcome in outcomes.items():
            _story(name, outcome)
    st.html(f'<p class="lb-foot">{text.START_FIGURES_AT}</p>')
    _comparison(named, month)


def _comparison(named: dict[str, Outcome], month: int) -> None:
    sentence = leaders(named, month=month)
    first = dict(list(named.items())[:TIED_PRESETS])
    ahead = max(named, key=lambda name: named[name].cumulative_cash_usd[month - 1])
    title = f"{ahead} holds the most cash after {words.months(month)}"
    with st.grid(2, min_column_width=400, gap=("small", "medium")):
        with st.container(key="startchart", gap=None):
            st.html(f'<h2 class="lb-finding">{escape(title)}</h2><p class="lb-measure">{text.START_CHART_NOTE}</p>')
            blocks.picture(
                compare_figure(named, CHART, leader=ahead, palette=shell.palette()),
                key="start_plot",
                alt=f"{title}. {text.START_CHART_NOTE}",
            )
            with st.expander(text.SHOW_TABLE):
                header, rows = series_table_of(SERIES[CHART], named)
                st.html(shell.table_html(header, rows, caption=text.START_CHART_NOTE))
        st.html(
            f'<div class="lb-side"><h2 class="lb-finding">{text.VOLUME_TITLE}</h2>'
            f"<p>{escape(text.VOLUME)}{escape(tie(first))}. {text.VOLUME_TAIL}</p><p>{escape(sentence)}</p></div>"
        )


page()
