"""Round ticks, their labels, and room for labels at the ends of lines."""

from collections.abc import Sequence
from math import ceil, floor, log10

from sim.reports import words


def axis_ticks(low: float, high: float) -> list[float]:
    """Round tick values inside [low, high], about four of them."""
    if high <= low:
        high = low + (abs(low) or 1.0)
    raw = (high - low) / 4.5
    power = 10.0 ** floor(log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.9)
    first = ceil(low / step - 1e-9)
    return [round(i * step, 10) for i in range(first, floor(high / step + 1e-9) + 1)]


def tick_text(values: Sequence[float], *, scale: float, unit: str) -> list[str]:
    """Tick labels in axis units; only the top one carries the unit."""
    texts = []
    for index, value in enumerate(values):
        number = value / scale
        text = f"{abs(number):g}"
        sign = words.MINUS if number < 0 else ""
        top = index == len(values) - 1
        if unit in ("k", "M"):
            texts.append(f"{sign}{text}{words.NBSP}{unit}" if top else f"{sign}{text}")
        elif unit == "$":
            texts.append(f"{sign}${text}" if top else f"{sign}{text}")
        else:
            texts.append(f"{sign}{text}{words.NBSP}{unit}" if top and unit else f"{sign}{text}")
    return texts


def spread(wanted: Sequence[float], gap: float) -> list[float]:
    """Positions as near as possible to `wanted` with at least `gap` between any two.

    Crowded neighbors are pooled and centered on their mean, so a pair moves
    apart evenly instead of the second one drifting away.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    groups: list[list[int]] = []
    centers: list[float] = []
    for index in order:
        groups.append([index])
        centers.append(wanted[index])
        while len(groups) > 1:
            room = gap * (len(groups[-1]) + len(groups[-2])) / 2
            if centers[-1] - centers[-2] >= room:
                break
            tail = groups.pop()
            centers.pop()
            groups[-1] += tail
            centers[-1] = sum(wanted[i] for i in groups[-1]) / len(groups[-1])
    placed = [0.0] * len(wanted)
    for group, center in zip(groups, centers, strict=True):
        for position, index in enumerate(group):
            placed[index] = center + gap * (position - (len(group) - 1) / 2)
    return placed
