"""Pages of the PDF: their size, head and foot, and the marks from which bookmarks and contents are made."""

from io import BytesIO
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, letter
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from sim.reports.document.look import GRAY, INK, RULE
from sim.reports.document.pdf_fonts import SANS, SANS_BOLD, SERIF_BOLD, Faces
from sim.reports.document.report import Paper, Report
from sim.reports.words import as_clause

PAPER: dict[Paper, tuple[float, float]] = {"a4": A4, "letter": letter}
SIDE, HEAD, FOOT = 48.0, 37.0, 38.0
TOP = 40.0
"""A section that begins within so many points of the top begins its page."""


def pinned_canvas(*args: Any, **more: Any) -> Canvas:
    """A canvas whose date is pinned, and that begins with no face of its own."""
    more |= {"invariant": 1, "initialFontName": SANS, "pageCompression": 1}
    return Canvas(*args, **more)


class Opens(Flowable):  # type: ignore[misc]
    """Marks the place at which a section begins, for bookmarks and contents."""

    def __init__(self, key: str, title: str) -> None:
        super().__init__()
        self.key, self.title = key, title
        self.width = self.height = 0.0

    def draw(self) -> None:
        self.canv.bookmarkPage(self.key)
        self.canv.addOutlineEntry(self.title, self.key, level=0, closed=False)


class Pages(BaseDocTemplate):  # type: ignore[misc]
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
        self.counted = self.pages = 0
        self.opened: list[tuple[int, str, bool]] = []
        """Page and title of every section, and whether it begins at the top of its page."""
        self.known: list[tuple[int, str, bool]] = []
        """The same as the pass before found it: a head is drawn before what stands below it."""
        width, height = size
        body = Frame(SIDE, FOOT + 14, width - 2 * SIDE, height - HEAD - FOOT - 40, 0, 0, 0, 0, id="body")
        self.addPageTemplates(
            [
                PageTemplate("cover", [body], onPage=self._furniture),
                PageTemplate("page", [body], onPage=self._furniture),
            ]
        )

    def afterFlowable(self, flowable: Flowable) -> None:
        if isinstance(flowable, Opens):
            at_top = self.frame._y > self.frame._y2 - TOP
            self.opened.append((self.page, flowable.title, at_top))
            self.notify("TOCEntry", (0, flowable.title, self.page, flowable.key))

    def afterPage(self) -> None:
        self.counted = max(self.counted, self.page)

    def _startBuild(self, *args: Any, **more: Any) -> None:
        super()._startBuild(*args, **more)
        self.pages, self.counted = self.counted, 0
        self.known, self.opened = self.opened, []

    def section_of(self, page: int) -> str:
        """Title of the section that a page begins with; empty on the cover."""
        begun = [title for at, title, at_top in self.known if at < page or (at == page and at_top)]
        return begun[-1] if begun else ""

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
        section = self.section_of(canvas.getPageNumber())
        said = f"{self.report.addressed}  ·  {as_clause(section)}" if section else self.report.addressed
        canvas.drawString(left + 10, height - HEAD + 5, said)
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
