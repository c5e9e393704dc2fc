"""Cells, styles and print setup of the workbook; text that somebody else wrote never becomes a formula."""

from collections.abc import Iterable, Sequence
from math import ceil, isfinite
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from sim.reports.document.clean import recut
from sim.reports.document.look import GRAY, INK, PANEL
from sim.reports.document.report import Report

MOST_CELL = 2000
"""Letters of a cell: more would not be read there."""
USD, USD_FINE, SHARE, COUNT, LEVEL = '#,##0;-#,##0;"–"', "#,##0.00", "0.0%", "#,##0", "0.0000"
MONTH = '"Month "0'
ORDERS = ("=", "+", "-", "@", "\t")
"""How text begins that a spreadsheet would calculate once somebody edits its cell."""
PAPER_CODES = {"letter": 1, "a4": 9}
LINE_PT, MOST_ROW_PT = 13.5, 400.0
WIDER = 1.12
"""A letter over the digit by which the width of a column is counted, words that do not fit a line included."""


class Paper:
    """Writes into one workbook in the look of the report."""

    def __init__(self, workbook: Workbook, report: Report) -> None:
        self.workbook, self.report = workbook, report
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def style(self, **settings: Any) -> Any:
        """A format; equal settings share one."""
        key = tuple(sorted(settings.items()))
        if key not in self._formats:
            base = {"font_name": "Arial", "font_size": 10, "font_color": INK, "valign": "top"}
            self._formats[key] = self.workbook.add_format({**base, **settings})
        return self._formats[key]

    def sheet(self, name: str, title: str, note: str, *, widths: list[float], freeze: tuple[int, int]) -> Worksheet:
        """A sheet with its title in the first row and what it says in the second.

        Args:
            widths: of its columns [characters].
            freeze: rows and columns that stay in view and are printed on every page.
        """
        sheet = self.workbook.add_worksheet(name)
        sheet.hide_gridlines(2)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        self.text(sheet, 0, 0, title, bold=True, font_size=15, font_name="Georgia", text_wrap=False)
        self.text(sheet, 1, 0, note, font_color=GRAY, text_wrap=False)
        sheet.set_row(0, 24)
        rows, columns = freeze
        sheet.freeze_panes(rows, columns)
        sheet.set_landscape()
        sheet.set_paper(PAPER_CODES[self.report.paper])
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.repeat_rows(max(0, rows - 1))
        foot = recut(self.report.brand.name, most=40).replace("&", "&&")
        tag = f"{self.report.tag} · " if self.report.tag else ""
        sheet.set_footer(f"&L&8{foot} · {tag}scenario {self.report.stamp.scenario_hash[:7]}&C&8&A&R&8&P of &N")
        return sheet

    def text(self, sheet: Worksheet, row: int, column: int, text: str, **settings: Any) -> None:
        """Text as text, whatever it begins with."""
        shown = recut(text, most=MOST_CELL)
        if shown.startswith(ORDERS):
            settings["quote_prefix"] = True
        settings.setdefault("text_wrap", True)
        sheet.write_string(row, column, shown, self.style(**settings))

    def heads(self, sheet: Worksheet, row: int, names: Sequence[str | int], *, left: int = 1) -> None:
        """Heads of columns, the first `left` of them of text; a number is that of a month."""
        look = {"bold": True, "font_color": GRAY, "bottom": 1, "bottom_color": INK}
        for column, name in enumerate(names):
            if isinstance(name, int):
                self.number(sheet, row, column, name, MONTH, align="right", **look)
            else:
                self.text(sheet, row, column, name, align="left" if column < left else "right", **look)

    def tall(self, sheet: Worksheet, row: int, cells: Iterable[tuple[str, float]]) -> None:
        """Make a row as tall as its longest text needs, given texts and the widths that they have [characters]."""
        lines = max((ceil(len(recut(text, most=MOST_CELL)) * WIDER / width) for text, width in cells), default=1)
        if lines > 1:
            sheet.set_row(row, min(LINE_PT * lines, MOST_ROW_PT))

    def number(self, sheet: Worksheet, row: int, column: int, value: float, form: str, **settings: Any) -> None:
        """A number; a dash where there is none."""
        if isfinite(value):
            sheet.write_number(row, column, value, self.style(num_format=form, **settings))
        else:
            self.text(sheet, row, column, "–" if value != value else "∞", align="right", **settings)

    def formula(
        self, sheet: Worksheet, row: int, column: int, formula: str, value: float | str, form: str, **settings: Any
    ) -> None:
        """A formula with what it gives, for viewers that do not calculate."""
        known = value if isinstance(value, str) else (value if isfinite(value) else "")
        sheet.write_formula(row, column, formula, self.style(num_format=form, **settings), known)

    def by_year(self, sheet: Worksheet, *, breaks: Sequence[int], repeated: int, scale: int) -> None:
        """Print a page for what stands before the months, then one for the months of each year.

        Args:
            breaks: columns at which a page begins.
            repeated: columns on the left of every page.
        """
        sheet.repeat_columns(0, repeated - 1)
        sheet.set_print_scale(scale)
        sheet.set_v_pagebreaks(list(breaks))

    @property
    def section(self) -> dict[str, Any]:
        """Settings of a row that names what follows."""
        return {"bold": True, "bg_color": PANEL}

