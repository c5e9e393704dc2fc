"""Charts of the page that run over the months: lines with their bands, and stacks."""

from math import isfinite
from textwrap import wrap

import plotly.graph_objects as go

from sim.reports.axes import spread
from sim.reports.document.chart_tables import written
from sim.reports.document.look import GRAY, LAYERS, Style, style_of
from sim.reports.document.parts import Axis, Line, Lines, Stack
from sim.reports.document.report import Report
from sim.reports.document.web_axes import (
    LABEL_LINE_PX,
    LABEL_PX,
    LINE_PX,
    SYMBOL,
    dash_of,
    ground,
    months_axis,
    option_at,
    safe,
    value_axis,
)

MOST_LABEL = 16


def lines_figure(chart: Lines, report: Report) -> go.Figure:
    pool = [v for line in chart.lines for edge in (line.values, line.low, line.high) for v in edge if isfinite(v)]
    pool += [0.0] if chart.zero else []
    axis = value_axis(chart.axis, pool)
    low, high = axis["range"]
    traces: list[go.Scatter] = []
    for line in chart.lines:
        style = style_of(option_at(report, line.option), report.brand)
        traces += [*_band(line, style), _stroke(line, style, chart.axis)]
    ends = [(line, _last(line)) for line in chart.lines]
    shown = [(line, end) for line, end in ends if end is not None]
    per_px = (high - low) / (LINE_PX - 46)
    tallest = max((len(_wrapped(line.label)) + len(_wrapped(line.note)) for line, _ in shown), default=1)
    tall = LABEL_LINE_PX * tallest * per_px
    # Above the plot there is no room: a label of a line that ends at the top hangs beside it.
    places = spread([min(end[1], high - tall / 2) for _, end in shown], tall)
    notes = [
        {
            "x": 1,
            "xref": "paper",
            "xanchor": "left",
            "xshift": 12,
            "y": (place - low) / (high - low),
            "yref": "paper",
            "yanchor": "middle",
            "align": "left",
            "showarrow": False,
            "text": _label(line),
            "font": {"color": style_of(option_at(report, line.option), report.brand).text},
        }
        for (line, _), place in zip(shown, places, strict=True)
    ]
    months = max((len(line.values) for line in chart.lines), default=12)
    base = ground(LINE_PX, right=LABEL_PX, hover="x unified")
    if chart.zero:
        notes.append(
            {
                "x": 0,
                "xref": "paper",
                "xanchor": "left",
                "xshift": 4,
                "y": 1,
                "yref": "paper",
                "yanchor": "top",
                "showarrow": False,
                "text": f"<i>{safe(chart.zero)}</i>",
                "font": {"color": GRAY},
            }
        )
    return go.Figure(
        {"data": traces, "layout": base | {"xaxis": months_axis(months), "yaxis": axis, "annotations": notes}}
    )


def _label(line: Line) -> str:
    said = [f"<b>{safe(part)}</b>" for part in _wrapped(line.label)]
    said += [f"<span style='color:{GRAY};font-size:12px'>{safe(part)}</span>" for part in _wrapped(line.note)]
    return "<br>".join(said)


def _wrapped(text: str) -> list[str]:
    """A label on as many lines as it needs, broken at spaces and, in a word that is too long, anywhere."""
    return wrap(text, MOST_LABEL, break_long_words=True)


def _last(line: Line) -> tuple[int, float] | None:
    known = [(at + 1, value) for at, value in enumerate(line.values) if isfinite(value)]
    return known[-1] if known else None


def _band(line: Line, style: Style) -> list[go.Scatter]:
    known = [at for at in range(len(line.low)) if isfinite(line.low[at]) and isfinite(line.high[at])]
    if not known:
        return []
    x = [at + 1 for at in known]
    edge = {"color": style.color, "width": 1, "dash": "dot"}
    area = go.Scatter(
        x=x + x[::-1],
        y=[line.high[at] for at in known] + [line.low[at] for at in reversed(known)],
        fill="toself",
        fillcolor=_clear(style.color),
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
    )
    edges = [
        go.Scatter(x=x, y=[side[at] for at in known], mode="lines", line=edge, hoverinfo="skip")
        for side in (line.low, line.high)
    ]
    return [area, *edges]


def _clear(color: str) -> str:
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.14)"


def _stroke(line: Line, style: Style, axis: Axis) -> go.Scatter:
    sizes = [0] * len(line.values)
    end = _last(line)
    if end is not None:
        sizes[end[0] - 1] = 11
    return go.Scatter(
        x=list(range(1, len(line.values) + 1)),
        y=[v if isfinite(v) else None for v in line.values],
        mode="lines+markers",
        line={"color": style.color, "width": style.width, "dash": dash_of(style)},
        marker={"symbol": SYMBOL[style.mark], "size": sizes, "color": style.color, "line": {"width": 0}, "opacity": 1},
        name=safe(line.name),
        customdata=[written(v, axis) for v in line.values],
        hovertemplate="%{customdata}",
        cliponaxis=False,
    )


def stack_figure(chart: Stack, report: Report) -> go.Figure:
    months = max((len(layer.values) for layer in chart.layers), default=12)
    totals = [sum(layer.values[at] for layer in chart.layers) for at in range(months)]
    data = [
        go.Bar(
            x=list(range(1, months + 1)),
            y=list(layer.values),
            name=safe(layer.name),
            marker={"color": _fill(at)},
            customdata=[written(v, chart.axis) for v in layer.values],
            hovertemplate="%{customdata}",
        )
        for at, layer in enumerate(chart.layers)
    ]
    base = ground(LINE_PX + 70, hover="x unified") | {
        "barmode": "stack",
        "bargap": 0.18,
        "showlegend": True,
        "legend": {"orientation": "h", "y": -0.14, "x": 0, "traceorder": "normal"},
    }
    axis = value_axis(chart.axis, [0.0, *totals])
    return go.Figure({"data": data, "layout": base | {"xaxis": months_axis(months), "yaxis": axis}})


def _fill(at: int) -> str:
    return LAYERS[at % len(LAYERS)]
