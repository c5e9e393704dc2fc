"""Replay of recorded traces: every request is accounted for, and more capacity makes nobody wait longer."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main

REAL = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "trace_azure_llm_2023_conv.csv.gz"
OWN = "own_the_platform"
ENDS = ("served", "refused", "timed_out", "failed", "in_flight")


def replayed(capsys: pytest.CaptureFixture[str], trace: Path, *argv: str, scenario: str = OWN) -> dict[str, Any]:
    assert main(["replay", str(trace), scenario, *argv, "--json"]) == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert sum(result[end] for end in ENDS) == result["requests"]
    return result


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """900 requests in 90 s, every ninth with a long prompt."""
    rows = "".join(f"{0.1 * n:.1f},{6000 if n % 9 == 0 else 700},{50 + n % 7 * 40}\n" for n in range(900))
    path = tmp_path_factory.mktemp("traces") / "small.csv"
    path.write_text("arrival_s,input_tokens,output_tokens\n" + rows, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def all_own(tmp_path_factory: pytest.TempPathFactory) -> str:
    """All answers on our own GPUs, so that no API's latency hides theirs."""
    path = tmp_path_factory.mktemp("scenarios") / "all_own.yaml"
    path.write_text(f"extends: {OWN}\nname: All own\ndecisions: {{own_share: 1.0}}\n", encoding="utf-8")
    return str(path)


def test_the_real_hour_is_accounted_for(capsys: pytest.CaptureFixture[str]) -> None:
    if not REAL.exists():
        pytest.skip("the shared data is not beside this checkout")
    result = replayed(capsys, REAL)
    assert result["requests"] == result["recorded"] == 19_366
    assert sum(result[end] for end in ENDS[:4]) == 19_366
    assert sum(endpoint["requests"] for endpoint in result["endpoints"]) == 19_366
    ratios = [endpoint["fastest_prefill_ratio"] for endpoint in result["endpoints"] if endpoint["unit"] == "replicas"]
    assert ratios and min(ratios) >= 1


@pytest.mark.parametrize("measure", ["ttft_s", "tpot_s", "e2e_s"])
def test_doubling_replicas_lowers_p99(
    capsys: pytest.CaptureFixture[str], trace: Path, all_own: str, measure: str
) -> None:
    few, more = (
        replayed(capsys, trace, "--speed", "8", "--replicas", count, scenario=all_own) for count in ("1", "2")
    )
    assert more[measure]["p99"] < few[measure]["p99"]
    assert more["served"] >= few["served"]


def test_a_replay_can_be_stopped(capsys: pytest.CaptureFixture[str], trace: Path, all_own: str) -> None:
    result = replayed(capsys, trace, "--until", "30.05", scenario=all_own)
    assert result["requests"] == 301 and result["recorded"] == 900
    assert result["in_flight"] > 0


def test_unserved_requests_have_reasons(capsys: pytest.CaptureFixture[str], trace: Path, all_own: str) -> None:
    result = replayed(capsys, trace, "--speed", "400", "--replicas", "1", scenario=all_own)
    unserved = result["refused"] + result["timed_out"] + result["failed"]
    assert unserved > 0 and sum(result["reasons"].values()) == unserved


def test_a_packed_trace_is_the_same_trace(capsys: pytest.CaptureFixture[str], trace: Path, tmp_path: Path) -> None:
    packed = tmp_path / "small.csv.gz"
    packed.write_bytes(gzip.compress(trace.read_bytes()))
    assert replayed(capsys, packed) == replayed(capsys, trace)


def test_users_are_served_where_their_data_may_be(capsys: pytest.CaptureFixture[str], trace: Path) -> None:
    result = replayed(capsys, trace, scenario="regulated_in_the_eu")
    assert result["requests"] == 900
    used = {endpoint["id"].split(".")[1] for endpoint in result["endpoints"] if endpoint["requests"]}
    assert used <= {"eu_west", "eu_north"}


def test_each_regions_users_go_to_their_own_area(
    capsys: pytest.CaptureFixture[str], trace: Path, tmp_path: Path
) -> None:
    """Three in five of those who may go anywhere are American, and 20 % of all require the EU."""
    path = tmp_path / "areas.yaml"
    text = f"extends: {OWN}\nname: Areas\ndecisions: {{residency: customer_region, own_share: 1.0}}\n"
    path.write_text(text, encoding="utf-8")
    result = replayed(capsys, trace, scenario=str(path))
    shares = {endpoint["id"]: endpoint["requests"] / 900 for endpoint in result["endpoints"]}
    assert shares["pool.us_east"] == pytest.approx(0.8 * 0.7, abs=0.05)
    assert shares["pool.eu_west"] == pytest.approx(shares["pool.eu_north"], abs=0.06)
    assert sum(shares.values()) == pytest.approx(1)


def test_a_bad_line_is_told_with_its_place(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("arrival_s,input_tokens,output_tokens\n0,10,10\n1,-5,10\nx,1,1\n", encoding="utf-8")
    assert main(["replay", str(path), OWN]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and "2 faults" in captured.err
    assert "line 3: input_tokens must be at least 0" in captured.err and "line 4: arrival_s" in captured.err


def test_a_short_horizon_is_replayed_in_its_last_month(
    capsys: pytest.CaptureFixture[str], trace: Path, tmp_path: Path
) -> None:
    path = tmp_path / "short.yaml"
    path.write_text(f"extends: {OWN}\nname: Short\nmonths: 12\n", encoding="utf-8")
    result = replayed(capsys, trace, scenario=str(path))
    assert result["month"] == 11
