"""The report as slides that can be edited: native charts and tables, notes with the sources."""

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sim.reports.document.clean import recut
from sim.reports.document.formats import File
from sim.reports.document.report import Report
from sim.reports.document.slides.compose import compose
from sim.reports.document.slides.deck import Deck

NAME = "report.pptx"
EPOCH = datetime(1980, 1, 1)
"""The date that file and archive claim, or equal reports would differ."""


def write(report: Report) -> Iterator[File]:
    """One file; equal reports give equal bytes."""
    deck = Deck(report)
    compose(deck)
    core = deck.presentation.core_properties
    core.title, core.author = recut(report.decision, most=250), report.brand.name
    core.subject, core.keywords = recut(", ".join(report.stamp.parts()), most=250), "platform strategy"
    core.last_modified_by, core.revision, core.comments = report.brand.name, 1, ""
    core.created = core.modified = EPOCH
    yield File(NAME, _pinned(deck.saved()), facts={"slides": len(deck.presentation.slides)})


def _pinned(data: bytes) -> bytes:
    """The same archive, every entry of one date."""
    buffer = BytesIO()
    with ZipFile(BytesIO(data)) as read, ZipFile(buffer, "w", ZIP_DEFLATED) as written:
        for entry in read.infolist():
            pinned = ZipInfo(entry.filename, EPOCH.timetuple()[:6])
            pinned.compress_type = ZIP_DEFLATED
            written.writestr(pinned, read.read(entry))
    return buffer.getvalue()
