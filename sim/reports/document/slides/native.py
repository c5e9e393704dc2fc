"""Native charts: what they show stands in a workbook inside the slide, and can be edited there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from math import isfinite
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_MARKER_STYLE
from pptx.enum.dml import MSO_LINE
from pptx.util import Inches, Pt
from xlsxwriter import Workbook

from sim.reports.document.clean import recut
from sim.reports.document.look import GRAY
from sim.reports.document.parts import Axis
from sim.reports.document.slides.axes import (
    begin_at_axis,
    bounds,
    category_axis,
    every_label,
    form_of,
    laid_out,
    value_axis,
)
from sim.reports.document.slides.deck import Box, rgb

EPOCH = datetime(1980, 1, 1)
_Data: Any = CategoryChartData
MANY, FEW = 8, 4
"""Bars from which labels are set smaller, and below which bars are set apart."""
EVERY = 6
"""Months between two labels of an axis."""
MOST_NAME = 60
MARKERS = {
    "disc": XL_MARKER_STYLE.CIRCLE,
    "diamond": XL_MARKER_STYLE.DIAMOND,
    "triangle": XL_MARKER_STYLE.TRIANGLE,
    "square": XL_MARKER_STYLE.SQUARE,
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """One series of a chart; an invisible one only holds others off the axis."""

    name: str
    values: Sequence[float]
    color: str = ""
    """Empty for one that is not seen."""
    width: float = 2.25
    dash: Any = MSO_LINE.SOLID
    mark: str = ""
    """Of its last point."""


@dataclass(frozen=True, slots=True)
class Plot:
    """Where a chart's axes lie on the slide [in], and between which values."""

    left: float
    top: float
    width: float
    height: float
    low: float
    high: float

    def y(self, value: float) -> float:
        return self.top + self.height * (self.high - value) / (self.high - self.low)

    def x(self, value: float) -> float:
        return self.left + self.width * (value - self.low) / (self.high - self.low)


def _months(count: int) -> tuple[list[str], tuple[str, list[float]]]:
    """Labels of months, blank between the ones that are shown, and a column that names all of them."""
    labels = [str(m) if m % EVERY == 0 or count <= EVERY else " " for m in range(1, count + 1)]
    return labels, ("month", [float(m) for m in range(1, count + 1)])


def line_chart(slide: Any, box: Box, *, series: Sequence[Drawn], axis: Axis, alt: str) -> Plot:
    """Lines over months 1, 2, ..."""
    months = max(len(one.values) for one in series)
    values = [value for one in series for value in one.values]
    low, high, step = bounds(values)
    names, all_months = _months(months)
    chart = _added(
        slide, box, XL_CHART_TYPE.LINE, names, series, form=form_of(axis, step), alt=alt, beside=(all_months,)
    )
    inner = (0.075, 0.04, 0.9, 0.86)
    laid_out(chart, inner)
    value_axis(chart, axis, low=low, high=high, step=step)
    category_axis(chart)
    every_label(chart)
    begin_at_axis(chart)
    for drawn, plotted in zip(series, chart.plots[0].series, strict=True):
        plotted.smooth = False
        plotted.marker.style = XL_MARKER_STYLE.NONE
        line = plotted.format.line
        line.color.rgb, line.width, line.dash_style = rgb(drawn.color), Pt(drawn.width), drawn.dash
        if drawn.mark:
            marker = plotted.points[len(drawn.values) - 1].marker
            marker.style, marker.size = MARKERS[drawn.mark], 10
            marker.format.fill.solid()
            marker.format.fill.fore_color.rgb = rgb(drawn.color)
            marker.format.line.fill.background()
            end = plotted.points[len(drawn.values) - 1].format.line
            end.color.rgb, end.width, end.dash_style = rgb(drawn.color), Pt(drawn.width), drawn.dash
    return _plot(box, inner, low, high)


def column_stack(slide: Any, box: Box, *, series: Sequence[Drawn], axis: Axis, alt: str) -> Plot:
    """Layers by month that add up."""
    months = max(len(one.values) for one in series)
    tops = [sum(max(0.0, one.values[m]) for one in series if m < len(one.values)) for m in range(months)]
    low, high, step = bounds(tops)
    names, all_months = _months(months)
    chart = _added(
        slide, box, XL_CHART_TYPE.COLUMN_STACKED, names, series, form=form_of(axis, step), alt=alt, beside=(all_months,)
    )
    inner = (0.08, 0.04, 0.9, 0.86)
    laid_out(chart, inner)
    value_axis(chart, axis, low=low, high=high, step=step)
    category_axis(chart)
    every_label(chart)
    chart.plots[0].gap_width, chart.plots[0].overlap = 15, 100
    _filled(chart, series)
    return _plot(box, inner, low, high)


def floating_bars(
    slide: Any, box: Box, *, categories: Sequence[str], series: Sequence[Drawn], axis: Axis, alt: str,
    span: tuple[float, float], beside: Sequence[tuple[str, Sequence[float]]] = (), label_share: float = 0.26,
) -> Plot:  # fmt: skip
    """Horizontal bars that begin where an invisible series ends; the first category stands on top.

    Args:
        span: ends of the axis.
        beside: further columns of the workbook: the figures that the bars were made from.
        label_share: part of the width that categories may take.
    """
    step = (span[1] - span[0]) / 4
    chart = _added(
        slide, box, XL_CHART_TYPE.BAR_STACKED, categories, series, form=form_of(axis, step), alt=alt, beside=beside
    )
    inner = (label_share, 0.02, 0.98 - label_share, 0.96)
    laid_out(chart, inner)
    value_axis(chart, axis, low=span[0], high=span[1], step=step)
    chart.value_axis.visible = False
    chart.value_axis.has_major_gridlines = False
    category_axis(chart)
    many, few = len(categories) > MANY, len(categories) < FEW
    chart.category_axis.tick_labels.font.size = Pt(10.5 if many else 13)
    chart.category_axis.reverse_order = True
    chart.plots[0].gap_width, chart.plots[0].overlap = (120 if few else 55), 100
    _filled(chart, series)
    return _plot(box, inner, *span)


# --- parts ------------------------------------------------------------------------------------------------------------


def _added(
    slide: Any, box: Box, kind: Any, categories: Sequence[str], series: Sequence[Drawn], *, form: str, alt: str,
    beside: Sequence[tuple[str, Sequence[float]]] = (),
) -> Any:  # fmt: skip
    data: Any = _Data(number_format=form)
    data.categories = [recut(category, most=MOST_NAME) or " " for category in categories]
    for one in series:
        data.add_series(recut(one.name, most=MOST_NAME), [v if isfinite(v) else None for v in one.values])
    frame = slide.shapes.add_chart(kind, *(Inches(value) for value in box), data)
    properties = frame._element.nvGraphicFramePr.cNvPr
    properties.set("descr", recut(alt, most=1000))
    properties.set("title", recut(alt, most=120))
    chart = frame.chart
    chart.has_legend = chart.has_title = False
    chart.font.name, chart.font.size, chart.font.color.rgb = "Arial", Pt(12), rgb(GRAY)
    chart.part.chart_workbook.update_from_xlsx_blob(_workbook(data, series, form, beside))
    return chart


def _workbook(
    data: Any, series: Sequence[Drawn], form: str, beside: Sequence[tuple[str, Sequence[float]]]
) -> bytes:
    """The figures behind a chart where it looks for them; text stays text, and the date is pinned."""
    buffer = BytesIO()
    workbook = Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"created": EPOCH})
    sheet = workbook.add_worksheet("Sheet1")
    number = workbook.add_format({"num_format": form})
    for row, category in enumerate(data.categories, start=1):
        sheet.write_string(row, 0, category.label)
    columns = [(one.name, one.values) for one in series] + list(beside)
    for column, (name, values) in enumerate(columns, start=1):
        sheet.write_string(0, column, recut(name, most=MOST_NAME))
        for row, value in enumerate(values, start=1):
            if isfinite(value):
                sheet.write_number(row, column, value, number)
    workbook.close()
    return buffer.getvalue()


def _plot(box: Box, inner: tuple[float, float, float, float], low: float, high: float) -> Plot:
    left, top, width, height = box
    x, y, w, h = inner
    return Plot(left + x * width, top + y * height, w * width, h * height, low, high)


def _filled(chart: Any, series: Sequence[Drawn]) -> None:
    for drawn, plotted in zip(series, chart.plots[0].series, strict=True):
        plotted.invert_if_negative = False
        if drawn.color:
            plotted.format.fill.solid()
            plotted.format.fill.fore_color.rgb = rgb(drawn.color)
        else:
            plotted.format.fill.background()
        plotted.format.line.fill.background()


def segments(
    rows: Sequence[Sequence[float]], *, names: Sequence[str], colors: Sequence[tuple[str, str]]
) -> list[Drawn]:
    """Stacked series for bars between edges: what lies below zero and above it is stacked on its own side.

    Args:
        rows: edges of every bar from low to high, one more than there are segments.
        names: of each segment.
        colors: below and above zero, of each segment.
    """
    above = [[max(0.0, edge) for edge in row] for row in rows]
    below = [[min(0.0, edge) for edge in row] for row in rows]
    found = [Drawn("before", [row[0] for row in above])]
    found += [
        Drawn(name, [row[at + 1] - row[at] for row in above], colors[at][1]) for at, name in enumerate(names)
    ]
    if any(row[0] < 0 for row in rows):
        found.append(Drawn("before, below zero", [row[-1] for row in below]))
        found += [
            Drawn(f"{names[at]}, below zero", [row[at] - row[at + 1] for row in below], colors[at][0])
            for at in reversed(range(len(names)))
        ]
    return found
