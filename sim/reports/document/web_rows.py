"""Charts of the page that stand in rows: bars, ranges, tornadoes, and regret."""

from math import isfinite, nan

import plotly.graph_objects as go

from sim.reports.document.chart_tables import written
from sim.reports.document.look import GRAY, INK, TEXT, WHITE, ramp, style_of
from sim.reports.document.parts import Bars, Heat, Ranges, Tornado
from sim.reports.document.report import Report
from sim.reports.document.web_axes import (
    LABEL_PX,
    ROW_PX,
    SYMBOL,
    ground,
    note_at,
    option_at,
    row_axis,
    safe,
    value_axis,
)


def bars_figure(chart: Bars, report: Report) -> go.Figure:
    names = [bar.label for bar in chart.bars] + ([chart.total] if chart.total else [])
    values = [bar.figure.value for bar in chart.bars]
    starts = [sum(values[:at]) if chart.total else 0.0 for at in range(len(values))]
    total = sum(values)
    colors = [style_of(option_at(report, bar.option), report.brand).color for bar in chart.bars]
    texts = [bar.figure.text for bar in chart.bars]
    if chart.total:
        values, starts = [*values, total], [*starts, 0.0]
        colors, texts = [*colors, INK], [*texts, written(total, chart.axis)]
    highs = [bar.figure.high for bar in chart.bars if bar.figure.ranged]
    ends = [start + value for start, value in zip(starts, values, strict=True)]
    top = chart.most if isfinite(chart.most) else max([*ends, *highs, 0.0])
    data: list[go.Scatter | go.Bar] = [
        go.Bar(
            x=values,
            y=list(range(len(values))),
            base=starts,
            orientation="h",
            marker={"color": colors},
            width=0.55,
            customdata=texts,
            hovertemplate="%{customdata}<extra></extra>",
        )
    ]
    notes = []
    for at, text in enumerate(texts):
        figure = chart.bars[at].figure if at < len(chart.bars) else None
        end = max(ends[at], figure.high) if figure is not None and figure.ranged else ends[at]
        below = (
            f"<br><span style='color:{GRAY}'>{safe(figure.note)}</span>" if figure is not None and figure.note else ""
        )
        notes.append(note_at(text, x=end, y=at, bold=True))
        notes[-1]["text"] += below
        notes[-1]["align"] = "left"
    for color, width in ((WHITE, 5), (INK, 1.8)):
        data += [
            go.Scatter(
                x=[bar.figure.low, bar.figure.high],
                y=[at, at],
                mode="lines",
                line={"color": color, "width": width},
                hoverinfo="skip",
            )
            for at, bar in enumerate(chart.bars)
            if bar.figure.ranged
        ]
    low = min([0.0, *starts, *ends, *(bar.figure.low for bar in chart.bars if bar.figure.ranged)])
    x = {"range": [low, top + 0.02 * (top - low)], "visible": False, "fixedrange": True}
    base = ground(40 + ROW_PX * len(names), right=LABEL_PX, bottom=12)
    return go.Figure({"data": data, "layout": base | {"xaxis": x, "yaxis": row_axis(names), "annotations": notes}})


def ranges_figure(chart: Ranges, report: Report) -> go.Figure:
    names = [row.label for row in chart.rows]
    count = len(report.options)
    data: list[go.Scatter | go.Bar] = []
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
                data.append(
                    go.Scatter(
                        x=[figure.low, figure.high],
                        y=[y, y],
                        mode="lines",
                        hoverinfo="skip",
                        line={"color": style.color, "width": 2.5},
                    )
                )
            hover = f"{safe(report.options[option].short)}: {figure.text}" + (
                f" ({figure.note})" if figure.note else ""
            )
            data.append(
                go.Scatter(
                    x=[figure.value],
                    y=[y],
                    mode="markers",
                    hovertemplate=f"{hover}<extra></extra>",
                    marker={"symbol": SYMBOL[style.mark], "size": 11, "color": style.color},
                )
            )
            end = figure.high if figure.ranged else figure.value
            notes.append(note_at(figure.text, x=end, y=y, color=style.text, bold=True))
    axis = value_axis(chart.axis, pool)
    axis["range"] = [0.0 if min(pool) >= 0 else axis["range"][0], axis["range"][1]]
    base = ground(50 + max(ROW_PX, 26 * count) * len(names), right=80)
    return go.Figure({"data": data, "layout": base | {"xaxis": axis, "yaxis": row_axis(names), "annotations": notes}})


def tornado_figure(chart: Tornado, report: Report) -> go.Figure:
    names = [row.label for row in chart.rows]
    data: list[go.Scatter | go.Bar] = []
    notes = []
    pool = [0.0, chart.expected.value]
    for at, row in enumerate(chart.rows):
        ends = sorted(((row.at_low, row.low_input), (row.at_high, row.high_input)), key=lambda end: end[0].value)
        low, high = ends[0][0].value, ends[1][0].value
        pool += [low, high]
        for start, end, color in (
            (low, min(high, 0.0), report.brand.counterpart),
            (max(low, 0.0), high, report.brand.accent),
        ):
            if end > start:
                data.append(
                    go.Bar(
                        x=[end - start],
                        base=[start],
                        y=[at],
                        orientation="h",
                        width=0.5,
                        hoverinfo="skip",
                        marker={"color": color},
                    )
                )
        notes.append(note_at(ends[1][1], x=high, y=at, color=TEXT))
        notes.append(note_at(ends[0][1], x=low, y=at, color=TEXT) | {"xanchor": "right", "xshift": -8})
        flips = f"<b>{safe(row.flips)}</b>" if row.flips else "not in its range"
        notes.append(
            {
                "text": flips,
                "x": 1,
                "xref": "paper",
                "xanchor": "left",
                "xshift": 16,
                "y": at,
                "showarrow": False,
                "font": {"color": INK if row.flips else GRAY},
            }
        )
        if low < 0 < high:
            data.append(
                go.Scatter(
                    x=[0],
                    y=[at],
                    mode="markers",
                    hoverinfo="skip",
                    marker={"symbol": "diamond", "size": 11, "color": WHITE, "line": {"color": INK, "width": 1.5}},
                )
            )
    axis = value_axis(chart.axis, pool)
    room = 0.12 * (axis["range"][1] - axis["range"][0])
    axis["range"] = [axis["range"][0] - room, axis["range"][1] + room]
    shapes = [
        {
            "type": "line",
            "x0": chart.expected.value,
            "x1": chart.expected.value,
            "y0": -0.6,
            "y1": len(names) - 0.4,
            "line": {"color": INK, "width": 1, "dash": "dash"},
        }
    ]
    base = ground(60 + ROW_PX * len(names), right=140) | {"barmode": "overlay"}
    return go.Figure(
        {
            "data": data,
            "layout": base | {"xaxis": axis, "yaxis": row_axis(names), "annotations": notes, "shapes": shapes},
        }
    )


def heat_figure(chart: Heat, report: Report) -> go.Figure:
    worst = max((cell.value for row in chart.rows for cell in row.cells), default=0.0) or 1.0
    shapes, notes = [], []
    for y, row in enumerate(chart.rows):
        for x, (cell, mark) in enumerate(zip(row.cells, row.marks, strict=True)):
            share = cell.value / worst
            line = {"best": {"color": INK, "width": 1.5}, "tie": {"color": INK, "width": 1.2, "dash": "dash"}}
            shapes.append(
                {
                    "type": "rect",
                    "x0": x + 0.04,
                    "x1": x + 0.96,
                    "y0": y + 0.06,
                    "y1": y + 0.94,
                    "fillcolor": WHITE if mark == "best" else ramp(share, color=report.brand.counterpart),
                    "line": line.get(mark, {"width": 0}),
                }
            )
            notes.append(
                {
                    "text": f"<b>{safe(cell.text)}</b>",
                    "x": x + 0.5,
                    "y": y + 0.5,
                    "showarrow": False,
                    "font": {"color": INK},
                }
            )
    wide = len(chart.columns)
    names = [safe(name).replace(" ", "<br>", 1) for name in chart.columns]
    x_axis = {
        "range": [0, wide],
        "tickvals": [at + 0.5 for at in range(wide)],
        "ticktext": names,
        "side": "top",
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "tickangle": 0,
    }
    rows = row_axis([row.label for row in chart.rows]) | {
        "range": [len(chart.rows), 0],
        "tickvals": [at + 0.5 for at in range(len(chart.rows))],
    }
    empty = go.Scatter(x=[nan], y=[nan], hoverinfo="skip")
    base = ground(90 + 46 * len(chart.rows), bottom=8) | {"margin": {"l": 56, "r": 16, "t": 64, "b": 8}}
    whole = base | {"xaxis": x_axis, "yaxis": rows, "shapes": shapes, "annotations": notes}
    return go.Figure({"data": [empty], "layout": whole})
