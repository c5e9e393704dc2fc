"""The colors of the look, one set per theme; pages and figures take them from here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """Theme tokens: blue is this plan, gray the reference, ink text and limits, vermillion worse."""

    name: str
    page: str
    sidebar: str
    panel: str
    ink: str
    soft: str
    accent: str
    signal: str
    reference: str
    rule: str
    land: str
    heat: tuple[str, ...]
    """From nothing to full."""


LIGHT = Palette(
    name="light",
    page="#FCFBF8",
    sidebar="#F6F4EE",
    panel="#F4F2EC",
    ink="#1B1A18",
    soft="#5C5852",
    accent="#0A5C94",
    signal="#B23F08",
    reference="#8A857C",
    rule="#DDD9D0",
    land="#E7E3DA",
    heat=("#FCFBF8", "#D3E2EC", "#9DC0D8", "#4F8FBF", "#0A5C94", "#063A60"),
)

DARK = Palette(
    name="dark",
    page="#15171B",
    sidebar="#1A1D22",
    panel="#1D2025",
    ink="#ECE8E1",
    soft="#ABA69D",
    accent="#6FB6E8",
    signal="#F08A4B",
    reference="#7F8189",
    rule="#34383F",
    land="#2A2E35",
    heat=("#1B1F25", "#1E3345", "#27506F", "#3C7FAE", "#6FB6E8", "#C4E2F7"),
)


def faded(color: str, alpha: float) -> str:
    """A `#RRGGBB` color as `rgba(...)` with the given opacity in [0, 1]."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"
