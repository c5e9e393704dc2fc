"""Charts of the page on what turns a choice: assumptions moved one by one, and regret by kind of future.

Words stand in a column of their own and not beside bars, so that a phone has room for both.
"""

from math import nan
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go

from sim.reports.document.look import GRAY, INK, WHITE, ramp, style_of
from sim.reports.document.parts import Heat, Tornado, TornadoRow
from sim.reports.document.report import Report
from sim.reports.document.web_axes import ground, option_at, row_axis, safe, value_axis

LETTERS, SIDE_LETTERS, COLUMN_LETTERS = 26, 18, 13
"""Letters on a line: of a row, of a side of zero, of a column."""
LINE_PX, GAP_PX, CELL_PX, BAR_PX = 17, 14, 46, 20


def tornado_figure(chart: Tornado, report: Report) -> go.Figure:
    """Rows as tall as their words: the vertical axis counts pixels."""
    names = [_row_words(row) for row in chart.rows]
    heights = [GAP_PX + LINE_PX * (name.count("<br>") + 1) for name in names]
    middles = [sum(heights[:at]) + height / 2 for at, height in enumerate(heights)]
    data: list[go.Scatter | go.Bar] = []
    pool = [0.0, chart.expected.value]
    for row, y in zip(chart.rows, middles, strict=True):
        low, high = sorted((row.at_low.value, row.at_high.value))
        pool += [low, high]
        data += _bars(row, low, high, y=y, report=report)
        if low < 0 < high:
            data.append(_hollow(y))
    brand, tall = report.brand, sum(heights)
    notes = [
        _side(chart.below, "right", brand.counterpart_text),
        _side(chart.above, "left", brand.accent),
        _expected(chart),
    ]
    top = 12 + LINE_PX * max(note["text"].count("<br>") + 1 for note in notes)
    line = {"x0": chart.expected.value, "x1": chart.expected.value, "y0": 0, "y1": tall, "type": "line"}
    line["line"] = {"color": INK, "width": 1, "dash": "dash"}
    layout = ground(tall + top + 56) | {"barmode": "overlay", "margin": {"l": 56, "r": 20, "t": top, "b": 56}}
    x = value_axis(chart.axis, pool) | {"tickangle": 0}
    rows = row_axis([]) | {"range": [tall, 0], "tickvals": middles, "ticktext": names}
    whole = layout | {"xaxis": x, "yaxis": rows, "annotations": notes, "shapes": [line]}
    return go.Figure({"data": data, "layout": whole})


def _expected(chart: Tornado) -> dict[str, Any]:
    place = {"x": chart.expected.value, "y": 0, "yref": "paper", "yanchor": "top", "yshift": -24}
    said = f"<b>expected {safe(chart.expected.text)}</b>"
    return {"text": said, "showarrow": False, "font": {"color": INK}, **place}


def _row_words(row: TornadoRow) -> str:
    """What is moved, what stands at the left and the right end of its bar, and where the choice turns."""
    left, right = (
        (row.low_input, row.high_input) if row.at_low.value <= row.at_high.value else (row.high_input, row.low_input)
    )
    said = [f"<b>{safe(part)}</b>" for part in wrap(row.label, LETTERS)]
    said += [_gray(part) for part in wrap(f"{left} ← → {right}", LETTERS)]
    if row.flips:
        said += [safe(part) for part in wrap(f"flips {row.flips}", LETTERS)]
    return "<br>".join(said)


def _gray(text: str) -> str:
    return f"<span style='color:{GRAY}'>{safe(text)}</span>"


def _bars(row: TornadoRow, low: float, high: float, *, y: float, report: Report) -> list[go.Bar]:
    parts = ((low, min(high, 0.0), report.brand.counterpart), (max(low, 0.0), high, report.brand.accent))
    told = f"{row.at_low.text} at {row.low_input}, {row.at_high.text} at {row.high_input}"
    return [
        go.Bar(
            x=[end - start],
            base=[start],
            y=[y],
            orientation="h",
            width=BAR_PX,
            marker={"color": color},
            hovertemplate=f"{safe(told)}<extra></extra>",
        )
        for start, end, color in parts
        if end > start
    ]


def _hollow(y: float) -> go.Scatter:
    """Where a bar crosses zero, the choice turns."""
    marker = {"symbol": "diamond", "size": 11, "color": WHITE, "line": {"color": INK, "width": 1.5}}
    return go.Scatter(x=[0], y=[y], mode="markers", hoverinfo="skip", marker=marker)


def _side(text: str, anchor: str, color: str) -> dict[str, Any]:
    return {
        "text": "<br>".join(safe(part) for part in wrap(text, SIDE_LETTERS)),
        "x": 0,
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "xanchor": anchor,
        "align": anchor,
        "xshift": -8 if anchor == "right" else 8,
        "yshift": 2,
        "showarrow": False,
        "font": {"color": color},
    }


def heat_figure(chart: Heat, report: Report) -> go.Figure:
    """Options beside one another, kinds of futures below one another, and the worst of them last."""
    most = max((cell.value for row in chart.rows for cell in row.cells), default=0.0) or 1.0
    outlines = {"best": {"color": INK, "width": 1.5}, "tie": {"color": INK, "width": 1.2, "dash": "dash"}}
    shapes, notes = [], []
    for x, row in enumerate(chart.rows):
        for y, (cell, mark) in enumerate(zip(row.cells, row.marks, strict=True)):
            fill = WHITE if mark == "best" else ramp(cell.value / most, color=report.brand.counterpart)
            corners = {"x0": x + 0.03, "x1": x + 0.97, "y0": y + 0.07, "y1": y + 0.93}
            shapes.append({"type": "rect", "fillcolor": fill, "line": outlines.get(mark, {"width": 0}), **corners})
            notes.append(_in_cell(cell.text, x, y))
        notes.append(_in_cell(row.worst.text, x, len(chart.columns)))
    kinds = ["<br>".join(safe(part) for part in wrap(name, LETTERS)) for name in (*chart.columns, "Worst of these")]
    wide, tall = len(chart.rows), len(kinds)
    heads = [_head(row.label, style_of(option_at(report, row.option), report.brand).text) for row in chart.rows]
    top = 14 + LINE_PX * max((head.count("<br>") + 1 for head in heads), default=1)
    x_axis = {
        "range": [0, wide],
        "tickvals": [at + 0.5 for at in range(wide)],
        "ticktext": heads,
        "side": "top",
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "tickangle": 0,
    }
    y_axis = row_axis([]) | {"range": [tall, 0], "tickvals": [at + 0.5 for at in range(tall)], "ticktext": kinds}
    layout = ground(top + 8 + CELL_PX * tall) | {"margin": {"l": 56, "r": 16, "t": top, "b": 8}}
    empty = go.Scatter(x=[nan], y=[nan], hoverinfo="skip")
    whole = layout | {"xaxis": x_axis, "yaxis": y_axis, "shapes": shapes, "annotations": notes}
    return go.Figure({"data": [empty], "layout": whole})


def _head(name: str, color: str) -> str:
    said = "<br>".join(safe(part) for part in wrap(name, COLUMN_LETTERS, break_long_words=True))
    return f"<span style='color:{color}'><b>{said}</b></span>"


def _in_cell(text: str, x: int, y: int) -> dict[str, Any]:
    place = {"x": x + 0.5, "y": y + 0.5}
    return {"text": f"<b>{safe(text)}</b>", "showarrow": False, "font": {"color": INK}, **place}
