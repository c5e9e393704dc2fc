"""Several files of a report as one archive; equal files give equal bytes."""

from collections.abc import Callable, Sequence
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sim.reports.document.formats import File, write
from sim.reports.document.report import Report

NAME = "report.zip"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest date an archive can hold; every file has it, or equal reports would differ."""


def written(report: Report, formats: Sequence[str], *, progress: Callable[[int, int], None]) -> tuple[File, ...]:
    """The files of several formats, in their order.

    Args:
        progress: told how many formats are done, of how many.

    Raises:
        LookupError, FormatError: as `write` does.
    """
    files: list[File] = []
    for done, name in enumerate(formats):
        progress(done, len(formats))
        files += write(report, name)
    progress(len(formats), len(formats))
    return tuple(files)


def zipped(files: Sequence[File]) -> bytes:
    """One archive of some files."""
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for file in files:
            entry = ZipInfo(file.name, EPOCH)
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, file.data)
    return buffer.getvalue()
