"""Charts of a report as vector drawings for the PDF; the same data that the page and the slides draw."""

from functools import singledispatch
from math import isfinite

from reportlab.graphics.shapes import Drawing

from sim.reports.axes import spread
from sim.reports.document.chart_tables import written
from sim.reports.document.look import GRAY, GRID, INK, LAYERS, TEXT, WHITE, Style, ramp, style_of
from sim.reports.document.parts import Bars, Chart, Heat, Line, Lines, Ranges, Stack, Tornado
from sim.reports.document.pdf_canvas import LABEL, LEADING, Scale, Sheet, months_along, scale_of
from sim.reports.document.pdf_fonts import Faces
from sim.reports.document.report import Option, Paper, Report

LEFT, LABELS, BELOW = 46.0, 138.0, 22.0
TALL: dict[Paper, float] = {"a4": 158.0, "letter": 126.0}
"""Height of what runs over months: the first page has to hold one beside the key figures."""
LEGEND, HEAD = 18.0, 7.6
ROW, NAMES = 19.0, 122.0


def drawing_of(chart: Chart, report: Report, *, width: float, faces: Faces) -> Drawing:
    """The drawing of a chart, without its title, as wide as asked."""
    return _of(chart, report, width, faces)


@singledispatch
def _of(chart: object, report: Report, width: float, faces: Faces) -> Drawing:
    raise TypeError(f"no drawing is known for a chart of kind {type(chart).__name__}")


def _option(report: Report, at: int) -> Option | None:
    return report.options[at] if 0 <= at < len(report.options) else None


def _points(values: tuple[float, ...], x: Scale, y: Scale) -> list[tuple[float, float]]:
    return [(x(at + 1), y(value)) for at, value in enumerate(values) if isfinite(value)]


# --- over the months ------------------------------------------------------------------------------------------------


@_of.register
def _lines(chart: Lines, report: Report, width: float, faces: Faces) -> Drawing:
    tall = TALL[report.paper]
    sheet = Sheet(width, tall, faces=faces)
    months = max((len(line.values) for line in chart.lines), default=1)
    right = width - LABELS
    x = Scale(1, max(months, 2), LEFT, right)
    pool = [v for line in chart.lines for edge in (line.values, line.low, line.high) for v in edge]
    y = scale_of([*pool, *([0.0] if chart.zero else [])], chart.axis, start=BELOW, end=tall - 8)
    drawn = [(line, style_of(_option(report, line.option), report.brand)) for line in chart.lines]
    for line, style in drawn:
        _fill_band(sheet, line, style, x=x, y=y)
    sheet.values_up(y, chart.axis, left=LEFT, right=right)
    months_along(sheet, x, months=months, y=4)
    for line, style in drawn:
        for edge in (line.low, line.high):
            points = _points(edge, x, y)
            if len(points) > 1:
                sheet.line(points, style.color, width=0.5, dash=(1, 1.6))
    for line, style in sorted(drawn, key=lambda pair: pair[1].width):
        points = _points(line.values, x, y)
        if len(points) > 1:
            sheet.line(points, style.color, width=style.width, dash=style.dash)
        if points:
            sheet.mark(style, *points[-1])
    if chart.zero:
        sheet.words(chart.zero, LEFT + 4, tall - 10, color=GRAY)
    _end_labels(sheet, drawn, y, right + 12)
    return sheet.drawing


def _fill_band(sheet: Sheet, line: Line, style: Style, *, x: Scale, y: Scale) -> None:
    low, high = _points(line.low, x, y), _points(line.high, x, y)
    if len(low) > 1 and len(low) == len(high):
        sheet.area([*high, *reversed(low)], style.tint, opacity=0.75)


def _end_labels(sheet: Sheet, drawn: list[tuple[Line, Style]], y: Scale, left: float) -> None:
    """Name and value beside each line's end, its range below; nudged apart so that none stands on another."""
    room = sheet.drawing.width - left
    told = []
    for line, style in drawn:
        known = [value for value in line.values if isfinite(value)]
        if known:
            said = [(part, style.text, True) for part in sheet.lines_of(line.label, room, bold=True)]
            said += [(part, GRAY, False) for part in (sheet.lines_of(line.note, room, most=2) if line.note else [])]
            told.append((y(known[-1]), said))
    tallest = max((len(said) for _, said in told), default=1) * LABEL * LEADING + 3
    for (_, said), place in zip(told, spread([at for at, _ in told], tallest), strict=True):
        top = min(place + (len(said) - 1) * LABEL * LEADING / 2, sheet.drawing.height - LABEL)
        for at, (part, color, bold) in enumerate(said):
            sheet.words(part, left, top - at * LABEL * LEADING - 3, color=color, bold=bold)


@_of.register
def _stack(chart: Stack, report: Report, width: float, faces: Faces) -> Drawing:
    tall = TALL[report.paper]
    sheet = Sheet(width, tall, faces=faces)
    months = max((len(layer.values) for layer in chart.layers), default=1)
    right = width - LABELS
    x = Scale(0.5, months + 0.5, LEFT, right)
    totals = [sum(layer.values[at] for layer in chart.layers) for at in range(months)]
    y = scale_of([0.0, *totals], chart.axis, start=BELOW, end=tall - 8)
    sheet.values_up(y, chart.axis, left=LEFT, right=right)
    months_along(sheet, x, months=months, y=4)
    wide = 0.8 * (x(2) - x(1))
    for month in range(months):
        base = 0.0
        for at, layer in enumerate(chart.layers):
            value = layer.values[month]
            if value > 0:
                sheet.box(
                    x(month + 1) - wide / 2, y(base), width=wide, height=y(base + value) - y(base), fill=_shade(at)
                )
            base += value
    for row, (at, layer) in enumerate(reversed(list(enumerate(chart.layers)))):
        top = tall - 20 - row * 15
        sheet.box(right + 14, top, width=8, height=8, fill=_shade(at))
        sheet.words(layer.name, right + 27, top + 1, color=TEXT)
    return sheet.drawing


def _shade(at: int) -> str:
    return LAYERS[at % len(LAYERS)]


# --- rows -----------------------------------------------------------------------------------------------------------


def _names(sheet: Sheet, names: list[str], *, middle: list[float], width: float = NAMES) -> None:
    for name, y in zip(names, middle, strict=True):
        parts = sheet.lines_of(name, width - 10, most=2)
        for at, part in enumerate(parts):
            sheet.words(part, 0, y - 3 + (len(parts) - 1) * 4.6 - at * 9.2, color=INK)


@_of.register
def _bars(chart: Bars, report: Report, width: float, faces: Faces) -> Drawing:
    values = [bar.figure.value for bar in chart.bars]
    rows = len(values) + bool(chart.total)
    tall = max(1, rows) * ROW + 6
    sheet = Sheet(width, tall, faces=faces)
    starts = [sum(values[:at]) if chart.total else 0.0 for at in range(len(values))]
    highs = [bar.figure.high for bar in chart.bars if bar.figure.ranged]
    lows = [bar.figure.low for bar in chart.bars if bar.figure.ranged]
    ends = [start + value for start, value in zip(starts, values, strict=True)]
    top = chart.most if isfinite(chart.most) else max([0.0, *ends, *highs])
    x = Scale(min([0.0, *ends, *starts, *lows]), top or 1.0, NAMES, width - LABELS)
    middle = [tall - ROW * (at + 0.5) - 3 for at in range(rows)]
    _names(sheet, [*(bar.label for bar in chart.bars), *([chart.total] if chart.total else [])], middle=middle)
    for at, bar in enumerate(chart.bars):
        style = style_of(_option(report, bar.option), report.brand)
        start, end, y = x(starts[at]), x(ends[at]), middle[at]
        if isfinite(chart.most):
            sheet.box(NAMES, y - 5, width=x(chart.most) - NAMES, height=10, fill=GRID)
        sheet.box(min(start, end), y - 5, width=max(0.6, abs(end - start)), height=10, fill=style.color)
        reach = max(start, end)
        if bar.figure.ranged:
            # Twice: white under ink, so that the line is seen on the bar and beside it.
            for color, weight in ((WHITE, 3.2), (INK, 1.1)):
                sheet.line([(x(bar.figure.low), y), (x(bar.figure.high), y)], color, width=weight)
            reach = max(reach, x(bar.figure.high))
        note = f" ({bar.figure.note})" if bar.figure.note else ""
        at_x = max(reach, x(chart.most)) if isfinite(chart.most) else reach
        sheet.words(bar.figure.text, at_x + 7, y - 3, bold=True)
        sheet.words(note, at_x + 7 + sheet.width_of(bar.figure.text, bold=True), y - 3, color=GRAY)
    if chart.total:
        total, y = sum(values), middle[-1]
        sheet.box(NAMES, y - 5, width=x(total) - NAMES, height=10, fill=INK)
        sheet.words(written(total, chart.axis), x(total) + 7, y - 3, bold=True)
    return sheet.drawing


@_of.register
def _ranges(chart: Ranges, report: Report, width: float, faces: Faces) -> Drawing:
    count = len(report.options)
    row, head = max(24.0, 12.0 * count + 6), LEGEND if count > 1 else 0.0
    tall = row * len(chart.rows) + BELOW
    sheet = Sheet(width, tall + head, faces=faces)
    if head:
        _legend(sheet, report, y=tall + head - 9)
    pool = [v for r in chart.rows for f in r.figures for v in (f.value, f.low, f.high)]
    x = scale_of([0.0, *pool], chart.axis, start=NAMES + 10, end=width - 46)
    sheet.values_along(x, chart.axis, bottom=BELOW, top=tall)
    for at, found in enumerate(chart.rows):
        middle = tall - row * (at + 0.5)
        _names(sheet, [found.label], middle=[middle])
        if at:
            sheet.line([(0, tall - row * at), (width, tall - row * at)], GRID, width=0.5)
        for option, figure in enumerate(found.figures):
            if not isfinite(figure.value):
                continue
            style = style_of(report.options[option], report.brand)
            y = middle + ((count - 1) / 2 - option) * 11.5
            if figure.ranged:
                sheet.line([(x(figure.low), y), (x(figure.high), y)], style.color, width=style.width * 0.8)
            sheet.mark(style, x(figure.value), y, size=3.6)
            end = x(figure.high) if figure.ranged else x(figure.value)
            sheet.words(figure.text, end + 7, y - 3, color=style.text, bold=True)
    return sheet.drawing


def _legend(sheet: Sheet, report: Report, *, y: float) -> None:
    """Marks and names of the options in a row."""
    x = NAMES + 14
    for option in report.options:
        style = style_of(option, report.brand)
        sheet.mark(style, x, y + 3, size=3.6)
        sheet.words(option.short, x + 9, y, color=style.text)
        x += sheet.width_of(option.short) + 30


@_of.register
def _tornado(chart: Tornado, report: Report, width: float, faces: Faces) -> Drawing:
    row, names, flips = 21.0, 150.0, 92.0
    tall = row * len(chart.rows) + 48
    sheet = Sheet(width, tall, faces=faces)
    pool = [v for r in chart.rows for v in (r.at_low.value, r.at_high.value)]
    x = scale_of([0.0, chart.expected.value, *pool], chart.axis, start=names + 40, end=width - flips - 40)
    sheet.values_along(x, chart.axis, bottom=30, top=tall - 16)
    sheet.words(chart.below, x(0) - 8, tall - 10, color=GRAY, anchor="end")
    sheet.words(chart.above, x(0) + 8, tall - 10, color=GRAY)
    marks = []
    for at, found in enumerate(chart.rows):
        y = tall - 16 - row * (at + 0.5)
        _names(sheet, [found.label], middle=[y], width=names)
        ends = sorted(((found.at_low.value, found.low_input), (found.at_high.value, found.high_input)))
        (low, low_input), (high, high_input) = ends
        for start, end, color in (
            (low, min(high, 0.0), report.brand.counterpart),
            (max(low, 0.0), high, report.brand.accent),
        ):
            if end > start:
                sheet.box(x(start), y - 5, width=x(end) - x(start), height=10, fill=color)
        marks.append((y, (low_input, x(low)), (high_input, x(high)), low < 0 < high))
        told = found.flips or "not in its range"
        parts = sheet.lines_of(told, flips - 4, bold=bool(found.flips), most=2)
        for line, part in enumerate(parts):
            place = y - 3 + (len(parts) - 1) * 4.6 - line * 9.2
            sheet.words(part, width - flips + 4, place, color=INK if found.flips else GRAY, bold=bool(found.flips))
    middle = x(chart.expected.value)
    sheet.line([(middle, 30), (middle, tall - 16)], INK, width=0.9, dash=(3, 2))
    for y, (low_input, left), (high_input, right), flips_here in marks:
        _on_white(sheet, low_input, left - 5 - sheet.width_of(low_input), y)
        _on_white(sheet, high_input, right + 5, y)
        if flips_here:
            sheet.mark(Style(WHITE, INK, WHITE, "diamond", (), 1), x(0), y, size=3.8, hollow=True)
    sheet.words(f"expected {chart.expected.text}", middle, 4, bold=True, anchor="middle")
    return sheet.drawing


def _on_white(sheet: Sheet, text: str, x: float, y: float) -> None:
    """A label that lines end at."""
    sheet.box(x - 1, y - 4.5, width=sheet.width_of(text) + 2, height=9, fill=WHITE)
    sheet.words(text, x, y - 3, color=TEXT)


@_of.register
def _heat(chart: Heat, report: Report, width: float, faces: Faces) -> Drawing:
    row, names, last = 26.0, 96.0, 48.0
    wide = (width - names - last) / max(1, len(chart.columns))
    ruler = Sheet(1, 1, faces=faces)
    heads = [ruler.lines_of(name, wide - 4, size=HEAD, most=4) for name in (*chart.columns, "Worst of these")]
    head = 9.4 * max(map(len, heads)) + 6
    tall = row * len(chart.rows) + head
    sheet = Sheet(width, tall, faces=faces)
    worst = max((cell.value for found in chart.rows for cell in found.cells), default=0.0) or 1.0
    for at, parts in enumerate(heads):
        center = names + wide * (at + 0.5) if at < len(chart.columns) else width - last / 2
        for line, part in enumerate(reversed(parts)):
            sheet.words(part, center, tall - head + 6 + 9.4 * line, color=TEXT, size=HEAD, anchor="middle")
    for at, found in enumerate(chart.rows):
        y = tall - head - row * (at + 1) + 3
        style = style_of(_option(report, found.option), report.brand)
        sheet.mark(style, 5, y + row / 2 - 2, size=3.6)
        for line, part in enumerate(sheet.lines_of(found.label, names - 18, most=2)):
            sheet.words(part, 15, y + row / 2 - 5 - 9.4 * line, color=INK)
        for place, (cell, mark) in enumerate(zip(found.cells, found.marks, strict=True)):
            share = cell.value / worst
            fill = WHITE if mark == "best" else ramp(share, color=report.brand.counterpart)
            edge, dash = (INK, ()) if mark == "best" else (INK, (2, 2)) if mark == "tie" else ("", ())
            sheet.box(names + wide * place + 1.5, y, width=wide - 3, height=row - 4, fill=fill, edge=edge, dash=dash)
            sheet.words(cell.text, names + wide * (place + 0.5), y + row / 2 - 5, bold=True, anchor="middle")
        sheet.words(found.worst.text, width - last / 2, y + row / 2 - 5, bold=True, anchor="middle", size=10)
    return sheet.drawing
