"""The report as designed pages: a cover with contents, then the sections; vector charts and bookmarks."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, letter
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    LongTable,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
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
from sim.reports.document.pdf_fonts import SANS, SANS_BOLD, SERIF_BOLD, Faces, faces
from sim.reports.document.report import Paper, Report
from sim.reports.document.sections import SECTIONS

NAME = "report.pdf"
PAPER: dict[Paper, tuple[float, float]] = {"a4": A4, "letter": letter}
SIDE, HEAD, FOOT = 48.0, 37.0, 38.0
LEFT_OF_PAGE = 0.42
"""A section begins on a new page where less than this share of one is left."""


def write(report: Report) -> Iterator[File]:
    """One file; equal reports give equal bytes."""
    buffer = BytesIO()
    faces_ = faces()
    width, height = PAPER[report.paper]
    blocks = Blocks(report, width=width - 2 * SIDE, faces=faces_)
    document = _Pages(buffer, report, faces_, size=(width, height))
    document.multiBuild(_story(report, blocks, height), canvasmaker=_canvas)
    yield File(NAME, buffer.getvalue())


def _canvas(*args: Any, **more: Any) -> Canvas:
    """A canvas whose date is pinned, and that begins with no face of its own."""
    more |= {"invariant": 1, "initialFontName": SANS, "pageCompression": 1}
    return Canvas(*args, **more)


class _Opens(Flowable):  # type: ignore[misc]
    """Marks the place at which a section begins, for bookmarks and contents."""

    def __init__(self, key: str, title: str) -> None:
        super().__init__()
        self.key, self.title = key, title
        self.width = self.height = 0.0

    def draw(self) -> None:
        self.canv.bookmarkPage(self.key)
        self.canv.addOutlineEntry(self.title, self.key, level=0, closed=False)


class _Pages(BaseDocTemplate):  # type: ignore[misc]
    """Pages with the furniture of the look."""

    def __init__(self, buffer: BytesIO, report: Report, faces: Faces, *, size: tuple[float, float]) -> None:
        stamp = report.stamp
        super().__init__(
            buffer,
            pagesize=size,
            title=report.decision,
            author=report.brand.name,
            subject=f"{report.addressed}; " + ", ".join(stamp.parts()),
            creator=f"Loadbearing {stamp.version}",
            keywords="platform strategy, simulation, lock-in, unit economics",
            invariant=1,
            lang="en-US",
        )
        self.report, self.faces = report, faces
        self.section = ""
        self.counted = self.pages = 0
        width, height = size
        body = Frame(SIDE, FOOT + 14, width - 2 * SIDE, height - HEAD - FOOT - 40, 0, 0, 0, 0, id="body")
        self.addPageTemplates(
            [
                PageTemplate("cover", [body], onPage=self._furniture),
                PageTemplate("page", [body], onPage=self._furniture),
            ]
        )

    def afterFlowable(self, flowable: Flowable) -> None:
        if isinstance(flowable, _Opens):
            self.notify("TOCEntry", (0, flowable.title, self.page, flowable.key))

    def afterPage(self) -> None:
        self.counted = max(self.counted, self.page)

    def _startBuild(self, *args: Any, **more: Any) -> None:
        super()._startBuild(*args, **more)
        self.pages, self.counted = self.counted, 0

    def _furniture(self, canvas: Canvas, _: BaseDocTemplate) -> None:
        width, height = self.pagesize
        factor = self.faces.size
        canvas.saveState()
        canvas.setFillColor(HexColor(INK))
        left = SIDE
        if self.report.brand.logo:
            left = self._logo(canvas, height)
        else:
            left = self._line(canvas, SIDE, height - HEAD + 5, self.report.brand.name, SERIF_BOLD, 10.6 * factor)
        canvas.setFont(SANS, 8.2 * factor)
        canvas.setFillColor(HexColor(GRAY))
        canvas.drawString(left + 10, height - HEAD + 5, self.report.addressed)
        if self.report.tag:
            self._tag(canvas, width, height)
        canvas.setStrokeColor(HexColor(INK))
        canvas.setLineWidth(1)
        canvas.line(SIDE, height - HEAD, width - SIDE, height - HEAD)
        canvas.setStrokeColor(HexColor(RULE))
        canvas.setLineWidth(0.5)
        canvas.line(SIDE, FOOT, width - SIDE, FOOT)
        canvas.setFillColor(HexColor(GRAY))
        size = 7.2 * factor
        foot = "  ·  ".join((self.report.brand.name, *self.report.stamp.parts()))
        room = width - 2 * SIDE - 44
        while self.faces.width(foot, SANS, size) > room and size > 5:
            size -= 0.1
        self._line(canvas, SIDE, FOOT - 11, foot, SANS, size)
        canvas.setFillColor(HexColor(INK))
        canvas.setFont(SANS_BOLD, 7.2 * factor)
        canvas.drawRightString(width - SIDE, FOOT - 11, f"{canvas.getPageNumber()} of {self.pages or 1}")
        canvas.restoreState()

    def _line(self, canvas: Canvas, x: float, y: float, text: str, face: str, size: float) -> float:
        """Draw a line of text; where it ends."""
        for other, piece in self.faces.pieces(text):
            canvas.setFont(other or face, size)
            canvas.drawString(x, y, piece)
            x += canvas.stringWidth(piece, other or face, size)
        return x

    def _logo(self, canvas: Canvas, height: float) -> float:
        image = ImageReader(BytesIO(self.report.brand.logo))
        wide, tall = image.getSize()
        scale = min(16 / tall, 110 / wide)
        canvas.drawImage(image, SIDE, height - HEAD + 4, wide * scale, tall * scale, mask="auto")
        return SIDE + wide * scale

    def _tag(self, canvas: Canvas, width: float, height: float) -> None:
        size = 7 * self.faces.size
        wide = canvas.stringWidth(self.report.tag, SANS_BOLD, size) + 12
        canvas.setStrokeColor(HexColor("#B84E00"))
        canvas.setFillColor(HexColor("#B84E00"))
        canvas.setLineWidth(0.8)
        canvas.rect(width - SIDE - wide, height - HEAD + 3, wide, 12)
        canvas.setFont(SANS_BOLD, size)
        canvas.drawCentredString(width - SIDE - wide / 2, height - HEAD + 6.6, self.report.tag)


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
        _Opens(section.key, title),
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
