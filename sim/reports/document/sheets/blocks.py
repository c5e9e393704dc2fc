"""Tables, key figures, statements and prose of a section as rows of a sheet; figures stay numbers."""

from functools import singledispatchmethod
from math import ceil, isfinite
from typing import Any

from xlsxwriter.worksheet import Worksheet

from sim.reports.document.chart_tables import table_of
from sim.reports.document.look import GRAY
from sim.reports.document.parts import Block, Cell, Figure, Grid, Points, Prose, Section, Table
from sim.reports.document.sheets.paper import Paper

LINE_PT = 13.5
DOLLARS, CENTS, SHARE, PLAIN = "$#,##0", "$#,##0.00", "0.0%", "General"
CENTS_BELOW = 100


class Blocks:
    """Writes blocks below one another on one sheet."""

    def __init__(self, paper: Paper, sheet: Worksheet, *, widths: list[float], row: int) -> None:
        self.paper, self.sheet, self.widths, self.row = paper, sheet, widths, row

    def section(self, section: Section, *, keys: tuple[str, ...] = ()) -> None:
        """Headline, standfirst and the blocks of some keys, or all of them."""
        self.line(section.headline, bold=True, font_name="Georgia", font_size=12)
        if section.standfirst:
            self.line(section.standfirst, font_color=GRAY)
        self.row += 1
        for block in section.blocks:
            if not keys or getattr(block, "key", "") in keys:
                self.block(block)

    def block(self, block: Block) -> None:
        """Title, note and content, and a free row."""
        self.line(block.title, bold=True)
        note = getattr(block, "note", "")
        if note:
            self.line(note, font_color=GRAY, italic=True)
        self._content(block)
        self.row += 1

    def line(self, text: str, **settings: Any) -> None:
        """Text over the whole width, as tall as it needs."""
        last = len(self.widths) - 1
        room = sum(self.widths) * (10 / settings.get("font_size", 10))
        self.sheet.set_row(self.row, LINE_PT * max(1, ceil(len(text) * 1.08 / room)) * settings.get("font_size", 10) / 10)
        self.sheet.merge_range(self.row, 0, self.row, last, "", self.paper.style(text_wrap=True, **settings))
        self.paper.text(self.sheet, self.row, 0, text, **settings)
        self.row += 1

    @singledispatchmethod
    def _content(self, block: Any) -> None:
        self._content(table_of(block, self.paper.report.options))

    @_content.register
    def _prose(self, block: Prose) -> None:
        for paragraph in block.paragraphs:
            self.line(paragraph)

    @_content.register
    def _points(self, block: Points) -> None:
        for item in block.items:
            self.line(f"•  {item}")

    @_content.register
    def _grid(self, block: Grid) -> None:
        heads = ["", ""]
        for option in self.paper.report.options:
            heads += [option.short, "from", "to"]
        self.paper.heads(self.sheet, self.row, heads, left=2)
        self.row += 1
        for row in block.rows:
            self.paper.text(self.sheet, self.row, 0, row.label)
            self.paper.text(self.sheet, self.row, 1, row.note, font_color=GRAY)
            column = 2
            for figure in row.figures:
                form = form_of(figure)
                self.paper.number(self.sheet, self.row, column, figure.value, form, bold=True)
                for at, end in enumerate((figure.low, figure.high), start=1):
                    if isfinite(end):
                        self.paper.number(self.sheet, self.row, column + at, end, form, font_color=GRAY)
                column += 3
            self.row += 1

    @_content.register
    def _table(self, block: Table) -> None:
        self.paper.heads(self.sheet, self.row, [column.title for column in block.columns], left=0)
        for column, head in enumerate(block.columns):
            self.paper.text(
                self.sheet, self.row, column, head.title,
                bold=True, font_color=GRAY, bottom=1, align="right" if head.numeric else "left",
            )  # fmt: skip
        self.row += 1
        group = ""
        for at, row in enumerate(block.rows):
            if block.groups and block.groups[at] != group:
                group = block.groups[at]
                self.paper.text(self.sheet, self.row, 0, group, **self.paper.section)
                self.row += 1
            for column, cell in enumerate(row):
                self._cell(self.row, column, cell, numeric=block.columns[column].numeric)
            self.row += 1

    def _cell(self, row: int, column: int, cell: Cell, *, numeric: bool) -> None:
        if isinstance(cell, Figure) and isfinite(cell.value) and numeric:
            self.paper.number(self.sheet, row, column, cell.value, form_of(cell))
            return
        text = cell.text if isinstance(cell, Figure) else cell
        self.paper.text(self.sheet, row, column, text, align="right" if numeric else "left")


def form_of(figure: Figure) -> str:
    """Number format of a figure, by how people read it."""
    if "$" in figure.text:
        return CENTS if abs(figure.value) < CENTS_BELOW else DOLLARS
    return SHARE if "%" in figure.text else PLAIN
