"""Faces of the PDF: the two families of the look where their packages are installed, else what ReportLab brings.

A character that the faces do not hold would print as a crossed box without any
error, so it is replaced by words in brackets before it gets there.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

SANS, SANS_BOLD, SERIF, SERIF_BOLD = "LB-Sans", "LB-Sans-Bold", "LB-Serif", "LB-Serif-Bold"
_PACKAGED = {
    SANS: ("font_source_sans_pro", "SourceSansPro-Regular.ttf"),
    SANS_BOLD: ("font_source_sans_pro", "SourceSansPro-Semibold.ttf"),
    SERIF: ("font_source_serif_pro", "SourceSerifPro-Regular.ttf"),
    SERIF_BOLD: ("font_source_serif_pro", "SourceSerifPro-Semibold.ttf"),
}
_BROUGHT = {SANS: "Vera.ttf", SANS_BOLD: "VeraBd.ttf", SERIF: "Vera.ttf", SERIF_BOLD: "VeraBd.ttf"}
_JOINERS = frozenset({"Mn", "Me", "Cf", "Sk"})
_SYMBOLS = frozenset({"So", "Sm", "Sc"})


@dataclass(frozen=True, slots=True)
class Faces:
    """The registered faces, and the characters that all of them hold."""

    known: frozenset[int]
    size: float
    """Factor on every size: the faces that ReportLab brings run wider."""

    def fit(self, text: str) -> str:
        """Text with every character that the faces lack replaced by words in brackets."""
        if all(ord(character) in self.known for character in text):
            return text
        runs = groupby(text, key=self._kind)
        return "".join(_words(kind, "".join(run)) for kind, run in runs)

    def markup(self, text: str) -> str:
        """The same, escaped for a paragraph."""
        return escape(self.fit(text), quote=False)

    def _kind(self, character: str) -> str:
        if ord(character) in self.known:
            return ""
        category = unicodedata.category(character)
        if category in _JOINERS:
            return "joiner"
        name = unicodedata.name(character, "unknown").lower()
        return name if category in _SYMBOLS else f"{name.split()[0]} letter"


def _words(kind: str, run: str) -> str:
    if not kind:
        return run
    if kind == "joiner":
        return ""
    if kind.endswith(" letter"):
        return f"[{len(run)} {kind}{'' if len(run) == 1 else 's'}]"
    return f"[{kind}]"


@cache
def faces() -> Faces:
    """Register the faces once; equal bytes on every machine that has the same packages."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    packaged = all(_file(package, name) is not None for package, name in _PACKAGED.values())
    held = []
    for face in _PACKAGED:
        path = str(_file(*_PACKAGED[face])) if packaged else _BROUGHT[face]
        font = TTFont(face, path)
        pdfmetrics.registerFont(font)
        held.append(frozenset(font.face.charToGlyph))
    for plain, bold in ((SANS, SANS_BOLD), (SERIF, SERIF_BOLD)):
        pdfmetrics.registerFontFamily(plain, normal=plain, bold=bold, italic=plain, boldItalic=bold)
    return Faces(frozenset.intersection(*held), 1.0 if packaged else 0.86)


def _file(package: str, name: str) -> Path | None:
    found = find_spec(package)
    for folder in (found.submodule_search_locations or ()) if found else ():
        path = Path(folder) / "files" / name
        if path.is_file():
            return path
    return None
