"""Charts of the report on a slide: what is drawn, and the labels that stand beside it at its values."""

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite, nan
from typing import Any

from sim.reports import words
from sim.reports.document.chart_tables import written
from sim.reports.document.look import GRAY, INK, WHITE, Style, ramp, style_of, tint
from sim.reports.document.parts import Bars, Chart, Figure, Heat, Lines, Ranges, Stack, Tornado
from sim.reports.document.slides.axes import bounds
from sim.reports.document.slides.deck import LETTER_SANS, Box, Deck
from sim.reports.document.slides.months import draw_lines, draw_stack
from sim.reports.document.slides.native import Drawn, Plot, floating_bars, segments
from sim.reports.document.slides.tables import Shown, add_table

MOST_BARS = 2
"""Options of which a row of ranges is drawn as bars."""
LEAST_STEP = 0.5
"""Height of a row [in] from which a range has room under its figure."""
MOST_HEAD = 8.0
"""Size of the names of kinds of futures: they are long, and their columns narrow."""
BLACK_ABOVE = 0.5
"""Share of the ramp from which its digits are white."""


def draw(deck: Deck, slide: Any, *, chart: Chart, box: Box, compact: bool) -> None:
    """Draw a chart into a box; a compact one shares its slide and keeps its labels short."""
    match chart:
        case Lines():
            draw_lines(deck, slide, chart=chart, box=box, alt=alt_of(chart), compact=compact)
        case Stack():
            draw_stack(deck, slide, chart=chart, box=box, alt=alt_of(chart))
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
        _ranged(deck, slide, chart, box, labels=labels, figures=figures, styles=styles, compact=compact)
        return
    series = [
        Drawn(label, [f.value if at == row else 0.0 for row, f in enumerate(figures)], styles[at].color)
        for at, label in enumerate(labels)
    ]
    low, high, _ = bounds([chart.most if isfinite(chart.most) else 0.0, *(figure.value for figure in figures)])
    _beside(deck, slide, chart, box, labels, series, [(f.text, f.note) for f in figures], span=(low, high))


def _ranged(
    deck: Deck, slide: Any, chart: Bars | Ranges, box: Box, *, labels: Sequence[str], figures: Sequence[Figure],
    styles: Sequence[Style], compact: bool = False,
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
    _beside(deck, slide, chart, box, labels, series, texts, span=(low, high), raw=raw, short=compact)


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
    add_table(slide, box, heads=heads, rows=rows, shares=[1.2, *[1.4] * len(options)], name=alt_of(chart))


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
    room = max(0.5, zero - 0.1 - left)
    box_below = (left, bottom + 0.34, room, 0.25)
    deck.text(slide, box_below, chart.below, color=brand.counterpart_text, align="right", sizes=(12, 11, 10, 9))
    deck.text(slide, (zero + 0.1, bottom + 0.34, 4, 0.25), chart.above, color=brand.accent, sizes=(12, 11, 10, 9))


def _beside(
    deck: Deck, slide: Any, chart: Chart, box: Box, labels: Sequence[str], series: Sequence[Drawn],
    texts: Sequence[tuple[str, str]], *, span: tuple[float, float],
    raw: Sequence[tuple[str, Sequence[float]]] = (), short: bool = False,
) -> Plot:  # fmt: skip
    """Bars, with the figure of every row at its height on the right."""
    left, top, width, height = box
    below = short and any(note for _, note in texts)
    room = 1.3 if below else 0.9 if short else 3.2
    place = (left, top, width - room, height)
    plot = floating_bars(
        slide, place, categories=labels, series=series, axis=chart.axis, alt=alt_of(chart), span=span, beside=raw,
        label_share=0.42 if short else 0.3,
    )  # fmt: skip
    step = plot.height / len(texts)
    size = 14 if step > 0.5 else 12 if step > 0.33 else 10.5
    wide = min(1.6, max(len(text) for text, _ in texts) * size * LETTER_SANS / 72 + 0.2)
    for at, (text, note) in enumerate(texts):
        middle = plot.top + (at + 0.5) * step - 0.15
        value = (left + width - room + 0.1, middle, wide if note and not short else room - 0.1, 0.3)
        deck.text(slide, value, text, color=INK, bold=True, sizes=(size, 11, 10, 9, 8), middle=True)
        if note and not short:
            beside = (left + width - room + 0.1 + wide, middle, room - 0.1 - wide, 0.3)
            deck.text(slide, beside, note, color=GRAY, sizes=(12, 11, 10, 9, 8), middle=True)
        elif note and step > LEAST_STEP:
            under = (left + width - room + 0.1, middle + 0.27, room - 0.1, 0.2)
            deck.text(slide, under, note, color=GRAY, sizes=(10, 9, 8))
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
    shares = [1.5, *[1.0] * (len(chart.columns) + 1)]
    add_table(slide, box, heads=heads, rows=rows, shares=shares, name=alt_of(chart), most_head=MOST_HEAD)

