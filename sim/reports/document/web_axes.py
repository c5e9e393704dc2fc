"""What the charts of the page share: ground, axes, strokes, and words that Plotly does not take for tags."""

from typing import Any

from sim.reports.axes import axis_ticks
from sim.reports.document.chart_tables import ticks_of
from sim.reports.document.look import GRID, INK, RULE, TEXT, WHITE, Style
from sim.reports.document.parts import Axis
from sim.reports.document.report import Option, Report

Spec = dict[str, Any]
FONT = "'Source Sans 3', 'Source Sans Pro', 'Source Sans', system-ui, sans-serif"
SYMBOL = {"disc": "circle", "diamond": "diamond", "triangle": "triangle-up", "square": "square"}
LINE_PX, ROW_PX, LABEL_PX, LABEL_LINE_PX = 300, 40, 190, 17


def option_at(report: Report, at: int) -> Option | None:
    return report.options[at] if 0 <= at < len(report.options) else None


def ground(height: int, *, left: int = 56, right: int = 24, bottom: int = 34, hover: str = "closest") -> Spec:
    return {
        "height": height,
        "margin": {"l": left, "r": right, "t": 12, "b": bottom},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "font": {"family": FONT, "size": 13, "color": TEXT},
        "hovermode": hover,
        "hoverlabel": {"bgcolor": WHITE, "bordercolor": RULE, "font": {"color": INK}},
        "dragmode": False,
    }


def value_axis(axis: Axis, pool: list[float]) -> Spec:
    low, high = (min(pool), max(pool)) if pool else (0.0, axis.scale)
    if 0 < low < 0.6 * high:
        low = 0.0
    pad = 0.06 * (high - low or abs(high) or axis.scale)
    bottom, top = (low if low == 0 else low - pad), high + pad
    ticks = axis_ticks(bottom, top)
    return {
        "range": [bottom, top],
        "tickvals": ticks,
        "ticktext": ticks_of(ticks, axis),
        "gridcolor": GRID,
        "zeroline": bottom < 0,
        "zerolinecolor": INK,
        "zerolinewidth": 1.2,
        "fixedrange": True,
        "automargin": True,
    }


def months_axis(months: int) -> Spec:
    ticks = [1, *range(6, months + 1, 6)] if months <= 40 else [1, *range(12, months + 1, 12)]
    texts = [f"month {ticks[0]}", *map(str, ticks[1:])]
    return {
        "range": [0, months + 0.4],
        "tickvals": ticks,
        "ticktext": texts,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "tickangle": 0,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": RULE,
    }


def dash_of(style: Style) -> str:
    return ",".join(f"{part}px" for part in style.dash) if style.dash else "solid"


def safe(text: str) -> str:
    """Words as Plotly prints them: it reads a few tags, so what could be one is written out."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def row_axis(names: list[str]) -> Spec:
    return {
        "range": [len(names) - 0.4, -0.6],
        "tickvals": list(range(len(names))),
        "ticktext": [safe(n) for n in names],
        "tickfont": {"color": INK},
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        "ticklabelstandoff": 8,
    }


def note_at(text: str, *, x: float, y: float, color: str = TEXT, bold: bool = False) -> Spec:
    said = f"<b>{safe(text)}</b>" if bold else safe(text)
    return {"text": said, "x": x, "y": y, "xanchor": "left", "xshift": 8, "showarrow": False, "font": {"color": color}}
