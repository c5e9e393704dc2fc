"""Strategy: move a lever, and see latency, cost, margin and the cost of leaving move."""

from html import escape
from urllib.parse import urlencode

import streamlit as st

from app_pages import cards, charts, evaluation, levers, shell, state, text
from app_pages.view import MONTHS, View, to_query
from sim.reports import words
from sim.reports.sentences import headline
from sim.strategy.outcome import Outcome

LAST_GOOD = "lb_last_good"


def _month_picked() -> None:
    state.choose_month(st.session_state["month"])


def _share(view: View) -> None:
    with st.popover(text.SHARE, type="tertiary"):
        st.caption(text.SHARE_NOTE)
        address = (st.context.url or "").split("?")[0]
        st.code(f"{address}?{urlencode(to_query(view))}", language=None, wrap_lines=True)


def _shell_line(view: View, outcome: Outcome) -> None:
    moved = len(view.moved)
    note = f", {moved} {'lever' if moved == 1 else 'levers'} moved" if moved else ", as it stands"
    name = evaluation.preset_scenarios()[view.preset].name
    against = f'<span class="lb-against">{text.AGAINST}</span>' if moved else ""
    with st.container(key="shell", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<p class="lb-where"><b>{escape(name)}</b>{escape(note)}{against}</p>', width="stretch")
        with st.container(key="tools", horizontal=True, vertical_alignment="center", gap="small", width="content"):
            st.session_state["month"] = view.month
            offered = [m for m in MONTHS if m <= len(outcome.months)]
            st.segmented_control(text.MONTH, offered, key="month", required=True, on_change=_month_picked)
            st.button(
                "",
                key="undo",
                icon=":material/undo:",
                type="tertiary",
                help=text.UNDO,
                on_click=state.undo,
                disabled=not state.can_undo(),
            )
            st.button(
                "",
                key="reset",
                icon=":material/replay:",
                type="tertiary",
                help=text.RESET,
                on_click=state.reset,
                disabled=not view.moved,
            )
            _share(view)


def _foot(outcome: Outcome) -> None:
    fidelity = words.FIDELITY_WORDS[outcome.fidelity]
    st.html(
        f'<p class="lb-foot">{fidelity}, seed {outcome.scenario.seed}, model {escape(outcome.version)}, '
        f"scenario {escape(outcome.scenario_hash[:12])}. US dollars; month 0 is the start of "
        f"{escape(outcome.scenario.start)}. Gray dashes are the preset.</p>"
    )


def _problems(faults: tuple[str, ...]) -> None:
    said = [f"{text.IGNORED}{', '.join(state.ignored())}."] if state.ignored() else []
    said += [f"{text.STALE} {' '.join(faults)}"] if faults else []
    for sentence in said:
        st.html(f'<p class="lb-problem" role="alert">{escape(sentence)}</p>')


def page() -> None:
    view = state.open_view()
    with st.spinner(text.PLAYING, show_time=False):
        preset = evaluation.attempt(view.preset, {})
        plan = evaluation.attempt(view.preset, dict(view.moved)) if view.moved else preset
    st.session_state["lb_took_s"] = plan.took_s
    outcome = plan.outcome or st.session_state.get(LAST_GOOD)
    if outcome is None or preset.outcome is None:
        st.html(f'<p class="lb-problem" role="alert">{escape(text.NOTHING)}</p>')
        st.button(text.RESET, on_click=state.reset)
        return
    st.session_state[LAST_GOOD] = outcome
    levers.sidebar(view, outcome)
    _shell_line(view, outcome)
    _problems(plan.faults)
    st.html(f'<h1 class="lb-headline">{shell.sentence_html(headline(outcome, preset.outcome, month=view.month))}</h1>')
    cards.kpi_row(outcome, preset.outcome, month=view.month)
    cards.chip_row(outcome, preset.outcome, month=view.month)
    charts.chart_row(view, outcome, preset.outcome)
    cards.warnings(outcome)
    levers.world(view, outcome)
    _foot(outcome)


page()
