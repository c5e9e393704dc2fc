"""Tables, key figures, statements and prose of a section as rows of a sheet; figures stay numbers."""

from collections.abc import Sequence
from dataclasses import replace
from functools import singledispatchmethod
from math import isfinite
from typing import Any

from xlsxwriter.worksheet import Worksheet

from sim.reports.document.chart_tables import table_of
from sim.reports.document.look import GRAY
from sim.reports.document.parts import Block, Cell, Column, Figure, Grid, Points, Prose, Section, Table
from sim.reports.document.sheets.paper import Paper

DOLLARS, CENTS, SHARE, WHOLE, FINE, TENTHS = "$#,##0", "$#,##0.00", "0.0%", "#,##0", "0.00", "#,##0.0"
MONEY = ("$", "k", "M")
"""Units of an axis in dollars."""
CENTS_BELOW, FINE_BELOW = 100, 10


class Blocks:
    """Writes blocks below one another on one sheet."""

    def __init__(self, paper: Paper, sheet: Worksheet, *, widths: list[float], row: int) -> None:
        self.paper, self.sheet, self.widths, self.row = paper, sheet, widths, row
        self.money = False
        """Whether figures without a sign of their own are dollars."""

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
        larger = settings.get("font_size", 10) / 10
        self.paper.tall(self.sheet, self.row, [(text, sum(self.widths) / larger**2)])
        self.sheet.merge_range(self.row, 0, self.row, last, "", self.paper.style(text_wrap=True, **settings))
        self.paper.text(self.sheet, self.row, 0, text, **settings)
        self.row += 1

    @singledispatchmethod
    def _content(self, block: Any) -> None:
        self.money = block.axis.unit in MONEY
        self._content(with_ends(table_of(block, self.paper.report.options)))
        self.money = False

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
        self.paper.tall(self.sheet, self.row, [(head, self.widths[2]) for head in heads])
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
            self.paper.tall(self.sheet, self.row, [(row.label, self.widths[0]), (row.note, self.widths[1])])
            self.row += 1

    @_content.register
    def _table(self, block: Table) -> None:
        spans = self._spans([column.share for column in block.columns])
        heads: list[Cell] = [column.title for column in block.columns]
        numeric = [column.numeric for column in block.columns]
        self._across(heads, spans, numeric, bold=True, font_color=GRAY, bottom=1)
        group = ""
        for at, row in enumerate(block.rows):
            if block.groups and block.groups[at] != group:
                group = block.groups[at]
                self.line(group, **self.paper.section)
            self._across(row, spans, numeric)

    def _spans(self, shares: list[float]) -> list[tuple[int, int]]:
        """First and last column of each column of a table: the sheet's columns shared out by width."""
        count = len(self.widths)
        edges = [0]
        for at in range(len(shares)):
            wanted = round(sum(shares[: at + 1]) / sum(shares) * count)
            left = len(shares) - at - 1
            edges.append(min(max(wanted, edges[-1] + 1), count - left))
        return [(edges[at], edges[at + 1] - 1) for at in range(len(shares))]

    def _across(
        self, cells: Sequence[Cell], spans: list[tuple[int, int]], numeric: list[bool], **settings: Any
    ) -> None:
        """One row of a table, each cell over its columns."""
        room = []
        after_number = False
        for cell, (first, last), is_number in zip(cells, spans, numeric, strict=True):
            style = {"align": "right" if is_number else "left", **({"indent": 1} if after_number else {}), **settings}
            after_number = is_number
            if last > first:
                self.sheet.merge_range(self.row, first, self.row, last, "", self.paper.style(**style))
            if isinstance(cell, Figure) and isfinite(cell.value) and is_number:
                form = DOLLARS if self.money else form_of(cell)
                self.paper.number(self.sheet, self.row, first, cell.value, form, **style)
                continue
            text = cell.text if isinstance(cell, Figure) else cell
            self.paper.text(self.sheet, self.row, first, text, **style)
            room.append((text, sum(self.widths[first : last + 1])))
        self.paper.tall(self.sheet, self.row, room)
        self.row += 1


def with_ends(table: Table) -> Table:
    """A table whose ranged columns are followed by the ends of their ranges."""
    ranged = [
        any(isinstance(cell, Figure) and cell.ranged for cell in column) for column in zip(*table.rows, strict=True)
    ]
    if not any(ranged):
        return table
    ends = (Column("from", 0.8, numeric=True), Column("to", 0.8, numeric=True))
    columns = [
        each
        for column, known in zip(table.columns, ranged, strict=True)
        for each in ((column, *ends) if known else (column,))
    ]
    rows = tuple(
        tuple(each for cell, known in zip(row, ranged, strict=True) for each in (_ends(cell) if known else (cell,)))
        for row in table.rows
    )
    return replace(table, columns=tuple(columns), rows=rows)


def _ends(cell: Cell) -> tuple[Cell, ...]:
    """A figure and the ends of its range, each written as it is."""
    if isinstance(cell, str) or not cell.ranged:
        return cell, "", ""
    return cell, Figure(cell.low, cell.text), Figure(cell.high, cell.text)


def form_of(figure: Figure) -> str:
    """Number format of a figure, by how people read it."""
    value = abs(figure.value)
    if "$" in figure.text:
        return CENTS if value < CENTS_BELOW else DOLLARS
    if "%" in figure.text:
        return SHARE
    if value == round(value):
        return WHOLE
    return FINE if value < FINE_BELOW else TENTHS
