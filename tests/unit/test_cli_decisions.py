"""The command line on decisions: what lifts a ceiling, moves and shocks, waiting, a measured engine, logs."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.cli import main
from sim.cli.calibrating import calibrated
from sim.scenario import load
from sim.strategy import Outcome, evaluate
from sim.strategy.asking import play_again
from sim.strategy.lift import Lift, cheapest_lift
from sim.strategy.worth_it import serving_states

OWN, API = "own_the_platform", "prototype_by_friday"
EVENTS = f"""
extends: {OWN}
name: Eventful
changes:
  - {{month: 14, because: A reason., set: {{decisions.vector_store: vendor}}}}
  - {{month: 20, because: Another., set: {{decisions.own_share: 0.8}}}}
shocks:
  - {{shock: model_retired, month: 18, size: likely}}
  - {{shock: security_incident, month: 22, size: likely}}
"""
VLLM = {
    "model_id": "org/model", "num_prompts": 100, "request_rate": "inf", "burstiness": 1.0, "max_concurrency": 8,
    "completed": 100, "total_input_tokens": 51200, "total_output_tokens": 12800, "mean_tpot_ms": 12.5,
}  # fmt: skip


def said(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert main(argv) == 0
    return capsys.readouterr().out


def told(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    """What a command says that is bad input; nothing of it is on standard output."""
    assert main(argv) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and "Traceback" not in captured.err
    return captured.err


def written(folder: Path, text: str, name: str = "asked.yaml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def eventful(tmp_path_factory: pytest.TempPathFactory) -> str:
    return written(tmp_path_factory.mktemp("scenarios"), EVENTS)


# --- ceiling ------------------------------------------------------------------------------------------------------


def test_a_ceiling_is_told_with_what_lifts_it_and_what_sells(capsys: pytest.CaptureFixture[str]) -> None:
    result = json.loads(said(capsys, "ceiling", API, "--json"))
    lift, sellable = result["lift"], result["sellable"]
    helping = [tried for tried in lift["tried"] if tried["lifted_rps"] > 0]
    assert helping and lift["cheapest"] == helping[0]["step"]
    for tried in helping:
        assert tried["highest_rps"] == pytest.approx(lift["highest_rps"] + tried["lifted_rps"])
    assert sellable["highest_multiplier"] == result["ceiling"]["multiplier"]
    assert sellable["highest_rps"] == lift["highest_rps"]
    # Nothing runs on GPUs of its own.
    assert result["sustainable"] == []
    page = said(capsys, "ceiling", API)
    assert helping[0]["title"] in page and "No GPUs of our own" in page and "Highest load: " in page


@pytest.mark.parametrize(("options", "with_routers"), [((), False), (("--all",), True)])
def test_other_routers_are_tried_when_asked(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    with_routers: bool,
) -> None:
    names: list[str] = []

    def counted(scenario: Any, *, choice: Any, **rest: Any) -> Lift:
        names.extend(step.name for step in choice)
        return cheapest_lift(scenario, choice=(), **rest)

    monkeypatch.setattr("sim.cli.ceiling.cheapest_lift", counted)
    said(capsys, "ceiling", OWN, *options)
    assert any(name.startswith("routing.") for name in names) is with_routers
    assert "replica" in names


# --- moves, shocks, energy ----------------------------------------------------------------------------------------


def test_moves_and_shocks_are_told(capsys: pytest.CaptureFixture[str], eventful: str) -> None:
    result = json.loads(said(capsys, "run", eventful, "--json"))
    first, second = result["migrations"]
    assert (first["decided_month"], first["layers"], first["settings"]) == (
        14, ["data"], {"decisions.vector_store": "vendor"},
    )  # fmt: skip
    assert second["forced_by"] == "model_retired" and "model_api" in second["layers"]
    for move in (first, second):
        assert move["cash_usd"] == pytest.approx(sum(move["components"].values()))
    # The incident, whose own cost stands in the same line, comes later.
    paid = sum(month["cost_usd"]["migration"] for month in result["months"][:22])
    assert paid == pytest.approx(first["cash_usd"] + second["cash_usd"])
    retired, incident = result["shocks"]
    assert retired["must_leave"] == second["layers"] and retired["late_months"] == 0
    assert retired["consequence_usd"] < 0 and incident["exit_months"] is None
    page = said(capsys, "run", eventful).replace("\u00a0", " ")
    assert "Month 15: leave data (A reason); " in page and f"done in month {first['done_month'] + 1}." in page
    assert "Month 19: Model retired, likely; " in page and "in time" in page
    assert "Month 23: Security incident, likely; nothing has to be left" in page


@pytest.mark.parametrize(("name", "draws"), [(OWN, True), (API, False)])
def test_our_gpus_draw_power(capsys: pytest.CaptureFixture[str], name: str, draws: bool) -> None:
    result = json.loads(said(capsys, "run", name, "--json"))
    assert "migrations" in result and result["shocks"] == []
    energy = result["months"][-1]["energy"]
    assert (energy["kwh"] > 0) is draws and (energy["kg_co2e"] > 0) is draws
    assert result["months"][0]["energy"]["kwh"] == 0


def test_portability_is_judged_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    worth = json.loads(said(capsys, "run", API, "--portability", "--json"))["portability"]
    assert worth["premium_usd"] == pytest.approx(worth["npv_usd"]["managed"] - worth["npv_usd"]["portable"])
    assert worth["worth_usd"] == pytest.approx(worth["expected_avoided_usd"] - worth["premium_usd"])
    assert worth["pays"] is (worth["worth_usd"] > 0)
    page = said(capsys, "run", API, "--portability")
    assert all(sentence in page for sentence in worth["sentences"])


def test_a_plan_at_equal_demand_serves_as_it_was_carried_out(eventful: str) -> None:
    """The months are worked out again from the outcome's moves."""
    scenario = load(eventful)
    outcome: Outcome = evaluate(scenario)
    played = play_again(scenario, fidelity="draft", store=None, executor=None)
    assert serving_states(outcome) == played.states
    assert played.states[15].decisions.vector_store != played.states[16].decisions.vector_store == "vendor"


# --- waiting ------------------------------------------------------------------------------------------------------


def test_waiting_is_priced(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("waiting", API, "--set", "decisions.vector_store=open_hosted", "--months", "12,0")
    result = json.loads(said(capsys, *asked, "--json"))
    start, later = result["taken"]
    assert result["decision"] == {"decisions.vector_store": "open_hosted"}
    assert (start["month"], later["month"]) == (0, 12)
    assert start["lost_usd"] == 0 == start["move_usd"] and later["move_usd"] > 0
    assert later["lost_usd"] == pytest.approx(start["npv_usd"] - later["npv_usd"])
    assert later["leave_then_usd"] > start["leave_then_usd"]
    worth = {taken["month"]: taken["npv_usd"] for taken in result["taken"]} | {None: result["never"]["npv_usd"]}
    assert worth[result["best_month"]] == max(worth.values())
    page = said(capsys, *asked)
    assert "at the start" in page and "after 12" in page and "never" in page


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--set", "decisions.own_share"), ("--set", "PATH=VALUE")),
        (("--set", "decisions.own_shar=0.5"), ("own_shar", "own_share")),
        (("--set", "own_share=0.5"), ("own_share: no such setting", "Did you mean 'decisions.own_share'?")),
        (("--set", "decisions.own_share=[0.5"), ("own_share=[0.5", "YAML")),
        (("--set", "decisions.own_share=0.5", "--months", "36,40"), ("--months 36, 40", "0 to 35")),
        (("--set", "decisions.own_share=0.5", "--months", "soon"), ("--months", "whole number")),
        ((), ("--set",)),
    ],
)
def test_a_bad_decision_is_told(
    capsys: pytest.CaptureFixture[str], options: tuple[str, ...], words: tuple[str, ...]
) -> None:
    message = told(capsys, "waiting", API, *options)
    for word in words:
        assert word in message


# --- a measured engine --------------------------------------------------------------------------------------------


def test_an_engine_measured_at_half_the_speed_has_twice_the_factor(tmp_path: Path) -> None:
    heard: list[str] = []
    factors = []
    for slower in (1.0, 2.0):
        path = tmp_path / "result.json"
        path.write_text(json.dumps(VLLM | {"mean_tpot_ms": slower * 12.5}))
        # What the scenario says of its speed is replaced, not multiplied.
        start = load(OWN) if slower == 1.0 else calibrated(load(OWN), path, tell=heard.append)
        factors.append(calibrated(start, path, tell=heard.append).platform.engine.calibration)
    assert factors[1] == pytest.approx(2 * factors[0], rel=1e-6)
    assert f"{factors[0]:.4g} times" in heard[0]


def test_a_slower_engine_writes_slower(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rows = "".join(f"{0.1 * n:.1f},700,{50 + n % 7 * 40}\n" for n in range(300))
    trace = written(tmp_path, "arrival_s,input_tokens,output_tokens\n" + rows, "trace.csv")
    scenario = written(tmp_path, f"extends: {OWN}\nname: All own\ndecisions: {{own_share: 1.0}}\n")
    slow = written(tmp_path, json.dumps(VLLM | {"mean_tpot_ms": 40.0}), "result.json")
    usual = json.loads(said(capsys, "replay", trace, scenario, "--json"))
    measured = json.loads(said(capsys, "replay", trace, scenario, "--calibrate", slow, "--json"))
    assert measured["tpot_s"]["p50"] > 2 * usual["tpot_s"]["p50"]


def test_a_benchmark_that_says_nothing_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "no_such.json" in told(capsys, "run", OWN, "--calibrate", "no_such.json")
    result = written(tmp_path, json.dumps(VLLM), "result.json")
    assert "GPUs of its own" in told(capsys, "run", API, "--calibrate", result)
    other = written(tmp_path, json.dumps(VLLM | {"mean_tpot_ms": 99_999.0}), "other.json")
    fault = told(capsys, "run", OWN, "--calibrate", other)
    assert "other.json: steps would take" in fault and "measured something else than gpt_oss_120b on 1 h200" in fault


# --- logs ---------------------------------------------------------------------------------------------------------


def test_a_window_is_written_call_by_call(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow, the extra 'parquet', is not installed")
    result = json.loads(said(capsys, "run", OWN, "--log", str(tmp_path / "window.parquet"), "--json"))
    log = result["log"]
    assert log["month"] == result["launch_month"] and log["requests"] == str(tmp_path / "window.requests.parquet")
    calls, requests = (parquet.read_table(log[name]) for name in ("calls", "requests"))
    assert calls.num_rows == requests.num_rows == log["rows"] > 0
    words = json.loads(calls.schema.metadata[b"loadbearing"])
    assert set(calls["reason"].to_pylist()) == set(range(len(words["reasons"])))
    assert {name.partition(".")[0] for name in words["endpoints"]} == {"pool", "api"}
    served = requests["outcome"].to_numpy() == 1
    arrival_s, finish_s = requests["arrival_s"].to_numpy(), requests["finish_s"].to_numpy()
    assert served.mean() > 0.9 and np.all(finish_s[served] > arrival_s[served])
    busiest_rps = len(arrival_s) / arrival_s[-1]
    month = result["months"][log["month"]]
    assert busiest_rps > 1.2 * month["requests"] / (30.4 * 86400)


def test_a_replay_of_several_areas_is_one_log(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow, the extra 'parquet', is not installed")
    rows = "".join(f"{0.1 * n:.1f},700,{50 + n % 7 * 40}\n" for n in range(300))
    trace = written(tmp_path, "arrival_s,input_tokens,output_tokens\n" + rows, "trace.csv")
    areas = f"extends: {OWN}\nname: Areas\ndecisions: {{residency: customer_region, own_share: 0.5}}\n"
    log = str(tmp_path / "replay.parquet")
    result = json.loads(said(capsys, "replay", trace, written(tmp_path, areas), "--log", log, "--json"))
    calls = parquet.read_table(log)
    words = json.loads(calls.schema.metadata[b"loadbearing"])
    assert words["endpoints"] == [endpoint["id"] for endpoint in result["endpoints"]]
    counted = np.bincount(calls["endpoint"].to_numpy(), minlength=len(result["endpoints"]))
    assert counted.tolist() == [endpoint["requests"] for endpoint in result["endpoints"]]
    assert (calls["outcome"].to_numpy() == 1).sum() == result["served"]


def test_a_replay_plays_what_is_carried_out_by_then(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A move decided in the reference month is not done in it: the old place still serves."""
    trace = written(tmp_path, "arrival_s,input_tokens,output_tokens\n0,100,10\n1,100,10\n", "trace.csv")
    used = {}
    for month in (2, 12):
        change = f"{{month: {month}, because: A reason., set: {{decisions.residency: eu_only}}}}"
        path = written(tmp_path, f"extends: {OWN}\nname: Moves\nchanges: [{change}]\n")
        result = json.loads(said(capsys, "replay", trace, path, "--json"))
        used[month] = {endpoint["id"].split(".")[1] for endpoint in result["endpoints"]}
    assert used[12] == {"us_east"} and used[2] <= {"eu_west", "eu_north"}


def test_a_log_that_cannot_be_written_is_told_before_anything_is_played(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sim.cli.logs.find_spec", lambda name: name)
    assert "folder that exists" in told(capsys, "run", OWN, "--log", str(tmp_path / "no" / "such.parquet"))
    assert "--explain" in told(capsys, "run", OWN, "--explain", "gpu", "--log", "log.parquet")
    monkeypatch.setattr("sim.cli.logs.find_spec", lambda name: None)
    assert "pip install 'loadbearing[parquet]'" in told(capsys, "run", OWN, "--log", "log.parquet")
