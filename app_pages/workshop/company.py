"""The state of a company in one screen: four figures as of the start of the round."""

from html import escape

from app_pages.workshop import wording
from sim.reports import words
from sim.workshop.company import Company


def state_html(company: Company, *, first_month: int) -> str:
    """Margin, slowest answers, cash and months to leave, before the round decides about more.

    Args:
        first_month: of the round.
    """
    p95 = words.seconds(company.p95_s) + (f" {wording.STATED}" if company.p95_assumed else "")
    rows = (
        (wording.FIGURE_MARGIN, words.percent(company.gross_margin) if company.launched else wording.NOT_YET),
        (wording.FIGURE_P95, p95 if company.launched else wording.NOT_YET),
        (wording.FIGURE_EXIT, words.money(company.exit_usd)),
        (wording.FIGURE_MONTHS, words.months(company.exit_months)),
    )
    cells = "".join(f"<div><span>{name}</span><b>{escape(value)}</b></div>" for name, value in rows)
    when = wording.STATE_AFTER.format(month=company.month) if first_month > 0 else wording.STATE_START
    launch = "" if company.launched else f" {wording.LAUNCHES.format(month=company.launch_month)}"
    return (
        f'<section class="ws-state" aria-label="{wording.COMPANY}"><h3>{when}.{launch}</h3>'
        f"<div>{cells}</div></section>"
    )
