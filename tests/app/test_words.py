"""Numbers are written as people read them."""

from math import inf, nan

import pytest

from sim.reports import words

N = words.NBSP


@pytest.mark.parametrize(
    ("usd", "said"),
    [
        (1_300_000, "$1.3M"),
        (24_000_000, "$24M"),
        (999_600, "$1.0M"),
        (999_400, "$999k"),
        (187_300, "$187k"),
        (3_400, "$3.4k"),
        (999.7, "$1.0k"),
        (187.2, "$187"),
        (1.516, "$1.52"),
        (0.13, "$0.13"),
        (0.09, "$0.09"),
        (0.0034, "$0.0034"),
        (0, "$0"),
        (-187_000, f"{words.MINUS}$187k"),
        (-0.0, "$0"),
        (nan, words.NONE),
        (inf, words.NONE),
    ],
)
def test_money(usd, said):
    assert words.money(usd) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.561, f"56{N}%"),
        (0.006, f"0.6{N}%"),
        (0.05, f"5{N}%"),
        (0.0, f"0{N}%"),
        (-0.1, f"{words.MINUS}10{N}%"),
        (-0.0001, f"0{N}%"),
        (0.0996, f"10{N}%"),
        (nan, words.NONE),
    ],
)
def test_percent(share, said):
    assert words.percent(share) == said


@pytest.mark.parametrize(
    ("difference", "said"), [(0.08, f"8{N}points"), (-0.01, f"1{N}point"), (0.004, f"0.4{N}points"), (nan, words.NONE)]
)
def test_points(difference, said):
    assert words.points(difference) == said


@pytest.mark.parametrize(
    ("time_s", "said"),
    [(2.64, f"2.6{N}s"), (0.351, f"0.35{N}s"), (0.996, f"1.0{N}s"), (26.4, f"26{N}s"), (inf, "no answer"), (nan, "–")],
)
def test_seconds(time_s, said):
    assert words.seconds(time_s) == said


@pytest.mark.parametrize(
    ("count", "said"), [(1, f"1{N}month"), (1.5, f"1.5{N}months"), (18.4, f"18{N}months"), (inf, "never"), (nan, "–")]
)
def test_months(count, said):
    assert words.months(count) == said


@pytest.mark.parametrize(
    ("amount", "said"), [(26.3e6, "26M"), (8.63e6, "8.6M"), (180e3, "180k"), (940, "940"), (1.39e11, "139bn"), (0, "0")]
)
def test_count(amount, said):
    assert words.count(amount) == said


def test_year_end():
    assert words.year_end(36) == f"the end of year{N}3"
    assert words.year_end(18) == f"the end of month{N}18"
