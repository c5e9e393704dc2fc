"""Comparisons say first what differs; a bill adds up to the statement; money simulates nothing."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main
from sim.economics import billed_usd
from sim.metrics import Estimate
from sim.scenario import load, set_fields
from sim.strategy import Processes, Serial, SurfaceStore, compare, evaluate
from sim.strategy.compare import compared, differences
from sim.strategy.outcome import Outcome

OWN, API = "own_the_platform", "prototype_by_friday"


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return evaluate(load(API))


def with_samples(outcome: Outcome, samples_s: list[tuple[float, ...]], *, mean_s: float) -> Outcome:
    """The outcome with other p95 in its last month, one tuple of samples for each product."""
    last = outcome.months[-1]
    promises = tuple(
        replace(reading, samples_s=samples, p95_s=Estimate(mean_s, 0.5, len(samples)))
        for reading, samples in zip(last.promises, samples_s, strict=True)
    )
    return replace(outcome, months=(*outcome.months[:-1], replace(last, promises=promises)))


def test_identical_scenarios_differ_by_exactly_zero() -> None:
    scenario = load(OWN)
    comparison = compare([scenario, load(OWN)])
    assert comparison.decisions == comparison.others == ()
    for kpi in comparison.kpis:
        assert kpi.values[0] == kpi.values[1]
        assert (kpi.differences[1].mean, kpi.differences[1].half_width) == (0.0, 0.0)
    assert comparison.dominates == ((), ())


def test_differences_are_named_and_names_are_none() -> None:
    base = load(API)
    other = set_fields(base, {"name": "Another", "decisions.spare_room": 0.7, "products.support.price.usd": 0.03})
    assert [(d.field, d.values) for d in differences([base, other])] == [
        ("decisions.spare_room", (0.4, 0.7)),
        ("products.support.price.usd", (0.02, 0.03)),
    ]


def test_paired_samples_take_out_the_common_noise(outcome: Outcome) -> None:
    noise = (1.0, 5.0, 2.0, 8.0)
    slower = tuple(sample + 0.5 for sample in noise)
    ours, theirs = (
        with_samples(outcome, [samples, samples], mean_s=mean)
        for samples, mean in ((noise, 4.0), (slower, 4.5))
    )
    comparison = compared([ours, theirs])
    kpi = comparison.kpis[0]
    assert kpi.bases == ("paired", "paired") and kpi.differences[1].mean == 0.5
    assert kpi.differences[1].half_width == pytest.approx(0, abs=1e-12)
    assert comparison.dominates == ((1,), ())


def test_without_pairs_the_intervals_add_and_hide_what_lies_within(outcome: Outcome) -> None:
    ours, theirs = (with_samples(outcome, [(), ()], mean_s=mean) for mean in (4.0, 4.5))
    comparison = compared([ours, theirs])
    assert comparison.kpis[0].bases[1] == "unpaired"
    assert comparison.kpis[0].differences[1].half_width == pytest.approx(0.5 * 2**0.5)
    assert comparison.dominates == ((), ())


def test_one_scenario_is_not_a_comparison() -> None:
    with pytest.raises(ValueError, match="at least two"):
        compare([load(OWN)])


def test_compare_lists_differences_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", API, OWN]) == 0
    page = capsys.readouterr().out
    assert page.index("decisions.own_share: 0.0 → 0.9") < page.index("Gross margin")
    assert main(["compare", API, OWN, "--json"]) == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    fields = {difference["field"]: difference["values"] for difference in result["decisions"]}
    assert fields["decisions.orchestration"] == ["vendor", "we_run"]
    kpis = {kpi["name"]: kpi for kpi in result["kpis"]}
    worth = kpis["npv_usd"]
    assert worth["differences"][1]["mean"] == worth["values"][1]["mean"] - worth["values"][0]["mean"]


# --- money and physics --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"products.support.price.usd": 0.05},
        {"world.gpu_price_drift_per_year": 0.3},
        {"decisions.movable_share": 0.2, "decisions.orchestration": "vendor"},
        {"company.discount_per_year": 0.2, "lockin": {"two_way_months_of_profit": 5.0}},
    ],
)
def test_money_simulates_nothing(fields: dict[str, Any]) -> None:
    store = SurfaceStore()
    scenario = load(API)
    assert evaluate(scenario, store=store).simulated_windows > 0
    assert evaluate(set_fields(scenario, fields), store=store).simulated_windows == 0


def test_physics_does() -> None:
    store = SurfaceStore()
    scenario = load(API)
    evaluate(scenario, store=store)
    changed = set_fields(scenario, {"decisions.api_tier": "small"})
    assert evaluate(changed, store=store).simulated_windows > 0


def test_processes_give_the_same_bytes() -> None:
    from sim.cli.outcome_json import outcome_object
    from sim.cli.output import plain

    scenario = load(OWN)
    with Processes(2) as processes:
        texts = [
            json.dumps(plain(outcome_object(evaluate(scenario, store=SurfaceStore(), executor=executor))))
            for executor in (Serial(), processes)
        ]
    assert texts[0] == texts[1]


# --- the bill -----------------------------------------------------------------------------------------------------


def test_the_bill_adds_up_to_the_statement(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, outcome: Outcome
) -> None:
    folder = tmp_path / "new" / "bills"
    assert main(["report", API, OWN, "--out", str(folder), "--formats", "focus", "--json"]) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert [(file["scenario"], file["version"]) for file in files] == [
        (scenario, version) for scenario in (API, OWN) for version in ("1.4", "1.2")
    ]
    for file in files:
        with Path(file["path"]).open(encoding="utf-8", newline="") as opened:
            rows = list(csv.DictReader(opened))
        assert len(rows) == file["charges"] > 0
        assert sum(float(row["BilledCost"]) for row in rows) == pytest.approx(file["billed_usd"], abs=0.005)
    expected = billed_usd(outcome.statements)
    assert files[0]["billed_usd"] == pytest.approx(expected, rel=1e-12)


def test_equal_names_do_not_overwrite_each_other(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["report", API, API, "--out", str(tmp_path), "--formats", "focus"]) == 0
    assert len(list(tmp_path.glob("*.csv"))) == 4


# --- reports ------------------------------------------------------------------------------------------------------


def test_a_report_says_the_same_numbers_as_a_run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, outcome: Outcome
) -> None:
    asked = ["report", API, OWN, "--out", str(tmp_path), "--formats", "json", "--sections", "decision,money", "--json"]
    assert main(asked) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert [Path(file["path"]).name for file in files] == [
        "results.json", f"{API}.scenario.yaml", f"{OWN}.scenario.yaml"
    ]  # fmt: skip
    assert all(Path(file["path"]).stat().st_size == file["bytes"] for file in files)
    saved = json.loads(Path(files[0]["path"]).read_text(encoding="utf-8"))
    assert [section["key"] for section in saved["sections"]] == ["decision", "money"]
    assert saved["results"][0]["npv_usd"] == outcome.npv_usd
    assert not list(tmp_path.glob(".*"))
    assert main(["run", files[1]["path"], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["npv_usd"] == outcome.npv_usd
