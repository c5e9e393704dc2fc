"""The light look of reports: ink, grays, and the color, mark and stroke of every option."""

from dataclasses import dataclass

from sim.reports.document.brand import Brand
from sim.reports.document.report import Mark, Option

INK, TEXT, GRAY = "#1A1A1A", "#3D3D3D", "#6B6B6B"
RULE, GRID, PANEL, WHITE = "#C8C8C8", "#E2E2E2", "#F5F5F3", "#FFFFFF"
LAYERS = ("#1A1A1A", "#4A6A82", "#0072B2", "#8FB7D3", "#B9B9B4", "#D55E00", "#EBB48E", "#6B6B6B")
"""Fills of a stack from the bottom: neighbors differ in lightness, so that they stay apart in grayscale."""


@dataclass(frozen=True, slots=True)
class Style:
    """How one option is drawn: never by color alone."""

    color: str
    text: str
    tint: str
    mark: Mark
    dash: tuple[float, ...]
    """Lengths of strokes and gaps [pt]; empty for a solid line."""
    width: float


def style_of(option: Option | None, brand: Brand) -> Style:
    """The style of an option; that of a figure that belongs to none where it is `None`."""
    if option is None:
        return Style(GRAY, GRAY, tint(GRAY), "square", (), 1.4)
    if option.role == "proposed":
        return Style(brand.accent, brand.accent, tint(brand.accent), option.mark, (), 2.4)
    if option.role == "counterpart":
        return Style(brand.counterpart, brand.counterpart_text, tint(brand.counterpart), option.mark, (6, 3), 1.9)
    dash = (3.0, 3.0) if option.mark == "triangle" else (1.5, 2.5)
    return Style(GRAY, GRAY, tint(GRAY), option.mark, dash, 1.5)


def tint(color: str, *, share: float = 0.18) -> str:
    """A color over white at some opacity, as `#RRGGBB`: no format has to blend it."""
    parts = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(255 + (part - 255) * share):02X}" for part in parts)


def ramp(share: float, *, color: str) -> str:
    """A place on the one ramp from white to a color, 0 to 1."""
    return tint(color, share=min(1.0, max(0.0, share)))


GRADE = "Grade"
"""Title of the column whose letters stand in boxes."""


def grade_look(letter: str, brand: Brand) -> tuple[str, str, str]:
    """Fill, edge and letter of a grade's box: black, gray, outlined, and outlined as a warning for a judgment."""
    known = {"A": (INK, INK, WHITE), "B": (GRAY, GRAY, WHITE), "C": (WHITE, INK, INK)}
    judged = (WHITE, brand.counterpart, brand.counterpart_text)
    return known.get(letter, judged if letter == "J" else (WHITE, RULE, GRAY))
