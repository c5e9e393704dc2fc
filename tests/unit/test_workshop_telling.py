"""Sentences about how a room guessed, at their turns."""

from types import SimpleNamespace

import pytest

from sim.workshop.telling import by_gap, gap_headline


def team(id, gap, *, guess=1.0, low=0.0, high=10.0):
    return SimpleNamespace(
        team=SimpleNamespace(id=id),
        gap=None if gap is None else SimpleNamespace(exit_usd=gap, gross_margin=gap, p95_s=gap),
        prediction=SimpleNamespace(exit_usd=guess),
        exit_low_usd=low,
        exit_high_usd=high,
    )


def test_teams_stand_by_the_size_of_their_gap_and_those_without_one_last():
    room = (team("a", None), team("b", -1.0), team("c", 3.0), team("d", float("nan")))
    assert [result.team.id for result in by_gap(room, "exit_usd")] == ["c", "b", "a", "d"]


@pytest.mark.parametrize(
    ("gaps", "said"),
    [
        ((), "Nobody wrote down a guess that can be compared"),
        ((0.0, 0.0), "Every guess was right to the digit"),
        ((1.0, 2.0), "All two teams guessed low, all within the range"),
        ((1.0, 2.0, -1.0), "Two of three teams guessed low, all within the range"),
        ((-1.0, -2.0, 1.0), "Two of three teams guessed high, all within the range"),
        ((5.0,), "The one team guessed low, within the range"),
    ],
)
def test_the_headline_counts(gaps, said):
    assert gap_headline(tuple(team(str(at), gap) for at, gap in enumerate(gaps)), "exit_usd") == said


def test_guesses_outside_the_band_are_counted():
    room = (team("a", 9.0, guess=1.0, low=5.0), team("b", 2.0, guess=6.0, low=5.0), team("c", -1.0))
    assert gap_headline(room, "exit_usd") == "Two of three teams guessed low, one of them outside the range"
    assert gap_headline(room[:1], "exit_usd") == "The one team guessed low, outside the range"
    assert gap_headline(room, "gross_margin") == "Two of three teams guessed low"
