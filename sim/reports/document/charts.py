"""Charts of a report as Plotly figures, for the page that can be touched; PDF and slides draw the same data."""

from functools import singledispatch
from math import isfinite, nan

import plotly.graph_objects as go

from sim.reports import words
from sim.reports.axes import axis_ticks, spread
from sim.reports.document.chart_tables import ticks_of, written
from sim.reports.document.look import GRAY, GRID, INK, LAYERS, RULE, TEXT, WHITE, Style, ramp, style_of
from sim.reports.document.parts import Axis, Bars, Chart, Heat, Line, Lines, Ranges, Stack, Tornado
from sim.reports.document.report import Option, Report

FONT = "'Source Sans 3', 'Source Sans Pro', 'Source Sans', system-ui, sans-serif"
SYMBOL = {"disc": "circle", "diamond": "diamond", "triangle": "triangle-up", "square": "square"}
LINE_PX, ROW_PX, LABEL_PX, LABEL_GAP_PX = 300, 40, 190, 32
MOST_LABEL = 24


def figure_of(chart: Chart, report: Report) -> go.Figure:
    """The figure of a chart, without a title: the page says it above."""
    return _of(chart, report)


@singledispatch
def _of(chart: object, report: Report) -> go.Figure:
    raise TypeError(f"no figure is known for a chart of kind {type(chart).__name__}")


def _option(report: Report, at: int) -> Option | None:
    return report.options[at] if 0 <= at < len(report.options) else None


def _layout(height: int, *, left: int = 56, right: int = 24, bottom: int = 34, hover: str = "closest") -> dict:
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


def _values(axis: Axis, pool: list[float]) -> dict:
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


def _months(months: int) -> dict:
    ticks = [1, *range(6, months + 1, 6)] if months <= 40 else [1, *range(12, months + 1, 12)]
    texts = [f"month {ticks[0]}", *map(str, ticks[1:])]
    return {"range": [0, months + 0.4], "tickvals": ticks, "ticktext": texts, "showgrid": False, "zeroline": False,
            "fixedrange": True, "ticks": "outside", "ticklen": 4, "tickcolor": RULE}  # fmt: skip


def _dash(style: Style) -> str:
    return ",".join(f"{part}px" for part in style.dash) if style.dash else "solid"


@_of.register
def _lines(chart: Lines, report: Report) -> go.Figure:
    pool = [v for line in chart.lines for edge in (line.values, line.low, line.high) for v in edge if isfinite(v)]
    pool += [0.0] if chart.zero else []
    axis = _values(chart.axis, pool)
    low, high = axis["range"]
    traces: list[go.Scatter] = []
    for line in chart.lines:
        style = style_of(_option(report, line.option), report.brand)
        traces += [*_band(line, style), _stroke(line, style, chart.axis)]
    ends = [(line, _last(line)) for line in chart.lines]
    shown = [(line, end) for line, end in ends if end is not None]
    per_px = (high - low) / (LINE_PX - 46)
    places = spread([end[1] for _, end in shown], LABEL_GAP_PX * per_px)
    notes = [
        {
            "x": 1, "xref": "paper", "xanchor": "left", "xshift": 12, "y": (place - low) / (high - low), "yref": "paper",
            "yanchor": "middle", "align": "left", "showarrow": False,
            "text": _label(line), "font": {"color": style_of(_option(report, line.option), report.brand).text},
        }
        for (line, _), place in zip(shown, places, strict=True)
    ]  # fmt: skip
    months = max((len(line.values) for line in chart.lines), default=12)
    ground = _layout(LINE_PX, right=LABEL_PX, hover="x unified")
    if chart.zero:
        notes.append({"x": 0, "xref": "paper", "xanchor": "left", "xshift": 4, "y": 1, "yref": "paper", "yanchor": "top",
                      "showarrow": False, "text": f"<i>{_safe(chart.zero)}</i>", "font": {"color": GRAY}})  # fmt: skip
    return go.Figure({"data": traces, "layout": ground | {"xaxis": _months(months), "yaxis": axis, "annotations": notes}})


def _safe(text: str) -> str:
    """Words as Plotly prints them: it reads a few tags, so what could be one is written out."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _label(line: Line) -> str:
    note = f"<br><span style='color:{GRAY};font-size:12px'>{_safe(line.note)}</span>" if line.note else ""
    return f"<b>{_safe(_wrapped(line.label))}</b>".replace("\n", "<br>") + note


def _wrapped(text: str) -> str:
    """A label on two lines where it is long, broken at its last space that fits."""
    if len(text) <= MOST_LABEL:
        return text
    at = text.rfind(" ", 0, MOST_LABEL + 1)
    return text if at < 0 else f"{text[:at]}\n{text[at + 1 :]}"


def _last(line: Line) -> tuple[int, float] | None:
    known = [(at + 1, value) for at, value in enumerate(line.values) if isfinite(value)]
    return known[-1] if known else None


def _band(line: Line, style: Style) -> list[go.Scatter]:
    known = [at for at in range(len(line.low)) if isfinite(line.low[at]) and isfinite(line.high[at])]
    if not known:
        return []
    x = [at + 1 for at in known]
    edge = {"color": style.color, "width": 1, "dash": "dot"}
    area = go.Scatter(x=x + x[::-1], y=[line.high[at] for at in known] + [line.low[at] for at in reversed(known)],
                      fill="toself", fillcolor=_clear(style.color), line={"width": 0}, mode="lines",
                      hoverinfo="skip")  # fmt: skip
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
        line={"color": style.color, "width": style.width, "dash": _dash(style)},
        marker={"symbol": SYMBOL[style.mark], "size": sizes, "color": style.color, "line": {"width": 0}, "opacity": 1},
        name=_safe(line.name),
        customdata=[written(v, axis) for v in line.values],
        hovertemplate="%{customdata}",
        cliponaxis=False,
    )


@_of.register
def _stack(chart: Stack, report: Report) -> go.Figure:
    months = max((len(layer.values) for layer in chart.layers), default=12)
    totals = [sum(layer.values[at] for layer in chart.layers) for at in range(months)]
    data = [
        go.Bar(
            x=list(range(1, months + 1)), y=list(layer.values), name=_safe(layer.name), marker={"color": _fill(at)},
            customdata=[written(v, chart.axis) for v in layer.values], hovertemplate="%{customdata}",
        )
        for at, layer in enumerate(chart.layers)
    ]  # fmt: skip
    ground = _layout(LINE_PX + 70, hover="x unified") | {
        "barmode": "stack", "bargap": 0.18, "showlegend": True,
        "legend": {"orientation": "h", "y": -0.14, "x": 0, "traceorder": "normal"},
    }  # fmt: skip
    axis = _values(chart.axis, [0.0, *totals])
    return go.Figure({"data": data, "layout": ground | {"xaxis": _months(months), "yaxis": axis}})


def _fill(at: int) -> str:
    return LAYERS[at % len(LAYERS)]


def _rows(names: list[str]) -> dict:
    return {"range": [len(names) - 0.4, -0.6], "tickvals": list(range(len(names))), "ticktext": [_safe(n) for n in names],
            "tickfont": {"color": INK}, "showgrid": False, "zeroline": False, "fixedrange": True, "automargin": True,
            "ticklabelstandoff": 8}  # fmt: skip


def _note(text: str, *, x: float, y: float, color: str = TEXT, bold: bool = False) -> dict:
    said = f"<b>{_safe(text)}</b>" if bold else _safe(text)
    return {"text": said, "x": x, "y": y, "xanchor": "left", "xshift": 8, "showarrow": False, "font": {"color": color}}


@_of.register
def _bars(chart: Bars, report: Report) -> go.Figure:
    names = [bar.label for bar in chart.bars] + ([chart.total] if chart.total else [])
    values = [bar.figure.value for bar in chart.bars]
    starts = [sum(values[:at]) if chart.total else 0.0 for at in range(len(values))]
    total = sum(values)
    colors = [style_of(_option(report, bar.option), report.brand).color for bar in chart.bars]
    texts = [bar.figure.text for bar in chart.bars]
    if chart.total:
        values, starts = [*values, total], [*starts, 0.0]
        colors, texts = [*colors, INK], [*texts, written(total, chart.axis)]
    highs = [bar.figure.high for bar in chart.bars if bar.figure.ranged]
    ends = [start + value for start, value in zip(starts, values, strict=True)]
    top = chart.most if isfinite(chart.most) else max([*ends, *highs, 0.0])
    data: list = [go.Bar(x=values, y=list(range(len(values))), base=starts, orientation="h", marker={"color": colors},
                         width=0.55, customdata=texts, hovertemplate="%{customdata}<extra></extra>")]  # fmt: skip
    notes = []
    for at, text in enumerate(texts):
        ranged = at < len(chart.bars) and chart.bars[at].figure.ranged
        figure = chart.bars[at].figure if at < len(chart.bars) else None
        said = f"{text} ({figure.note})" if figure is not None and figure.note else text
        notes.append(_note(said, x=max(ends[at], figure.high if ranged and figure else ends[at]), y=at, bold=True))
    for color, width in ((WHITE, 5), (INK, 1.8)):
        data += [
            go.Scatter(x=[bar.figure.low, bar.figure.high], y=[at, at], mode="lines",
                       line={"color": color, "width": width}, hoverinfo="skip")
            for at, bar in enumerate(chart.bars) if bar.figure.ranged
        ]  # fmt: skip
    low = min([0.0, *starts, *ends, *(bar.figure.low for bar in chart.bars if bar.figure.ranged)])
    x = {"range": [low, top + 0.02 * (top - low)], "visible": False, "fixedrange": True}
    ground = _layout(40 + ROW_PX * len(names), right=LABEL_PX, bottom=12)
    return go.Figure({"data": data, "layout": ground | {"xaxis": x, "yaxis": _rows(names), "annotations": notes}})


@_of.register
def _ranges(chart: Ranges, report: Report) -> go.Figure:
    names = [row.label for row in chart.rows]
    count = len(report.options)
    data: list = []
    notes = []
    pool = [0.0]
    for at, row in enumerate(chart.rows):
        for option, figure in enumerate(row.figures):
            if not isfinite(figure.value):
                continue
            style = style_of(report.options[option], report.brand)
            y = at + (option - (count - 1) / 2) * 0.7 / max(count, 1)
            pool += [v for v in (figure.value, figure.low, figure.high) if isfinite(v)]
            if figure.ranged:
                data.append(go.Scatter(x=[figure.low, figure.high], y=[y, y], mode="lines", hoverinfo="skip",
                                       line={"color": style.color, "width": 2.5}))  # fmt: skip
            hover = f"{_safe(report.options[option].short)}: {figure.text}" + (f" ({figure.note})" if figure.note else "")
            data.append(go.Scatter(x=[figure.value], y=[y], mode="markers", hovertemplate=f"{hover}<extra></extra>",
                                   marker={"symbol": SYMBOL[style.mark], "size": 11, "color": style.color}))  # fmt: skip
            end = figure.high if figure.ranged else figure.value
            notes.append(_note(figure.text, x=end, y=y, color=style.text, bold=True))
    axis = _values(chart.axis, pool)
    axis["range"] = [0.0 if min(pool) >= 0 else axis["range"][0], axis["range"][1]]
    ground = _layout(50 + max(ROW_PX, 26 * count) * len(names), right=80)
    return go.Figure({"data": data, "layout": ground | {"xaxis": axis, "yaxis": _rows(names), "annotations": notes}})


@_of.register
def _tornado(chart: Tornado, report: Report) -> go.Figure:
    names = [row.label for row in chart.rows]
    data: list = []
    notes = []
    pool = [0.0, chart.expected.value]
    for at, row in enumerate(chart.rows):
        ends = sorted(((row.at_low, row.low_input), (row.at_high, row.high_input)), key=lambda end: end[0].value)
        low, high = ends[0][0].value, ends[1][0].value
        pool += [low, high]
        for start, end, color in ((low, min(high, 0.0), report.brand.counterpart),
                                  (max(low, 0.0), high, report.brand.accent)):  # fmt: skip
            if end > start:
                data.append(go.Bar(x=[end - start], base=[start], y=[at], orientation="h", width=0.5, hoverinfo="skip",
                                   marker={"color": color}))  # fmt: skip
        notes.append(_note(ends[1][1], x=high, y=at, color=TEXT))
        notes.append(_note(ends[0][1], x=low, y=at, color=TEXT) | {"xanchor": "right", "xshift": -8})
        flips = f"<b>{_safe(row.flips)}</b>" if row.flips else "not in its range"
        notes.append({"text": flips, "x": 1, "xref": "paper", "xanchor": "left", "xshift": 16, "y": at,
                      "showarrow": False, "font": {"color": INK if row.flips else GRAY}})  # fmt: skip
        if low < 0 < high:
            data.append(go.Scatter(x=[0], y=[at], mode="markers", hoverinfo="skip",
                                   marker={"symbol": "diamond", "size": 11, "color": WHITE,
                                           "line": {"color": INK, "width": 1.5}}))  # fmt: skip
    axis = _values(chart.axis, pool)
    room = 0.12 * (axis["range"][1] - axis["range"][0])
    axis["range"] = [axis["range"][0] - room, axis["range"][1] + room]
    shapes = [{"type": "line", "x0": chart.expected.value, "x1": chart.expected.value, "y0": -0.6, "y1": len(names) - 0.4,
               "line": {"color": INK, "width": 1, "dash": "dash"}}]  # fmt: skip
    ground = _layout(60 + ROW_PX * len(names), right=140) | {"barmode": "overlay"}
    return go.Figure({"data": data, "layout": ground | {
        "xaxis": axis, "yaxis": _rows(names), "annotations": notes, "shapes": shapes}})  # fmt: skip


@_of.register
def _heat(chart: Heat, report: Report) -> go.Figure:
    worst = max((cell.value for row in chart.rows for cell in row.cells), default=0.0) or 1.0
    shapes, notes = [], []
    for y, row in enumerate(chart.rows):
        for x, (cell, mark) in enumerate(zip(row.cells, row.marks, strict=True)):
            share = cell.value / worst
            line = {"best": {"color": INK, "width": 1.5}, "tie": {"color": INK, "width": 1.2, "dash": "dash"}}
            shapes.append({"type": "rect", "x0": x + 0.04, "x1": x + 0.96, "y0": y + 0.06, "y1": y + 0.94,
                           "fillcolor": WHITE if mark == "best" else ramp(share, color=report.brand.counterpart),
                           "line": line.get(mark, {"width": 0})})  # fmt: skip
            notes.append({"text": f"<b>{_safe(cell.text)}</b>", "x": x + 0.5, "y": y + 0.5, "showarrow": False,
                          "font": {"color": INK}})  # fmt: skip
    wide = len(chart.columns)
    names = [_safe(name).replace(" ", "<br>", 1) for name in chart.columns]
    x_axis = {"range": [0, wide], "tickvals": [at + 0.5 for at in range(wide)], "ticktext": names, "side": "top",
              "showgrid": False, "zeroline": False, "fixedrange": True, "tickangle": 0}  # fmt: skip
    rows = _rows([row.label for row in chart.rows]) | {
        "range": [len(chart.rows), 0], "tickvals": [at + 0.5 for at in range(len(chart.rows))]}  # fmt: skip
    empty = go.Scatter(x=[nan], y=[nan], hoverinfo="skip")
    ground = _layout(90 + 46 * len(chart.rows), bottom=8) | {"margin": {"l": 56, "r": 16, "t": 64, "b": 8}}
    whole = ground | {"xaxis": x_axis, "yaxis": rows, "shapes": shapes, "annotations": notes}
    return go.Figure({"data": [empty], "layout": whole})


def alt_of(chart: Chart) -> str:
    """What a chart says, for those who do not see it."""
    return f"{chart.title}. {chart.note} The table below holds the figures.".replace(words.NBSP, " ")
