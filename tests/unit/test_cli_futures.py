"""The command line on futures: who passes, what matters, what a search finds, and what is refused."""

import json
from typing import Any

import pytest

from sim.cli import main
from sim.strategy.fidelity import EFFORTS
from tests.unit.strategy_small import LEAST

API = "prototype_by_friday"


@pytest.fixture(autouse=True)
def _little(monkeypatch: Any) -> None:
    monkeypatch.setitem(EFFORTS, "draft", LEAST)


def said(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert main(argv) == 0
    return capsys.readouterr().out


def test_futures_are_one_object_and_a_text(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("futures", API, "open_models_by_the_token", "--n", "6", "--executor", "serial")
    found = json.loads(said(capsys, *asked, "--json"))
    assert found["n"] == 6 and [each["source"] for each in found["strategies"]] == [*asked[1:3]]
    one, other = (each["regret_usd"]["by_future"] for each in found["strategies"])
    assert all(min(pair) == 0 for pair in zip(one, other, strict=True))
    assert {threshold["id"] for threshold in found["strategies"][0]["thresholds"]} == {
        "margin", "promise", "worth", "cash", "exit"
    }  # fmt: skip
    text = said(capsys, *asked)
    assert "6 futures" in text and "largest regret" in text


@pytest.mark.parametrize(
    "argv, why",
    [
        (("futures", API, API), "named twice"),
        (("futures", API, "no_such_plan"), "no_such_plan"),
        (("search", API, "--set", "decisions.no_such=1", "--trials", "1"), "no such setting"),
    ],
)
def test_bad_input_is_refused_with_its_reason(
    capsys: pytest.CaptureFixture[str], argv: tuple[str, ...], why: str
) -> None:
    assert main(argv) == 2
    assert why in capsys.readouterr().err
