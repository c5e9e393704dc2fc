"""Lock-in: which decisions are hard to undo, what leaving takes and waiting costs, and whether portability pays."""

from html import escape

import streamlit as st

from app_pages import blocks, evaluation, follow, frame, shell, text
from app_pages.frame import Plan
from app_pages.jobs import Job
from sim.reports import decisions, words
from sim.reports import lockin as told
from sim.reports import lockin_figures as figures
from sim.reports import waiting_figures as waits
from sim.reports.waterfall import waterfall, waterfall_table
from sim.scenario import Scenario
from sim.strategy.dragged import also_moved
from sim.strategy.outcome import ExitCost, Outcome
from sim.strategy.petabytes import Stored, petabytes
from sim.strategy.waiting import CostOfWaiting, cost_of_waiting
from sim.strategy.worth_it import (
    MOVABLE,
    ORCHESTRATION,
    VECTOR_STORE,
    WorthOfPortability,
    portable_twin,
    worth_of_portability,
)

# As tall as the rehearsal beside it. (Streamlit would print a string that stands alone in a page.)
BILL_PX = 420
SHAPES = {"two_way": "ring", "sticky": "square", "compounding": "triangle"}


def _cash(cost: ExitCost) -> float:
    return cost.usd_cash


def _time(cost: ExitCost) -> float:
    return cost.exit_months


def _door_row(row: told.DoorRow) -> str:
    share = f"{row.share:.0%}".replace("%", f"{words.NBSP}%")
    cells = "".join(f"<td>{escape(usd)}</td>" for usd in row.usd)
    tail = "".join(f"<td>{escape(cell)}</td>" for cell in (row.exit_months, row.notice, row.staying))
    return (
        f'<tr><th scope="row"><b>{escape(row.label)}</b><span>{escape(row.examples)}</span></th>'
        f'<td class="lb-class"><i class="lb-{SHAPES[row.door_class]}"></i>{escape(row.class_words)}'
        f"<span>{escape(row.harder)}</span><span>{escape(row.in_cash)}</span></td>"
        f'<td class="lb-share"><i><b style="width:{row.share:.0%}"></b></i>{share}</td>'
        f"{cells}{tail}</tr>"
    )


def _doors(outcome: Outcome, month: int) -> None:
    blocks.finding(text.DOORS, text.DOORS_NOTE)
    months = [f"month{words.NBSP}{mark}" if at == 0 else str(mark) for at, mark in enumerate(told.marks(outcome))]
    heads = (*text.DOOR_HEADS, *months, *text.DOOR_TAILS)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(_door_row(row) for row in told.door_rows(outcome, month=month))
    st.html(
        f'<div class="lb-doors" tabindex="0" role="region" aria-label="{text.DOORS}"><table><caption>{text.DOORS_NOTE}'
        f"</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _dragged(outcome: Outcome, month: int) -> None:
    for dragged in also_moved(outcome, min(month, outcome.scenario.months) - 1):
        st.html(f'<p class="lb-note">{escape(decisions.dragged_sentence(dragged))}</p>')


def _layers(outcome: Outcome) -> None:
    for key, read, write, scale, unit, title, note in (
        ("cash", _cash, words.money, 1e3, "k", told.layers_finding(outcome), text.LAYER_CASH_NOTE),
        ("time", _time, words.months, 1.0, "", told.time_finding(outcome), text.LAYER_TIME_NOTE),
    ):
        blocks.chart(
            figures.layer_lines(outcome, read=read, write=write, palette=shell.palette(), scale=scale, unit=unit),
            key=f"layers_{key}",
            title=title,
            measure=note,
            table=figures.layer_table(outcome, read=read, write=write),
        )


def _bill(outcome: Outcome, month: int) -> None:
    steps = told.exit_steps(outcome, month=month)
    blocks.chart(
        waterfall(
            steps, total_label=text.CASH_TO_LEAVE, palette=shell.palette(), write=words.money, height_px=BILL_PX
        ),
        key="bill",
        title=told.exit_finding(outcome, month=month),
        measure=text.WATERFALL_NOTE.format(month=words.month(month)),
        table=waterfall_table(steps, total_label=text.CASH_TO_LEAVE, unit="Cash", write=words.money),
    )


def _rehearsal(outcome: Outcome) -> None:
    with st.container(key="rehearsal", gap="small"):
        blocks.finding(text.REHEARSE, text.REHEARSE_NOTE)
        month = st.slider(text.REHEARSE_MONTH, 1, len(outcome.months), 18, key="leave_month", persist_state="session")
        rehearsal = told.rehearse(outcome, month=month)
        st.html(f'<p class="lb-say" role="status">{shell.sentence_html(rehearsal.sentence)}</p>')
        blocks.picture(
            figures.rehearsal_figure(rehearsal, palette=shell.palette()),
            key="plot_rehearsal",
            alt="".join(part.text for part in rehearsal.sentence),
        )


def _decision(plan: Plan) -> tuple[Scenario, dict[str, object], str]:
    """The plan without the decision, the decision, and its name: the moved levers, or portable software."""
    moved = plan.view.decisions()
    world = {path: value for path, value in plan.view.moved if path not in moved}
    scenario = evaluation.planned(plan.view.preset, world)
    if moved:
        return scenario, moved, text.MOVED_LEVERS
    twin = portable_twin(scenario)
    paths = (ORCHESTRATION, VECTOR_STORE, MOVABLE)
    return scenario, {path: evaluation.field_value(twin, path) for path in paths}, text.PORTABLE_SOFTWARE


def _waiting(plan: Plan) -> None:
    scenario, decision, name = _decision(plan)

    def work(job: Job) -> CostOfWaiting:
        return cost_of_waiting(scenario, decision, progress=job.progress)

    key = ("waiting", plan.outcome.scenario_hash, plan.view.preset, plan.view.moved)
    with st.container(key="waiting", gap="small"):
        note = text.WAITING_NOTE.format(decision=name)
        title, button = text.WAITING_TITLE, text.WAITING_ASK
        waiting = follow.answered(key, CostOfWaiting, work, title=title, note=note, button=button)
        if waiting is None:
            return
        blocks.chart(
            waits.waiting_figure(waiting, palette=shell.palette()),
            key="waiting",
            title=waits.waiting_finding(waiting),
            measure=note,
            table=waits.waiting_table(waiting),
            alt=decisions.waiting_sentence(waiting),
        )
        st.html(f'<p class="lb-note">{escape(decisions.waiting_sentence(waiting))}</p>')


def _worth(plan: Plan) -> None:
    scenario = plan.outcome.scenario

    def work(job: Job) -> WorthOfPortability:
        return worth_of_portability(scenario, progress=job.progress)

    key = ("worth", plan.outcome.scenario_hash)
    with st.container(key="worth", gap="small"):
        title, button = text.WORTH_TITLE, text.WORTH_ASK
        worth = follow.answered(key, WorthOfPortability, work, title=title, note=text.WORTH_NOTE, button=button)
        if worth is None:
            return
        blocks.chart(
            waits.events_figure(worth, palette=shell.palette()),
            key="worth",
            title=waits.events_finding(worth),
            measure=text.WORTH_NOTE,
            table=waits.events_table(worth),
            alt=decisions.portability_verdict(worth),
        )
        said = "".join(f"<li>{escape(sentence)}</li>" for sentence in decisions.portability_sentences(worth))
        st.html(f'<ul class="lb-notes">{said}</ul>')


def _vectors(plan: Plan) -> None:
    scenario = plan.outcome.scenario

    def work(job: Job) -> tuple[Stored, ...]:
        return petabytes(scenario, progress=job.progress)

    key = ("vectors", plan.outcome.scenario_hash)
    with st.container(key="vectors", gap="small"):
        title, button = text.VECTORS_TITLE, text.VECTORS_ASK
        sizes = follow.answered(key, tuple, work, title=title, note=text.VECTORS_NOTE, button=button)
        if sizes is None:
            return
        blocks.finding(waits.vectors_finding(sizes), text.VECTORS_NOTE)
        table = shell.table_html(*waits.vectors_table(sizes), caption=text.VECTORS_NOTE)
        st.html(f'<div class="lb-bare lb-vectors">{table}</div>')
        st.html(f'<p class="lb-note">{escape(waits.vectors_note(sizes))}</p>')


def page() -> None:
    plan = frame.open_plan()
    if plan is None:
        return
    month = plan.view.month
    frame.headline(told.lockin_headline(plan.outcome, month=month))
    _doors(plan.outcome, month)
    _dragged(plan.outcome, month)
    with st.container(key="charts"), st.grid(2, min_column_width=400, gap=("small", "medium")):
        _layers(plan.outcome)
        _bill(plan.outcome, month)
        _rehearsal(plan.outcome)
        _waiting(plan)
        _worth(plan)
    _vectors(plan)
    frame.follow_full_run(plan)
    frame.foot(plan.outcome)


page()
