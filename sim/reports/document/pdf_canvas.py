"""Drawing for the PDF: one small plot with its own scale, marks of options, and words that fit; all of it vector."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from reportlab.graphics.shapes import Circle, Drawing, Line, Polygon, PolyLine, Rect, String
from reportlab.lib.colors import HexColor
from reportlab.pdfbase.pdfmetrics import stringWidth

from sim.reports.axes import axis_ticks
from sim.reports.document.chart_tables import ticks_of
from sim.reports.document.look import GRAY, GRID, INK, Style
from sim.reports.document.parts import Axis
from sim.reports.document.pdf_fonts import SANS, SANS_BOLD, Faces

LABEL = 8.4
LEADING = 1.22


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight map from values to points on the sheet."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (self.end - self.start) * (value - self.low) / (self.high - self.low)


def scale_of(pool: Sequence[float], axis: Axis, *, start: float, end: float) -> Scale:
    """A scale that holds all values with a little room, from zero unless that would waste most of it."""
    known = [value for value in pool if isfinite(value)]
    low, high = (min(known), max(known)) if known else (0.0, axis.scale)
    if 0 < low < 0.6 * high:
        low = 0.0
    pad = 0.06 * (high - low or abs(high) or axis.scale)
    return Scale(low if low == 0 else low - pad, high + pad, start, end)


class Sheet:
    """A drawing of some width and height, in points from its lower left corner."""

    def __init__(self, width: float, height: float, *, faces: Faces) -> None:
        self.drawing = Drawing(width, height)
        self.faces = faces

    def line(
        self, points: Sequence[tuple[float, float]], color: str, *, width: float, dash: Sequence[float] = ()
    ) -> None:
        """A stroke through some points."""
        flat = [part for point in points for part in point]
        style: dict[str, Any] = {"strokeColor": HexColor(color), "strokeWidth": width, "strokeLineCap": 0}
        if dash:
            style["strokeDashArray"] = list(dash)
        if len(points) == 2:
            self.drawing.add(Line(*flat, **style))
        else:
            self.drawing.add(PolyLine(flat, strokeLineJoin=1, **style))

    def area(self, points: Sequence[tuple[float, float]], color: str, *, opacity: float = 1.0) -> None:
        """A filled shape without an edge."""
        flat = [part for point in points for part in point]
        self.drawing.add(Polygon(flat, fillColor=HexColor(color), fillOpacity=opacity, strokeColor=None))

    def box(
        self, x: float, y: float, *, width: float, height: float, fill: str, edge: str = "", dash: Sequence[float] = ()
    ) -> None:
        """A rectangle by its lower left corner."""
        self.drawing.add(
            Rect(
                x,
                y,
                width,
                height,
                fillColor=HexColor(fill),
                strokeColor=HexColor(edge) if edge else None,
                strokeWidth=1,
                strokeDashArray=list(dash) or None,
            )
        )

    def mark(self, style: Style, x: float, y: float, *, size: float = 4.0, hollow: bool = False) -> None:
        """The mark of an option, its middle at a point."""
        color = HexColor(style.color)
        look: dict[str, Any] = (
            {"fillColor": HexColor("#FFFFFF"), "strokeColor": HexColor(INK), "strokeWidth": 1.1}
            if hollow
            else {"fillColor": color, "strokeColor": None}
        )
        if style.mark == "disc":
            self.drawing.add(Circle(x, y, size * 0.92, **look))
        elif style.mark == "square":
            self.drawing.add(Rect(x - size * 0.8, y - size * 0.8, size * 1.6, size * 1.6, **look))
        else:
            top = [x, y + size * 1.15, x + size * 1.1, y - size * 0.85, x - size * 1.1, y - size * 0.85]
            diamond = [x, y + size * 1.2, x + size * 1.2, y, x, y - size * 1.2, x - size * 1.2, y]
            self.drawing.add(Polygon(diamond if style.mark == "diamond" else top, **look))

    def words(
        self,
        text: str,
        x: float,
        y: float,
        *,
        color: str = INK,
        size: float = LABEL,
        bold: bool = False,
        anchor: str = "start",
    ) -> None:
        """One line of text, its baseline at y."""
        face, size = SANS_BOLD if bold else SANS, size * self.faces.size
        if anchor != "start":
            x -= self.faces.width(text, face, size) * (1.0 if anchor == "end" else 0.5)
        for other, piece in self.faces.pieces(text):
            style = {"fontName": other or face, "fontSize": size, "fillColor": HexColor(color)}
            self.drawing.add(String(x, y, piece, **style))
            x += float(stringWidth(piece, other or face, size))

    def lines_of(self, text: str, width: float, *, size: float = LABEL, bold: bool = False, most: int = 3) -> list[str]:
        """Text broken into lines that fit a width; the last one ends with an ellipsis where there are more."""
        face, size = SANS_BOLD if bold else SANS, size * self.faces.size
        parts = self.faces.broken(text, face, size=size, width=width)
        return parts if len(parts) <= most else [*parts[: most - 1], f"{parts[most - 1][:-1]}…"]

    def width_of(self, text: str, *, size: float = LABEL, bold: bool = False) -> float:
        return self.faces.width(text, SANS_BOLD if bold else SANS, size * self.faces.size)

    def values_up(self, scale: Scale, axis: Axis, *, left: float, right: float) -> None:
        """Grid lines across, their labels at the left; zero in ink where values lie on both sides of it."""
        ticks = axis_ticks(scale.low, scale.high)
        for value, text in zip(ticks, ticks_of(ticks, axis), strict=True):
            zero = value == 0 and scale.low < 0
            self.line([(left, scale(value)), (right, scale(value))], INK if zero else GRID, width=1.0 if zero else 0.5)
            self.words(text, left - 6, scale(value) - 3, color=GRAY, anchor="end", bold=zero)

    def values_along(self, scale: Scale, axis: Axis, *, bottom: float, top: float) -> None:
        """Grid lines upright, their labels below."""
        ticks = axis_ticks(scale.low, scale.high)
        for value, text in zip(ticks, ticks_of(ticks, axis), strict=True):
            zero = value == 0 and scale.low < 0
            self.line([(scale(value), bottom), (scale(value), top)], INK if zero else GRID, width=1.0 if zero else 0.5)
            self.words(text, scale(value), bottom - 11, color=GRAY, anchor="middle")


def months_along(sheet: Sheet, scale: Scale, *, months: int, y: float) -> None:
    """Month labels under a plot, one each half year."""
    step = 6 if months <= 40 else 12
    for month in (1, *range(step, months + 1, step)):
        text = f"month {month}" if month == 1 else str(month)
        sheet.words(text, scale(month), y, color=GRAY, anchor="start" if month == 1 else "middle")
