"""The log as Parquet: one row per call, one per request, and the words behind the codes."""

import builtins
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.serving import LeastLoaded, simulate_requests
from sim.workload import single_calls
from tests.reference.worlds import load, world

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
