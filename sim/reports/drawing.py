"""What all figures of the look share: transparent ground, thin rules, axes without lines."""

from collections.abc import Sequence
from typing import Any

from plotly.basedatatypes import BaseFigure

from sim.reports.palette import Palette

Spec = dict[str, Any]
FONT = "Source Sans, 'Source Sans Pro', 'Source Sans 3', sans-serif"
MARGIN_TOP, MARGIN_BOTTOM = 14, 30
CLEAR = "rgba(0,0,0,0)"


def layout(
    palette: Palette, *, height_px: int, right_px: int, left_px: int = 44, bottom_px: int = MARGIN_BOTTOM
) -> dict[str, Any]:
    """Layout of a figure: no legend, no ground, fixed margins, and nothing of Plotly's own template.

    The template would be two thirds of what a figure sends, and is drawn over anyway.
    """
    return {
        "template": {},
        "height": height_px,
        "margin": {"l": left_px, "r": right_px, "t": MARGIN_TOP, "b": bottom_px},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "showlegend": False,
        "font": {"family": FONT, "size": 13, "color": palette.soft},
        "hovermode": "x unified",
        "hoverlabel": {"bgcolor": palette.panel, "bordercolor": palette.rule, "font": {"color": palette.ink}},
        "dragmode": False,
    }


def month_axis(palette: Palette, *, months: int) -> dict[str, Any]:
    """A horizontal axis of months, one tick a year."""
    years = list(range(0, months + 1, 12))
    return {
        "range": [0, months],
        "tickvals": years,
        "ticktext": ["month 0" if m == 0 else str(m) for m in years],
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
        "ticks": "outside",
        "ticklen": 5,
        "tickcolor": palette.rule,
        "unifiedhovertitle": {"text": "month %{x}"},
    }


def value_axis(
    palette: Palette, *, ticks: Sequence[float], texts: Sequence[str], low: float, high: float
) -> dict[str, Any]:
    """A vertical axis of values: thin grid lines, a darker zero where values lie below it."""
    return {
        "range": [low, high],
        "tickvals": list(ticks),
        "ticktext": list(texts),
        "fixedrange": True,
        "ticklabelstandoff": 8,
        "gridcolor": palette.rule,
        "gridwidth": 1,
        "zeroline": low < 0,
        "zerolinecolor": palette.soft,
        "zerolinewidth": 1,
    }


def plain_axis(
    palette: Palette, *, ticks: Sequence[float], texts: Sequence[str], span: Sequence[float]
) -> dict[str, Any]:
    """A horizontal axis of values without a grid."""
    return {
        "range": list(span),
        "tickvals": list(ticks),
        "ticktext": list(texts),
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
        "ticks": "outside",
        "ticklen": 5,
        "tickcolor": palette.rule,
    }


def row_axis(palette: Palette, *, names: Sequence[str]) -> dict[str, Any]:
    """A vertical axis of named rows, the first on top."""
    return {
        "range": [len(names) - 0.4, -0.6],
        "tickvals": list(range(len(names))),
        "ticktext": list(names),
        "tickfont": {"color": palette.ink},
        "ticks": "",
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
        "ticklabelstandoff": 6,
    }


def note(text: str, color: str, *, x: float, y: float, shift_px: float = 7, **more: Any) -> Spec:
    """Words beside a point of the picture, to its right unless anchored otherwise."""
    return {
        "text": text,
        "x": x,
        "y": y,
        "xanchor": "left",
        "xshift": shift_px,
        "showarrow": False,
        "align": "left",
        "font": {"size": 13, "color": color},
        **more,
    }


def stroke(color: str, *, x: tuple[float, float], y: tuple[float, float], width: float = 1, **more: Any) -> Spec:
    """A straight line between two points of the picture."""
    return {
        "type": "line", "x0": x[0], "x1": x[1], "y0": y[0], "y1": y[1], "line": {"color": color, "width": width}, **more
    }  # fmt: skip


def figure(
    traces: Sequence[Spec],
    ground: Spec,
    *,
    x: Spec,
    y: Spec,
    notes: Sequence[Spec] = (),
    strokes: Sequence[Spec] = (),
) -> Spec:
    """A figure with axes.

    Args:
        ground: as `layout` makes it.
    """
    return drawn(traces, ground | {"xaxis": x, "yaxis": y, "annotations": list(notes), "shapes": list(strokes)})


def drawn(traces: Sequence[Spec], whole: Spec) -> Spec:
    """A figure of finished parts, taken as they are; the tests have Plotly check every value of every figure."""
    return {"data": list(traces), "layout": whole}


class Picture(BaseFigure):  # type: ignore[misc]
    """A drawn figure for a page that only sends it.

    Plotly would copy and check every value on the way in and copy it once more
    on the way out, at every move of a lever. Nothing of a figure can be asked
    for here but the whole; `plotly.graph_objects.Figure` reads the same parts.
    """

    def __init__(self, whole: Spec) -> None:
        self._whole = whole

    def to_dict(self) -> Spec:
        return self._whole
