"""Charts of a report as Plotly figures, for the page that can be touched; PDF and slides draw the same data."""

import plotly.graph_objects as go

from sim.reports import words
from sim.reports.document.parts import Bars, Chart, Lines, Ranges, Stack, Tornado
from sim.reports.document.report import Report
from sim.reports.document.web_months import lines_figure, stack_figure
from sim.reports.document.web_rows import bars_figure, ranges_figure
from sim.reports.document.web_turning import heat_figure, tornado_figure


def figure_of(chart: Chart, report: Report) -> go.Figure:
    """The figure of a chart, without a title: the page says it above."""
    if isinstance(chart, Lines):
        return lines_figure(chart, report)
    if isinstance(chart, Stack):
        return stack_figure(chart, report)
    if isinstance(chart, Bars):
        return bars_figure(chart, report)
    if isinstance(chart, Ranges):
        return ranges_figure(chart, report)
    return tornado_figure(chart, report) if isinstance(chart, Tornado) else heat_figure(chart, report)


def alt_of(chart: Chart) -> str:
    """What a chart says, for those who do not see it."""
    return f"{chart.title}. {chart.note} The table below holds the figures.".replace(words.NBSP, " ")
