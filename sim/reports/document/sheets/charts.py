"""Native charts of the workbook, drawn from its cells."""

from collections.abc import Sequence
from typing import Any

from xlsxwriter.worksheet import Worksheet

from sim.reports.document.look import GRAY, GRID, INK, LAYERS, style_of
from sim.reports.document.sheets.paper import Paper

GAP = 20
Place = tuple[int, int]
"""Row at which a chart begins, and its place in the row of charts."""
Area = tuple[int, int, int, int]
"""First row and column, last row and column."""
SUMMARY = "Summary"
NAMES_ROW, NAMES_COLUMN = 7, 2
"""Where the summary names the options: a series is named by a cell, so that no name is read as a formula."""
DASHES = {"proposed": "solid", "counterpart": "dash", "other": "round_dot"}


class Charts:
    """Draws on sheets of one workbook; options wear their own color, mark and stroke."""

    ROWS = 17
    """Rows that a chart covers."""
    WIDTH, HEIGHT = 800, 310

    def __init__(self, paper: Paper) -> None:
        self.paper = paper

    def lines(
        self, sheet: Worksheet, place: Place, *, title: str, form: str, series: Sequence[tuple[str, Area, Area]]
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
        self._insert(sheet, place, chart, title)

    def stack(
        self, sheet: Worksheet, place: Place, *, title: str, form: str, months: tuple[str, Area],
        series: Sequence[tuple[str, Area]],
    ) -> None:  # fmt: skip
        """Layers of one statement that add up, by month; `months` names the sheet that all cells are on."""
        chart = self.paper.workbook.add_chart({"type": "column", "subtype": "stacked"})
        name, labels = months
        for at, (label, values) in enumerate(series):
            chart.add_series(
                {
                    "name": label,
                    "categories": [name, *labels],
                    "values": [name, *values],
                    "fill": {"color": LAYERS[at % len(LAYERS)]},
                    "gap": 20,
                }
            )
        self._dressed(chart, title, form)
        self._insert(sheet, place, chart, title)

    def _insert(self, sheet: Worksheet, place: Place, chart: Any, title: str) -> None:
        row, across = place
        options = {"description": title, "object_position": 2, "x_offset": across * (self.WIDTH + GAP)}
        sheet.insert_chart(row, 0, chart, options)

    def _dressed(self, chart: Any, title: str, form: str) -> None:
        font = {"name": "Arial", "size": 9, "color": GRAY}
        chart.set_title({"name": title, "name_font": {"name": "Arial", "size": 12, "color": INK}, "overlay": False})
        chart.set_y_axis(
            {"num_format": form, "num_font": font, "major_gridlines": {"visible": True, "line": {"color": GRID}},
             "line": {"none": True}}
        )  # fmt: skip
        chart.set_x_axis(
            {"num_format": "0", "num_font": font, "interval_unit": 6, "label_position": "low", "line": {"color": INK}}
        )
        chart.set_legend({"position": "bottom", "font": font})
        chart.set_size({"width": self.WIDTH, "height": self.HEIGHT})

