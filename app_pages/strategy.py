"""Strategy: move a lever, and see latency, cost, margin and the cost of leaving move."""

from app_pages import cards, charts, frame, levers
from sim.reports.sentences import headline


def page() -> None:
    plan = frame.open_plan()
    if plan is None:
        return
    view, outcome, preset = plan.view, plan.outcome, plan.preset
    frame.headline(headline(outcome, preset, month=view.month))
    cards.kpi_row(outcome, preset, month=view.month)
    cards.chip_row(outcome, preset, month=view.month)
    charts.chart_row(view, outcome, preset)
    cards.warnings(outcome)
    levers.world(view, outcome)
    frame.follow_full_run(plan)
    frame.foot(outcome)


page()
