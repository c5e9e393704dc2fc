"""Following background work on a page: its progress, a way to stop it, and its result when it is there."""

import os
from collections.abc import Hashable
from hashlib import sha256
from typing import TypeVar
from uuid import uuid4

import streamlit as st

from app_pages import blocks, text
from app_pages.jobs import Job, Work, jobs, watched
from app_pages.polled import polled
from sim import strategy
from sim.scenario import Scenario
from sim.strategy.outcome import Outcome

SWITCH = "LOADBEARING_FULL_RUNS"
"""Set to 0, full runs do not follow by themselves."""
FOLLOWED, STOPPED, WHO = "lb_followed", "lb_stopped", "lb_who"
LOOK_S, SETTLE_S = 0.5, 1.0

Answer = TypeVar("Answer")


def _who() -> str:
    return str(st.session_state.setdefault(WHO, uuid4().hex))


def _full_key(scenario_hash: str) -> Hashable:
    return ("full run", scenario_hash)


def full_run(scenario_hash: str) -> Outcome | None:
    """The outcome of a full run, if there has been one."""
    job = jobs().known(_full_key(scenario_hash))
    return job.result if job is not None and job.finished else None


def _full_work(scenario: Scenario) -> Work:
    return lambda job: strategy.evaluate(scenario, fidelity="standard", executor=watched(job))


def follow_full_runs(scenarios: dict[str, Scenario]) -> None:
    """Have these scenarios, by their hashes, played in full; whatever this session followed before is left."""
    session = st.session_state
    if os.environ.get(SWITCH) == "0":
        return
    wanted = {name: scenario for name, scenario in scenarios.items() if full_run(name) is None}
    for key in session.get(FOLLOWED, ()):
        if key not in {_full_key(name) for name in scenarios}:
            jobs().leave(key, follower=_who())
    session[FOLLOWED] = [_full_key(name) for name in scenarios]
    running = []
    for name, scenario in wanted.items():
        if name in session.get(STOPPED, ()):
            continue
        running.append(jobs().start(_full_key(name), _full_work(scenario), follower=_who(), after_s=SETTLE_S))
    if any(not job.finished for job in running):
        with st.sidebar:
            polled(_show, running, tuple(wanted), every_s=LOOK_S)


def _stop(names: tuple[str, ...]) -> None:
    session = st.session_state
    session[STOPPED] = {*session.get(STOPPED, ()), *names}
    for name in names:
        jobs().leave(_full_key(name), follower=_who())


def _show(running: list[Job], names: tuple[str, ...]) -> None:
    if all(job.finished for job in running):
        st.rerun()
    done, expected = sum(job.done for job in running), sum(job.expected for job in running)
    with st.container(key="fullrun", horizontal=True, vertical_alignment="center", gap="small"):
        share = done / expected if expected else 0.0
        st.html(
            f'<div class="lb-progress" role="progressbar" aria-label="{text.FULL_RUN}" aria-valuemin="0" '
            f'aria-valuemax="100" aria-valuenow="{share:.0%}"><span>{text.FULL_RUN} {share:.0%}</span>'
            f'<i><b style="width:{share:.0%}"></b></i></div>',
            width="content",
        )
        st.button(text.CANCEL, key="stop_full", type="tertiary", on_click=_stop, args=(names,))


def known(key: Hashable) -> object | None:
    """The result of work that somebody asked for and that is done."""
    job = jobs().known(key)
    return job.result if job is not None and job.finished and not job.fault else None


def ask(key: Hashable, work: Work, *, button: str, note: str) -> None:
    """Offer work that takes seconds; once it is asked for, show how far it is."""
    name = widget_name(key)
    job = jobs().known(key)
    if job is not None and not job.finished:
        polled(_watch, job, every_s=LOOK_S)
        return
    if job is not None and job.fault == "failed":
        st.html(f'<p class="lb-problem" role="alert">{text.WORK_FAILED}</p>')
    st.html(f'<p class="lb-measure">{note}</p>')
    st.button(button, key=f"do_{name}", on_click=_begin, args=(key, work))


def answered(
    key: Hashable, kind: type[Answer], work: Work, *, title: str, note: str, button: str
) -> Answer | None:  # fmt: skip
    """What somebody asked for, once it is there; until then the question under its title, and `None`.

    Args:
        kind: what the work results in.
        note: what is measured, under the title.
    """
    found = known(key)
    if isinstance(found, kind):
        return found
    blocks.finding(title, note)
    ask(key, work, button=button, note=text.ASK_NOTE)
    return None


def widget_name(key: Hashable) -> str:
    """A short name for widgets of a key."""
    return sha256(repr(key).encode()).hexdigest()[:12]


def _begin(key: Hashable, work: Work) -> None:
    job = jobs().known(key)
    if job is not None and job.fault:
        jobs().forget(key)
    jobs().start(key, work, follower=_who())


def _watch(job: Job) -> None:
    if job.finished:
        st.rerun()
    st.progress(job.share, text=job.words)
    st.button(text.CANCEL, key=f"stop_{widget_name(job.key)}", type="tertiary", on_click=job.stopped.set)
