"""Figures of many futures: pass shares, regret, fans, tornadoes and the front of a search. Frame in, figure out."""

from collections.abc import Callable, Sequence
from math import isfinite

import numpy as np
import plotly.graph_objects as go

from sim.reports import words
from sim.reports.axes import axis_ticks, tick_text
from sim.reports.drawing import (
    Spec,
    figure,
    layout,
    month_axis,
    note,
    plain_axis,
    row_axis,
    stroke,
    value_axis,
)
from sim.reports.futures import ends_words, range_words
from sim.reports.palette import Palette, faded
from sim.strategy.futures import FrontPoint, FuturesResult, SwitchPoint, TornadoResult
from sim.strategy.futures.outcome import Fan

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]

ROW_PX, FAN_PX, SHOWN = 34, 280, 8
COLUMNS = 20
"""Groups of futures in the picture of regret."""
LEFT_PX, RIGHT_PX = 200, 84


def _short(name: str, *, most: int = 30) -> str:
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def writer(unit: str) -> Callable[[float], str]:
    """How a figure of a unit is written."""
    return {"share": words.percent, "USD": words.money, "months": words.months}.get(unit, lambda value: f"{value:.2g}")


# --- pass shares --------------------------------------------------------------------------------------------------


def pass_figure(result: FuturesResult, *, palette: Palette) -> go.Figure:
    """One bar for each strategy: the share of futures in which it passes everything."""
    shares = [strategy.pass_share.mean for strategy in result.strategies]
    best = max(shares)
    bars: Spec = {
        "type": "bar",
        "x": shares,
        "y": list(range(len(shares))),
        "orientation": "h",
        "width": 0.5,
        "marker": {"color": [palette.accent if share == best else palette.reference for share in shares]},
        "customdata": [words.percent(share) for share in shares],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    notes = [
        note(f"<b>{words.percent(share)}</b>" if share == best else words.percent(share), palette.ink, x=share, y=row)
        for row, share in enumerate(shares)
    ]
    ticks = [0.0, 0.25, 0.5, 0.75, 1.0]
    return figure(
        [bars],
        layout(palette, height_px=ROW_PX * len(shares) + 60, right_px=60, left_px=LEFT_PX) | {"hovermode": "closest"},
        x=plain_axis(palette, ticks=ticks, texts=[words.percent(tick) for tick in ticks], span=(0, 1)),
        y=row_axis(palette, names=[_short(strategy.name) for strategy in result.strategies]),
        notes=notes,
    )


def pass_table(result: FuturesResult) -> Table:
    """Share of futures that pass, by strategy and threshold."""
    head = ("", *(strategy.name for strategy in result.strategies))
    rows = [
        (threshold.title, *(words.percent(s.pass_by_threshold[threshold.id]) for s in result.strategies))
        for threshold in result.strategies[0].thresholds
    ]
    return head, [*rows, ("Everything", *(words.percent(s.pass_share.mean) for s in result.strategies))]


# --- regret -------------------------------------------------------------------------------------------------------


def regret_groups(result: FuturesResult) -> np.ndarray:
    """Largest regret by strategy and group of futures, from the poorest futures to the richest [USD]."""
    best = np.max([strategy.npv_usd for strategy in result.strategies], axis=0)
    groups = np.array_split(np.argsort(best, kind="stable"), min(COLUMNS, len(best)))
    return np.array([[strategy.regret_usd[group].max() for group in groups] for strategy in result.strategies])


def regret_figure(result: FuturesResult, *, palette: Palette) -> go.Figure:
    """A heat map: what each strategy is worth less than the best one, over the futures from poor to rich."""
    regret = regret_groups(result)
    steps = [[at / (len(palette.heat) - 1), color] for at, color in enumerate(palette.heat)]
    heat: Spec = {
        "type": "heatmap",
        "z": regret.tolist(),
        "x": list(range(regret.shape[1])),
        "y": list(range(regret.shape[0])),
        "colorscale": steps,
        "zmin": 0,
        "zmax": max(float(regret.max()), 1.0),
        "showscale": False,
        "xgap": 2,
        "ygap": 4,
        "text": [[words.money(usd) for usd in row] for row in regret.tolist()],
        "hovertemplate": "%{text}<extra></extra>",
    }
    notes = [
        note(words.money(strategy.max_regret_usd), palette.ink, x=1, y=row, xref="paper")
        for row, strategy in enumerate(result.strategies)
    ]
    last = regret.shape[1] - 1
    return figure(
        [heat],
        layout(palette, height_px=ROW_PX * len(regret) + 64, right_px=RIGHT_PX, left_px=LEFT_PX)
        | {"hovermode": "closest"},
        x=plain_axis(palette, ticks=[0, last], texts=["poorest", "richest"], span=(-0.5, last + 0.5)),
        y=row_axis(palette, names=[_short(strategy.name) for strategy in result.strategies]),
        notes=notes,
    )


def regret_table(result: FuturesResult) -> Table:
    """Regret by strategy: largest, mean, and in how many futures there is none."""
    head = ("", "Largest regret", "Mean regret", "Best in")
    return head, [
        (
            strategy.name,
            words.money(strategy.max_regret_usd),
            words.money(strategy.mean_regret_usd),
            words.percent(strategy.best_share),
        )
        for strategy in result.strategies
    ]


# --- fans ---------------------------------------------------------------------------------------------------------


def fan_figure(fan: Fan, *, palette: Palette) -> go.Figure:
    """Two bands and the median over the months; dashed, what is likely."""
    known = np.isfinite(fan.values).all(axis=0)
    months = (np.flatnonzero(known) + 1).tolist()
    rows = fan.values[:, known]
    outer, inner = (rows[0], rows[-1]), (rows[1], rows[-2])
    traces: list[Spec] = [
        _band(months, low, high, color=faded(palette.accent, alpha))
        for (low, high), alpha in ((outer, 0.15), (inner, 0.25))
    ]
    median = rows[len(rows) // 2]
    write = writer(fan.unit)
    traces.append(_line(months, median.tolist(), color=palette.accent, write=write, name="median"))
    likely = fan.likely[known]
    traces.append(_line(months, likely.tolist(), color=palette.ink, write=write, name="likely", dash="dot"))
    shown = np.concatenate([rows.ravel(), likely])
    low, high = _room(shown, share=fan.unit == "share")
    ticks = axis_ticks(low, high)
    texts = [words.percent(tick) for tick in ticks] if fan.unit == "share" else tick_text(ticks, scale=1e6, unit="M")
    notes = [
        note(f"<b>{write(float(median[-1]))}</b>", palette.accent, x=len(fan.likely), y=float(median[-1])),
    ] if months else []
    return figure(
        traces,
        layout(palette, height_px=FAN_PX, right_px=72, left_px=56),
        x=month_axis(palette, months=len(fan.likely)),
        y=value_axis(palette, ticks=ticks, texts=texts, low=low, high=high),
        notes=notes,
    )


def _room(values: np.ndarray, *, share: bool) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    if share:
        # A first month without customers has a margin of minus many times revenue, which would hide the rest.
        return max(low, -1.0), 1.0
    pad = 0.05 * (high - low or 1.0)
    return min(0.0, low - pad), high + pad


def _band(months: Sequence[int], low: np.ndarray, high: np.ndarray, *, color: str) -> Spec:
    return {
        "type": "scatter",
        "x": [*months, *reversed(months)],
        "y": [*low.tolist(), *reversed(high.tolist())],
        "fill": "toself",
        "fillcolor": color,
        "line": {"width": 0},
        "mode": "lines",
        "hoverinfo": "skip",
    }


def _line(
    months: Sequence[int], values: Sequence[float], *, color: str, write: Callable[[float], str], name: str,
    dash: str = "solid",
) -> Spec:  # fmt: skip
    return {
        "type": "scatter",
        "x": list(months),
        "y": list(values),
        "mode": "lines",
        "line": {"color": color, "width": 2, "dash": dash},
        "customdata": [f"{name} {write(value)}" for value in values],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def fan_table(fan: Fan) -> Table:
    """Percentiles by month."""
    write = writer(fan.unit)
    head = ("Month", *(f"{percent:g}{words.NBSP}%" for percent in fan.percents), "likely")
    return head, [
        (str(month + 1), *(write(float(value)) for value in fan.values[:, month]), write(float(fan.likely[month])))
        for month in range(len(fan.likely))
    ]


# --- sensitivity --------------------------------------------------------------------------------------------------


def tornado_figure(tornado: TornadoResult, *, palette: Palette) -> go.Figure:
    """Bars from the figure at an assumption's low end to that at its high end; widest on top."""
    bars = [bar for bar in tornado.bars if isfinite(bar.at_low) and isfinite(bar.at_high)][:SHOWN]
    write = writer(tornado.unit)
    strokes, traces = [], []
    for row, bar in enumerate(bars):
        for end, value, color in (
            ("low", bar.at_low, palette.reference),
            ("high", bar.at_high, palette.accent),
        ):
            word = ends_words(bar.kind)[0 if end == "low" else 1]
            traces.append(
                {
                    "type": "bar",
                    "x": [value - tornado.likely],
                    "base": [tornado.likely],
                    "y": [row],
                    "orientation": "h",
                    "width": 0.5 if end == "high" else 0.3,
                    "marker": {"color": color},
                    "customdata": [f"{word}: {write(value)}"],
                    "hovertemplate": "%{customdata}<extra></extra>",
                }
            )
    values = [value for bar in bars for value in (bar.at_low, bar.at_high)] + [tornado.likely]
    low, high = min(values), max(values)
    pad = 0.06 * (high - low or 1.0)
    ticks = axis_ticks(low - pad, high + pad)
    texts = (
        [words.percent(tick) for tick in ticks] if tornado.unit == "share" else tick_text(ticks, scale=1e6, unit="M")
    )
    strokes.append(stroke(palette.ink, x=(tornado.likely, tornado.likely), y=(0, 1), yref="paper"))
    return figure(
        traces,
        layout(palette, height_px=ROW_PX * len(bars) + 54, right_px=24, left_px=LEFT_PX)
        | {"hovermode": "closest", "barmode": "overlay"},
        x=plain_axis(palette, ticks=ticks, texts=texts, span=(low - pad, high + pad)),
        y=row_axis(palette, names=[_short(bar.title) for bar in bars]),
        strokes=strokes,
    )


def tornado_table(tornado: TornadoResult) -> Table:
    """Every assumption, with the figure at both of its ends."""
    write = writer(tornado.unit)
    head = ("Assumption", "At low or mild", "At high or grave", "Range")
    return head, [
        (bar.title, write(bar.at_low), write(bar.at_high), "" if bar.kind == "strike" else range_words(bar))
        for bar in tornado.bars
    ]


def switch_table(points: Sequence[SwitchPoint], *, write: Callable[[float, str], str]) -> Table:
    """Where each assumption turns the ranking; those that do come first."""
    head = ("Assumption", "Likely", "Turns at", "Then best")
    order = sorted(points, key=lambda point: point.value is None)
    return head, [
        (
            point.title,
            write(point.likely, point.unit),
            f"none within {range_words(point)}" if point.value is None else write(point.value, point.unit),
            "" if point.value is None else point.after[0],
        )
        for point in order
    ]


# --- search -------------------------------------------------------------------------------------------------------


def front_figure(front: Sequence[FrontPoint], *, palette: Palette) -> go.Figure:
    """Margin against cash to leave; the larger a point, the closer p95 comes to the promise."""
    x, y = [point.exit_usd for point in front], [point.margin for point in front]
    size = [8 + 14 * min(1.0, max(0.0, point.p95_ratio)) for point in front]
    points: Spec = {
        "type": "scatter",
        "x": x,
        "y": y,
        "mode": "markers",
        "marker": {"size": size, "color": faded(palette.accent, 0.6), "line": {"color": palette.accent, "width": 1}},
        "customdata": [
            f"margin {words.percent(point.margin)}, cash to leave {words.money(point.exit_usd)}, "
            f"p95 {point.p95_ratio:.2f} of the promise"
            for point in front
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "cliponaxis": False,
    }
    across, up = _room(np.array(x), share=False), (min([0.0, *y]), 1.0)
    return figure(
        [points],
        layout(palette, height_px=FAN_PX, right_px=40, left_px=64) | {"hovermode": "closest"},
        x=plain_axis(
            palette, ticks=axis_ticks(*across), texts=tick_text(axis_ticks(*across), scale=1e6, unit="M"), span=across
        ),
        y=value_axis(
            palette, ticks=axis_ticks(*up), texts=[words.percent(tick) for tick in axis_ticks(*up)], low=up[0],
            high=up[1],
        ),
    )  # fmt: skip
