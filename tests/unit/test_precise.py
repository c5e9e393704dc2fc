"""Replications until the noise is as small as was asked for, and executors on the command line."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main
from sim.strategy.executors import Ended, Executor, Serial
from sim.strategy.executors.identity import task_digest
from sim.strategy.fidelity import EFFORTS
from sim.strategy.precise import evaluate_to
from tests.unit.strategy_small import LEAST, small

API, OWN = "prototype_by_friday", "own_the_platform"


@pytest.fixture(autouse=True)
def _little(monkeypatch: Any) -> None:
    monkeypatch.setitem(EFFORTS, "draft", LEAST)


class Counting(Executor):
    def __init__(self) -> None:
        self.played: list[str] = []

    def each(self, function: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[Ended[Any] | None]:
        self.played += [task_digest(function, task) for task in tasks]
        return Serial().each(function, tasks)


def test_replications_are_added_until_the_width_is_reached_and_none_is_played_twice() -> None:
    rough = evaluate_to(small(), 0.9, fidelity="draft")
    assert rough.met and rough.replications == 2
    executor, asked = Counting(), rough.reached / 2
    fine = evaluate_to(small(), asked, fidelity="draft", executor=executor)
    assert fine.met and fine.reached <= asked and fine.replications > 2
    assert len(set(executor.played)) == len(executor.played) > 0


def test_a_bound_ends_it() -> None:
    bounded = evaluate_to(small(), 1e-6, fidelity="draft", most=3)
    assert bounded.replications == 3 and not bounded.met and bounded.reached > 1e-6
    with pytest.raises(ValueError, match="above 0"):
        evaluate_to(small(), 0.0)


def said(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert main(argv) == 0
    return capsys.readouterr().out


def test_run_says_what_was_reached(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(said(capsys, "run", OWN, "--half-width", "90%", "--json"))
    assert found["precision"]["met"] and found["precision"]["half_width_asked"] == 0.9
    text = said(capsys, "run", OWN, "--half-width", "0.0001", "--most", "2")
    assert "after 2 replications, and more than that was not allowed: raise --most" in text


def test_a_folder_keeps_what_was_read(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    asked = ("futures", API, "--n", "6", "--executor", "serial", "--json")
    plain = said(capsys, *asked)
    kept = ("--keep", str(tmp_path / "kept"))
    assert said(capsys, *asked, *kept) == plain
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "kept").iterdir()}
    assert before and said(capsys, *asked, *kept) == plain
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "kept").iterdir()} == before


@pytest.mark.parametrize(
    "argv, why",
    [
        (("run", API, "--half-width", "0"), "above 0"),
        (("run", API, "--half-width", "120%"), "at most 100"),
        (("run", API, "--most", "5"), "Add it"),
        (("run", API, "--keep", "/dev/null/kept"), "--keep /dev/null/kept: cannot be used"),
        (("futures", API, "--n", "2", "--ray-address", "127.0.0.1:1"), "Add --executor ray"),
    ],
)
def test_what_cannot_be_asked(capsys: pytest.CaptureFixture[str], argv: tuple[str, ...], why: str) -> None:
    assert main(argv) == 2
    assert why in capsys.readouterr().err


def test_without_ray_the_way_out_is_said(capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main(("futures", API, "--n", "2", "--executor", "ray")) == 2
    assert "pip install 'loadbearing[ray]'" in capsys.readouterr().err
