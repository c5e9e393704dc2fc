"""Charts of the page that stand in rows: bars and ranges."""

from math import isfinite

import plotly.graph_objects as go

from sim.reports.document.chart_tables import written
from sim.reports.document.look import GRAY, INK, WHITE, style_of
from sim.reports.document.parts import Bars, Ranges
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
