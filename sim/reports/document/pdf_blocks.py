"""Blocks of a section as things that flow over the PDF's pages."""

from dataclasses import dataclass
from functools import singledispatchmethod
from math import isfinite
from typing import Any, get_args

from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import CondPageBreak, HRFlowable, KeepTogether, LongTable, Paragraph, Spacer, TableStyle

from sim.reports.document.direction import turns
from sim.reports.document.look import GRADE, GRAY, GRID, INK, RULE, TEXT, grade_look, style_of
from sim.reports.document.parts import Block, Cell, Chart, Figure, Grid, GridRow, Points, Prose, Table
from sim.reports.document.pdf_canvas import Scale, Sheet
from sim.reports.document.pdf_charts import drawing_of
from sim.reports.document.pdf_fonts import SANS, SANS_BOLD, SERIF, SERIF_BOLD, Faces
from sim.reports.document.report import Report
from sim.reports.words import NBSP

GAP, GUTTER = 13.0, 12.0
MANY = 3
"""Options from which their figures need two lines."""
KEPT_ROWS = 7
"""A table with more rows may be broken over pages."""


@dataclass(frozen=True, slots=True)
class Styles:
    """Paragraph styles of the look; sizes in points as given there."""

    faces: Faces

    def of(self, size: float, leading: float, *, face: str = SANS, color: str = TEXT, **more: Any) -> ParagraphStyle:
        factor = self.faces.size
        return ParagraphStyle(
            f"{face}{size}{color}{more}",
            fontName=face,
            fontSize=size * factor,
            leading=leading,
            textColor=HexColor(color),
            splitLongWords=1,
            **more,
        )

    def headline(self) -> ParagraphStyle:
        return self.of(21.5, 26, face=SERIF_BOLD, color=INK)

    def said(self) -> ParagraphStyle:
        return self.of(12.4, 17.2, face=SERIF, color=INK)

    def standfirst(self) -> ParagraphStyle:
        return self.of(11.2, 15.6, face=SERIF)

    def title(self) -> ParagraphStyle:
        return self.of(11.4, 14.4, face=SANS_BOLD, color=INK)

    def note(self) -> ParagraphStyle:
        return self.of(8.6, 11.2, color=GRAY)

    def body(self) -> ParagraphStyle:
        return self.of(9.3, 12.6)

    def kicker(self, color: str) -> ParagraphStyle:
        return self.of(7.6, 10, face=SANS_BOLD, color=color)

    def cell(self, *, numeric: bool = False, bold: bool = False) -> ParagraphStyle:
        return self.of(
            8.6,
            10.8,
            face=SANS_BOLD if bold else SANS,
            color=INK if bold else TEXT,
            alignment=TA_RIGHT if numeric else TA_LEFT,
        )


class _Turning(Paragraph):  # type: ignore[misc]
    """A paragraph in which some text runs from right to left: lines are broken first, and turned one by one."""

    def __init__(self, words: str, style: ParagraphStyle, faces: Faces) -> None:
        super().__init__(faces.markup(words), style)
        self._words, self._faces = words, faces

    def breakLines(self, width: Any) -> Any:
        room = min(width) if isinstance(width, list | tuple) else width
        lines = self._faces.broken(self._words, self.style.fontName, size=self.style.fontSize, width=room)
        # No line is broken again: its words are held together.
        turned = "<br/>".join(self._faces.markup(line).replace(" ", NBSP) for line in lines)
        self.frags = Paragraph(turned.replace(f"<font{NBSP}", "<font "), self.style).frags
        return super().breakLines(width)


class Blocks:
    """Makes flowables of a report's blocks for a width."""

    def __init__(self, report: Report, *, width: float, faces: Faces) -> None:
        self.report = report
        self.width = width
        self.faces = faces
        self.styles = Styles(faces)

    def text(self, words: str, style: ParagraphStyle) -> Paragraph:
        return _Turning(words, style, self.faces) if turns(words) else Paragraph(self.faces.markup(words), style)

    def ruled(self, *, after: float = 7.0) -> HRFlowable:
        """The rule above a block."""
        return HRFlowable(self.width, 0.5, color=HexColor(RULE), spaceBefore=0, spaceAfter=after)

    def head(self, title: str, note: str) -> list[Any]:
        found = [Spacer(1, GAP), self.ruled()]
        if title:
            found.append(self.text(title, self.styles.title()))
        if note:
            found.append(self.text(note, self.styles.note()))
        return [*found, Spacer(1, 5)]

    def flow(self, block: Block) -> list[Any]:
        """A block's flowables, its head never parted from what follows."""
        if isinstance(block, get_args(Chart)):
            drawing = drawing_of(block, self.report, width=self.width, faces=self.faces)
            return [KeepTogether([*self.head(block.title, block.note), drawing])]
        return self._flow(block)

    @singledispatchmethod
    def _flow(self, block: object) -> list[Any]:
        raise TypeError(f"no way is known to print a block of kind {type(block).__name__}")

    @_flow.register
    def _prose(self, block: Prose) -> list[Any]:
        said = [self.text(paragraph, self.styles.body()) for paragraph in block.paragraphs]
        return [KeepTogether([*self.head(block.title, ""), *said])]

    @_flow.register
    def _points(self, block: Points) -> list[Any]:
        items = [self.point(item) for item in block.items]
        note = [Spacer(1, 3), self.text(block.note, self.styles.note())] if block.note else []
        return [KeepTogether([*self.head(block.title, ""), *items, *note])]

    def point(self, item: str, *, width: float = 0.0) -> LongTable:
        """A statement behind a dash."""
        dash = Sheet(9, 8, faces=self.faces)
        dash.line([(0, 3.2), (8, 3.2)], INK, width=1)
        body = self.text(item, self.styles.body())
        return LongTable(
            [[dash.drawing, body]],
            colWidths=[14, (width or self.width) - 14],
            style=TableStyle(
                [
                    ("FONT", (0, 0), (-1, -1), SANS),
                    ("LEFTPADDING", (0, 0), (-1, -1), 0),
                    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
                    ("TOPPADDING", (0, 0), (-1, -1), 1.5),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ]
            ),
        )

    # --- tables -----------------------------------------------------------------------------------------------------

    @_flow.register
    def _table(self, block: Table) -> list[Any]:
        head = self.head(block.title, block.note)
        table = self.table(block)
        if len(block.rows) <= KEPT_ROWS:
            return [KeepTogether([*head, table])]
        return [CondPageBreak(130), *head, table]

    def table(self, block: Table) -> LongTable:
        """A table with its heads repeated on every page, and a line for each group of rows."""
        shares = [column.share for column in block.columns]
        widths = [self.width * share / sum(shares) for share in shares]
        style: list[tuple[Any, ...]] = [
            ("FONT", (0, 0), (-1, -1), SANS),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-2, -1), 9),
            ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 2.6),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3.2),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor(GRID)),
        ]
        rows: list[list[Any]] = []
        titled = any(column.title for column in block.columns)
        if titled:
            rows.append([self.text(c.title, self.styles.cell(numeric=c.numeric, bold=True)) for c in block.columns])
            style += [("LINEBELOW", (0, 0), (-1, 0), 0.9, HexColor(INK)), ("VALIGN", (0, 0), (-1, 0), "BOTTOM")]
        for at, row in enumerate(block.rows):
            if block.groups and (at == 0 or block.groups[at] != block.groups[at - 1]):
                place = len(rows)
                rows.append([self.text(block.groups[at], self.styles.cell(bold=True)), *[""] * (len(widths) - 1)])
                style += [("SPAN", (0, place), (-1, place)), ("TOPPADDING", (0, place), (-1, place), 8)]
                style.append(("NOSPLIT", (0, place), (-1, place + 1)))
            rows.append(
                [
                    self._grade(cell) if c.title == GRADE else self._cell(cell, numeric=c.numeric)
                    for cell, c in zip(row, block.columns, strict=True)
                ]
            )
        return LongTable(rows, colWidths=widths, repeatRows=int(titled), style=TableStyle(style))

    def _grade(self, cell: Cell) -> Drawing:
        """A grade in its box: filled where it is sure, outlined where it is not."""
        letter = cell if isinstance(cell, str) else cell.text
        fill, edge, color = grade_look(letter, self.report.brand)
        sheet = Sheet(13, 11, faces=self.faces)
        sheet.box(0.5, 0.5, width=10, height=10, fill=fill, edge=edge)
        sheet.words(letter, 5.5, 2.9, color=color, size=7.4, bold=True, anchor="middle")
        return sheet.drawing

    def _cell(self, cell: Cell, *, numeric: bool) -> Paragraph:
        if isinstance(cell, str):
            return self.text(cell, self.styles.cell(numeric=numeric))
        below = f'<br/><font color="{GRAY}" size="{7.6 * self.faces.size}">{self.faces.markup(cell.note)}</font>'
        return Paragraph(self.faces.markup(cell.text) + (below if cell.note else ""), self.styles.cell(numeric=numeric))

    # --- key figures ------------------------------------------------------------------------------------------------

    @_flow.register
    def _grid(self, block: Grid) -> list[Any]:
        count = len(self.report.options)
        name = self.width * (0.34 if count < MANY else 0.25)
        each = (self.width - name) / count
        rows: list[list[Any]] = [["", *(self._option_head(at, each) for at in range(count))]]
        for row in block.rows:
            label = Paragraph(
                f'<font name="{SANS_BOLD}" color="{INK}">{self.faces.markup(row.label)}</font><br/>'
                f'<font color="{GRAY}" size="{8.2 * self.faces.size}">{self.faces.markup(row.note)}</font>',
                self.styles.of(9.4, 11.6),
            )
            rows.append([label, *(self._figure(row, figure, at, each) for at, figure in enumerate(row.figures))])
        table = LongTable(
            rows,
            colWidths=[name, *[each] * count],
            style=TableStyle(
                [
                    ("FONT", (0, 0), (-1, -1), SANS),
                    ("LEFTPADDING", (0, 0), (-1, -1), 0),
                    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
                    ("TOPPADDING", (0, 0), (-1, -1), 4),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
                    ("RIGHTPADDING", (0, 0), (0, -1), 8),
                    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                    ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor(RULE)),
                ]
            ),
        )
        return [KeepTogether([*self.head(block.title, block.note), table])]

    def _option_head(self, at: int, width: float) -> Drawing:
        option = self.report.options[at]
        style = style_of(option, self.report.brand)
        size, line = (9.4, 11.0) if len(self.report.options) < MANY else (8.4, 10.0)
        ruler = Sheet(1, 1, faces=self.faces)
        parts = ruler.lines_of(option.short, width - GUTTER - 16, size=size, bold=True, most=3)
        sheet = Sheet(width - GUTTER, 2 + line * len(parts), faces=self.faces)
        top = line * (len(parts) - 1)
        sheet.mark(style, 5, top + 6, size=4)
        color = style.text if option.role == "proposed" else INK
        for at, part in enumerate(parts):
            sheet.words(part, 15, top + 3 - at * line, color=color, size=size, bold=True)
        return sheet.drawing

    def _figure(self, row: GridRow, figure: Figure, at: int, each: float) -> list[Any]:
        option = self.report.options[at]
        style = style_of(option, self.report.brand)
        ours = option.role == "proposed"
        width = each - GUTTER
        color, face = (style.text, SERIF_BOLD) if ours else (INK, SERIF)
        size, small = 17 * self.faces.size, 8.2 * self.faces.size
        # Where many stand beside one another, a range stands below its figure.
        beside = "&nbsp;&nbsp;" if len(self.report.options) < MANY else "<br/>"
        said = Paragraph(
            f'<font name="{face}" size="{size}" color="{color}">{self.faces.markup(figure.text)}</font>'
            f'{beside}<font size="{small}" color="{GRAY}">{self.faces.markup(figure.note)}</font>',
            self.styles.of(8.2, 19 if len(self.report.options) < MANY else 14),
        )
        sheet = Sheet(width, 11, faces=self.faces)
        if isfinite(figure.value):
            low, high = row.scale
            x = Scale(low, high, 5, width - 5)
            sheet.line([(0, 5), (width, 5)], GRID, width=3)
            if figure.ranged:
                sheet.line([(x(figure.low), 5), (x(figure.high), 5)], style.color, width=2.6)
            sheet.mark(style, x(figure.value), 5, size=3.8)
        return [said, *([Spacer(1, 4)] if len(self.report.options) >= MANY else []), sheet.drawing]
