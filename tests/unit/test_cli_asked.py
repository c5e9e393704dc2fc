"""The command line on what else can be asked of a plan: vectors, the EU's customers, another price, worse answers."""

import json
from pathlib import Path

import pytest

from sim.cli import main
from sim.lockin import LAYERS
from sim.reports import words
from sim.scenario import load, set_fields
from sim.strategy import SurfaceStore, evaluate
from sim.strategy.dragged import also_moved
from tests.unit.test_cli_decisions import API, OWN, said, told


def test_a_model_swap_that_also_moves_the_embeddings_is_said_with_what_it_really_takes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    result = json.loads(said(capsys, "run", API, "--json"))
    (moved,) = result["also_moved"]
    last = result["months"][-1]["exit"]
    assert (moved["layer"], moved["moves"]) == ("model_api", ["data", "model_api"])
    assert moved["alone"]["usd_cash"] == pytest.approx(last["model_api"]["usd_cash"])
    assert last["data"]["usd_cash"] < moved["together"]["usd_cash"] < last["whole"]["usd_cash"]
    page = said(capsys, "run", API)
    assert "Leaving the model API also moves the embeddings" in page


def test_an_open_store_lets_the_model_go_alone() -> None:
    store = SurfaceStore()
    vendor = load(API)
    open_store = set_fields(vendor, {"decisions.vector_store": "open_hosted"})
    assert [dragged.layer for dragged in also_moved(evaluate(vendor, store=store))] == ["model_api"]
    assert also_moved(evaluate(open_store, store=store)) == ()
    first = also_moved(evaluate(vendor, store=store), 0)[0]
    assert first.month == 0 and first.together.layers <= frozenset(LAYERS)


def test_leaving_with_a_petabyte_of_vectors_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    sizes = json.loads(said(capsys, "run", API, "--vectors", "--json"))["vectors"]
    assert [size["vectors_start"] for size in sizes] == [50e6, 1e9, 10e9, 110e9]
    months = [size["made_again"]["exit_months"] for size in sizes]
    assert months == sorted(months) and sizes[-1]["made_again"]["binds"] == "embed"
    assert "110bn vectors at the start" in said(capsys, "run", API, "--vectors")


def test_from_which_share_the_eu_pays_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    eu = json.loads(said(capsys, "run", API, "--eu-share", "--json"))["eu_share"]
    assert min(eu["shares"]) < eu["break_even_share"] < max(eu["shares"])
    assert "of demand needs it" in said(capsys, "run", API, "--eu-share")


def test_another_price_moves_demand_only_by_its_elasticity(capsys: pytest.CaptureFixture[str]) -> None:
    def requests(*argv: str) -> tuple[float, float]:
        month = json.loads(said(capsys, "run", API, "--json", *argv))["months"][12]
        return month["requests"], month["revenue_by_product_usd"]["support"]

    calm, paid = requests()
    still, dearer = requests("--price", "support=0.04")
    fewer, _ = requests("--price", "support=0.04", "--elasticity", "1")
    assert still == calm and dearer == pytest.approx(2 * paid, rel=0.01)
    assert fewer < calm


def test_another_price_is_said_with_the_price_it_replaces(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", API, "--price", "support=0.04", "--elasticity", "1"]) == 0
    assert "--price support=0.04: in place of $0.02 from the start; demand × 0.5" in capsys.readouterr().err


def test_what_is_called_portable_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """A twin of the plan, not another preset, is what portability is judged against."""
    text = said(capsys, "run", API, "--portability")
    assert "Portable differs from managed in" in text and "vector store): open, hosted, not vendor" in text
    assert "90\u00a0%, not 0\u00a0%. All other decisions are the same." in text


def test_every_product_that_misses_its_promise_is_warned_of_with_a_share_below_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run = json.loads(said(capsys, "run", API, "--json"))
    warned = [warning for warning in run["warnings"] if "misses its promise" in warning]
    missed = {p["product"] for m in run["months"] for p in m["promises"] if p["in_time_share"] < 0.95}
    assert {warning.split(" misses")[0] for warning in warned} == missed and len(warned) == 2
    for warning in warned:
        share = float(warning.split(": ")[1].split(" %")[0])
        assert share < 95 and warning.endswith("and 95 % are promised.")


def test_months_that_people_read_count_from_one(capsys: pytest.CaptureFixture[str]) -> None:
    launched = json.loads(said(capsys, "run", OWN, "--json"))["launch_month"]
    row = next(line for line in said(capsys, "compare", API, OWN).splitlines() if "Launch month" in line)
    assert row.split()[2:] == ["2*", str(launched + 1), "+5"]
    head = said(capsys, "run", OWN, "--explain", "gross_margin", "--month", "12").splitlines()[0]
    assert "January 2028, month 13 (`--month 12`" in head


@pytest.mark.parametrize(
    ("argv", "fault"),
    [
        (("--price", "suport=0.02"), "there is no product 'suport'"),
        (("--elasticity", "1"), "Add --price"),
        (("--explain", "gross_margin", "--vectors"), "Leave out"),
    ],
)
def test_what_cannot_be_asked_is_said(
    capsys: pytest.CaptureFixture[str], argv: tuple[str, ...], fault: str
) -> None:
    assert fault in told(capsys, "run", API, *argv)


def test_a_comparison_says_who_answers(capsys: pytest.CaptureFixture[str]) -> None:
    """Rule 12: nine of ten answers of our own GPUs are another model's than the vendor's, and none another host's."""
    (moved,) = json.loads(said(capsys, "compare", API, OWN, "--json"))["who_answers"]
    assert (moved["other_model_share"], moved["other_host_share"]) == (pytest.approx(0.9), pytest.approx(0.0, abs=1e-9))
    assert f"another model gives 90{words.NBSP}% of the answers" in said(capsys, "compare", API, OWN)


def test_a_comparison_prints_how_good_the_answers_must_be(capsys: pytest.CaptureFixture[str]) -> None:
    result = json.loads(said(capsys, "compare", API, OWN, "--json"))
    (even,) = result["quality_break_even"]
    worth = {kpi["name"]: kpi for kpi in result["kpis"]}["npv_usd"]
    assert even["gain_usd"] == pytest.approx(abs(worth["values"][0]["mean"] - worth["values"][1]["mean"]))
    assert "more of its answers go unpaid" in said(capsys, "compare", API, OWN)


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_a_plan_that_sells_nothing_is_said_in_whole_sentences(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    nothing = tmp_path / "nothing.yaml"
    products = "[{id: support, demand: {amount: 0}}, {id: coding, demand: {amount: 0}}]"
    nothing.write_text(f"extends: {OWN}\nname: Nothing\nproducts: {products}\n")
    assert "at 10\u00a0% a year; cash is never back above zero." in said(capsys, "run", str(nothing))
    found = said(capsys, "ceiling", str(nothing))
    assert "How far demand can grow is unknown: nothing is served in month 13." in found
