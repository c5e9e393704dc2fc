"""Cards and joining slips on paper, as PDF: for a room without phones, and for when the network dies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim.workshop.cards import Card, Deck, Role, ShockCard
from sim.workshop.offers import Offer, offers
from sim.workshop.playing import starting_scenario
from sim.workshop.refusals import WorkshopError

if TYPE_CHECKING:
    from sim.workshop.seats import Created
    from sim.workshop.setup import Setup

Paper = Literal["a4", "letter"]

LAYER_WORDS = {
    "model_api": "model",
    "agent_framework": "agent framework",
    "orchestration": "platform software",
    "data": "data",
    "network": "network",
    "identity": "identity",
}
COLUMNS, ROWS = 2, 4
EDGE_PT, PADDING_PT, FOOT_PT, LONG_PT = 28.0, 13.0, 7.4, 10_000.0
SHRUNK = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
"""Factors on a card's sizes, tried until its text fits."""
SANS, SERIF = "LB-Card-Sans", "LB-Card-Serif"
_PACKAGED = {
    SANS: ("font_source_sans_pro", "SourceSansPro-Regular.ttf", "Vera.ttf"),
    SERIF: ("font_source_serif_pro", "SourceSerifPro-Semibold.ttf", "VeraBd.ttf"),
}
BROUGHT_SIZE = 0.88
"""Factor on sizes where the look's faces are not installed: those that ReportLab brings run wider."""
INK, GRAY, BLUE, VERMILLION, RULE = "#1A1A1A", "#6B6B6B", "#0072B2", "#B84E00", "#C8C8C8"


@dataclass(frozen=True, slots=True)
class Face:
    """What one card says, from top to bottom."""

    kicker: str
    title: str
    text: str
    lines: tuple[str, ...] = ()
    foot: str = ""
    color: str = BLUE


def printed_cards(deck: Deck, *, paper: Paper) -> bytes:
    """Decision, shock and role cards of a deck, eight to a page with lines to cut along.

    A decision card says what it costs a team that takes it first, in month 0.

    Raises:
        WorkshopError: ReportLab is not installed.
    """
    at_start = offers(starting_scenario(deck), deck, plays=(), month=0, outcome=None)
    faces = [
        *(_decision(offer) for offer in at_start),
        *(_shock(card) for card in deck.shocks),
        *(_role(role) for role in deck.roles),
    ]
    return _pages(faces, paper=paper, title=f"Cards: {deck.title}")


def printed_slips(setup: "Setup", created: "Created", *, paper: Paper) -> bytes:
    """A slip for each team with the session's code and its PIN; the facilitator's keys are on none.

    Raises:
        WorkshopError: ReportLab is not installed.
    """
    from sim.workshop.secrecy import spaced

    faces = [
        Face(
            kicker="Your team",
            title=team.name,
            text=f"Session {spaced(created.code)}",
            lines=(f"PIN {created.team_pins[team.id]}",),
            foot=f"{setup.title}. No names are asked for; the session is deleted on {setup.delete_on}.",
        )
        for team in setup.teams
    ]
    return _pages(faces, paper=paper, title=f"Joining slips: {setup.title}")


def money(usd: float) -> str:
    """An amount as a card shows it: $40k, $1.2M, $950; a true minus below zero."""
    size = abs(usd)
    sign = "\u2212" if usd < 0 else ""
    if size >= 999_500:
        return f"{sign}${size / 1e6:.1f}M"
    if size >= 950:
        return f"{sign}${size / 1e3:.{0 if size >= 9_950 else 1}f}k"
    return f"{sign}${size:.0f}"


def price_words(offer: Offer) -> tuple[str, ...]:
    """What an offer costs and what it touches, in at most three lines; nothing where it costs nothing fixed."""
    once = [f"{money(offer.usd_now)} now"] if round(offer.usd_now) else []
    monthly = [f"{money(offer.usd_per_month)} a month"] if round(offer.usd_per_month) else []
    count = abs(offer.launch_months)
    launch = [f"launch {'+' if offer.launch_months > 0 else chr(0x2212)}{count} month{'' if count == 1 else 's'}"]
    takes = [f"takes {offer.move_months:.1f} months"] if offer.move_months > 0 else []
    touched = _doors(offer.card)
    second = [*(launch if offer.launch_months else []), *takes]
    lines = (", ".join([*once, *monthly]) or "no fixed cost", ", ".join(second), touched)
    return tuple(line for line in lines if line)


def _doors(card: Card) -> str:
    if len(card.touches) == len(LAYER_WORDS):
        return "touches every door"
    words = [LAYER_WORDS[layer] for layer in card.touches]
    return f"touches: {', '.join(words)}" if words else ""


def _decision(offer: Offer) -> Face:
    card = offer.card
    title, grade = card.source.title, card.source.grade
    source = f"Source: {title}" if title.endswith(grade) else f"Source: {title} ({grade})"
    return Face("Decision", card.title, card.text, price_words(offer), source)


def _shock(card: ShockCard) -> Face:
    return Face("Shock", card.title, card.text, foot=card.question, color=VERMILLION)


def _role(role: Role) -> Face:
    return Face("Role", role.title, role.text, color=INK)


# --- drawing ----------------------------------------------------------------------------------------


def _pages(faces: Sequence[Face], *, paper: Paper, title: str) -> bytes:
    if find_spec("reportlab") is None:
        raise WorkshopError(
            "Cards are printed with ReportLab, which is not installed. Install it with "
            "'pip install loadbearing[reports]'."
        )
    from reportlab.lib.pagesizes import A4, letter
    from reportlab.pdfgen.canvas import Canvas

    size, fit = _register()
    width, height = A4 if paper == "a4" else letter
    target = BytesIO()
    canvas = Canvas(target, pagesize=(width, height), initialFontName=SANS, invariant=1)
    canvas.setTitle(fit(title))
    canvas.setAuthor("Loadbearing")
    card_width, card_height = (width - 2 * EDGE_PT) / COLUMNS, (height - 2 * EDGE_PT) / ROWS
    for number, face in enumerate(faces):
        place = number % (COLUMNS * ROWS)
        if place == 0:
            if number:
                canvas.showPage()
            _cut_lines(canvas, width=width, height=height, step=(card_width, card_height))
        x = EDGE_PT + place % COLUMNS * card_width
        top = height - EDGE_PT - place // COLUMNS * card_height
        _draw(canvas, face, box=(x, top, card_width, card_height), size=size, fit=fit)
    canvas.save()
    return target.getvalue()


def _cut_lines(canvas: Any, *, width: float, height: float, step: tuple[float, float]) -> None:
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.4)
    canvas.setDash(3, 3)
    for column in range(COLUMNS + 1):
        canvas.line(EDGE_PT + column * step[0], EDGE_PT, EDGE_PT + column * step[0], height - EDGE_PT)
    for row in range(ROWS + 1):
        canvas.line(EDGE_PT, EDGE_PT + row * step[1], width - EDGE_PT, EDGE_PT + row * step[1])
    canvas.setDash()


def _draw(
    canvas: Any, face: Face, *, box: tuple[float, float, float, float], size: float, fit: Callable[[str], str]
) -> None:
    """One card: its parts below one another, its source or question on the lower edge; smaller where that is long."""
    x, top, width, height = box
    left, inner, room = x + PADDING_PT, width - 2 * PADDING_PT, height - 2 * PADDING_PT - 6
    canvas.setStrokeColor(face.color)
    canvas.setLineWidth(1.6)
    canvas.line(left, top - PADDING_PT, left + inner, top - PADDING_PT)
    for shrunk in SHRUNK:
        parts = [(_measured(fit(text), inner, style=(font, points * size * shrunk, color)), gap)
                 for text, font, points, color, gap in _parts(face)]  # fmt: skip
        foot = _measured(fit(face.foot), inner, style=(SANS, FOOT_PT * size * shrunk, GRAY))
        if sum(part.height + gap for part, gap in parts) + foot.height <= room:
            break
    below = top - PADDING_PT - 6
    for part, gap in parts:
        part.drawOn(canvas, left, below - part.height)
        below -= part.height + gap
    if face.foot:
        foot.drawOn(canvas, left, top - height + PADDING_PT)


def _parts(face: Face) -> tuple[tuple[str, str, float, str, float], ...]:
    """Text, face, size, color and the gap below of each part of a card."""
    return (
        (face.kicker.upper(), SANS, FOOT_PT, face.color, 5),
        (face.title, SERIF, 17.0, INK, 5),
        (face.text, SANS, 11.4, INK, 6),
        *((line, SANS, 11.4, GRAY if at else INK, 1) for at, line in enumerate(face.lines)),
    )


def _measured(text: str, width: float, *, style: tuple[str, float, str]) -> Any:
    """A paragraph that knows its height at a width."""
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

    font, points, color = style
    made = ParagraphStyle("card", fontName=font, fontSize=points, leading=points * 1.25, textColor=color)
    paragraph = Paragraph(escape(text, quote=False), made)
    paragraph.wrap(width, LONG_PT)
    return paragraph


@cache
def _register() -> tuple[float, Callable[[str], str]]:
    """Register the faces once; the factor on sizes, and what replaces a character that they lack."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    files = {face: _file(package, name) for face, (package, name, _) in _PACKAGED.items()}
    packaged = all(files.values())
    held: list[frozenset[int]] = []
    for face, (_, _, brought) in _PACKAGED.items():
        font = TTFont(face, str(files[face]) if packaged else brought)
        pdfmetrics.registerFont(font)
        held.append(frozenset(font.face.charToGlyph))
    known = frozenset.intersection(*held)
    return (1.0 if packaged else BROUGHT_SIZE), lambda text: "".join(c if ord(c) in known else "?" for c in text)


def _file(package: str, name: str) -> Path | None:
    found = find_spec(package)
    folders = (found.submodule_search_locations or ()) if found else ()
    return next((path for folder in folders if (path := Path(folder) / "files" / name).is_file()), None)
