"""Charts of the report on a slide: what is drawn, and the labels that stand beside it at its values."""

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite, nan
from typing import Any

from pptx.enum.dml import MSO_LINE

from sim.reports import words
from sim.reports.axes import spread
from sim.reports.document.chart_tables import written
from sim.reports.document.look import GRAY, INK, LAYERS, TEXT, WHITE, Style, ramp, style_of, tint
from sim.reports.document.parts import Bars, Chart, Figure, Heat, Line, Lines, Ranges, Stack, Tornado
from sim.reports.document.slides.axes import bounds
from sim.reports.document.slides.deck import LETTER_SANS, Box, Deck
from sim.reports.document.slides.native import Drawn, Plot, column_stack, floating_bars, line_chart, segments
from sim.reports.document.slides.tables import Shown, add_table

LABELS_IN = 3.5
"""Room beside the lines of a chart that has a slide to itself."""
COMPACT_IN = 1.35
DASHES = {"proposed": MSO_LINE.SOLID, "counterpart": MSO_LINE.DASH, "other": MSO_LINE.ROUND_DOT}
MOST_BARS = 2
"""Options of which a row of ranges is drawn as bars."""
BLACK_ABOVE = 0.5
"""Share of the ramp from which its digits are white."""


def draw(deck: Deck, slide: Any, chart: Chart, box: Box, *, compact: bool) -> None:
    """Draw a chart into a box; a compact one shares its slide and keeps its labels short."""
    match chart:
        case Lines():
            _lines(deck, slide, chart, box, compact=compact)
        case Stack():
            _stack(deck, slide, chart, box)
        case Bars():
            _bars(deck, slide, chart, box, compact=compact)
        case Ranges():
            _ranges(deck, slide, chart, box)
        case Tornado():
            _tornado(deck, slide, chart, box)
        case Heat():
            _heat(deck, slide, chart, box)


def alt_of(chart: Chart) -> str:
    """What a chart says, for those who do not see it."""
    return f"{chart.title}. {chart.note} Its figures stand in the chart's own sheet.".replace(words.NBSP, " ")


# --- over months ------------------------------------------------------------------------------------------------------


def _lines(deck: Deck, slide: Any, chart: Lines, box: Box, *, compact: bool) -> None:
    left, top, width, height = box
    room = COMPACT_IN if compact else LABELS_IN
    series: list[Drawn] = []
    for line in chart.lines:
        style, dash = _style(deck, line)
        series.append(Drawn(line.name, line.values, style.color, style.width + 0.6, dash, style.mark))
        for name, edge in (("low", line.low), ("high", line.high)):
            if edge:
                series.append(Drawn(f"{line.name}, {name}", edge, style.color, 1.25, MSO_LINE.ROUND_DOT))
    plot = line_chart(slide, (left, top, width - room, height), series, axis=chart.axis, alt=alt_of(chart))
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
        value = written(line.values[-1], chart.axis)
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


def _kept_above(centers: Sequence[float], gap: float, *, limit: float) -> list[float]:
    """Positions moved up where they would reach below a limit, none closer than the gap."""
    kept = list(centers)
    bottom = limit
    for at in sorted(range(len(kept)), key=lambda place: -kept[place]):
        kept[at] = min(kept[at], bottom - gap / 2)
        bottom = kept[at] - gap / 2
    return kept


def _stack(deck: Deck, slide: Any, chart: Stack, box: Box) -> None:
    left, top, width, height = box
    series = [
        Drawn(layer.name, layer.values, LAYERS[at % len(LAYERS)]) for at, layer in enumerate(chart.layers)
    ]
    plot = column_stack(slide, (left, top, width - LABELS_IN, height), series, axis=chart.axis, alt=alt_of(chart))
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


# --- bars -------------------------------------------------------------------------------------------------------------


def _bars(deck: Deck, slide: Any, chart: Bars, box: Box, *, compact: bool) -> None:
    """Bars from zero, ranges with a change of tone at the middle, or a waterfall."""
    if chart.total:
        _waterfall(deck, slide, chart, box, compact=compact)
        return
    figures = [bar.figure for bar in chart.bars]
    styles = [_bar_style(deck, bar.option) for bar in chart.bars]
    labels = [bar.label for bar in chart.bars]
    if any(figure.ranged for figure in figures) and not isfinite(chart.most):
        _ranged(deck, slide, chart, box, labels=labels, figures=figures, styles=styles)
        return
    series = [
        Drawn(label, [f.value if at == row else 0.0 for row, f in enumerate(figures)], styles[at].color)
        for at, label in enumerate(labels)
    ]
    low, high, _ = bounds([chart.most if isfinite(chart.most) else 0.0, *(figure.value for figure in figures)])
    _beside(deck, slide, chart, box, labels, series, [(f.text, f.note) for f in figures], span=(low, high))


def _ranged(
    deck: Deck, slide: Any, chart: Bars | Ranges, box: Box, *, labels: Sequence[str], figures: Sequence[Figure],
    styles: Sequence[Style],
) -> None:  # fmt: skip
    """Bars from low to high; the change of tone is the middle. Each row wears its own color."""
    edges = [_edges(figure) for figure in figures]
    series: list[Drawn] = []
    groups = list(dict.fromkeys(style.color for style in styles))
    for color in groups:
        mine = [row if style.color == color else (0.0, 0.0, 0.0) for row, style in zip(edges, styles, strict=True)]
        pair = [(tint(color, share=0.4),) * 2, (color,) * 2]
        series += segments(mine, names=("low to middle", "middle to high"), colors=pair)
    low, high, _ = bounds([edge for row in edges for edge in row])
    raw = [
        ("low", [f.low for f in figures]), ("middle", [f.value for f in figures]), ("high", [f.high for f in figures])
    ]
    texts = [(f.text, f.note) for f in figures]
    _beside(deck, slide, chart, box, labels, series, texts, span=(low, high), raw=raw)


def _edges(figure: Figure) -> tuple[float, float, float]:
    middle = figure.value if isfinite(figure.value) else 0.0
    low = figure.low if isfinite(figure.low) else middle
    high = figure.high if isfinite(figure.high) else middle
    return min(low, middle), middle, max(high, middle)


def _waterfall(deck: Deck, slide: Any, chart: Bars, box: Box, *, compact: bool) -> None:
    """Each bar begins where the one before ends; the last one is their sum."""
    edges, running = [], 0.0
    for bar in chart.bars:
        value = bar.figure.value if isfinite(bar.figure.value) else 0.0
        edges.append((min(running, running + value), max(running, running + value)))
        running += value
    edges.append((min(0.0, running), max(0.0, running)))
    accent = deck.report.brand.accent
    last = len(edges) - 1
    parts = [row if at < last else (0.0, 0.0) for at, row in enumerate(edges)]
    total = [row if at == last else (0.0, 0.0) for at, row in enumerate(edges)]
    series = segments(parts, names=("part",), colors=[(tint(accent, share=0.55),) * 2])
    series += segments(total, names=("sum",), colors=[(accent, accent)])[1:2]
    labels = [*(bar.label for bar in chart.bars), chart.total]
    texts = [*((bar.figure.text, bar.figure.note) for bar in chart.bars), (written(running, chart.axis), "")]
    low, high, _ = bounds([edge for row in edges for edge in row])
    raw = [("value", [*(bar.figure.value for bar in chart.bars), running])]
    _beside(deck, slide, chart, box, labels, series, texts, span=(low, high), raw=raw, short=compact)


def _ranges(deck: Deck, slide: Any, chart: Ranges, box: Box) -> None:
    """One bar for each row and option; what stands beside says whose it is, as its color does."""
    options = deck.report.options
    if len(options) > MOST_BARS:
        _ranges_table(deck, slide, chart, box)
        return
    labels, figures, styles = [], [], []
    for row in chart.rows:
        for at, (option, figure) in enumerate(zip(options, row.figures, strict=True)):
            labels.append(row.label if at == 0 else " ")
            whose = f"{option.short}: {figure.note}" if figure.note else option.short
            figures.append(replace(figure, note=whose))
            styles.append(style_of(option, deck.report.brand))
    _ranged(deck, slide, chart, box, labels=labels, figures=figures, styles=styles)


def _ranges_table(deck: Deck, slide: Any, chart: Ranges, box: Box) -> None:
    """The same as a table, where bars of so many options would be too thin to read."""
    options = deck.report.options
    heads = [Shown(""), *(Shown(option.short, right=True, bold=True, color=GRAY) for option in options)]
    rows = [
        [
            Shown(row.label, bold=True),
            *(Shown(f"{f.text} ({f.note})" if f.note else f.text, right=True) for f in row.figures),
        ]
        for row in chart.rows
    ]
    add_table(deck, slide, box, heads, rows, [1.2, *[1.4] * len(options)], name=alt_of(chart))


def _tornado(deck: Deck, slide: Any, chart: Tornado, box: Box) -> None:
    brand = deck.report.brand
    edges = [tuple(sorted((row.at_low.value, row.at_high.value))) for row in chart.rows]
    series = segments(edges, names=("moved through its range",), colors=[(brand.counterpart, brand.accent)])
    low, high, _ = bounds([edge for row in edges for edge in row])
    raw = [
        ("at its low end", [row.at_low.value for row in chart.rows]),
        ("at its high end", [row.at_high.value for row in chart.rows]),
    ]
    texts = [
        (f"{row.low_input} to {row.high_input}", f"flips {row.flips}" if row.flips else "not in its range")
        for row in chart.rows
    ]
    left, top, width, height = box
    labels = [row.label for row in chart.rows]
    place = (left, top, width, height - 0.55)
    plot = _beside(deck, slide, chart, place, labels, series, texts, span=(low, high), raw=raw)
    expected = plot.x(chart.expected.value)
    bottom = plot.top + plot.height
    deck.rule(slide, (expected, plot.top), (expected, bottom + 0.05), color=INK, width=1.25, dashed=True)
    deck.text(slide, (expected - 1.5, bottom + 0.08, 3, 0.25), f"expected {chart.expected.text}", size=12, color=INK,
              align="center")  # fmt: skip
    zero = plot.x(0.0)
    box_below = (max(left, zero - 4.1), bottom + 0.34, 4, 0.25)
    deck.text(slide, box_below, chart.below, color=brand.counterpart_text, align="right", sizes=(12, 11, 10, 9))
    deck.text(slide, (zero + 0.1, bottom + 0.34, 4, 0.25), chart.above, color=brand.accent, sizes=(12, 11, 10, 9))


def _beside(
    deck: Deck, slide: Any, chart: Chart, box: Box, labels: Sequence[str], series: Sequence[Drawn],
    texts: Sequence[tuple[str, str]], *, span: tuple[float, float],
    raw: Sequence[tuple[str, Sequence[float]]] = (), short: bool = False,
) -> Plot:  # fmt: skip
    """Bars, with the figure of every row at its height on the right."""
    left, top, width, height = box
    room = 0.9 if short else 3.2
    place = (left, top, width - room, height)
    plot = floating_bars(
        slide, place, labels, series, axis=chart.axis, alt=alt_of(chart), span=span, beside=raw,
        label_share=0.42 if short else 0.3,
    )  # fmt: skip
    step = plot.height / len(texts)
    size = 14 if step > 0.5 else 12 if step > 0.33 else 10.5
    wide = min(1.6, max(len(text) for text, _ in texts) * size * LETTER_SANS / 72 + 0.2)
    for at, (text, note) in enumerate(texts):
        middle = plot.top + (at + 0.5) * step - 0.15
        value = (left + width - room + 0.1, middle, wide if note else room - 0.1, 0.3)
        deck.text(slide, value, text, color=INK, bold=True, sizes=(size, 11, 10, 9), middle=True)
        if note and not short:
            beside = (left + width - room + 0.1 + wide, middle, room - 0.1 - wide, 0.3)
            deck.text(slide, beside, note, color=GRAY, sizes=(12, 11, 10, 9, 8), middle=True)
    return plot


def _bar_style(deck: Deck, option: int) -> Style:
    return style_of(deck.report.options[option] if option >= 0 else None, deck.report.brand)


# --- regret -----------------------------------------------------------------------------------------------------------


def _heat(deck: Deck, slide: Any, chart: Heat, box: Box) -> None:
    """A figure in every cell, on one ramp; the best is outlined, a tie is dashed."""
    most = max((cell.value for row in chart.rows for cell in row.cells if isfinite(cell.value)), default=1.0) or 1.0
    heads = [
        Shown(""),
        *(Shown(name, right=True, color=GRAY, bold=True) for name in chart.columns),
        Shown("Worst", right=True, color=GRAY, bold=True),
    ]
    rows = []
    for row in chart.rows:
        cells = [Shown(row.label, bold=True)]
        for cell, mark in zip(row.cells, row.marks, strict=True):
            share = cell.value / most if isfinite(cell.value) else nan
            dark = isfinite(share) and share > BLACK_ABOVE
            cells.append(
                Shown(
                    cell.text, right=True, color=WHITE if dark else INK,
                    fill=ramp(share, color=deck.report.brand.accent) if isfinite(share) and share > 0 else "",
                    outline={"best": "solid", "tie": "dash"}.get(mark, ""),
                )
            )  # fmt: skip
        rows.append([*cells, Shown(row.worst.text, right=True, bold=True)])
    add_table(deck, slide, box, heads, rows, [1.8, *[1.0] * (len(chart.columns) + 1)], name=alt_of(chart))

