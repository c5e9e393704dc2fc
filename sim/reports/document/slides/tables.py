"""Native tables of a slide: rules instead of boxes, few rows, figures to the right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.util import Inches, Pt

from sim.reports import words
from sim.reports.document.clean import recut
from sim.reports.document.look import GRAY, INK, RULE
from sim.reports.document.parts import Cell, Figure, Table
from sim.reports.document.slides.deck import LEADING, LETTER_SANS, Box, lines_of, rgb

PLAIN = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
"""The table style without fills and lines."""
SIZES = (14, 13, 12, 11, 10)
GAP_IN = 0.16


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell: its text, and what sets it apart."""

    text: str
    right: bool = False
    bold: bool = False
    color: str = INK
    fill: str = ""
    outline: str = ""
    """A stroke around the cell: solid or dash; empty for none."""


def plain_cells(table: Table, *, most_rows: int) -> tuple[list[Shown], list[list[Shown]], list[float]]:
    """Heads, rows and shares of a table of the report; rows beyond the most are left to the other formats."""
    heads = [Shown(column.title, right=column.numeric, color=GRAY, bold=True) for column in table.columns]
    rows: list[list[Shown]] = []
    for at, row in enumerate(table.rows[:most_rows]):
        cells = [
            Shown(_text(cell), right=column.numeric, bold=place == 0)
            for place, (cell, column) in enumerate(zip(row, table.columns, strict=True))
        ]
        if table.groups and (at == 0 or table.groups[at] != table.groups[at - 1]):
            first = cells[0]
            cells[0] = Shown(f"{table.groups[at]}: {first.text}", bold=True)
        rows.append(cells)
    return heads, rows, [column.share for column in table.columns]


def _text(cell: Cell) -> str:
    return cell.text if isinstance(cell, Figure) else cell


def add_table(
    slide: Any, box: Box, *, heads: Sequence[Shown], rows: Sequence[Sequence[Shown]], shares: Sequence[float],
    name: str, most_head: float = SIZES[0],
) -> None:  # fmt: skip
    """A table that fills its box; text is set smaller, then cut, until it fits. Heads are no larger than the most."""
    left, top, width, height = box
    widths = [width * share / sum(shares) for share in shares]
    size, lines = _size(heads, rows, widths, height, most_head=most_head)
    frame = slide.shapes.add_table(len(rows) + 1, len(heads), *(Inches(v) for v in (left, top, width, 0.3)))
    frame._element.nvGraphicFramePr.cNvPr.set("descr", recut(name, most=400))
    table = frame.table
    table._tbl.tblPr.find("{http://schemas.openxmlformats.org/drawingml/2006/main}tableStyleId").text = PLAIN
    table.horz_banding = False
    for column, wide in enumerate(widths):
        table.columns[column].width = Inches(wide)
    for at, row in enumerate([heads, *rows]):
        own = size if at else min(size, most_head)
        table.rows[at].height = Inches(lines[at] * own * LEADING / 72 + GAP_IN)
        for column, shown in enumerate(row):
            most = max(4, lines[at] * _per_line(widths[column], own))
            _cell(table.cell(at, column), shown, size=own, most=most, head=at == 0)


def _size(
    heads: Sequence[Shown], rows: Sequence[Sequence[Shown]], widths: Sequence[float], height: float, *,
    most_head: float,
) -> tuple[float, list[int]]:  # fmt: skip
    """Largest size at which all rows fit, and the lines of each; at the smallest, rows are cut to what there is."""
    for size in SIZES:
        sizes = [min(size, most_head), *[size] * len(rows)]
        lines = [
            max(lines_of(shown.text, _per_line(widths[column], own)) for column, shown in enumerate(row))
            for row, own in zip([heads, *rows], sizes, strict=True)
        ]
        if _tall(lines, sizes) <= height:
            return size, lines
    while _tall(lines, sizes) > height and max(lines) > 1:
        lines[lines.index(max(lines))] -= 1
    return SIZES[-1], lines


def _tall(lines: Sequence[int], sizes: Sequence[float]) -> float:
    """Height [in] of rows with so many lines each."""
    return sum(count * size * LEADING / 72 + GAP_IN for count, size in zip(lines, sizes, strict=True))


def _per_line(width_in: float, size: float) -> int:
    return max(1, int((width_in - 0.16) * 72 / (size * LETTER_SANS)))


def _cell(cell: Any, shown: Shown, *, size: float, most: int, head: bool) -> None:
    cell.margin_left = cell.margin_right = Inches(0.06)
    cell.margin_top = cell.margin_bottom = Inches(0.04)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE if shown.fill or shown.outline else MSO_ANCHOR.TOP
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT if shown.right else PP_ALIGN.LEFT
    run = paragraph.add_run()
    run.text = recut(shown.text.replace(words.NBSP, " "), most=most) if len(shown.text) > most else shown.text
    run.font.size, run.font.bold, run.font.color.rgb = Pt(size), shown.bold, rgb(shown.color)
    properties = cell._tc.get_or_add_tcPr()
    if shown.outline:
        for side in ("lnL", "lnR", "lnT", "lnB"):
            properties.append(_line(side, INK, 1.5, shown.outline))
    else:
        properties.append(_line("lnB", INK if head else RULE, 1.0 if head else 0.5, "solid"))
    if shown.fill:
        cell.fill.solid()
        cell.fill.fore_color.rgb = rgb(shown.fill)


def _line(side: str, color: str, width: float, dash: str) -> Any:
    return parse_xml(
        f'<a:{side} {nsdecls("a")} w="{int(width * 12700)}" cap="flat" cmpd="sng" algn="ctr"><a:solidFill>'
        f'<a:srgbClr val="{color[1:]}"/></a:solidFill><a:prstDash val="{dash}"/></a:{side}>'
    )
