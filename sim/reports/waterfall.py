"""A waterfall: parts one after the other, and what they make together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sim.reports import words
from sim.reports.drawing import Spec, figure, layout, note, row_axis, stroke
from sim.reports.palette import Palette

WIDTH, ROW_PX, LABELS_PX, VALUES_PX = 0.56, 31, 168, 64


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a waterfall; below zero it takes away."""

    label: str
    value: float


def waterfall(
    steps: Sequence[Step], *, total_label: str, palette: Palette, write: Callable[[float], str], height_px: int = 0
) -> Spec:
    """Horizontal bars that float from where the one before ended; the largest wears the accent, the total is ink.

    Args:
        write: a value as text, for the labels.
        height_px: of the figure; by the number of parts unless given.
    """
    total = sum(step.value for step in steps)
    largest = max(range(len(steps)), key=lambda at: steps[at].value, default=0)
    bases, at = [], 0.0
    for step in steps:
        bases.append(at)
        at += step.value
    labels = [step.label for step in steps] + [total_label]
    values = [step.value for step in steps] + [total]
    last = len(labels) - 1
    ends = [max(base, base + step.value) for base, step in zip(bases, steps, strict=True)] + [max(total, 0.0)]
    shades = {largest: palette.accent, last: palette.ink}
    bars = {
        "type": "bar",
        "x": values,
        "y": list(range(len(labels))),
        "base": [*bases, 0.0],
        "orientation": "h",
        "width": WIDTH,
        "marker": {"color": [shades.get(row, palette.reference) for row in range(len(labels))]},
        "customdata": [f"{label}: {write(value)}" for label, value in zip(labels, values, strict=True)],
        "hovertemplate": "%{customdata}<extra></extra>",
        "cliponaxis": False,
    }
    notes = [
        note(
            f"<b>{write(value)}</b>" if row in shades else write(value),
            shades.get(row, palette.soft),
            x=end,
            y=row,
        )
        for row, (end, value) in enumerate(zip(ends, values, strict=True))
    ]
    # A thin line joins the end of each bar to the start of the next.
    joints = [
        stroke(palette.reference, x=(start, start), y=(row + WIDTH / 2, row + 1 - WIDTH / 2))
        for row, start in enumerate([*bases[1:], total])
    ]
    ground = layout(
        palette,
        height_px=height_px or ROW_PX * len(labels) + 24,
        right_px=VALUES_PX,
        left_px=LABELS_PX,
        bottom_px=10,
    )
    names = [f"<b>{label}</b>" if row == last else label for row, label in enumerate(labels)]
    reach = (min([*bases, total, 0.0]), max([*ends, *bases, 0.0]) or 1.0)
    return figure(
        [bars],
        ground | {"hovermode": "closest", "bargap": 0},
        x={"range": reach, "visible": False, "fixedrange": True},
        y=row_axis(palette, names=names),
        notes=notes,
        strokes=joints,
    )


def waterfall_table(
    steps: Sequence[Step], *, total_label: str, unit: str, write: Callable[[float], str]
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of the table under a waterfall: each part, its share, and the total."""
    total = sum(step.value for step in steps)
    rows = [(step.label, write(step.value), words.percent(step.value / total) if total else "") for step in steps]
    return ("Part", unit, "Share"), [*rows, (total_label, write(total), words.percent(1.0) if total else "")]
