"""The report as one page that needs nothing else: text, tables, and charts that can be touched."""

from base64 import b64encode
from collections.abc import Iterator
from importlib.resources import files
from math import isfinite
from typing import get_args

from sim.reports.document.chart_tables import table_of
from sim.reports.document.charts import alt_of, figure_of
from sim.reports.document.formats import File
from sim.reports.document.look import GRADE, GRID, style_of
from sim.reports.document.parts import Chart, Figure, GridRow
from sim.reports.document.report import Option, Report
from sim.reports.document.sections import SECTIONS

NAME = "report.html"
ROOM = "sim.reports.document"
BAR_WIDTH, BAR_MIDDLE, MARK_SIZE = 200.0, 7.0, 5.0


def write(report: Report) -> Iterator[File]:
    """One file, with the library of charts inside."""
    yield File(NAME, page(report).encode())


def page(report: Report, *, plotly: str | None = None) -> str:
    """The whole page.

    Args:
        plotly: the library of charts as JavaScript; as it is installed unless given.
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    charts = [b for section in report.sections for b in section.blocks if isinstance(b, get_args(Chart))]
    drawn = {chart.key: figure_of(chart, report) for chart in charts}
    # A script ends at its closing tag wherever that stands, even inside a string.
    packed = ",".join(f'"{key}":{figure.to_json()}' for key, figure in drawn.items()).replace("<", "\\u003c")
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(_text("page.html"))
    return template.render(
        report=report,
        titles={kind.key: kind.title for kind in SECTIONS},
        css=Markup(_text("page.css")),
        plotly=Markup(get_plotlyjs() if plotly is None else plotly),
        figures=Markup(f"{{{packed}}}"),
        script=Markup(_text("page.js")),
        logo=_data_url(report),
        style=lambda option: style_of(option, report.brand),
        kind_of=lambda block: type(block).__name__.lower(),
        table_of=lambda chart: table_of(chart, report.options),
        grade=GRADE,
        alt=alt_of,
        height=lambda chart: drawn[chart.key].layout.height,
        bar=lambda row, figure, option: Markup(range_svg(row, figure, option=option, report=report)),
    )


def _text(name: str) -> str:
    return files(ROOM).joinpath(name).read_text(encoding="utf-8")


def _data_url(report: Report) -> str:
    brand = report.brand
    return f"data:{brand.logo_mime};base64,{b64encode(brand.logo).decode()}" if brand.logo else ""


def range_svg(row: GridRow, figure: Figure, *, option: Option, report: Report) -> str:
    """A figure's place on its row's scale, with its range where one is known; empty where there is no figure."""
    if not isfinite(figure.value):
        return ""
    low, high = row.scale
    style = style_of(option, report.brand)

    def x(value: float) -> float:
        return MARK_SIZE + (BAR_WIDTH - 2 * MARK_SIZE) * (value - low) / (high - low)

    at, middle, size = x(figure.value), BAR_MIDDLE, MARK_SIZE
    shapes = {
        "disc": f'<circle cx="{at:.1f}" cy="{middle}" r="{size - 0.5}"/>',
        "diamond": f'<path d="M{at:.1f} {middle - size}l{size} {size}-{size} {size}-{size}-{size}z"/>',
        "triangle": f'<path d="M{at:.1f} {middle - size}l{size} {2 * size - 1}h-{2 * size}z"/>',
        "square": f'<path d="M{at - 4:.1f} {middle - 4}h8v8h-8z"/>',
    }
    span = (
        f'<path d="M{x(figure.low):.1f} {middle}H{x(figure.high):.1f}" stroke="{style.color}" stroke-width="3"/>'
        if figure.ranged
        else ""
    )
    return (
        f'<svg class="bar" viewBox="0 0 {BAR_WIDTH:.0f} 14" preserveAspectRatio="xMinYMid" aria-hidden="true">'
        f'<path d="M0 {middle}H{BAR_WIDTH:.0f}" stroke="{GRID}" stroke-width="3"/>{span}'
        f'<g fill="{style.color}">{shapes[style.mark]}</g></svg>'
    )
