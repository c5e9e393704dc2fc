"""Figures of leaving: by layer and month, and rehearsed on the timeline."""

from collections.abc import Callable

from sim.lockin import LAYERS, WHOLE, DoorClass
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
    row_axis,
    stroke,
    value_axis,
)
from sim.reports.lockin import ORDER, Rehearsal, layer_name
from sim.reports.palette import Palette
from sim.strategy.outcome import ExitCost, Outcome

Read = Callable[[ExitCost], float]
MARKERS: dict[DoorClass, str] = {"compounding": "triangle-up", "sticky": "square", "two_way": "circle-open"}
LABEL_GAP_PX, LINES_PX, LABELS_PX = 18, 300, 196


def _style(kind: DoorClass, palette: Palette) -> tuple[str, float]:
    return {
        "compounding": (palette.accent, 3.0),
        "sticky": (palette.soft, 2.0),
        "two_way": (palette.reference, 1.5),
    }[kind]


def layer_lines(
    outcome: Outcome, *, read: Read, write: Callable[[float], str], palette: Palette, scale: float, unit: str
) -> Spec:
    """One line a layer, never stacked: leaving all is not the sum. The end marks the class of the door."""
    kinds = {door.decision: door.door_class for door in outcome.doors}
    series = {layer: [read(month.exit[layer]) for month in outcome.months] for layer in LAYERS}
    months = len(outcome.months)
    traces: list[Spec] = []
    for layer in sorted(LAYERS, key=lambda layer: -ORDER[kinds[layer]]):
        traces += _line(layer, series[layer], kinds[layer], write=write, palette=palette)
    top = max(max(values) for values in series.values()) * 1.06 or scale
    gap = LABEL_GAP_PX * top / (LINES_PX - MARGIN_TOP - MARGIN_BOTTOM)
    places = spread([series[layer][-1] for layer in LAYERS], gap)
    notes = [
        _end_label(f"{layer_name(layer)} {write(series[layer][-1])}", kinds[layer], y=place / top, palette=palette)
        for layer, place in zip(LAYERS, places, strict=True)
    ]
    ticks = axis_ticks(0.0, top)
    return figure(
        traces,
        layout(palette, height_px=LINES_PX, right_px=LABELS_PX),
        x=month_axis(palette, months=months),
        y=value_axis(palette, ticks=ticks, texts=tick_text(ticks, scale=scale, unit=unit), low=0.0, high=top),
        notes=notes,
    )


def _line(
    layer: str, values: list[float], kind: DoorClass, *, write: Callable[[float], str], palette: Palette
) -> list[Spec]:
    """A layer's line, and the mark of its class at the end."""
    color, width = _style(kind, palette)
    months = len(values)
    return [
        {
            "type": "scatter",
            "x": list(range(1, months + 1)),
            "y": values,
            "mode": "lines",
            "line": {"color": color, "width": width},
            "name": layer_name(layer),
            "customdata": [write(value) for value in values],
            "hovertemplate": "%{customdata}",
        },
        {
            "type": "scatter",
            "x": [months],
            "y": values[-1:],
            "mode": "markers",
            "marker": {"symbol": MARKERS[kind], "size": 10, "color": color, "line": {"width": 2, "color": color}},
            "cliponaxis": False,
            "hoverinfo": "skip",
            "name": "end",
        },
    ]


def _end_label(text: str, kind: DoorClass, *, y: float, palette: Palette) -> Spec:
    hard = kind == "compounding"
    return note(
        f"<b>{text}</b>" if hard else text,
        palette.accent if hard else palette.soft,
        x=1,
        y=y,
        shift_px=11,
        xref="paper",
        yref="paper",
        yanchor="middle",
    )


def layer_table(
    outcome: Outcome, *, read: Read, write: Callable[[float], str]
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of the table under the lines by layer."""
    names = (*LAYERS, WHOLE)
    rows = [(str(month.month + 1), *(write(read(month.exit[name])) for name in names)) for month in outcome.months]
    return ("Month", *(layer_name(name) for name in names)), rows


def rehearsal_figure(rehearsal: Rehearsal, *, palette: Palette) -> Spec:
    """Bars on the timeline: how long leaving each layer would take, from the month it is decided on."""
    names = [*sorted(LAYERS, key=lambda layer: -rehearsal.ends_at[layer]), WHOLE]
    end = max(rehearsal.horizon, *rehearsal.ends_at.values())
    lengths = [rehearsal.ends_at[name] - rehearsal.month for name in names]
    bars = {
        "type": "bar",
        "x": lengths,
        "y": list(range(len(names))),
        "base": [rehearsal.month] * len(names),
        "orientation": "h",
        "width": 0.5,
        "marker": {"color": [palette.ink if name == WHOLE else palette.accent for name in names]},
        "customdata": [words.months(length) for length in lengths],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    notes = [
        note(words.months(length), palette.soft, x=rehearsal.month + length, y=row)
        for row, length in enumerate(lengths)
    ]
    past = end > rehearsal.horizon
    at = (rehearsal.horizon, rehearsal.horizon)
    return figure(
        [bars],
        layout(palette, height_px=31 * len(names) + 54, right_px=84, left_px=140) | {"hovermode": "closest"},
        x=month_axis(palette, months=rehearsal.horizon) | {"range": [0, end]},
        y=row_axis(palette, names=[layer_name(name) for name in names]),
        notes=notes,
        strokes=[stroke(palette.signal, x=at, y=(0, 1), width=2, yref="paper")] if past else [],
    )


def rehearsal_table(rehearsal: Rehearsal) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of the table under the rehearsal."""
    rows: list[tuple[str, ...]] = [
        (layer_name(layer), words.months(end - rehearsal.month), words.month(round(end)))
        for layer, end in rehearsal.ends_at.items()
    ]
    return ("Layer", "Time to leave", "Done in"), rows
