"""Compare: how two to four plans differ in what they decide, and then in what follows."""

from html import escape

import streamlit as st

from app_pages import blocks, follow, frame, offered, shell, state, text
from sim.reports import comparison as told
from sim.reports.decisions import quality_sentence
from sim.reports.figures import compare_figure, series_table_of
from sim.reports.series import SERIES
from sim.strategy.answers import quality_break_even
from sim.strategy.compare import Comparison, compared
from sim.strategy.outcome import Outcome
from sim.strategy.who_answers import answers_moved

MOST, FIRST = 4, 3
CHARTS = ("cash", "exit")


def _kpis(comparison: Comparison, names: list[str]) -> None:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in ("", *names))
    body = ""
    for row in told.kpi_rows(comparison):
        cells = "".join(
            f"<td{' class=lb-best' if cell.best else ''}>{escape(cell.value)}"
            f"{' <i>best</i>' if cell.best else ''}<span>{escape(cell.difference)}</span></td>"
            for cell in row.cells
        )
        body += f'<tr><th scope="row">{escape(row.label)}</th>{cells}</tr>'
    st.html(
        f'<div class="lb-table lb-compare" tabindex="0" role="region" aria-label="{text.FIGURES}"><table>'
        f"<caption>{text.FIGURES_NOTE}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _quality(first: Outcome, *others: Outcome) -> None:
    if not first.flows:
        return
    blocks.finding(text.QUALITY, text.QUALITY_NOTE)
    evens = (quality_sentence(quality_break_even(first, other)) for other in others)
    st.html(f'<ul class="lb-notes">{"".join(f"<li>{escape(even)}</li>" for even in evens)}</ul>')


def _charts(named: dict[str, Outcome]) -> None:
    with st.container(key="charts"), st.grid(2, min_column_width=400, gap=("small", "medium")):
        for key in CHARTS:
            series = SERIES[key]
            ends = {name: series.values(outcome)[-1] for name, outcome in named.items()}
            leader = (max if series.higher_is_better else min)(ends, key=lambda name: ends[name])
            blocks.chart(
                compare_figure(named, key, leader=leader, palette=shell.palette()),
                key=f"compare_{key}",
                title=text.LEADS.format(name=leader, series=series.title[0].lower() + series.title[1:]),
                measure=series.subtitle,
                table=series_table_of(series, named),
            )


def page() -> None:
    names = offered.plans(state.open_view())
    place = st.container()
    with st.container(key="pick"):
        picked = st.multiselect(
            text.PICK,
            list(names),
            default=list(names)[:FIRST],
            format_func=lambda key: names[key],
            max_selections=MOST,
            key=f"compare_{'moved' if offered.THIS_PLAN in names else 'presets'}",
            persist_state="session",
        )
    with st.spinner(text.PLAYING, show_time=False):
        found = {key: outcome for key in picked if (outcome := offered.outcome(key)) is not None}
    if len(found) < 2:
        with place:
            frame.plain_headline(text.COMPARE_TITLE)
        st.html(f'<p class="lb-lead">{text.COMPARE_EMPTY}</p>')
        return
    outcomes = offered.fullest(found)
    shown = [names[key] for key in outcomes]
    comparison = compared(list(outcomes.values()))
    with place:
        frame.headline(told.compare_headline(comparison, shown))
    blocks.finding(text.DECISIONS, text.DECISIONS_NOTE)
    rows = told.difference_rows(comparison.decisions)
    if rows:
        table = shell.table_html(("", *shown), rows, caption=text.DECISIONS_NOTE)
        st.html(f'<div class="lb-bare">{table}</div>')
    first, *rest = (outcome.scenario for outcome in outcomes.values())
    moved = (told.who_answers_sentence(answers_moved(first, other)) for other in rest)
    st.html(f'<ul class="lb-notes">{"".join(f"<li>{escape(each)}</li>" for each in moved)}</ul>')
    others = told.difference_rows(comparison.others)
    if others:
        with st.expander(text.OTHER_DIFFERENCES.format(count=len(others), s="" if len(others) == 1 else "s")):
            st.html(shell.table_html(("", *shown), others, caption=text.OTHER_NOTE))
    blocks.finding(text.FIGURES, text.FIGURES_NOTE)
    _kpis(comparison, shown)
    said = "".join(f"<li>{escape(sentence)}</li>" for sentence in told.dominance(comparison, shown))
    st.html(f'<ul class="lb-notes">{said}</ul>')
    _quality(*outcomes.values())
    _charts(dict(zip(shown, outcomes.values(), strict=True)))
    follow.follow_full_runs({outcome.scenario_hash: outcome.scenario for outcome in found.values()})
    frame.foot(next(iter(outcomes.values())))


page()
