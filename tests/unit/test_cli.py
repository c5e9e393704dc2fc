"""The command line, in process: what it prints, what it refuses, and with which code."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main
from sim.scenario import presets

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT / ".." / "shared" / "data" / "trace_azure_llm_2023_conv.csv.gz"
OWN, API = "own_the_platform", "prototype_by_friday"
LAYERS = {"model_api", "agent_framework", "orchestration", "data", "network", "identity", "whole"}


def said(capsys: pytest.CaptureFixture[str], *argv: str, code: int = 0) -> str:
    """Standard output of a command that ends with a code."""
    assert main(argv) == code
    return capsys.readouterr().out


def told(capsys: pytest.CaptureFixture[str], *argv: str, code: int = 2) -> str:
    """Standard error of a command that fails; nothing of the fault is on standard output."""
    assert main(argv) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    return captured.err


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def parsed(text: str) -> Any:
    """JSON, strictly: NaN and infinity are not."""
    return json.loads(text, parse_constant=refuse)


@pytest.fixture(scope="module")
def runs() -> dict[str, Any]:
    """`run --json` of two presets."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        for name in (OWN, API):
            out = io.StringIO()
            patch.setattr(sys, "stdout", out)
            assert main(["run", name, "--json"]) == 0
            found[name] = parsed(out.getvalue())
    return found


# --- run ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [OWN, API])
def test_run_has_the_keys_of_the_contract(runs: dict[str, Any], name: str) -> None:
    result = runs[name]
    assert {"name", "hash", "seed", "version", "fidelity"} <= set(result["scenario"])
    assert {"doors", "ceiling", "npv_usd", "payback_month", "warnings"} <= set(result)
    assert {"multiplier", "month", "binds"} <= set(result["ceiling"])
    assert [month["month"] for month in result["months"]] == list(range(36))
    for month in result["months"]:
        assert {
            "requests", "served", "good", "late", "timed_out", "refused", "failed", "utilization", "revenue_usd",
            "gross_margin", "usd_per_mtok_allocated", "usd_per_mtok_used", "usd_per_served_request", "data_gb",
        } <= set(month)  # fmt: skip
        for latency in ("ttft_s", "tpot_s", "e2e_s"):
            assert set(month[latency]) == {"p50", "p95", "p99"}
        assert set(month["exit"]) == LAYERS
        for cost in month["exit"].values():
            assert {"usd_cash", "usd_growth_forgone", "months_of_profit", "exit_months"} <= set(cost)
    assert {door["decision"] for door in result["doors"]} == LAYERS
    for door in result["doors"]:
        assert door["class"] in {"two_way", "sticky", "compounding"}
        assert 0 <= door["probability"] <= 1
        assert set(door["usd"]) == {"6", "12", "24", "36"}


@pytest.mark.parametrize("name", [OWN, API])
def test_what_run_says_adds_up(runs: dict[str, Any], name: str) -> None:
    for month in runs[name]["months"]:
        cost = dict(month["cost_usd"])
        total = cost.pop("total")
        assert {"gpu", "idle", "api", "storage", "egress", "people", "compliance", "migration"} <= set(cost)
        assert sum(cost.values()) == pytest.approx(total, abs=0.005)
        ended = month["served"] + month["timed_out"] + month["refused"] + month["failed"]
        # Counts are summed in single precision before they are scaled to a month.
        assert ended == pytest.approx(month["requests"], rel=1e-4)
        assert month["good"] + month["late"] == pytest.approx(month["served"], rel=1e-9)
    launch = runs[name]["launch_month"]
    before = runs[name]["months"][launch - 1]
    assert before["requests"] == 0 and before["gross_margin"] is None
    assert runs[name]["months"][launch]["requests"] > 0


def test_two_runs_are_byte_equal(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "run", API, "--json") == said(capsys, "run", API, "--json")


def test_another_seed_is_another_run(capsys: pytest.CaptureFixture[str], runs: dict[str, Any]) -> None:
    other = parsed(said(capsys, "run", API, "--seed", "8", "--json"))
    assert other["scenario"]["seed"] == 8
    assert other["scenario"]["hash"] != runs[API]["scenario"]["hash"]
    assert other["months"][-1]["ttft_s"] != runs[API]["months"][-1]["ttft_s"]
    assert other["months"][-1]["requests"] == runs[API]["months"][-1]["requests"]


def test_the_page_names_what_the_json_says(capsys: pytest.CaptureFixture[str], runs: dict[str, Any]) -> None:
    page = said(capsys, "run", OWN)
    assert page.startswith("Own the platform: quick estimate, seed 7")
    assert all(warning in page for warning in runs[OWN]["warnings"])
    margin = runs[OWN]["months"][-1]["gross_margin"]
    row = next(line for line in page.splitlines() if line.startswith("Gross margin"))
    assert row.replace("\u00a0", " ").endswith(f"{100 * margin:.0f} %")
    assert "everything" in page and "Ceiling" in page


def test_a_figure_is_traced_to_its_rows(capsys: pytest.CaptureFixture[str], runs: dict[str, Any]) -> None:
    result = parsed(said(capsys, "run", OWN, "--explain", "gross_margin", "--month", "12", "--json"))
    tree = result["tree"]
    assert tree["value"] == pytest.approx(runs[OWN]["months"][12]["gross_margin"], rel=1e-12)
    revenue, cost = tree["children"]
    assert revenue["value"] == pytest.approx(runs[OWN]["months"][12]["revenue_usd"], rel=1e-12)
    assert sum(line["value"] for line in cost["children"]) == pytest.approx(cost["value"], rel=1e-12)
    page = said(capsys, "run", OWN, "--explain", "cost_usd.gpu", "--month", "12")
    assert "January 2028" in page and "GPU-hours ×" in page and "gpu_prices/" in page


# --- other commands -----------------------------------------------------------------------------------------------


def test_check_says_ok(capsys: pytest.CaptureFixture[str]) -> None:
    for name in presets():
        assert said(capsys, "check", name).startswith(f"{name}: ok")
    assert parsed(said(capsys, "check", OWN, "--json"))["ok"] is True


def test_schema_is_the_file_beside_the_presets(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "schema") == (ROOT / "scenarios" / "scenario.schema.json").read_text(encoding="utf-8")


def test_ceiling_agrees_with_run(capsys: pytest.CaptureFixture[str], runs: dict[str, Any]) -> None:
    ceiling = parsed(said(capsys, "ceiling", API, "--json"))["ceiling"]
    assert {name: ceiling[name] for name in runs[API]["ceiling"]} == runs[API]["ceiling"]
    assert len(ceiling["volumes"]) > 10
    page = said(capsys, "ceiling", API)
    assert f"{ceiling['multiplier']:.2g} times the demand of month {ceiling['reference_month'] + 1}" in page


def test_bench_measures_what_it_names(capsys: pytest.CaptureFixture[str]) -> None:
    result = parsed(said(capsys, "bench", "--requests", "500", "--json"))
    assert result["simpy_events_per_s"] > result["plain"]["requests_per_s"] > 0
    # An arrival and a completion at the least.
    assert 1 < result["plain"]["events_per_request"] < 20
    full = result["full"]
    assert full["llm_calls_per_s"] > 0 and (full["endpoints"], full["regions"], full["calls_per_request"]) == (6, 3, 3)
    assert result["every_mode"]["requests_per_s"] > 0 and len(full["by_router"]) == 4
    assert "Peak memory with 1,000 requests" in said(capsys, "bench", "--requests", "100", "--long")


def test_the_app_is_started_with_streamlits_options(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr("os.name", "other")
    monkeypatch.setattr("os.chdir", lambda folder: None)
    monkeypatch.setattr("subprocess.run", lambda line, check: started.append(line))
    assert main(["app", "--server.port", "8600"]) == 0
    (line,) = started
    assert line[:4] == [sys.executable, "-m", "streamlit", "run"]
    assert Path(line[4]).read_text(encoding="utf-8").startswith('"""The app')
    assert "--browser.gatherUsageStats=false" in line and line[-2:] == ["--server.port", "8600"]


def test_help_loads_no_simulator() -> None:
    script = (
        "import sys; from sim.cli import main; code = main(['run', '--help']); "
        "print(code, sorted({m.split('.')[0] for m in sys.modules} & {'numpy', 'simpy', 'pydantic', 'scipy'}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"


def test_a_reader_who_has_seen_enough_is_no_fault() -> None:
    command = [sys.executable, "-m", "sim", "schema"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as running:
        assert running.stdout is not None and running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait() == 0


# --- bad input ----------------------------------------------------------------------------------------------------


def written(folder: Path, text: str) -> str:
    path = folder / "asked.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name: [never closed\n", ("line", "asked.yaml")),
        (f"extends: {OWN}\nplatform: {{max_replica: 3}}\n", ("platform.max_replica", "max_replicas")),
        (f"extends: {OWN}\nplatform: {{min_replicas: -2}}\n", ("platform.min_replicas", "at least 0", "-2")),
        (
            f"extends: {OWN}\nproducts: [{{id: support, demand: {{amount: -1}}}}]\n",
            ("demand.amount", "at least 0", "-1"),
        ),
        (f"extends: {OWN}\nplatform: {{engine: {{gpu: l40s}}}}\n", ("platform.engine", "GB", "Use more GPUs")),
        ("extends: nothing_of_the_kind\n", ("extends", "nothing_of_the_kind")),
    ],
)
@pytest.mark.parametrize("command", ["run", "check"])
def test_a_bad_scenario_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str, text: str, words: tuple[str, ...]
) -> None:
    message = told(capsys, command, written(tmp_path, text))
    for word in words:
        assert word in message


def test_all_faults_are_told_at_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = f"extends: {OWN}\nplatform: {{max_replica: 3, min_replicas: -2}}\nmonths: 1\n"
    message = told(capsys, "check", written(tmp_path, text))
    assert "3 faults" in message and "months" in message and "min_replicas" in message
    assert main(["check", str(tmp_path / "asked.yaml"), "--json"]) == 2
    result = parsed(capsys.readouterr().out)
    assert result["ok"] is False and len(result["faults"]) == 3


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["run", "own_the_platfrom"], ("own_the_platfrom", "own_the_platform")),
        (["run", OWN, "--month", "3"], ("--explain",)),
        (["run", OWN, "--explain", "happiness"], ("happiness", "gross_margin")),
        (["run", OWN, "--explain", "gpu", "--month", "36"], ("--month 36", "0 to 35")),
        (["run", OWN, "--seed", "-1"], ("--seed",)),
        (["run", OWN, "--fidelity", "perfect"], ("perfect", "draft")),
        (["run", OWN, "--jsom"], ("--jsom",)),
        (["compare", OWN], ("two or more",)),
        (["report", OWN, "--out", "x", "--formats", "docx"], ("no format 'docx'", "html", "focus")),
        (["report", OWN, "--out", "x", "--sections", "weather"], ("no section 'weather'", "decision")),
        (["report", OWN, "--out", "x", "--brand", "none.yaml"], ("none.yaml", "cannot be read")),
        (["report", OWN, "--out", "x", "--formats", "docx"], ("docx", "focus")),
        (["replay", "no_such_trace.csv", OWN], ("no_such_trace.csv",)),
        (["replay", "no_such_trace.csv", OWN, "--speed", "0"], ("--speed", "above 0")),
        (["bench", "--requests", "none"], ("--requests", "whole number")),
        (["nonsense"], ("nonsense",)),
        ([], ("COMMAND",)),
    ],
)
def test_a_bad_question_is_told(capsys: pytest.CaptureFixture[str], argv: list[str], words: tuple[str, ...]) -> None:
    message = told(capsys, *argv)
    for word in words:
        assert word in message


def test_a_folder_that_is_a_file_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    assert main(["report", API, "--out", str(tmp_path / "taken")]) == 2
    assert "cannot write there" in capsys.readouterr().err


def test_a_fault_of_ours_is_one_sentence(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError("something\nbroke")

    monkeypatch.setattr("sim.cli.schema.json_schema", lambda: broken(None))
    assert main(["schema"]) == 1
    message = capsys.readouterr().err
    assert message.count("\n") == 1 and "ZeroDivisionError: something broke" in message
    assert main(["schema", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err
