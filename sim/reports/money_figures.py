"""Figures of the economics page."""

from math import isfinite, log10
from typing import Any

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
    plain_axis,
    stroke,
    value_axis,
)
from sim.reports.figures import Line, month_lines
from sim.reports.money import STEPS, gpus_usd, groups, idle_usd, stack, times
from sim.reports.palette import Palette, faded
from sim.strategy.outcome import Outcome

HEIGHT_PX, LABELS_PX, LABEL_GAP_PX, YEAR = 300, 172, 18, 12
VOLUMES = (0.125, 0.5, 2, 8, 32)
"""Multiples of the demand that are written at the axis."""
SHADES = {
    "own GPUs, working": ("accent", 1.0),
    "own GPUs, idle": ("accent", 0.3),
    "models by the token": ("accent", 0.65),
    "data": ("reference", 0.9),
    "people who run it": ("soft", 0.75),
    "support": ("reference", 0.45),
    "compliance": ("ink", 0.7),
    "building and moving": ("ink", 0.35),
}
"""Color and opacity of each layer of the stack: neighbors differ in both."""
BAR, PALER = 0.86, 0.3
"""Width of a bar as part of its step, and how much paler each further line of a layer is."""


def _shades(by: str, palette: Palette) -> dict[str, str]:
    """A color for each part of the stack: that of its layer, paler from one line of it to the next."""
    layer_of = {line: layer for layer in groups("layer") for line in layer.lines}
    found = {}
    for part in groups(by):
        layer = layer_of[part.lines[0]]
        name, alpha = SHADES[layer.label]
        paler = 1.0 if by == "layer" else 1 - PALER * layer.lines.index(part.lines[0])
        found[part.label] = faded(getattr(palette, name), alpha * paler)
    return found


def stack_figure(outcome: Outcome, *, palette: Palette, by: str = "layer", step: int = 1) -> Spec:
    """Cost by step of time, one part upon the other, each named at its end."""
    layers = stack(outcome, by=by, step=step)
    shades = _shades(by, palette)
    months = len(outcome.months)
    traces: list[Spec] = []
    middles, height = [], 0.0
    for label, values in layers.items():
        traces.append(
            {
                "type": "bar",
                "x": [(at + 0.5) * step for at in range(len(values))],
                "y": list(values),
                "width": BAR * step,
                "marker": {"color": shades[label]},
                "name": label,
                "customdata": [words.money(value) for value in values],
                "hovertemplate": "%{customdata}",
            }
        )
        middles.append(height + values[-1] / 2)
        height += values[-1]
    top = max(map(sum, zip(*layers.values(), strict=True)), default=1.0) * 1.04 or 1.0
    places = spread(middles, LABEL_GAP_PX * top / (HEIGHT_PX - MARGIN_TOP - MARGIN_BOTTOM))
    notes = [
        note(
            f"{label} {words.money(values[-1])}", palette.soft, x=1, y=place / top, xref="paper", yref="paper",
            yanchor="middle",
        )
        for (label, values), place in zip(layers.items(), places, strict=True)
        if values[-1] > 0
    ]  # fmt: skip
    ticks = axis_ticks(0.0, top)
    scale, unit = (1e6, "M") if top >= 2e6 else (1e3, "k")
    return figure(
        traces,
        layout(palette, height_px=HEIGHT_PX, right_px=LABELS_PX) | {"barmode": "stack"},
        x=month_axis(palette, months=months) | {"unifiedhovertitle": {"text": STEPS[step]}},
        y=value_axis(palette, ticks=ticks, texts=tick_text(ticks, scale=scale, unit=unit), low=0.0, high=top),
        notes=notes,
    )


def volume_figure(outcome: Outcome, *, palette: Palette) -> Spec:
    """Gross margin against the volume, with the target, the floor and the ceiling."""
    ceiling = outcome.ceiling
    volumes = [v for v in ceiling.volumes if isfinite(v.gross_margin)]
    x = [log10(v.multiplier) for v in volumes] or [0.0]
    y = [v.gross_margin for v in volumes] or [0.0]
    target = outcome.scenario.company.target_margin
    low, high = max(-1.0, min([*y, target, 0.0])), max([*y, target]) + 0.06
    reach = (min(x), max(x))
    line = {
        "type": "scatter",
        "x": x,
        "y": [max(value, low) for value in y],
        "mode": "lines",
        "line": {"color": palette.accent, "width": 3},
        "customdata": [f"{times(v.multiplier)}: margin {words.percent(v.gross_margin)}" for v in volumes],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    strokes = [stroke(palette.ink, x=reach, y=(target, target), width=1.5)]
    notes = [
        note(f"target {words.percent(target)}", palette.ink, x=reach[1], y=target),
        note(f"<b>margin {words.percent(y[-1])}</b>", palette.accent, x=reach[1], y=max(y[-1], low)),
    ]
    heights = spread([n["y"] for n in notes], LABEL_GAP_PX * (high - low) / (HEIGHT_PX - MARGIN_TOP - MARGIN_BOTTOM))
    notes = [n | {"y": height} for n, height in zip(notes, heights, strict=True)]
    marks = ((ceiling.multiplier, "ceiling", palette.signal, 0.3), (ceiling.margin_floor, "floor", palette.soft, 0.06))
    for value, name, color, height in marks:
        if isfinite(value) and value > 0 and reach[0] < log10(value) < reach[1]:
            strokes.append(stroke(color, x=(log10(value), log10(value)), y=(0, 1), width=2, yref="paper"))
            side: dict[str, Any] = {"xanchor": "right", "shift_px": -8} if name == "ceiling" else {}
            notes.append(note(f"{name} {times(value)}", color, x=log10(value), y=height, yref="paper", **side))
    ticks = axis_ticks(low, high)
    shown = [m for m in VOLUMES if reach[0] - 0.01 <= log10(m) <= reach[1] + 0.01]
    return figure(
        [line],
        layout(palette, height_px=HEIGHT_PX, right_px=112) | {"hovermode": "closest"},
        x=plain_axis(palette, ticks=[log10(m) for m in shown], texts=[f"{m:g}×" for m in shown], span=reach),
        y=value_axis(palette, ticks=ticks, texts=tick_text(ticks, scale=0.01, unit="%"), low=low, high=high),
        notes=notes,
        strokes=strokes,
    )


def cash_figure(outcome: Outcome, preset: Outcome, *, palette: Palette) -> Spec:
    """Cumulative cash over the months, with the month in which it is back."""
    ours, theirs = outcome.cumulative_cash_usd, preset.cumulative_cash_usd
    lines = [Line("this plan", ours, "plan", f"this plan {words.money(ours[-1])}")]
    if outcome.scenario_hash != preset.scenario_hash:
        lines.insert(0, Line("preset", theirs, "preset", f"preset {words.money(theirs[-1])}"))
    whole = month_lines(lines, palette=palette, write=words.money, scale=1e6, unit="M", height_px=HEIGHT_PX)
    back = outcome.payback_month
    if back is not None and min(ours) < 0:
        text = f"back in month {back + 1}"
        # In the first year there is no room to the left of the point.
        at, side, shift_px = (back + 1, "right", -8) if back >= YEAR else (0, "left", 4)
        mark = note(text, palette.ink, x=at, y=ours[back], xanchor=side, shift_px=shift_px, yshift=12)
        whole["layout"]["annotations"].append(mark)
    return whole


def idle_figure(outcome: Outcome, *, palette: Palette) -> Spec:
    """What idle GPUs cost by month, beside what all our GPUs cost."""
    idle, whole = idle_usd(outcome), gpus_usd(outcome)
    lines = [
        Line("all our GPUs", whole, "soft", f"all our GPUs {words.money(whole[-1])}"),
        Line("idle", idle, "plan", f"idle {words.money(idle[-1])}"),
    ]
    return month_lines(
        lines, palette=palette, write=words.money, scale=1e3, unit="k", height_px=HEIGHT_PX, right_px=150
    )
