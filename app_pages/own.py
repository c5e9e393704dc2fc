"""Own scenario: edit every setting, take a file in and out, and play a recorded trace on the platform."""

from hashlib import sha256
from html import escape

import streamlit as st

from app_pages import evaluation, fields, follow, frame, shell, state, text
from app_pages.jobs import Job
from app_pages.own_code import MOST_CODE, to_code
from sim import scenario as scenarios
from sim.reports import replayed as told
from sim.scenario import Scenario, ScenarioError
from sim.strategy.replay_reading import Replayed

FAULTS = "lb_own_faults"


def _here() -> Scenario:
    """The plan on the screen, as a scenario of its own; the preset where the levers do not go together."""
    view = state.known_view()
    try:
        return evaluation.planned(view.preset, dict(view.moved), decide=view.decide)
    except ScenarioError:
        return evaluation.base(view.preset)


def _open(scenario: Scenario) -> None:
    code = to_code(scenario)
    if len(code) > MOST_CODE:
        st.html(f'<p class="lb-problem" role="alert">{text.OWN_TOO_LONG}</p>')
        return
    state.open_scenario(code)
    st.switch_page("app_pages/strategy.py")


def _show_faults(faults: tuple[str, ...]) -> None:
    items = "".join(f"<li>{escape(fault)}</li>" for fault in faults)
    st.html(f'<div class="lb-problem" role="alert">{text.OWN_FAULTS}<ul class="lb-notes">{items}</ul></div>')


def _files(scenario: Scenario) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        sent = st.file_uploader(text.OWN_UPLOAD, type=["yaml", "yml"], key="own_upload", help=text.OWN_UPLOAD_HELP)
        st.download_button(
            text.OWN_DOWNLOAD,
            scenarios.to_yaml(scenario),
            file_name="scenario.yaml",
            mime="application/yaml",
            on_click="ignore",
        )
    if sent is None:
        return
    try:
        read = scenarios.parse(sent.getvalue(), where=sent.name)
    except ScenarioError as error:
        _show_faults(error.faults)
        return
    st.html(f'<p class="lb-measure">{escape(text.OWN_READ.format(name=read.name))}</p>')
    if st.button(text.OWN_OPEN, key="own_open", type="primary"):
        _open(read)


def _edit(scenario: Scenario) -> None:
    faults: tuple[str, ...] = st.session_state.get(FAULTS, ())
    if faults:
        _show_faults(faults)
    changed = fields.form(scenario, faults)
    if changed is None:
        return
    try:
        edited = scenarios.set_fields(scenario, changed)
    except ScenarioError as error:
        st.session_state[FAULTS] = error.faults
        st.rerun()
    st.session_state.pop(FAULTS, None)
    _open(edited)


def _trace(scenario: Scenario) -> None:
    sent = st.file_uploader(text.TRACE, type=["csv", "gz"], key="own_trace", help=text.TRACE_HELP)
    if sent is None:
        return
    data = sent.getvalue()
    key = ("replay", scenarios.scenario_hash(scenario), sha256(data).hexdigest())

    def work(job: Job) -> Replayed | str:
        job.progress(0, 1)
        try:
            return told.replay_upload(data, scenario)
        except (ValueError, ScenarioError) as fault:
            return str(fault)

    found = follow.known(key)
    if isinstance(found, str):
        st.html(f'<p class="lb-problem" role="alert">{escape(found)}</p>')
    elif isinstance(found, Replayed):
        st.html(f'<p class="lb-say">{escape(told.replay_sentence(found))}</p>')
        left, right = st.columns(2, gap="medium")
        left.html(shell.table_html(told.FATES_HEADER, told.fates_rows(found), caption=text.TRACE_FATES))
        right.html(shell.table_html(told.TIMES_HEADER, told.times_rows(found), caption=text.TRACE_TIMES))
    else:
        follow.ask(key, work, button=text.TRACE_PLAY, note=text.TRACE_NOTE)


def page() -> None:
    scenario = _here()
    frame.plain_headline(text.OWN_TITLE)
    st.html(f'<p class="lb-lead">{escape(text.OWN_LEAD.format(name=scenario.name))}</p>')
    _files(scenario)
    st.html(f'<h2 class="lb-finding">{text.OWN_SETTINGS}</h2>')
    _edit(scenario)
    st.html(f'<h2 class="lb-finding">{text.TRACE_TITLE}</h2>')
    _trace(scenario)


page()
