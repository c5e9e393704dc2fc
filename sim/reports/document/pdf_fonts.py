"""Faces of the PDF: the two families of the look where their packages are installed, else what ReportLab brings.

Letters that they lack are set in faces of other scripts, where their package is
installed. What no face holds would print as a crossed box without any error, so
it is replaced by words in brackets before it gets there.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from sim.reports.document.direction import from_left

SANS, SANS_BOLD, SERIF, SERIF_BOLD = "LB-Sans", "LB-Sans-Bold", "LB-Serif", "LB-Serif-Bold"
_PACKAGED = {
    SANS: ("font_source_sans_pro", "files/SourceSansPro-Regular.ttf"),
    SANS_BOLD: ("font_source_sans_pro", "files/SourceSansPro-Semibold.ttf"),
    SERIF: ("font_source_serif_pro", "files/SourceSerifPro-Regular.ttf"),
    SERIF_BOLD: ("font_source_serif_pro", "files/SourceSerifPro-Semibold.ttf"),
}
_BROUGHT = {SANS: "Vera.ttf", SANS_BOLD: "VeraBd.ttf", SERIF: "Vera.ttf", SERIF_BOLD: "VeraBd.ttf"}
_SCRIPTS = tuple(
    (f"LB-Noto{script}", ("manimgx_fonts", f"Noto{script}[wght].ttf"))
    for script in (
        "Sans", "SansHebrew", "SansArabic", "SansArmenian", "SansGeorgian", "SansEthiopic", "SansThai", "SansLao",
        "SansSymbols", "Emoji",
    )
)  # fmt: skip
"""Faces of scripts whose letters can be set one after another; others, such as Devanagari, need to be composed."""
DROPPED = "dropped"
READ_BACK = "toUnicodeCMap:"
"""Begins the names of the tables from which text is copied out."""
BEYOND = re.compile(r"<([0-9A-F]{5,6})>")
_JOINERS = frozenset({"Mn", "Me", "Cf", "Sk"})
_SYMBOLS = frozenset({"So", "Sm", "Sc"})


@dataclass(frozen=True, slots=True)
class Faces:
    """The registered faces, and the characters that they hold."""

    known: frozenset[int]
    """By all four of the look."""
    others: tuple[tuple[str, frozenset[int]], ...]
    """Faces of other scripts, in the order in which they are tried."""
    size: float
    """Factor on every size: the faces that ReportLab brings run wider."""

    def fit(self, text: str) -> str:
        """A line from left to right, with every character that no face holds replaced by words in brackets."""
        if text.isascii():
            return text
        kinds = [(self._kind(character), character) for character in from_left(text)]
        shown = groupby((each for each in kinds if each[0] != DROPPED), key=lambda each: each[0])
        return "".join(_words(kind, "".join(character for _, character in run)) for kind, run in shown)

    def pieces(self, text: str) -> list[tuple[str, str]]:
        """A line as stretches of one face each; without a name, the face is that of what stands around."""
        return [(face, "".join(run)) for face, run in groupby(self.fit(text), key=self._face)]

    def markup(self, text: str) -> str:
        """The same for a paragraph."""
        return "".join(
            f'<font name="{face}">{escape(piece, quote=False)}</font>' if face else escape(piece, quote=False)
            for face, piece in self.pieces(text)
        )

    def width(self, text: str, face: str, size: float) -> float:
        """Width of a line in points."""
        return sum(float(pdfmetrics.stringWidth(piece, other or face, size)) for other, piece in self.pieces(text))

    def broken(self, text: str, face: str, *, size: float, width: float) -> list[str]:
        """Text broken into lines that fit a width, between words and, in a word that is too long, anywhere."""
        lines, line = [], ""
        for word in text.split(" "):
            wider = f"{line} {word}" if line else word
            if self.width(wider, face, size) <= width:
                line = wider
                continue
            lines += [line] if line else []
            line = word
            while len(line) > 1 and self.width(line, face, size) > width:
                at = next(n for n in range(len(line) - 1, 0, -1) if n == 1 or self.width(line[:n], face, size) <= width)
                lines.append(line[:at])
                line = line[at:]
        return [*lines, line]

    def _face(self, character: str) -> str:
        if ord(character) in self.known:
            return ""
        return next((name for name, held in self.others if ord(character) in held), "")

    def _kind(self, character: str) -> str:
        """Empty where a face holds the character, else what it is."""
        category = unicodedata.category(character)
        if ord(character) in self.known:
            return ""
        if category == "Cf" or 0xFE00 <= ord(character) <= 0xFE0F:
            # Orders to those who compose glyphs, who are not here: the parts stand beside one another.
            return DROPPED
        if self._face(character):
            return ""
        if category in _JOINERS:
            return DROPPED
        name = unicodedata.name(character, "unknown").lower()
        return name if category in _SYMBOLS else f"{name.split()[0]} letter"


def _words(kind: str, run: str) -> str:
    if not kind:
        return run
    if kind.endswith(" letter"):
        return f"[{len(run)} {kind}{'' if len(run) == 1 else 's'}]"
    return f"[{kind}]"


@cache
def faces() -> Faces:
    """Register the faces once; equal bytes on every machine that has the same packages."""
    packaged = all(_file(package, name) is not None for package, name in _PACKAGED.values())
    held = [_registered(face, str(_file(*_PACKAGED[face])) if packaged else _BROUGHT[face]) for face in _PACKAGED]
    for plain, bold in ((SANS, SANS_BOLD), (SERIF, SERIF_BOLD)):
        pdfmetrics.registerFontFamily(plain, normal=plain, bold=bold, italic=plain, boldItalic=bold)
    others = []
    for face, place in _SCRIPTS:
        path = _file(*place)
        if path is not None:
            others.append((face, _registered(face, str(path))))
            pdfmetrics.registerFontFamily(face, normal=face, bold=face, italic=face, boldItalic=face)
    return Faces(frozenset.intersection(*held), tuple(others), 1.0 if packaged else 0.86)


def _registered(face: str, path: str) -> frozenset[int]:
    """Register a face; the characters that it holds."""
    font = _ReadBack(face, path)
    pdfmetrics.registerFont(font)
    return frozenset(font.face.charToGlyph)


class _ReadBack(TTFont):  # type: ignore[misc]
    """A face whose signs beyond 16 bits can be copied out again: the library writes their numbers, not UTF-16."""

    def addObjects(self, doc: Any) -> None:
        super().addObjects(doc)
        for name, stream in doc.idToObject.items():
            if name.startswith(READ_BACK):
                stream.content = BEYOND.sub(_in_utf16, stream.content)


def _in_utf16(found: re.Match[str]) -> str:
    return f"<{chr(int(found[1], 16)).encode('utf-16-be').hex().upper()}>"


def _file(package: str, name: str) -> Path | None:
    found = find_spec(package)
    for folder in (found.submodule_search_locations or ()) if found else ():
        path = Path(folder) / name
        if path.is_file():
            return path
    return None
