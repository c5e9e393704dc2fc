"""The log as Parquet: one row per call, one per request, and the words behind the codes."""

import builtins
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.cli import main
from sim.serving import LeastLoaded, simulate_requests
from sim.strategy.fidelity import EFFORTS
from sim.workload import single_calls
from tests.reference.worlds import load, world
from tests.unit.strategy_small import LEAST, OWN

TRACE = load(80, rate_rps=20.0)


def test_rows_and_words_come_back(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow, the extra 'parquet', is not installed")
    record, requests = simulate_requests(world(LeastLoaded()), single_calls(TRACE))
    record.to_parquet(tmp_path / "calls.parquet")
    requests.to_parquet(tmp_path / "requests.parquet")
    calls = parquet.read_table(tmp_path / "calls.parquet")
    for name in ("outcome", "endpoint", "reason", "retries", "tier", "tried", "first_token_s", "finish_s"):
        np.testing.assert_array_equal(calls[name].to_numpy(), getattr(record, name))
    words = json.loads(calls.schema.metadata[b"loadbearing"])
    assert words["outcomes"][1] == "served" and words["reasons"] == ["least loaded"]
    by_request = parquet.read_table(tmp_path / "requests.parquet")
    assert by_request.num_rows == 80
    np.testing.assert_array_equal(by_request["finish_s"].to_numpy(), requests.finish_s)


def test_without_pyarrow_the_way_out_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record, _ = simulate_requests(world(LeastLoaded()), single_calls(TRACE))
    usual = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("pyarrow"):
            raise ModuleNotFoundError(name)
        return usual(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'loadbearing\[parquet\]'"):
        record.to_parquet(tmp_path / "calls.parquet")


# --- products with workflows --------------------------------------------------------------------------------------


@pytest.fixture
def little_effort(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans of sizes from short windows; what is logged or replayed is played whatever they are."""
    monkeypatch.setitem(EFFORTS, "draft", LEAST)


def _said(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert main(list(argv)) == 0
    return capsys.readouterr().out


def _written(folder: Path, text: str, name: str = "asked.yaml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def workflows(tmp_path: Path, **decisions: object) -> str:
    """Both products ask workflows; nobody leaves an agent before it is done."""
    chosen = ", ".join(f"{name}: {value}" for name, value in decisions.items())
    return _written(
        tmp_path,
        f"extends: {OWN}\nname: Flows\ndecisions: {{{chosen}}}\nproducts:\n"
        "  - {id: support, workflow: retrieval_answer}\n"
        "  - {id: coding, workflow: coding_agent, patience: {law: fixed, mean_s: 60}}\n",
    )


@pytest.mark.usefixtures("little_effort")
def test_a_window_of_workflows_is_written_call_by_call(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow, the extra 'parquet', is not installed")
    path = workflows(tmp_path, own_share=0.5)
    log = json.loads(_said(capsys, "run", path, "--log", str(tmp_path / "window.parquet"), "--json"))["log"]
    calls, requests = (parquet.read_table(log[name]) for name in ("calls", "requests"))
    assert requests.num_rows == log["rows"] < calls.num_rows
    words = json.loads(calls.schema.metadata[b"loadbearing"])
    made = calls["outcome"].to_numpy() != words["outcomes"].index("not made")
    reason, routed = calls["reason"].to_numpy(), calls["endpoint"].to_numpy() >= 0
    np.testing.assert_array_equal(reason >= 0, routed, "every decision has its reason")
    assert routed.mean() > 0.5 and reason.max() < len(words["reasons"])
    whose, step = calls["request"].to_numpy(), calls["step"].to_numpy()
    assert np.all(np.diff(whose) >= 0) and set(whose) == set(range(requests.num_rows)) and step.max() > 1
    np.testing.assert_array_equal(np.bincount(whose[made]), requests["calls"].to_numpy())
    asked_s, arrival_s = calls["asked_s"].to_numpy(), requests["arrival_s"].to_numpy()
    assert np.all(asked_s[made] >= arrival_s[whose[made]]) and np.all(np.isnan(asked_s[~made]))
    served = requests["outcome"].to_numpy() == 1
    last_s = np.zeros(requests.num_rows)
    np.maximum.at(last_s, whose[made], calls["finish_s"].to_numpy()[made])
    assert np.all(requests["finish_s"].to_numpy()[served] >= last_s[served])


@pytest.mark.usefixtures("little_effort")
def test_a_replay_plays_whole_workflows(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """One recorded request is one request, however many calls it makes, in two areas with their own data stores."""
    rows = "".join(f"{3 * n},700,{50 + n % 7 * 40}\n" for n in range(60))
    trace = _written(tmp_path, "arrival_s,input_tokens,output_tokens\n" + rows, "trace.csv")
    path = workflows(tmp_path, residency="customer_region", own_share=1.0)
    result = json.loads(_said(capsys, "replay", trace, path, "--json"))
    ends = ("served", "refused", "timed_out", "failed", "in_flight")
    assert result["requests"] == result["recorded"] == 60 == sum(result[end] for end in ends)
    assert result["served"] > 50
    assert result["calls"] == sum(endpoint["requests"] for endpoint in result["endpoints"]) > 100
    assert result["e2e_s"]["p99"] > 10 * max(endpoint["ttft_s"]["p50"] for endpoint in result["endpoints"])
    stopped = json.loads(_said(capsys, "replay", trace, path, "--until", "60", "--json"))
    assert stopped["requests"] == 21 == sum(stopped[end] for end in ends)
    assert json.loads(_said(capsys, "replay", trace, path, "--json")) == result
