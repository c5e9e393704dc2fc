"""Plotly figures of the look: a function from lines to a Figure, used by page and report alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from math import isfinite
from typing import Literal

from sim.reports import words
from sim.reports.axes import axis_ticks, spread, tick_text
from sim.reports.drawing import (
    MARGIN_BOTTOM,
    MARGIN_TOP,
    Spec,
    figure,
    layout,
    month_axis,
    note,
    value_axis,
)
from sim.reports.palette import Palette, faded
from sim.reports.series import SERIES, Band, Series, total_cost_usd
from sim.strategy.outcome import Outcome

Role = Literal["plan", "preset", "ink", "soft"]

LABEL_GAP_PX, NAME_LETTERS = 18, 24


@dataclass(frozen=True, slots=True)
class Line:
    """One line over months 1, 2, ...; `label` is written at its right end and names it in the hover."""

    name: str
    values: tuple[float, ...]
    role: Role
    label: str
    band: Band | None = None


def _styles(palette: Palette) -> dict[Role, dict[str, object]]:
    return {
        "plan": {"color": palette.accent, "width": 3},
        "preset": {"color": palette.reference, "width": 1.75, "dash": "dash"},
        "ink": {"color": palette.ink, "width": 2},
        "soft": {"color": palette.soft, "width": 1.75},
    }


def _text_color(role: Role, palette: Palette) -> str:
    return {"plan": palette.accent, "preset": palette.soft, "ink": palette.ink, "soft": palette.soft}[role]


def _band_trace(band: Band, palette: Palette) -> Spec:
    known = [i for i, (low, high) in enumerate(zip(*band, strict=True)) if isfinite(low) and isfinite(high)]
    x = [i + 1 for i in known]
    return {
        "type": "scatter",
        "x": x + x[::-1],
        "y": [band[1][i] for i in known] + [band[0][i] for i in reversed(known)],
        "fill": "toself",
        "fillcolor": faded(palette.accent, 0.14),
        "line": {"width": 0},
        "mode": "lines",
        "hoverinfo": "skip",
        "name": "range",
    }


def _line_trace(line: Line, palette: Palette, write: Callable[[float], str]) -> Spec:
    return {
        "type": "scatter",
        "x": list(range(1, len(line.values) + 1)),
        "y": [v if isfinite(v) else None for v in line.values],
        "mode": "lines",
        "line": _styles(palette)[line.role],
        "name": line.name,
        "customdata": [write(v) for v in line.values],
        "hovertemplate": "%{customdata}",
        "connectgaps": False,
    }


def _end(line: Line) -> tuple[int, float] | None:
    known = [(i + 1, v) for i, v in enumerate(line.values) if isfinite(v)]
    return known[-1] if known else None


def month_lines(
    lines: Sequence[Line],
    *,
    palette: Palette,
    write: Callable[[float], str],
    scale: float = 1.0,
    unit: str = "",
    height_px: int = 206,
    right_px: int = 112,
) -> Spec:
    """Lines over the months, named at their right ends, with a band where a line has one."""
    months = max((len(line.values) for line in lines), default=36)
    pool = [v for line in lines for v in line.values if isfinite(v)]
    pool += [v for line in lines if line.band for edge in line.band for v in edge if isfinite(v)]
    low, high = (min(pool), max(pool)) if pool else (0.0, scale)
    if 0 < low < 0.6 * high:
        low = 0.0
    pad = 0.06 * (high - low or abs(high) or scale)
    bottom, top = (low if low == 0 else low - pad), high + pad
    ticks = axis_ticks(low, high)
    ends = _ends(lines, low=bottom, high=top, height_px=height_px)
    return figure(
        [
            *(_band_trace(line.band, palette) for line in lines if line.band),
            *(_line_trace(line, palette, write) for line in sorted(lines, key=lambda line: line.role == "plan")),
            *(_dot(end, palette) for line, end, _ in ends if line.role == "plan"),
        ],
        layout(palette, height_px=height_px, right_px=right_px),
        x=month_axis(palette, months=months),
        y=value_axis(palette, ticks=ticks, texts=tick_text(ticks, scale=scale, unit=unit), low=bottom, high=top),
        notes=[_label(line, (place - bottom) / (top - bottom), palette) for line, _, place in ends],
    )


def _ends(
    lines: Sequence[Line], *, low: float, high: float, height_px: int
) -> list[tuple[Line, tuple[int, float], float]]:
    """Named lines, where they end, and where their labels stand so that none is on top of another."""
    ends = [(line, end) for line in lines if line.label and (end := _end(line)) is not None]
    per_px = (high - low) / (height_px - MARGIN_TOP - MARGIN_BOTTOM)
    places = spread([end[1] for _, end in ends], LABEL_GAP_PX * per_px)
    return [(line, end, place) for (line, end), place in zip(ends, places, strict=True)]


def _dot(end: tuple[int, float], palette: Palette) -> Spec:
    return {
        "type": "scatter",
        "x": [end[0]],
        "y": [end[1]],
        "mode": "markers",
        "marker": {"size": 9, "color": palette.accent},
        "cliponaxis": False,
        "hoverinfo": "skip",
        "name": "end",
    }


def _label(line: Line, share: float, palette: Palette) -> Spec:
    """A line's name; on the paper, not on the axis: plotly hides an annotation whose value is off the axis."""
    text = f"<b>{line.label}</b>" if line.role == "plan" else line.label
    color = _text_color(line.role, palette)
    return note(text, color, x=1, y=share, shift_px=10, xref="paper", yref="paper", yanchor="middle")


def _against_preset(series: Series, plan: Outcome, preset: Outcome) -> list[Line]:
    ours, theirs = series.values(plan), series.values(preset)
    lines = []
    if plan.scenario_hash != preset.scenario_hash:
        lines.append(Line("preset", theirs, "preset", f"preset {_last(theirs, series)}"))
    band = series.band(plan) if series.band else None
    lines.append(Line("this plan", ours, "plan", f"this plan {_last(ours, series)}", band))
    return lines


def _last(values: Sequence[float], series: Series) -> str:
    known = [v for v in values if isfinite(v)]
    return series.write(known[-1]) if known else words.NONE


def series_lines(key: str, *, plan: Outcome, preset: Outcome) -> list[Line]:
    """The lines of one series of the chart menu: plan over preset, and cost beside revenue."""
    series = SERIES[key]
    lines = _against_preset(series, plan, preset)
    if key == "revenue":
        cost = total_cost_usd(plan)
        lines = [
            *(Line(line.name, line.values, line.role, "") for line in lines if line.role == "preset"),
            Line("revenue", series.values(plan), "plan", f"revenue {_last(series.values(plan), series)}"),
            Line("cost", cost, "ink", f"cost {_last(cost, series)}"),
        ]
    return lines


def series_figure(key: str, *, plan: Outcome, preset: Outcome, palette: Palette) -> Spec:
    """The chart of one series, as Strategy shows it."""
    series = SERIES[key]
    return month_lines(
        series_lines(key, plan=plan, preset=preset),
        palette=palette,
        write=series.write,
        scale=series.scale,
        unit=series.unit,
    )


def compare_figure(
    outcomes: dict[str, Outcome], key: str, *, leader: str, palette: Palette, height_px: int = 260
) -> Spec:
    """One series of several scenarios, each named at its end; the leader wears the accent."""
    series = SERIES[key]
    lines = []
    for name, outcome in outcomes.items():
        values = series.values(outcome)
        lines.append(Line(name, values, "plan" if name == leader else "soft", words.short(name, most=NAME_LETTERS)))
    return month_lines(
        lines,
        palette=palette,
        write=series.write,
        scale=series.scale,
        unit=series.unit,
        height_px=height_px,
        right_px=170,
    )


def series_table(key: str, *, plan: Outcome, preset: Outcome) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of the table under a chart, as text."""
    series = SERIES[key]
    lines = series_lines(key, plan=plan, preset=preset)
    header = ("Month", *(line.name for line in lines))
    rows = [
        (str(index + 1), *(series.write(line.values[index]) for line in lines)) for index in range(len(plan.months))
    ]
    return header, rows


def series_table_of(series: Series, outcomes: dict[str, Outcome]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of one series of several scenarios, as text."""
    columns = [[series.write(v) for v in series.values(outcome)] for outcome in outcomes.values()]
    # A scenario of a shorter horizon has no figure in the later months.
    rows = [(str(i + 1), *cells) for i, cells in enumerate(zip_longest(*columns, fillvalue=words.NONE))]
    return ("Month", *outcomes), rows
