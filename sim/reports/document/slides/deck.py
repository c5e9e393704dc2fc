"""What every slide looks like: theme, head and foot, its title, text that fits, and notes."""

import copy
import re
from collections.abc import Sequence
from io import BytesIO
from math import ceil
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_CONNECTOR
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Emu, Inches, Pt

from sim.reports.document.clean import recut
from sim.reports.document.look import GRAY, INK, RULE, TEXT, WHITE
from sim.reports.document.report import Report

WIDTH, HEIGHT = 13.333, 7.5
LEFT, RIGHT = 0.7, 12.63
BODY_TOP, BODY_BOTTOM = 2.5, 6.6
ASIDE = 8.95
"""Where the right column begins."""
SERIF, SANS = "Georgia", "Arial"
"""Faces that every office has: a slide carries no fonts."""
TITLE_SIZES = (30, 27, 24, 21, 18)
MOST_TITLE = 190
LETTER_SERIF, LETTER_SANS = 0.6, 0.53
"""Mean width of a letter over its size, with a fifth to spare for a face that stands in."""
CAPITAL = 1.35
"""A capital over a mean letter."""
LEADING = 1.22
TITLE_ONLY = "Title Only"

Box = tuple[float, float, float, float]
"""Left, top, width and height [in]."""


class Deck:
    """Slides of one report."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.brand = report.brand
        self.presentation: Any = Presentation()
        self.presentation.slide_width, self.presentation.slide_height = Inches(WIDTH), Inches(HEIGHT)
        self._layout = self._only_layout()
        self._unpictured()
        self._themed()
        self._furnished = False

    def slide(self, title: str, *, subtitle: str = "", notes: Sequence[str] = ()) -> Any:
        """A slide with its finding as title; notes say what was meant and where it comes from."""
        slide = self.presentation.slides.add_slide(self._layout)
        shown = recut(title, most=MOST_TITLE)
        holder = slide.shapes.title
        holder.left, holder.top, holder.width, holder.height = _emu((LEFT, 0.72, RIGHT - LEFT, 1.12))
        size = fitted(shown, (LEFT, 0, RIGHT - LEFT, 1.12), sizes=TITLE_SIZES, letter=LETTER_SERIF)
        frame = holder.text_frame
        frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        _written(frame.paragraphs[0], shown, size=size, bold=True, color=INK)
        if subtitle:
            self.text(slide, (LEFT, 1.92, RIGHT - LEFT, 0.5), subtitle, size=15, color=GRAY, sizes=(15, 13, 12, 11))
        if not self._furnished:
            self._furnish(slide)
        self._number(slide)
        said = [title, *notes, "; ".join((self.brand.name, *self.report.stamp.parts()))]
        slide.notes_slide.notes_text_frame.text = "\n".join(recut(line, most=4000) for line in said if line)
        return slide

    def text(
        self, slide: Any, box: Box, text: str | Sequence[str], *, size: float = 14, color: str = TEXT,
        bold: bool = False, serif: bool = False, align: str = "left", sizes: tuple[float, ...] = (),
        middle: bool = False, space: float = 0,
    ) -> Any:  # fmt: skip
        """Paragraphs in a box, at the largest of some sizes at which they fit; cut at the smallest if they do not."""
        paragraphs = [text] if isinstance(text, str) else list(text)
        letter = LETTER_SERIF if serif else LETTER_SANS
        if sizes:
            gaps = space * (len(paragraphs) - 1) / 72
            size = fitted(paragraphs, (*box[:3], box[3] - gaps), sizes=sizes, letter=letter)
            paragraphs = _cut(paragraphs, box, size, letter)
        shape = slide.shapes.add_textbox(*_emu(box))
        frame = shape.text_frame
        frame.word_wrap = True
        frame.vertical_anchor = MSO_ANCHOR.MIDDLE if middle else MSO_ANCHOR.TOP
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        for at, said in enumerate(paragraphs):
            paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
            paragraph.alignment = {"left": PP_ALIGN.LEFT, "right": PP_ALIGN.RIGHT, "center": PP_ALIGN.CENTER}[align]
            paragraph.space_after = Pt(space)
            _written(paragraph, said, size=size, bold=bold, color=color, face=SERIF if serif else None)
        return shape

    def rule(
        self, slide: Any, start: tuple[float, float], end: tuple[float, float], *, color: str = RULE,
        width: float = 0.75, dashed: bool = False,
    ) -> None:  # fmt: skip
        """A line without the shadow that themes give to it."""
        line = slide.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, *(Inches(value) for value in (*start, *end)))
        line.line.color.rgb, line.line.width = rgb(color), Pt(width)
        if dashed:
            line.line._get_or_add_ln().append(parse_xml(f'<a:prstDash {nsdecls("a")} val="dash"/>'))
        style = line._element.find(qn("p:style"))
        if style is not None:
            line._element.remove(style)

    def saved(self) -> bytes:
        """The file as the library writes it."""
        buffer = BytesIO()
        self.presentation.save(buffer)
        return buffer.getvalue()

    # --- once for the deck --------------------------------------------------------------------------------------

    def _only_layout(self) -> Any:
        """The one layout that is used: others would carry the proportions of another screen."""
        layouts = self.presentation.slide_layouts
        kept = next(layout for layout in layouts if layout.name == TITLE_ONLY)
        for layout in list(layouts):
            if layout is not kept:
                layouts.remove(layout)
        for master in (kept, self.presentation.slide_master):
            for shape in list(master.placeholders):
                if shape.placeholder_format.type not in (1, 3):
                    shape._element.getparent().remove(shape._element)
                else:
                    shape.left, shape.top, shape.width, shape.height = _emu((LEFT, 0.72, RIGHT - LEFT, 1.12))
        return kept

    def _unpictured(self) -> None:
        """Without the thumbnail of the template, which shows another deck."""
        package = self.presentation.part.package
        for key, relation in list(package._rels.items()):
            if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
                package._rels.pop(key)

    def _themed(self) -> None:
        """Own fonts and colors, so that what is added later looks alike."""
        part = self.presentation.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
        theme = part.blob.decode()
        for family, face in (("major", SERIF), ("minor", SANS)):
            theme = re.sub(rf'(<a:{family}Font>\s*<a:latin typeface=")[^"]*', rf"\g<1>{face}", theme)
        colors = {
            "dk1": INK, "lt1": WHITE, "dk2": TEXT, "lt2": "#F5F5F3", "accent1": self.brand.accent,
            "accent2": self.brand.counterpart, "accent3": GRAY, "accent4": "#4A6A82", "accent5": "#8FB7D3",
            "accent6": "#EBB48E",
        }  # fmt: skip
        for name, color in colors.items():
            one = f'<a:{name}><a:srgbClr val="{color[1:]}"/></a:{name}>'
            theme = re.sub(rf"<a:{name}>.*?</a:{name}>", one, theme, flags=re.DOTALL)
        part._blob = theme.encode()

    def _furnish(self, slide: Any) -> None:
        """Head and foot, drawn once and kept in the layout."""
        before = len(slide.shapes)
        left = LEFT
        if self.brand.logo:
            self._logo(slide)
            left += 1.9
        else:
            name = recut(self.brand.name, most=50)
            self.text(slide, (LEFT, 0.2, 5, 0.3), name, size=14, color=INK, bold=True, serif=True)
            left += min(5.0, 0.14 * min(50, len(self.brand.name)) + 0.15)
        self.text(slide, (left, 0.22, 4, 0.3), self.report.addressed, size=12, color=GRAY)
        if self.report.tag:
            box = (RIGHT - 3, 0.22, 3, 0.3)
            self.text(slide, box, self.report.tag, size=11, color=self.brand.counterpart_text, bold=True, align="right")
        self.rule(slide, (LEFT, 0.53), (RIGHT, 0.53), color=INK, width=1.5)
        foot = "  ·  ".join((recut(self.brand.name, most=40), *self.report.stamp.parts()))
        self.text(slide, (LEFT, 7.02, RIGHT - LEFT - 1, 0.25), foot, color=GRAY, sizes=(10.5, 9.5, 8.5))
        tree = self._layout.shapes._spTree
        for shape in list(slide.shapes)[before:]:
            tree.append(copy.deepcopy(shape._element))
            shape._element.getparent().remove(shape._element)
        self._furnished = True

    def _logo(self, slide: Any) -> None:
        picture = slide.shapes.add_picture(BytesIO(self.brand.logo), Inches(LEFT), Inches(0.14), height=Inches(0.32))
        if picture.width > Inches(1.8):
            picture.height = Emu(int(picture.height * Inches(1.8) / picture.width))
            picture.width = Inches(1.8)
        picture._element.nvPicPr.cNvPr.set("descr", f"Logo of {recut(self.brand.name, most=80)}")
        # The layout shows it on every slide, so it is the layout that holds the file.
        blip = picture._element.blipFill.find(qn("a:blip"))
        slide.part.drop_rel(blip.get(qn("r:embed")))
        _, key = self._layout.part.get_or_add_image_part(BytesIO(self.brand.logo))
        blip.set(qn("r:embed"), key)

    def _number(self, slide: Any) -> None:
        shape = self.text(slide, (RIGHT - 0.6, 7.0, 0.6, 0.25), "", size=11, color=INK, bold=True, align="right")
        number = len(self.presentation.slides)
        paragraph = shape.text_frame.paragraphs[0]._p
        for child in list(paragraph):
            if child.tag.endswith("}r"):
                paragraph.remove(child)
        field = parse_xml(
            f'<a:fld {nsdecls("a")} id="{{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}}" type="slidenum">'
            f'<a:rPr lang="en-US" sz="1100" b="1"><a:solidFill><a:srgbClr val="{INK[1:]}"/></a:solidFill></a:rPr>'
            f"<a:t>{number}</a:t></a:fld>"
        )
        paragraph.append(field)


def rgb(color: str) -> Any:
    """A `#RRGGBB` color as the library takes it."""
    made: Any = RGBColor
    return made(*bytes.fromhex(color[1:]))


def fitted(text: str | Sequence[str], box: Box, *, sizes: Sequence[float], letter: float) -> float:
    """The largest of some sizes at which text fits a box; the smallest where it fits at none."""
    paragraphs = [text] if isinstance(text, str) else text
    for size in sizes:
        if _height_in(paragraphs, box[2], size, letter) <= box[3]:
            return size
    return sizes[-1]


def _per_line(width_in: float, size: float, letter: float) -> int:
    return max(1, int(width_in * 72 / (size * letter)))


def _height_in(paragraphs: Sequence[str], width_in: float, size: float, letter: float) -> float:
    per_line = _per_line(width_in, size, letter)
    lines = sum(lines_of(paragraph, per_line) for paragraph in paragraphs)
    return lines * size * LEADING / 72


def lines_of(text: str, per_line: int) -> int:
    """Lines that text takes, broken between words; what is longer than a line is broken anywhere."""
    lines, used = 1, 0.0
    for word in text.split():
        wide = sum(CAPITAL if letter.isupper() else 1.0 for letter in word)
        if used and used + 1 + wide > per_line:
            lines, used = lines + 1, 0.0
        used += wide + (1 if used else 0)
        if used > per_line:
            more = ceil(used / per_line) - 1
            lines, used = lines + more, used - more * per_line
    return lines


def _cut(paragraphs: list[str], box: Box, size: float, letter: float) -> list[str]:
    """As many letters of every paragraph as there is room for."""
    room = max(len(paragraphs), int(box[3] * 72 / (size * LEADING)))
    per_line = _per_line(box[2], size, letter)
    each = max(1, room // len(paragraphs)) * per_line
    if _height_in(paragraphs, box[2], size, letter) <= box[3]:
        return [recut(paragraph, most=4000) for paragraph in paragraphs]
    return [recut(paragraph, most=each) for paragraph in paragraphs]


def _written(paragraph: Any, text: str, *, size: float, bold: bool, color: str, face: str | None = None) -> None:
    run = paragraph.add_run()
    run.text = recut(text, most=4000)
    run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, rgb(color)
    if face:
        run.font.name = face
    paragraph.alignment = paragraph.alignment or PP_ALIGN.LEFT


def _emu(box: Box) -> tuple[Any, ...]:
    return tuple(Inches(value) for value in box)
