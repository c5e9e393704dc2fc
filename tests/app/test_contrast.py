"""Text and marks stand out from their ground in both themes, and the theme file holds the same colors."""

import tomllib
from pathlib import Path

import pytest

from sim.reports.palette import DARK, LIGHT

CONFIG = Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml"
TEXT, MARK = 4.5, 3.0
GROUNDS = ("page", "sidebar", "panel")
WRITTEN = ("ink", "soft", "accent", "signal")
DRAWN = ("ink", "soft", "accent", "signal", "reference")


def luminance(color):
    """Relative luminance by WCAG 2."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_is_as_the_standard_says():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda palette: palette.name)
def test_text_and_marks_stand_out(palette, ground):
    under = getattr(palette, ground)
    assert {name: contrast(getattr(palette, name), under) for name in WRITTEN if
            contrast(getattr(palette, name), under) < TEXT} == {}  # fmt: skip
    assert {name: contrast(getattr(palette, name), under) for name in DRAWN if
            contrast(getattr(palette, name), under) < MARK} == {}  # fmt: skip


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda palette: palette.name)
def test_a_filled_button_can_be_read(palette):
    assert contrast(palette.page, palette.accent) >= TEXT


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda palette: palette.name)
def test_the_theme_file_holds_the_same_colors(palette):
    theme = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["theme"][palette.name]
    held = {
        "page": theme["backgroundColor"],
        "panel": theme["secondaryBackgroundColor"],
        "ink": theme["textColor"],
        "accent": theme["primaryColor"],
        "signal": theme["orangeColor"],
        "rule": theme["borderColor"],
        "soft": theme["grayTextColor"],
        "sidebar": theme["sidebar"]["backgroundColor"],
    }
    assert held == {name: getattr(palette, name) for name in held}
    assert theme["linkColor"] == theme["blueColor"] == theme["blueTextColor"] == palette.accent
