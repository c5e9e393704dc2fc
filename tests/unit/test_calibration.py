"""Benchmark files of two tools, and the factor they give."""

import json
from dataclasses import replace
from math import inf
from pathlib import Path

import pytest

from sim.serving import GpuPool
from sim.serving.benchmark_files import BenchmarkFileError, BenchmarkPoint, read_benchmark
from sim.serving.calibration import calibrate
from tests.reference.workloads import make_pool, make_step

VLLM = {
    "backend": "vllm", "model_id": "org/model", "num_prompts": 100, "request_rate": "inf", "burstiness": 1.0,
    "max_concurrency": 8, "duration": 60.0, "completed": 100, "total_input_tokens": 51200,
    "total_output_tokens": 12800, "request_throughput": 1.7, "mean_ttft_ms": 80.0, "mean_tpot_ms": 12.5,
}  # fmt: skip


def guidellm_run(strategy: dict[str, object], **over: object) -> dict[str, object]:
    of = lambda mean: {"successful": {"mean": mean, "median": mean}}  # noqa: E731
    metrics = {
        "request_totals": {"successful": 90, "errored": 1, "incomplete": 9, "total": 100},
        "prompt_token_count": of(256.0),
        "output_token_count": of(128.0),
        "inter_token_latency_ms": of(10.0),
        "time_per_output_token_ms": of(11.0),
    }
    return {"config": {"strategy": strategy}, "metrics": {**metrics, **over}}


def written(tmp_path: Path, content: object) -> Path:
    path = tmp_path / "result.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_reads_vllm(tmp_path: Path) -> None:
    closed = BenchmarkPoint("org/model", 100, 512.0, 128.0, 0.0125, inf, 1.0, 8)
    assert read_benchmark(written(tmp_path, VLLM)) == [closed]
    at_rate = {**VLLM, "request_rate": 2.5, "burstiness": 4.0, "max_concurrency": None}
    assert read_benchmark(written(tmp_path, at_rate)) == [replace(closed, rate_rps=2.5, gap_cv=0.5, concurrency=None)]


def test_reads_every_run_appended_by_vllm(tmp_path: Path) -> None:
    lines = [json.dumps({**VLLM, "max_concurrency": c}) for c in (1, 8)]
    assert [p.concurrency for p in read_benchmark(written(tmp_path, "\n".join(lines)))] == [1, 8]


def test_reads_every_run_of_guidellm(tmp_path: Path) -> None:
    strategies = [
        {"type_": "synchronous"},
        {"type_": "concurrent", "streams": 4},
        {"type_": "throughput", "max_concurrency": 64},
        {"type_": "constant", "rate": 3.0},
        {"type_": "poisson", "rate": 3.0},
    ]
    content = {"args": {"model": "org/model"}, "benchmarks": [guidellm_run(s) for s in strategies]}
    points = read_benchmark(written(tmp_path, content))
    assert [(p.rate_rps, p.concurrency) for p in points] == [(inf, 1), (inf, 4), (inf, 64), (3.0, None), (3.0, None)]
    assert [p.gap_cv for p in points[3:]] == [0.0, 1.0]
    assert {(p.model, p.requests, p.input_tokens, p.output_tokens, p.tpot_s) for p in points} == {
        ("org/model", 90, 256.0, 128.0, 0.01)
    }


@pytest.mark.parametrize(
    "content, words",
    [
        ("{", "is not JSON.*--save-result"),
        ('{"a": 1}\n{', "is not JSON.*--save-result"),
        ([], "no known tool"),
        ({"ttft": 1}, "no known tool"),
        ({**VLLM, "completed": 0}, "completed must be a positive number .got 0."),
        ({k: v for k, v in VLLM.items() if k != "request_rate"}, "request_rate is missing"),
        ({**VLLM, "total_output_tokens": 100}, "longer answers"),
        ({"benchmarks": []}, "measured nothing"),
        ({"benchmarks": [guidellm_run({"type_": "tidal"})]}, r"benchmarks\[0\].config.strategy.type_ is 'tidal'"),
        (
            {"benchmarks": [guidellm_run({"type_": "synchronous"}, inter_token_latency_ms={"successful": None})]},
            r"benchmarks\[0\].metrics.inter_token_latency_ms.successful is missing",
        ),
    ],
)
def test_a_bad_file_says_where_and_what(tmp_path: Path, content: object, words: str) -> None:
    with pytest.raises(BenchmarkFileError, match=words) as caught:
        read_benchmark(written(tmp_path, content))
    assert str(tmp_path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkFileError, match="Check the path"):
        read_benchmark(tmp_path / "none.json")


def a_pool() -> GpuPool:
    step = make_step(
        weights_s=(0.005,), overhead_s=0.002, kv_s_per_token=1e-7, prefill_s_per_token=2e-5, most_tokens=512
    )
    return make_pool(step, token_budget=512, max_running=64, kv_blocks=10_000, block_tokens=16)


def measured(pool: GpuPool, point: BenchmarkPoint) -> BenchmarkPoint:
    """The point as the pool itself would have measured it."""
    factor = calibrate(pool, [replace(point, tpot_s=1.0)]).factor
    assert point.rate_rps == inf
    return replace(point, tpot_s=1.0 / factor)


CLOSED = BenchmarkPoint("", 60, 300.0, 40.0, 1.0, inf, 1.0, 8)


@pytest.mark.parametrize("slower", [0.5, 1.0, 1.7])
def test_a_slower_engine_gives_its_own_factor(slower: float) -> None:
    pool = a_pool()
    points = [
        measured(replace(pool, step=pool.step.scaled(slower)), replace(CLOSED, concurrency=c)) for c in (1, 8, 30)
    ]
    found = calibrate(pool, points)
    assert found.factor == pytest.approx(slower, rel=1e-9)
    assert found.of_each_run == pytest.approx([slower] * 3, rel=1e-9)


@pytest.mark.parametrize("gap_cv", [0.0, 1.0])
def test_at_a_rate_the_factor_reproduces_the_measurement(gap_cv: float) -> None:
    """Faster steps mean smaller batches, so the factor is not the ratio of the times."""
    pool = a_pool()
    alone = calibrate(pool, [replace(CLOSED, concurrency=1, tpot_s=0.03)]).factor
    at_rate = calibrate(pool, [replace(CLOSED, rate_rps=2.0, gap_cv=gap_cv, concurrency=None, tpot_s=0.03)]).factor
    assert 1.0 < at_rate < alone
    again = calibrate(replace(pool, step=pool.step.scaled(at_rate)), [
        replace(CLOSED, rate_rps=2.0, gap_cv=gap_cv, concurrency=None, tpot_s=0.03)])  # fmt: skip
    assert again.factor == pytest.approx(1.0, rel=1e-3)


def test_no_prefill_becomes_faster_than_the_peak() -> None:
    step = replace(a_pool().step, prefill_floor_s_per_token=1.5e-5)
    assert step.scaled(0.5).prefill_s_per_token == 1.5e-5
    assert step.scaled(2.0).prefill_s_per_token == 4e-5


def test_an_engine_that_could_not_have_been_measured_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot hold the measured requests"):
        calibrate(replace(a_pool(), kv_blocks=3), [CLOSED])
