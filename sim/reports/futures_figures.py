"""Figures of many futures: pass shares, regret, fans, tornadoes and the front of a search. Frame in, figure out."""

from collections.abc import Callable, Sequence
from math import isfinite
from textwrap import wrap

import numpy as np

from sim.reports import futures as told
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
    value_axis,
)
from sim.reports.palette import Palette, faded
from sim.strategy.futures import FutureKind, FuturesResult
from sim.strategy.futures.outcome import Fan

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]

ROW_PX, FAN_PX, SHOWN = 34, 280, 8
LEFT_PX, KIND_PX, NAMES_PX = 150, 146, 52
KIND_LETTERS, NAME_LETTERS, LINES = 22, 11, 2
"""Letters of a line beside a row of a kind, and below a column, and how many lines there are."""


def wrapped(name: str, *, letters: int) -> str:
    """A name on a few short lines."""
    return "<br>".join(wrap(name, letters, max_lines=LINES, placeholder=" …"))


def writer(unit: str) -> Callable[[float], str]:
    """How a figure of a unit is written."""
    return {"share": words.percent, "USD": words.money, "months": words.months}.get(unit, lambda value: f"{value:.2g}")


# --- pass shares --------------------------------------------------------------------------------------------------


def pass_figure(result: FuturesResult, *, palette: Palette) -> Spec:
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
    ticks = [0.0, 0.5, 1.0]
    return figure(
        [bars],
        layout(palette, height_px=ROW_PX * len(shares) + 60, right_px=60, left_px=LEFT_PX) | {"hovermode": "closest"},
        x=plain_axis(palette, ticks=ticks, texts=[words.percent(tick) for tick in ticks], span=(0, 1)),
        y=row_axis(palette, names=[words.short(strategy.name) for strategy in result.strategies]),
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


def regret_figure(result: FuturesResult, kinds: Sequence[FutureKind], *, palette: Palette) -> Spec:
    """A heat map: what each strategy is worth less than the best one, by kind of futures."""
    regret = np.array([kind.distance_usd for kind in kinds])
    marks = [_mark(kind, at) for kind in kinds for at in range(len(result.strategies))]
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
        "text": np.array(marks).reshape(regret.shape).tolist(),
        "texttemplate": "%{text}",
        "hovertemplate": "%{text}<extra></extra>",
    }
    across = range(regret.shape[1])
    names = [wrapped(strategy.name, letters=NAME_LETTERS) for strategy in result.strategies]
    return figure(
        [heat],
        layout(palette, height_px=ROW_PX * len(regret) + 76, right_px=8, left_px=KIND_PX, bottom_px=NAMES_PX)
        | {"hovermode": "closest"},
        x=plain_axis(palette, ticks=list(across), texts=names, span=(-0.5, len(across) - 0.5)) | {"tickangle": 0},
        y=row_axis(palette, names=[wrapped(told.kind_words(kind), letters=KIND_LETTERS) for kind in kinds]),
    )


def _mark(kind: FutureKind, at: int) -> str:
    if kind.distance_usd[at] == 0:
        return "best"
    return "tie" if kind.ties[at] else words.money(kind.distance_usd[at])


def kinds_table(result: FuturesResult, kinds: Sequence[FutureKind]) -> Table:
    """The same in words: one row for each kind of futures."""
    head = ("", *(strategy.name for strategy in result.strategies), "Futures")
    return head, [
        (told.kind_words(kind), *(_mark(kind, at) for at in range(len(result.strategies))), str(kind.n))
        for kind in kinds
    ]


# --- fans ---------------------------------------------------------------------------------------------------------


def fan_figure(fan: Fan, *, palette: Palette) -> Spec:
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
    low, high = room(shown.tolist(), share=fan.unit == "share")
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


def room(values: Sequence[float], *, share: bool) -> tuple[float, float]:
    """Ends of an axis that shows values, zero among them; of a share at most from minus one to one."""
    finite = [value for value in values if isfinite(value)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
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
