"""Figures of what matters: tornadoes, where rankings turn, and the front of a search. Frame in, figure out."""

from collections.abc import Callable, Sequence
from math import isfinite

from sim.reports import words
from sim.reports.axes import axis_ticks, tick_text
from sim.reports.drawing import Spec, figure, layout, plain_axis, row_axis, stroke, value_axis
from sim.reports.futures import ends_words, levers_words, range_words
from sim.reports.futures_figures import FAN_PX, KIND_LETTERS, LEFT_PX, ROW_PX, SHOWN, Table, room, wrapped, writer
from sim.reports.palette import Palette, faded
from sim.strategy.futures import FrontPoint, SwitchPoint, TornadoResult


def tornado_figure(tornado: TornadoResult, *, palette: Palette) -> Spec:
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
        y=row_axis(palette, names=[wrapped(bar.title, letters=KIND_LETTERS) for bar in bars]),
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


def front_table(front: Sequence[FrontPoint]) -> Table:
    """Every architecture of the front with its figures, each beside what a simulation of its own says."""
    head = ("Architecture", "Margin", "Checked", "p95 over promise", "Checked", "Cash to leave", "Checked", "Holds in")
    return head, [
        (
            levers_words(point),
            words.percent(point.margin),
            words.percent(point.checked_margin),
            _ratio(point.p95_ratio),
            _ratio(point.checked_p95_ratio),
            words.money(point.exit_usd),
            words.money(point.checked_exit_usd),
            words.percent(point.pass_share),
        )
        for point in front
    ]


def _ratio(value: float) -> str:
    return f"{value:.2f}" if isfinite(value) else words.NONE


def front_figure(front: Sequence[FrontPoint], *, palette: Palette) -> Spec:
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
    across, up = room(x, share=False), (min([0.0, *y]), 1.0)
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
