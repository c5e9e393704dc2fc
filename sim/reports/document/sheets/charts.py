"""Native charts of the workbook, drawn from its cells."""

from typing import Any

from xlsxwriter.worksheet import Worksheet

from sim.reports.document.look import GRAY, GRID, INK, LAYERS, style_of
from sim.reports.document.sheets.paper import Paper

Area = tuple[int, int, int, int]
"""First row and column, last row and column."""
SUMMARY = "Summary"
NAMES_ROW, NAMES_COLUMN = 7, 2
"""Where the summary names the options: a series is named by a cell, so that no name is read as a formula."""
DASHES = {"proposed": "solid", "counterpart": "dash", "other": "round_dot"}


class Charts:
    """Draws on sheets of one workbook; options wear their own color, mark and stroke."""

    ROWS = 20
    """Rows that a chart covers."""
    WIDTH, HEIGHT = 760, 380

    def __init__(self, paper: Paper) -> None:
        self.paper = paper

    def lines(
        self, sheet: Worksheet, row: int, *, title: str, form: str, series: list[tuple[str, Area, Area]], column: int = 0
    ) -> None:
        """One line for each option, in their order.

        Args:
            title: what is drawn and its unit.
            form: number format of the axis.
            series: sheet, cells of the values and of the months of each option.
        """
        chart = self.paper.workbook.add_chart({"type": "line"})
        for at, (option, (name, values, months)) in enumerate(zip(self.paper.report.options, series, strict=True)):
            style = style_of(option, self.paper.report.brand)
            chart.add_series(
                {
                    "name": [SUMMARY, NAMES_ROW, NAMES_COLUMN + at],
                    "categories": [name, *months],
                    "values": [name, *values],
                    "line": {"color": style.color, "width": style.width, "dash_type": DASHES[option.role]},
                    "marker": {"type": "none"},
                }
            )
        self._dressed(chart, title, form)
        sheet.insert_chart(row, column, chart, {"description": title, "object_position": 2})

    def stack(
        self, sheet: Worksheet, row: int, *, title: str, form: str, series: list[tuple[str, Area]], months: Area,
        column: int = 0,
    ) -> None:  # fmt: skip
        """Layers of one statement that add up, by month."""
        chart = self.paper.workbook.add_chart({"type": "column", "subtype": "stacked"})
        name = sheet.get_name()
        for at, (label, values) in enumerate(series):
            chart.add_series(
                {
                    "name": label,
                    "categories": [name, *months],
                    "values": [name, *values],
                    "fill": {"color": LAYERS[at % len(LAYERS)]},
                    "gap": 20,
                }
            )
        self._dressed(chart, title, form)
        sheet.insert_chart(row, column, chart, {"description": title, "object_position": 2})

    def _dressed(self, chart: Any, title: str, form: str) -> None:
        font = {"name": "Arial", "size": 9, "color": GRAY}
        chart.set_title({"name": title, "name_font": {"name": "Arial", "size": 12, "color": INK}, "overlay": False})
        chart.set_y_axis(
            {"num_format": form, "num_font": font, "major_gridlines": {"visible": True, "line": {"color": GRID}},
             "line": {"none": True}}
        )  # fmt: skip
        chart.set_x_axis({"num_font": font, "interval_unit": 6, "label_position": "low", "line": {"color": INK}})
        chart.set_legend({"position": "bottom", "font": font})
        chart.set_size({"width": self.WIDTH, "height": self.HEIGHT})

