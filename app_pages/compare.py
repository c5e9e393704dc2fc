"""Compare: how two to four plans differ in what they decide, and then in what follows."""

from html import escape

import streamlit as st

from app_pages import blocks, evaluation, follow, frame, shell, state, text
from app_pages.view import View
from sim.reports import comparison as told
from sim.reports.figures import compare_figure, series_table_of
from sim.reports.sentences import catalogue_note
from sim.reports.series import SERIES
from sim.strategy.compare import Comparison, compared
from sim.strategy.outcome import Outcome

THIS_PLAN = "this_plan"
MOST, FIRST = 4, 3
CHARTS = ("cash", "exit")


def _offered(view: View) -> dict[str, str]:
    """Names by key: this plan where it is not a preset as it stands, then the presets."""
    names = {name: scenario.name for name, scenario in evaluation.preset_scenarios().items()}
    own = view.preset not in names
    if view.moved or own:
        base = evaluation.base(view.preset)
        label = ", ".join(part for part in (base.name, "as moved" if view.moved else "", catalogue_note(base)) if part)
        return {THIS_PLAN: label, **names}
    return names


def _outcome(key: str) -> Outcome | None:
    view = state.view()
    if key != THIS_PLAN:
        return evaluation.attempt(key, {}).outcome
    return evaluation.attempt(view.preset, dict(view.moved), decide=view.decide).outcome


def _fullest(outcomes: dict[str, Outcome]) -> dict[str, Outcome]:
    """Full runs where all have been played in full: only equal fidelities are compared."""
    full = {key: follow.full_run(outcome.scenario_hash) for key, outcome in outcomes.items()}
    known = {key: outcome for key, outcome in full.items() if outcome is not None}
    return known if len(known) == len(outcomes) else outcomes


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
    names = _offered(state.open_view())
    place = st.container()
    with st.container(key="pick"):
        picked = st.multiselect(
            text.PICK,
            list(names),
            default=list(names)[:FIRST],
            format_func=lambda key: names[key],
            max_selections=MOST,
            key=f"compare_{'moved' if THIS_PLAN in names else 'presets'}",
            persist_state="session",
        )
    with st.spinner(text.PLAYING, show_time=False):
        found = {key: outcome for key in picked if (outcome := _outcome(key)) is not None}
    if len(found) < 2:
        with place:
            frame.plain_headline(text.COMPARE_TITLE)
        st.html(f'<p class="lb-lead">{text.COMPARE_EMPTY}</p>')
        return
    outcomes = _fullest(found)
    shown = [names[key] for key in outcomes]
    comparison = compared(list(outcomes.values()))
    with place:
        frame.headline(told.compare_headline(comparison, shown))
    blocks.finding(text.DECISIONS, text.DECISIONS_NOTE)
    rows = told.difference_rows(comparison.decisions)
    if rows:
        table = shell.table_html(("", *shown), rows, caption=text.DECISIONS_NOTE)
        st.html(f'<div class="lb-bare">{table}</div>')
    others = told.difference_rows(comparison.others)
    if others:
        with st.expander(text.OTHER_DIFFERENCES.format(count=len(others), s="" if len(others) == 1 else "s")):
            st.html(shell.table_html(("", *shown), others, caption=text.OTHER_NOTE))
    blocks.finding(text.FIGURES, text.FIGURES_NOTE)
    _kpis(comparison, shown)
    said = "".join(f"<li>{escape(sentence)}</li>" for sentence in told.dominance(comparison, shown))
    st.html(f'<ul class="lb-notes">{said}</ul>')
    _charts(dict(zip(shown, outcomes.values(), strict=True)))
    follow.follow_full_runs({outcome.scenario_hash: outcome.scenario for outcome in found.values()})
    frame.foot(next(iter(outcomes.values())))


page()
