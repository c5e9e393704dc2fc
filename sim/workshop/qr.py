"""A link as a QR code, so that a phone joins without typing."""

from functools import lru_cache
from importlib.util import find_spec

QUIET = 4
"""Light modules around the code, as its standard asks for (ISO/IEC 18004)."""
LONGEST = 300
"""Bytes; a longer link would make modules too small to be read across a room."""


@lru_cache(maxsize=16)
def qr_svg(text: str) -> str:
    """The code as an SVG file, dark on light whatever the page's colors, with a margin that a camera needs.

    Error correction is M: about 15% of it may be hidden.

    Args:
        text: what it says, a link.

    Returns:
        SVG, or nothing where ReportLab, whose encoder it is, is not installed or the text is too long: the page
        then shows the address alone.
    """
    if find_spec("reportlab") is None or len(text.encode()) > LONGEST:
        return ""
    dark = qr_modules(text)
    size = len(dark) + 2 * QUIET
    path = "".join(
        f"M{QUIET + column} {QUIET + row}h1v1h-1z"
        for row, modules in enumerate(dark)
        for column, is_dark in enumerate(modules)
        if is_dark
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<rect width="{size}" height="{size}" fill="#fff"/><path d="{path}" fill="#000"/></svg>'
    )


def qr_modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """Which modules are dark, row by row, without the margin."""
    from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    count = code.getModuleCount()
    return tuple(tuple(bool(code.isDark(row, column)) for column in range(count)) for row in range(count))
