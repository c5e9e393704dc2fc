"""The sheet whose cells drive all statements, and the register as it was reported."""

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from sim.reports.document.look import GRAY, INK, RULE
from sim.reports.document.parts import Figure, Table
from sim.reports.document.sheets.blocks import Blocks
from sim.reports.document.sheets.inputs import Input
from sim.reports.document.sheets.paper import Paper

NAME = "Assumptions"
PLAIN = "General"
BLUE = {"font_color": "#0000C0", "bg_color": "#FFFBE6", "border": 1, "border_color": RULE}
"""How a cell looks that is there to be changed."""
HEADS = ("Value that drives the statements", "Value", "Low", "High", "Unit", "Source", "Grade", "Name in formulas")
NUMBERS = ("Value", "Low", "High")
WIDTHS = [52.0, 13.0, 12.0, 12.0, 22.0, 52.0, 8.0, 52.0]
FIRST = 4
GRADES = (
    "Grades: A specification, law or primary data; B press or survey that names its source; C a single page; "
    "J our own judgment; S stated in the scenario."
)


def write_assumptions(paper: Paper, inputs: tuple[Input, ...]) -> None:
    """One row and one name for each input, then the register if the report has it."""
    sheet = paper.sheet(
        NAME,
        "Assumptions",
        "Change a value in blue: every month of every statement follows. " + GRADES,
        widths=WIDTHS,
        freeze=(FIRST, 1),
    )
    sheet.fit_to_pages(1, 0)
    _heads(paper, sheet, FIRST - 1, HEADS)
    for row, given in enumerate(inputs, start=FIRST):
        paper.text(sheet, row, 0, given.label)
        paper.number(sheet, row, 1, given.value, PLAIN, **BLUE)
        paper.number(sheet, row, 2, given.low, PLAIN)
        paper.number(sheet, row, 3, given.high, PLAIN)
        for column, text in enumerate((given.unit, given.source, given.grade, given.name), start=4):
            paper.text(sheet, row, column, text, font_color=GRAY if column > 4 else INK, indent=int(column == 4))
        paper.tall(sheet, row, [(given.label, WIDTHS[0]), (given.unit, WIDTHS[4]), (given.source, WIDTHS[5])])
        cell = xl_rowcol_to_cell(row, 1, row_abs=True, col_abs=True)
        paper.workbook.define_name(given.name, f"='{NAME}'!{cell}")
    section = paper.report.section("assumptions")
    register = section.block("register") if section else None
    if isinstance(register, Table):
        _register(Blocks(paper, sheet, widths=WIDTHS, row=FIRST + len(inputs) + 2), register)


def _heads(paper: Paper, sheet: Worksheet, row: int, names: tuple[str, ...]) -> None:
    for column, name in enumerate(names):
        align = "right" if name in NUMBERS else "left"
        paper.text(sheet, row, column, name, bold=True, font_color=GRAY, bottom=1, align=align)


def _register(blocks: Blocks, register: Table) -> None:
    """Everything the report rests on, as it was; these cells drive nothing."""
    paper, sheet = blocks.paper, blocks.sheet
    blocks.line("The whole register, as reported", bold=True)
    blocks.line(
        "These cells drive nothing: what shapes quantities is changed in the scenario, and the report is run again.",
        font_color=GRAY, italic=True,
    )  # fmt: skip
    _heads(paper, sheet, blocks.row, ("Input", *HEADS[1:-1]))
    blocks.row += 1
    group = ""
    for row, of in zip(register.rows, register.groups, strict=True):
        if of != group:
            group = of
            paper.text(sheet, blocks.row, 0, group, **paper.section)
            blocks.row += 1
        label, value, _, unit, source, grade = row
        paper.text(sheet, blocks.row, 0, str(label))
        if isinstance(value, Figure):
            paper.number(sheet, blocks.row, 1, value.value, PLAIN)
            if value.ranged:
                paper.number(sheet, blocks.row, 2, value.low, PLAIN)
                paper.number(sheet, blocks.row, 3, value.high, PLAIN)
        else:
            paper.text(sheet, blocks.row, 1, value, align="right")
        for column, text in enumerate((unit, source, grade), start=4):
            paper.text(sheet, blocks.row, column, str(text), indent=int(column == 4))
        paper.tall(sheet, blocks.row, [(str(label), WIDTHS[0]), (str(unit), WIDTHS[4]), (str(source), WIDTHS[5])])
        blocks.row += 1
