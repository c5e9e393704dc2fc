"""What a user's own serving benchmark measured: result files of vLLM `bench serve` and of GuideLLM.

Fields read (both tools give times in milliseconds):
vLLM: `completed`, `total_input_tokens`, `total_output_tokens`, `mean_tpot_ms`, `request_rate` ("inf" or
requests per second), `burstiness`, `max_concurrency`, `num_prompts`, `model_id`.
GuideLLM: of each entry of `benchmarks` its `config.strategy` (older files: `args.strategy`) and, among
`metrics`, `prompt_token_count`, `output_token_count`, `inter_token_latency_ms` and `request_totals`,
each of the successful requests. Its inter-token latency is the time per token after the first, which
vLLM calls TPOT; GuideLLM's own `time_per_output_token_ms` counts the first token too and is not read.
"""

import json
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class BenchmarkPoint:
    """One measured run on one replica.

    Requests came `concurrency` at a time where `rate_rps` is infinite, else at
    that rate with gaps of the given coefficient of variation.
    """

    model: str
    """The model as the tool names it; empty where the file does not say."""
    requests: int
    input_tokens: float
    """Mean prompt."""
    output_tokens: float
    """Mean answer, above 1."""
    tpot_s: float
    """Mean time per token after the first [s]."""
    rate_rps: float
    gap_cv: float
    concurrency: int | None
    """Most requests under way at once; `None` for no limit."""


class BenchmarkFileError(ValueError):
    """A benchmark file that cannot be read; the message says where, what and the way out."""


def read_benchmark(path: Path) -> list[BenchmarkPoint]:
    """The measured runs of a file; at least one.

    Raises:
        BenchmarkFileError: the file is missing, is not JSON, or is not of a known tool or lacks a field.
    """
    return [point for content in _contents(path) for point in _points(_Fields(path, "", content))]


def _contents(path: Path) -> list[Any]:
    """The JSON of a file; vLLM's --append-result writes one object in each line."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as fault:
        raise BenchmarkFileError(f"{path}: cannot be read ({fault.strerror}). Check the path.") from fault
    except UnicodeDecodeError as fault:
        raise _not_json(path, fault) from fault
    try:
        return [json.loads(text)]
    except ValueError as fault:
        lines = [line for line in text.splitlines() if line.strip()]
        try:
            if len(lines) < 2:
                raise _not_json(path, fault) from fault
            return [json.loads(line) for line in lines]
        except json.JSONDecodeError:
            raise _not_json(path, fault) from fault


def _not_json(path: Path, fault: ValueError) -> "BenchmarkFileError":
    return BenchmarkFileError(
        f"{path}: is not JSON ({fault}). Give the file that --save-result (vLLM) or --output-path (GuideLLM) wrote."
    )


def _points(top: "_Fields") -> list[BenchmarkPoint]:
    if isinstance(top.content, dict) and "benchmarks" in top.content:
        runs = top.list_of("benchmarks")
        if not runs:
            raise BenchmarkFileError(f"{top.path}: 'benchmarks' is empty: the run measured nothing. Run it again.")
        return [_guidellm_point(top, run) for run in runs]
    if isinstance(top.content, dict) and "mean_tpot_ms" in top.content:
        return [_vllm_point(top)]
    raise BenchmarkFileError(
        f"{top.path}: is of no known tool: neither 'mean_tpot_ms' (vLLM bench serve) nor 'benchmarks' (GuideLLM) is in "
        "it. Give the result file of one of them."
    )


@dataclass(frozen=True, slots=True)
class _Fields:
    """A JSON object, and where it stands in which file."""

    path: Path
    place: str
    content: Any

    def fault(self, name: str, what: str) -> BenchmarkFileError:
        return BenchmarkFileError(
            f"{self.path}: {self.place}{name} {what}. Write the file again with the tool's current version."
        )

    def value(self, name: str) -> Any:
        if not isinstance(self.content, dict) or self.content.get(name) is None:
            raise self.fault(name, "is missing")
        return self.content[name]

    def optional(self, name: str) -> Any:
        return self.content.get(name) if isinstance(self.content, dict) else None

    def within(self, name: str) -> "_Fields":
        return _Fields(self.path, f"{self.place}{name}.", self.value(name))

    def list_of(self, name: str) -> list["_Fields"]:
        entries = self.value(name)
        if not isinstance(entries, list):
            raise self.fault(name, "is not a list")
        return [_Fields(self.path, f"{self.place}{name}[{row}].", entry) for row, entry in enumerate(entries)]

    def positive(self, name: str) -> float:
        value = self.value(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not (isfinite(value) and value > 0):
            raise self.fault(name, f"must be a positive number (got {value!r})")
        return float(value)


def _vllm_point(run: _Fields) -> BenchmarkPoint:
    requests = int(run.positive("completed"))
    rate = run.value("request_rate")
    burstiness = run.positive("burstiness") if run.optional("burstiness") is not None else 1.0
    return _point(
        run,
        model=str(run.optional("model_id") or ""),
        requests=requests,
        input_tokens=run.positive("total_input_tokens") / requests,
        output_tokens=run.positive("total_output_tokens") / requests,
        tpot_s=run.positive("mean_tpot_ms") / 1000,
        rate_rps=inf if rate in ("inf", inf) else run.positive("request_rate"),
        gap_cv=burstiness**-0.5,  # gamma gaps of this shape
        concurrency=int(run.positive("max_concurrency")) if run.optional("max_concurrency") is not None else None,
    )


def _guidellm_point(top: _Fields, run: _Fields) -> BenchmarkPoint:
    holder = "config" if run.optional("config") is not None else "args"
    strategy = run.within(holder).within("strategy")
    kind = str(strategy.value("type_"))
    limit = next((strategy.optional(name) for name in ("streams", "max_concurrency") if strategy.optional(name)), None)
    rate_rps = gap_cv = 0.0
    if kind in ("constant", "async", "poisson"):
        rate_rps = strategy.positive("rate")
        gap_cv = 1.0 if kind == "poisson" else 0.0
    elif kind in ("synchronous", "concurrent", "throughput"):
        rate_rps = inf
        limit = 1 if kind == "synchronous" else limit
    else:
        raise strategy.fault("type_", f"is '{kind}', which is not known here (synchronous, concurrent, throughput, "
                                      "constant or poisson)")  # fmt: skip
    metrics = run.within("metrics")

    def mean(name: str) -> float:
        return metrics.within(name).within("successful").positive("mean")

    return _point(
        run,
        model=str(_Fields(top.path, "args.", top.optional("args")).optional("model") or ""),
        requests=int(metrics.within("request_totals").positive("successful")),
        input_tokens=mean("prompt_token_count"),
        output_tokens=mean("output_token_count"),
        tpot_s=mean("inter_token_latency_ms") / 1000,
        rate_rps=rate_rps,
        gap_cv=gap_cv,
        concurrency=None if limit is None else int(limit),
    )


def _point(run: _Fields, *, output_tokens: float, **rest: Any) -> BenchmarkPoint:
    if output_tokens <= 1:
        raise BenchmarkFileError(
            f"{run.path}: {run.place or 'its '}answers have {output_tokens:.2f} tokens on average, so there is no time "
            "per further token to calibrate by. Measure with longer answers."
        )
    return BenchmarkPoint(output_tokens=output_tokens, **rest)
