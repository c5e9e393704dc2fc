"""The code that a phone scans: three finders, a margin, dark on light, and what its standard fixes."""

import re

from sim.workshop import qr
from sim.workshop.qr import LONGEST, QUIET, qr_modules, qr_svg

LINK = "https://loadbearing.example.com/workshop?code=ABCD2345"
FINDER = ("#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######")
FORMAT_MASK = 0b101010000010010
M = 0b00


def test_its_corners_and_timing_are_those_of_a_code() -> None:
    dark = qr_modules(LINK)
    count = len(dark)
    assert (count - 17) % 4 == 0 and all(len(row) == count for row in dark)
    for top, left in ((0, 0), (0, count - 7), (count - 7, 0)):
        drawn = tuple("".join(".#"[dark[top + y][left + x]] for x in range(7)) for y in range(7))
        assert drawn == FINDER
    assert all(dark[6][at] == (at % 2 == 0) == dark[at][6] for at in range(8, count - 8))


def test_its_format_says_error_correction_m_twice() -> None:
    """Fifteen bits beside the finders, masked, once around the first and once split over the other two."""
    dark = qr_modules(LINK)
    count = len(dark)
    around = [(8, x) for x in (0, 1, 2, 3, 4, 5, 7, 8)] + [(y, 8) for y in (7, 5, 4, 3, 2, 1, 0)]
    split = [(count - 1 - at, 8) for at in range(7)] + [(8, count - 8 + at) for at in range(8)]
    first, second = (int("".join(str(int(dark[y][x])) for y, x in places), 2) for places in (around, split))
    assert first == second and ((first ^ FORMAT_MASK) >> 13) == M


def test_the_image_has_its_margin_and_as_many_squares_as_are_dark() -> None:
    svg, dark = qr_svg(LINK), qr_modules(LINK)
    assert f'viewBox="0 0 {len(dark) + 2 * QUIET} {len(dark) + 2 * QUIET}"' in svg
    squares = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", svg)}
    assert squares == {
        (QUIET + x, QUIET + y) for y, row in enumerate(dark) for x, is_dark in enumerate(row) if is_dark
    }
    assert LINK not in svg


def test_without_the_encoder_or_for_a_link_too_long_there_is_none(monkeypatch) -> None:
    assert qr_svg("x" * (LONGEST + 1)) == ""
    monkeypatch.setattr(qr, "find_spec", lambda name: None)
    assert qr_svg("https://other.example.com") == ""
