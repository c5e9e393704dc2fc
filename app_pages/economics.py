"""Economics: what a token costs and why, where the money goes, at what volume it pays, and what stands idle."""

from collections.abc import Mapping
from html import escape

import streamlit as st

from app_pages import blocks, follow, frame, shell, text
from app_pages.frame import Plan
from app_pages.jobs import Job
from sim.reports import money, money_figures, words
from sim.reports.decisions import eu_sentence
from sim.reports.figures import series_table
from sim.reports.waterfall import waterfall, waterfall_table
from sim.strategy.answers import EuBreakEven, eu_break_even


def _chosen(label: str, options: Mapping[str, str], *, key: str) -> str:
    chosen = st.segmented_control(
        label,
        list(options),
        format_func=lambda name: options[name],
        default=next(iter(options)),
        key=key,
        required=True,
        persist_state="session",
    )
    return str(chosen)


def _controls() -> tuple[str, str, int]:
    """Window of the unit cost, and division and step of the stack."""
    steps = {str(months): word for months, word in money.STEPS.items()}
    with st.container(key="eco_controls", horizontal=True, gap="large"):
        window = _chosen(text.WINDOW, money.WINDOWS, key="eco_window")
        by = _chosen(text.AGGREGATE, money.GROUPS, key="eco_group")
        step = _chosen(text.STEP, steps, key="eco_step")
    return window, by, int(step)


def _eu(plan: Plan) -> None:
    scenario = plan.outcome.scenario

    def work(job: Job) -> EuBreakEven:
        return eu_break_even(scenario, progress=job.progress)

    key = ("eu", plan.outcome.scenario_hash)
    with st.container(key="eu", gap="small"):
        found = follow.answered(key, EuBreakEven, work, title=text.EU_TITLE, note=text.EU_NOTE, button=text.EU_ASK)
        if found is None:
            return
        blocks.finding(text.EU_TITLE, text.EU_NOTE)
        st.html(f'<p class="lb-note">{escape(eu_sentence(found))}</p>')
        st.html(f'<div class="lb-bare">{shell.table_html(*money.eu_table(found), caption=text.EU_NOTE)}</div>')


def page() -> None:
    plan = frame.open_plan()
    if plan is None:
        return
    outcome, preset, month = plan.outcome, plan.preset, plan.view.month
    place = st.container()
    window, by, step = _controls()
    with place:
        frame.headline(money.money_headline(outcome, month=month, window=window))
    colors = shell.palette()
    steps = money.unit_steps(money.window_of(outcome, month=month, window=window))
    with st.container(key="charts"), st.grid(2, min_column_width=400, gap=("small", "medium")):
        blocks.chart(
            waterfall(steps, total_label=text.ALL_IN, palette=colors, write=words.money),
            key="unit",
            title=money.unit_finding(steps),
            measure=text.UNIT_NOTE.format(window=money.WINDOWS[window], month=words.month(month)),
            table=waterfall_table(steps, total_label=text.ALL_IN, unit=text.PER_MTOK, write=words.money),
        )
        blocks.chart(
            money_figures.stack_figure(outcome, palette=colors, by=by, step=step),
            key="stack",
            title=money.stack_finding(outcome, month=month),
            measure=text.STACK_NOTE.format(step=money.STEPS[step], by=money.GROUPS[by]),
            table=money.stack_table(outcome, by=by, step=step),
        )
        blocks.chart(
            money_figures.volume_figure(outcome, palette=colors),
            key="volume",
            title=money.volume_finding(outcome),
            measure=text.VOLUME_NOTE,
            table=money.volume_table(outcome),
        )
        blocks.chart(
            money_figures.cash_figure(outcome, preset, palette=colors),
            key="cash",
            title=money.cash_finding(outcome),
            measure=text.CASH_NOTE,
            table=series_table("cash", plan=outcome, preset=preset),
        )
        blocks.chart(
            money_figures.idle_figure(outcome, palette=colors),
            key="idle",
            title=money.idle_finding(outcome, month=month),
            measure=text.IDLE_NOTE,
            table=money.idle_table(outcome),
        )
        _eu(plan)
    frame.follow_full_run(plan)
    frame.foot(outcome)


page()
