"""What a report may know beyond its plans: asked for on its page, and played in the background."""

from html import escape

import streamlit as st

from app_pages import follow, text
from app_pages.jobs import Job, jobs, watched
from sim.reports.document.evidence import Evidence
from sim.reports.document.gathering import Asked, gathered
from sim.strategy.outcome import Outcome

FUTURES, WAITING = "futures", "waiting"
COUNTS = (200, 500, 1000)

Outcomes = tuple[Outcome, ...]


def add() -> Asked:
    """What takes longer, where it is wanted."""
    names = {FUTURES: text.REPORT_MORE_FUTURES, WAITING: text.REPORT_MORE_WAITING}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        more = st.pills(
            text.REPORT_MORE, list(names), selection_mode="multi", format_func=lambda key: names[key],
            key="report_more", help=text.REPORT_MORE_HELP, persist_state="session",
        )  # fmt: skip
        n = 0
        if FUTURES in more:
            n = st.segmented_control(
                text.REPORT_HOW_MANY, COUNTS, default=COUNTS[0], required=True, key="report_futures",
                persist_state="session",
            )  # fmt: skip
    return Asked(futures=n, waiting=WAITING in more)


def names_of(outcomes: Outcomes) -> tuple[str, ...]:
    """What outcomes are known by."""
    return tuple(f"{outcome.fidelity}/{outcome.scenario_hash}" for outcome in outcomes)


def _key(outcomes: Outcomes, asked: Asked) -> tuple[object, ...]:
    return ("evidence", names_of(outcomes), asked)


def written_of(quick: Outcomes, full: Outcomes, asked: Asked) -> Outcomes:
    """Full runs where they are there; but what was asked for beyond quick estimates is not lost when they come."""
    begun = jobs().known(_key(quick, asked))
    if not asked or follow.known(_key(full, asked)) is not None or begun is None or begun.fault:
        return full
    return quick


def evidence_of(outcomes: Outcomes, asked: Asked, *, button: str) -> Evidence | None:
    """What was asked for beyond the outcomes; work that is not done yet is offered."""

    def work(job: Job) -> Evidence | str:
        try:
            return gathered(outcomes, asked, executor=watched(job), tell=job.tell)
        except ValueError as fault:
            return str(fault)

    found = follow.known(_key(outcomes, asked))
    if isinstance(found, Evidence):
        return found
    if isinstance(found, str):
        st.html(f'<p class="lb-problem" role="alert">{escape(found)}</p>')
    else:
        follow.ask(_key(outcomes, asked), work, button=button, note=text.REPORT_ASK_NOTE)
    return None
