"""Charts over months on a slide, with their labels at the ends of the lines."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

from pptx.enum.dml import MSO_LINE

from sim.reports.axes import spread
from sim.reports.document.chart_tables import written
from sim.reports.document.look import GRAY, LAYERS, TEXT, Style, style_of
from sim.reports.document.parts import Line, Lines, Stack
from sim.reports.document.slides.deck import Box, Deck
from sim.reports.document.slides.native import Drawn, Plot, column_stack, line_chart

LABELS_IN = 3.5
"""Room beside the lines of a chart that has a slide to itself."""
COMPACT_IN = 1.35
DASHES = {"proposed": MSO_LINE.SOLID, "counterpart": MSO_LINE.DASH, "other": MSO_LINE.ROUND_DOT}


def draw_lines(deck: Deck, slide: Any, *, chart: Lines, box: Box, alt: str, compact: bool) -> None:
    left, top, width, height = box
    room = COMPACT_IN if compact else LABELS_IN
    series: list[Drawn] = []
    for line in chart.lines:
        style, dash = _style(deck, line)
        series.append(Drawn(line.name, line.values, style.color, style.width + 0.6, dash, style.mark))
        for name, edge in (("low", line.low), ("high", line.high)):
            if edge:
                series.append(Drawn(f"{line.name}, {name}", edge, style.color, 1.25, MSO_LINE.ROUND_DOT))
    plot = line_chart(slide, (left, top, width - room, height), series=series, axis=chart.axis, alt=alt)
    if chart.zero and not compact:
        deck.text(slide, (plot.left, plot.top - 0.27, 5, 0.25), f"above zero: {chart.zero}", size=11, color=GRAY)
    _end_labels(deck, slide, chart, plot, left=left + width - room + 0.05, width=room - 0.05, compact=compact)


def _end_labels(
    deck: Deck, slide: Any, chart: Lines, plot: Plot, *, left: float, width: float, compact: bool
) -> None:
    known = [line for line in chart.lines if line.values and isfinite(line.values[-1])]
    gap = 0.62 if compact else 0.85
    wanted = [plot.y(line.values[-1]) for line in known]
    centers = _kept_above(spread(wanted, gap), gap, limit=plot.top + plot.height + 0.2)
    for line, center in zip(known, centers, strict=True):
        style, _ = _style(deck, line)
        value = _value(line, chart)
        top = center - gap / 2
        if compact:
            deck.text(slide, (left, top, width, 0.3), value, size=16, color=style.text, bold=True, serif=True)
            deck.text(slide, (left, top + 0.29, width, 0.32), line.name, color=style.text, sizes=(10.5, 9.5, 8.5))
            continue
        deck.text(slide, (left, top + 0.08, 1.5, 0.6), value, size=26, color=style.text, bold=True, serif=True)
        beside = (left + 1.6, top + 0.06, width - 1.6, 0.36)
        deck.text(slide, beside, line.name, color=style.text, bold=True, sizes=(14, 12, 11, 10, 9))
        below = (left + 1.6, top + 0.42, width - 1.6, 0.4)
        deck.text(slide, below, line.note, color=TEXT, sizes=(12, 11, 10, 9))


def _value(line: Line, chart: Lines) -> str:
    """The last value as the line's label writes it: a difference wears its sign."""
    value = line.label.removeprefix(line.name).strip()
    return value if value and value != line.label else written(line.values[-1], chart.axis)


def _kept_above(centers: Sequence[float], gap: float, *, limit: float) -> list[float]:
    """Positions moved up where they would reach below a limit, none closer than the gap."""
    kept = list(centers)
    bottom = limit
    for at in sorted(range(len(kept)), key=lambda place: -kept[place]):
        kept[at] = min(kept[at], bottom - gap / 2)
        bottom = kept[at] - gap / 2
    return kept


def draw_stack(deck: Deck, slide: Any, *, chart: Stack, box: Box, alt: str) -> None:
    left, top, width, height = box
    series = [
        Drawn(layer.name, layer.values, LAYERS[at % len(LAYERS)]) for at, layer in enumerate(chart.layers)
    ]
    plot = column_stack(slide, (left, top, width - LABELS_IN, height), series=series, axis=chart.axis, alt=alt)
    below = 0.0
    wanted = []
    for layer in chart.layers:
        wanted.append(plot.y(below + layer.values[-1] / 2))
        below += layer.values[-1]
    for layer, center in zip(chart.layers, spread(wanted, 0.36), strict=True):
        place = (left + width - LABELS_IN + 0.1, center - 0.15, LABELS_IN - 0.1, 0.34)
        deck.text(slide, place, layer.label or layer.name, sizes=(13, 12, 11, 10))


def _style(deck: Deck, line: Line) -> tuple[Style, Any]:
    option = deck.report.options[line.option] if line.option >= 0 else None
    return style_of(option, deck.report.brand), DASHES[option.role if option else "other"]
