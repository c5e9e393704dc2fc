"""The report as a workbook: change a price in it, and margin, cash and worth move as the model would move them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO

from xlsxwriter import Workbook

from sim.reports.document.clean import recut
from sim.reports.document.formats import File
from sim.reports.document.report import Report
from sim.reports.document.sheets.assumptions import write_assumptions
from sim.reports.document.sheets.inputs import Inputs
from sim.reports.document.sheets.ledger import ledger
from sim.reports.document.sheets.paper import Paper
from sim.reports.document.sheets.readings import write_doors, write_key_figures, write_lock_in, write_section_sheet
from sim.reports.document.sheets.statement import Statement
from sim.reports.document.sheets.summary import write_summary

NAME = "report.xlsx"
EPOCH = datetime(1980, 1, 1)
"""Every workbook claims this date, or equal reports would differ."""
NAMED = {
    "revenue": "revenue", "serve": "cost_to_serve", "gross_margin": "gross_margin", "total": "all_cost",
    "profit": "profit", "cash": "cash", "cumulative": "cash_since_start",
}  # fmt: skip
"""Rows of a statement that have a name, `NAME_OPTION`."""
RANGED = (("money", ("worth_fan", "worth_ranges")), ("reversal", ("waiting_gain", "waiting")))
"""Blocks of other sections that rest on what was drawn or played beyond the outcomes."""
LIVE = (
    "Statements, worth and payback are formulas: each amount is a quantity from the simulation times the values named "
    "beside it in the workings. Changing a value in blue in Assumptions gives what the model gives for it, as long as "
    "requests are not routed by the rank of prices.",
    "Not live: quantities, service, lock-in, doors and futures; moves between platforms, one-off events of shocks and "
    "programs, whose lines say “fixed” and stay as the model gave them. Change these in the scenario and write the "
    "report again.",
)


def write(report: Report) -> Iterator[File]:
    """One file; equal reports give equal bytes."""
    buffer = BytesIO()
    workbook = Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties(
        {
            "title": recut(report.decision, most=250),
            "author": report.brand.name,
            "subject": ", ".join(report.stamp.parts()),
            "created": EPOCH,
        }
    )
    workbook.set_calc_mode("auto")
    _write(report, workbook)
    workbook.close()
    yield File(NAME, buffer.getvalue())


def _write(report: Report, workbook: Workbook) -> None:
    inputs = Inputs()
    paper = Paper(workbook, report)
    ledgers = [ledger(outcome, inputs) for outcome in report.outcomes]
    statements = [Statement(each, number=number) for number, each in enumerate(ledgers, start=1)]
    write_summary(paper, statements)
    for option, statement in zip(report.options, statements, strict=True):
        statement.write(paper, title=f"Statement: {option.short}")
    write_assumptions(paper, inputs.all)
    write_key_figures(paper)
    write_lock_in(paper)
    write_doors(paper)
    write_section_sheet(
        paper, "Futures", title="Futures and what moves the answer", keys=("futures", "sensitivity"), more=RANGED
    )
    write_section_sheet(paper, "Method", title="Method and limits", keys=("method", "glossary"), notes=LIVE)
    for statement in statements:
        statement.workings.write(paper)
    _names(workbook, statements)


def _names(workbook: Workbook, statements: Sequence[Statement]) -> None:
    for statement in statements:
        for key, name in NAMED.items():
            workbook.define_name(f"{name}_{statement.number}", f"={statement.months_range(key)}")
        workbook.define_name(f"npv_{statement.number}", f"={statement.npv_cell}")
        workbook.define_name(f"payback_{statement.number}", f"={statement.payback_cell}")
