"""The report as designed pages: a cover with contents, then the sections; vector charts and bookmarks."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.platypus import (
    CondPageBreak,
    LongTable,
    NextPageTemplate,
    PageBreak,
    Paragraph,
    Spacer,
    TableStyle,
)
from reportlab.platypus.tableofcontents import TableOfContents

from sim.reports.document.formats import File
from sim.reports.document.look import GRAY, INK, RULE, style_of
from sim.reports.document.parts import Points, Section
from sim.reports.document.pdf_blocks import Blocks
from sim.reports.document.pdf_canvas import Sheet
from sim.reports.document.pdf_fonts import SANS, SANS_BOLD, SERIF_BOLD, faces
from sim.reports.document.pdf_pages import PAPER, SIDE, Opens, Pages, pinned_canvas
from sim.reports.document.report import Report
from sim.reports.document.sections import SECTIONS

NAME = "report.pdf"
LEFT_OF_PAGE = 0.42
"""A section begins on a new page where less than this share of one is left."""


def write(report: Report) -> Iterator[File]:
    """One file; equal reports give equal bytes."""
    buffer = BytesIO()
    faces_ = faces()
    width, height = PAPER[report.paper]
    blocks = Blocks(report, width=width - 2 * SIDE, faces=faces_)
    document = Pages(buffer, report, faces_, size=(width, height))
    document.multiBuild(_story(report, blocks, height), canvasmaker=pinned_canvas)
    yield File(NAME, buffer.getvalue())


# --- what flows -----------------------------------------------------------------------------------------------------


def _story(report: Report, blocks: Blocks, height: float) -> list[Any]:
    titles = {kind.key: kind.title for kind in SECTIONS}
    story = [*_cover(report, blocks), NextPageTemplate("page"), PageBreak()]
    for at, section in enumerate(report.sections):
        if at:
            first = report.sections[at - 1].key == "decision"
            story.append(PageBreak() if first else CondPageBreak(LEFT_OF_PAGE * height))
            story.append(Spacer(1, 4 if first else 26))
        story += _section(section, titles[section.key], report, blocks)
    return story


def _cover(report: Report, blocks: Blocks) -> list[Any]:
    styles = blocks.styles
    contents = TableOfContents()
    contents.levelStyles = [styles.of(10.4, 17, color=INK)]
    contents.dotsMinLevel = 7
    found: list[Any] = [
        Spacer(1, 70),
        blocks.text(report.addressed.upper(), styles.kicker(report.brand.accent)),
        Spacer(1, 10),
        blocks.text(report.title, styles.of(30, 36, face=SERIF_BOLD, color=INK)),
        Spacer(1, 10),
        blocks.text(report.stamp.horizon + ".", styles.standfirst()),
        Spacer(1, 26),
        blocks.ruled(after=10),
        blocks.text("OPTIONS", styles.kicker(GRAY)),
        Spacer(1, 6),
    ]
    for at, option in enumerate(report.options):
        sheet = Sheet(14, 10, faces=blocks.faces)
        sheet.mark(style_of(option, report.brand), 5, 4, size=4.2)
        role = " (doing nothing)" if at == 0 and len(report.options) > 1 else ""
        proposed = ": what we propose" if option.role == "proposed" and len(report.options) > 1 else ""
        markup = f'<font name="{SANS_BOLD}" color="{INK}">{blocks.faces.markup(option.name)}</font>{role}{proposed}'
        found.append(
            LongTable(
                [[sheet.drawing, Paragraph(markup, styles.of(10.4, 14))]],
                colWidths=[18, blocks.width - 18],
                style=_BARE,
            )
        )
    found += [
        Spacer(1, 24),
        blocks.ruled(after=10),
        blocks.text("CONTENTS", styles.kicker(GRAY)),
        Spacer(1, 4),
        contents,
    ]
    if report.tag:
        found += [
            Spacer(1, 20),
            blocks.text(
                "A quick estimate plays few requests once. Run it in full before it is decided on.", styles.note()
            ),
        ]
    return found


_BARE = TableStyle(
    [
        ("FONT", (0, 0), (-1, -1), SANS),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
)


def _section(section: Section, title: str, report: Report, blocks: Blocks) -> list[Any]:
    styles = blocks.styles
    found = [
        Opens(section.key, title),
        blocks.text(section.kicker.upper(), styles.kicker(report.brand.accent)),
        Spacer(1, 7),
        blocks.text(section.headline, styles.headline()),
        Spacer(1, 6),
    ]
    rest = list(section.blocks)
    first = rest[0] if rest else None
    if section.key == "decision" and isinstance(first, Points):
        found.append(_recommended(section, first, blocks))
        rest = rest[1:]
    elif section.standfirst:
        found.append(blocks.text(section.standfirst, styles.standfirst()))
    for block in rest:
        found += blocks.flow(block)
    # The first page is one page: what it rests on is said again under method.
    if section.sources and section.key != "decision":
        found += [Spacer(1, 8), blocks.text(" ".join(section.sources), styles.note())]
    return found


def _recommended(section: Section, reasons: Points, blocks: Blocks) -> LongTable:
    """The recommendation beside what would change our mind, a rule between them."""
    left = blocks.width * 7 / 12
    right = blocks.width - left
    styles = blocks.styles
    said = [
        blocks.text("WE RECOMMEND", styles.kicker(GRAY)),
        Spacer(1, 3),
        blocks.text(section.standfirst, styles.said()),
    ]
    why = [
        blocks.text(reasons.title.upper(), styles.kicker(GRAY)),
        Spacer(1, 3),
        *(blocks.point(item, width=right - 14) for item in reasons.items),
    ]
    return LongTable(
        [[said, why]],
        colWidths=[left, right],
        style=TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), SANS),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
                ("RIGHTPADDING", (0, 0), (0, -1), 14),
                ("LEFTPADDING", (1, 0), (1, -1), 14),
                ("RIGHTPADDING", (1, 0), (1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 6),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBEFORE", (1, 0), (1, -1), 0.5, HexColor(RULE)),
            ]
        ),
    )
