"""Own scenario: edit every setting, take files in and out, change the catalogue, and play a recorded trace."""

from collections.abc import Callable
from hashlib import sha256
from html import escape

import streamlit as st

from app_pages import blocks, evaluation, follow, frame, own_form, shell, state, text
from app_pages.jobs import Job
from app_pages.own_code import MOST_CODE, to_code
from sim import scenario as scenarios
from sim.reports import replayed as told
from sim.scenario import Scenario, ScenarioError
from sim.scenario.assumption_files import catalogue_csv, changed_rows, with_catalogue_file
from sim.strategy.replay_reading import Replayed

# Largest uploads, as MiB: of text that is read whole, and of a trace.
SMALL_MB, LARGE_MB = 1, 64


def _here() -> Scenario:
    """The plan on the screen, as a scenario of its own; the preset where the levers do not go together."""
    view = state.open_view()
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


def _offered(read: Callable[[], Scenario], *, key: str) -> None:
    """A scenario read from a file, to be opened; or all that is wrong with the file."""
    try:
        found = read()
    except ScenarioError as error:
        _show_faults(error.faults)
        return
    st.html(f'<p class="lb-measure">{escape(text.OWN_READ.format(name=found.name))}</p>')
    if st.button(text.OWN_OPEN, key=key, type="primary"):
        _open(found)


def _files(scenario: Scenario) -> None:
    sent = st.file_uploader(
        text.OWN_UPLOAD, type=["yaml", "yml"], key="own_upload", help=text.OWN_UPLOAD_HELP, max_upload_size=SMALL_MB
    )
    if sent is not None:
        _offered(lambda: scenarios.parse(sent.getvalue(), where=sent.name), key="own_open")
    st.download_button(
        text.OWN_DOWNLOAD,
        scenarios.to_yaml(scenario),
        file_name="scenario.yaml",
        mime="application/yaml",
        on_click="ignore",
    )


def _edit(scenario: Scenario) -> None:
    faults = own_form.told()
    if faults:
        _show_faults(faults)
    edited = own_form.draft(scenario)
    entered = own_form.form(edited)
    if not st.button(text.OWN_SEND, key="own_play", type="primary"):
        return
    try:
        played = scenarios.set_fields(edited, entered.changed)
        if entered.faults:
            raise ScenarioError("form", entered.faults)
    except ScenarioError as error:
        own_form.tell(tuple(dict.fromkeys((*entered.faults, *error.faults))))
        st.rerun()
    own_form.tell(())
    _open(played)


def _catalogue(scenario: Scenario) -> None:
    blocks.finding(text.CATALOGUE_TITLE, text.CATALOGUE_NOTE)
    rows = "".join(f"<li>{escape(row)}</li>" for row in changed_rows(scenario))
    if rows:
        st.html(f'<ul class="lb-notes">{rows}</ul>')
        if st.button(text.CATALOGUE_BACK, key="own_shipped", type="tertiary"):
            _open(scenarios.set_fields(scenario, {"assumptions": []}))
    sent = st.file_uploader(
        text.CATALOGUE_UPLOAD,
        type=["csv", "yaml", "yml"],
        key="own_catalogue",
        help=text.CATALOGUE_HELP,
        max_upload_size=SMALL_MB,
    )
    if sent is not None:
        _offered(lambda: with_catalogue_file(scenario, sent.getvalue(), where=sent.name), key="own_changed")
    st.download_button(
        text.CATALOGUE_DOWNLOAD, catalogue_csv, file_name="catalogue.csv", mime="text/csv", on_click="ignore"
    )


def _trace(scenario: Scenario) -> None:
    sent = st.file_uploader(
        text.TRACE, type=["csv", "gz"], key="own_trace", help=text.TRACE_HELP, max_upload_size=LARGE_MB
    )
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
    blocks.finding(text.OWN_SETTINGS)
    _edit(scenario)
    _catalogue(scenario)
    blocks.finding(text.TRACE_TITLE)
    _trace(scenario)


page()
