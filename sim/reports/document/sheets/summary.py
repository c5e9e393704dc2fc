"""The first sheet: what is asked, and the figures of every option as reported and as the workbook has them now."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from sim.reports.document.look import GRAY
from sim.reports.document.sheets.blocks import Blocks
from sim.reports.document.sheets.charts import NAMES_COLUMN, NAMES_ROW, SUMMARY, Area, Charts, Place
from sim.reports.document.sheets.paper import SHARE, USD, USD_FINE, Paper
from sim.reports.document.sheets.statement import Statement
from sim.reports.document.sheets.workings import HEAD, LINE_LABELS

WIDTHS = [42.0, 14.0]
TOP = 2


class Headline(NamedTuple):
    """A figure that stands on the first sheet."""

    label: str
    unit: str
    form: str
    cell: Callable[[Statement], str]
    reported: Callable[[Statement], float | str]


def _total(key: str) -> Callable[[Statement], str]:
    return lambda statement: statement.cell(key, statement.grid.total)


def _last(key: str) -> Callable[[Statement], str]:
    return lambda statement: statement.cell(key, statement.grid.all[1])


def _payback(statement: Statement) -> float | str:
    outcome = statement.ledger.outcome
    if outcome.payback_month is None:
        return f"not within {len(outcome.months)} months"
    return outcome.payback_month + 1


HEADLINES = (
    Headline("Worth, discounted (NPV)", "USD", USD, lambda s: s.npv_cell, lambda s: s.ledger.outcome.npv_usd),
    Headline("Paid back from month", "month", "0", lambda s: s.payback_cell, _payback),
    Headline(
        "Revenue, all months", "USD", USD, _total("revenue"),
        lambda s: sum(stated.revenue_usd for stated in s.ledger.outcome.statements),
    ),
    Headline(
        "All cost, all months", "USD", USD, _total("total"),
        lambda s: sum(stated.cost_usd["total"] for stated in s.ledger.outcome.statements),
    ),
    Headline(
        "Cash at the end", "USD", USD, _last("cumulative"), lambda s: s.ledger.outcome.cumulative_cash_usd[-1]
    ),
    Headline(
        "Gross margin, last month", "share", SHARE, _last("gross_margin"),
        lambda s: s.ledger.outcome.months[-1].gross_margin,
    ),
    Headline(
        "Cost per 1M tokens, last month", "USD", USD_FINE, _last("per_mtok"),
        lambda s: s.ledger.outcome.months[-1].usd_per_mtok_allocated,
    ),
)  # fmt: skip


def write_summary(paper: Paper, statements: Sequence[Statement]) -> None:
    """Must be the first sheet that is written."""
    report = paper.report
    count = len(statements)
    widths = [*WIDTHS, *[17.0] * (3 * count)]
    sheet = paper.sheet(SUMMARY, report.title, _said(paper), widths=widths, freeze=(TOP, 0))
    sheet.fit_to_pages(1, 1)
    blocks = Blocks(paper, sheet, widths=widths[: NAMES_COLUMN + 3 * count], row=TOP)
    blocks.line(report.decision, bold=True, font_name="Georgia", font_size=12)
    blocks.line(report.recommendation)
    said = "Change a price in the sheet Assumptions: “now” follows, “reported” stays as the model gave it."
    fixed = sorted({key.removeprefix("revenue.") for statement in statements for key in statement.fixed})
    if fixed:
        labels = ", ".join(LINE_LABELS.get(key, key) for key in fixed)
        said += f" Fixed amounts do not follow, so worth leaves them as they are: {labels}."
    blocks.line(said, font_color=GRAY, italic=True)
    groups = ("Now", "Reported", "Difference")
    for at, group in enumerate(groups):
        paper.text(sheet, NAMES_ROW - 1, NAMES_COLUMN + at * count, group, bold=True, text_wrap=False)
    paper.heads(sheet, NAMES_ROW, ["", "Unit", *[option.short for option in report.options] * len(groups)], left=2)
    paper.tall(sheet, NAMES_ROW, [(option.short.upper(), widths[-1]) for option in report.options])
    for row, headline in enumerate(HEADLINES, start=NAMES_ROW + 1):
        _row(paper, row, headline, statements)
    first = NAMES_ROW + 2 + len(HEADLINES)
    charts = Charts(paper)
    charts.lines(
        sheet, (first, 0), title="Gross margin by month", form="0%", series=_series(statements, "gross_margin")
    )
    charts.lines(
        sheet, (first, 1), title="Cash since the start by month, USD", form='$#,##0.0,,"M"',
        series=_series(statements, "cumulative"),
    )  # fmt: skip
    for at, (option, statement) in enumerate(zip(report.options, statements, strict=True)):
        place = (first + Charts.ROWS * (1 + at // 2), at % 2)
        _cost(charts, sheet, place, statement, f"Cost of {option.short} by month, USD")


def _cost(charts: Charts, sheet: Worksheet, place: Place, statement: Statement, title: str) -> None:
    """Cost by line and month; lines that cost nothing are left out."""
    first, last = statement.grid.all
    outcome = statement.ledger.outcome
    lines = [line for line in LINE_LABELS if any(stated.cost_usd[line] for stated in outcome.statements)]
    charts.stack(
        sheet,
        place,
        title=title,
        form='$#,##0,"k"',
        months=(statement.name, (HEAD, first, HEAD, last)),
        series=[(LINE_LABELS[line], (statement.rows[line], first, statement.rows[line], last)) for line in lines],
    )


def _said(paper: Paper) -> str:
    tag = f"{paper.report.tag}. " if paper.report.tag else ""
    return tag + "; ".join((paper.report.brand.name, *paper.report.stamp.parts()))


def _row(paper: Paper, row: int, headline: Headline, statements: Sequence[Statement]) -> None:
    sheet = paper.workbook.get_worksheet_by_name(SUMMARY)
    paper.text(sheet, row, 0, headline.label)
    paper.text(sheet, row, 1, headline.unit)
    count = len(statements)
    form = headline.form
    for at, statement in enumerate(statements):
        column = NAMES_COLUMN + at
        reported = headline.reported(statement)
        live = f"={headline.cell(statement)}"
        paper.formula(sheet, row, column, live, reported, form, bold=True, align="right")
        if isinstance(reported, str):
            paper.text(sheet, row, column + count, reported, align="right")
        else:
            paper.number(sheet, row, column + count, reported, form, align="right")
        now, then = (xl_rowcol_to_cell(row, place) for place in (column, column + count))
        moved = f'=IF(AND(ISNUMBER({now}),ISNUMBER({then})),{now}-{then},"")'
        difference = "" if isinstance(reported, str) or reported != reported else 0.0
        paper.formula(sheet, row, column + 2 * count, moved, difference, form, align="right")


def _series(statements: Sequence[Statement], key: str) -> list[tuple[str, Area, Area]]:
    found: list[tuple[str, Area, Area]] = []
    for statement in statements:
        first, last = statement.grid.all
        row = statement.rows[key]
        found.append((statement.name, (row, first, row, last), (HEAD, first, HEAD, last)))
    return found
