"""How far the serving engine is from measured servers: the public rows, played through the engine itself.

    python benchmarks/validate_serving.py [DATA] [--json] [--rows] [--fit]

DATA is the folder that holds validation/llm_serving_public.csv. Nothing is
fitted here: model, GPU and engine constants are catalogue rows, and each row
of the file is played as its kind says:

- closed_loop: a fixed number of clients, each of which asks again when its
  answer is complete (benchmarks/closed_loop.py);
- batch_static: one batch whose prompts are computed in one pass; the time to
  first token is that whole pass;
- batch_max: a known batch at time 0, until its last answer;
- offline_max: permanent backlog, by the simulator's own probe of saturation.

Latency outside the GPU is added to the first token of a closed loop and of a
static batch, and keeps a closed loop's client away from the GPU for as long.
`--rows` prints the errors as the rows of the catalogue's table `validation`;
`--fit` says which time of each pass would fit the tokens best, and which
latency outside the GPU the first words of the closed loops (a minute or two).
MLPerf rows state neither prompt lengths nor limits and are not played.
"""

import argparse
import csv
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from math import ceil
from pathlib import Path

import numpy as np
from closed_loop import play_closed_loop
from errors import TARGETS, Errors, missed, summarize
from measured_rows import Figures, Row, asked_at, pool_of, read_rows

from sim.catalogue import Catalogue, load_catalogue
from sim.serving import GpuPool, RunRecord, saturated_rps, simulate, single_pool_world

DATA = Path(__file__).resolve().parents[1] / ".." / "shared" / "data"
BACKLOG_BATCHES = 24
"""Requests of the saturation probe, in batches that fill the memory: with fewer, the first batch still shows."""


def play(row: Row, pool: GpuPool, arrival_s: np.ndarray) -> RunRecord:
    return simulate(single_pool_world(pool), asked_at(row, arrival_s))


def play_static(row: Row, pool: GpuPool, stack_s: float) -> Figures:
    record = play(row, pool, np.zeros(row.requests))
    prompts_s = float(record.first_token_s.max())
    tpot = float("nan")
    if row.output_tokens > 1:
        tpot = float(np.mean(record.finish_s - prompts_s)) / (row.output_tokens - 1)
    return Figures(ttft=prompts_s + stack_s, tpot=tpot)


def play_batch(row: Row, pool: GpuPool, stack_s: float) -> Figures:
    record = play(row, pool, np.zeros(row.requests))
    return Figures(tokens_per_s=row.requests * row.output_tokens / float(record.finish_s.max()))


def play_backlog(row: Row, pool: GpuPool, stack_s: float) -> Figures:
    batch = min(pool.max_running, pool.kv_blocks * pool.block_tokens // (row.input_tokens + row.output_tokens))
    backlog = asked_at(row, np.zeros(ceil(BACKLOG_BATCHES * batch)))
    return Figures(tokens_per_s=saturated_rps(pool, backlog) * row.output_tokens)


KINDS: dict[str, Callable[[Row, GpuPool, float], Figures]] = {
    "closed_loop": play_closed_loop,
    "batch_static": play_static,
    "batch_max": play_batch,
    "offline_max": play_backlog,
}


def predict(row: Row, catalogue: Catalogue) -> Figures:
    stack_s = catalogue.value("engines", row.engine.generation, "stack_latency_s")
    return KINDS[row.kind](row, pool_of(row, catalogue), stack_s)


def fitted_overhead_s(rows: list[Row], catalogue: Catalogue) -> dict[str, float]:
    """By engine generation: the time of each pass [s] with the least mean |log(predicted / measured)| of its tokens.

    By time per output token where a row states it, else by tokens a second.
    """
    found = {}
    for generation in dict.fromkeys(row.engine.generation for row in rows):
        now_s = catalogue.value("engines", generation, "step_overhead_s")
        stack_s = catalogue.value("engines", generation, "stack_latency_s")
        built = [(row, pool_of(row, catalogue)) for row in rows if row.engine.generation == generation]
        tried_s = now_s * np.arange(0.5, 1.51, 0.05)
        misses = []
        for overhead_s in tried_s:
            errors = []
            for row, pool in built:
                step = replace(pool.step, overhead_s=pool.step.overhead_s - now_s + float(overhead_s))
                figures = KINDS[row.kind](row, replace(pool, step=step), stack_s)
                metric = "tpot" if np.isfinite(row.tpot) else "tokens_per_s"
                errors.append(abs(np.log(getattr(figures, metric) / getattr(row, metric))))
            misses.append(float(np.nanmean(errors)))
        found[generation] = float(tried_s[int(np.argmin(misses))])
    return found


def fitted_stack_s(played: list[tuple[Row, Figures]], catalogue: Catalogue) -> dict[str, float]:
    """By engine generation: the latency outside the GPU with the least mean |log(predicted / measured)| of first words.

    In closed loops, as far as it is added to them; that it keeps clients away as well changes little.
    """
    found = {}
    for generation in dict.fromkeys(row.engine.generation for row, _ in played if row.kind == "closed_loop"):
        now_s = catalogue.value("engines", generation, "stack_latency_s")
        rows = [(row, f) for row, f in played if row.kind == "closed_loop" and row.engine.generation == generation]
        engine_s = np.array([f.ttft - now_s for _, f in rows])
        measured_s = np.array([row.ttft for row, _ in rows])
        tried_s = np.arange(0, 0.4, 0.001)
        misses = [float(np.mean(np.abs(np.log((engine_s + s) / measured_s)))) for s in tried_s]
        found[generation] = float(tried_s[int(np.argmin(misses))])
    return found


# --- ratios ------------------------------------------------------------------------------------------

RATIOS = {
    "Splitwise table H100/A100 prompt time": ("ttft", "L006", "L001"),
    "Splitwise table H100/A100 token time": ("tpot", "L006", "L001"),
    "TensorRT-LLM v1.0 B200 fp4 TP1 / H200 fp8 TP1": ("tokens_per_s", "L079", "L085"),
}
"""Beginning of a check's name, and the two rows whose predictions it divides."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio that the engine should reproduce, and the band it should lie in."""

    check: str
    measured: float
    low: float
    high: float
    predicted: float
    """`nan` where the rows do not say enough to be played."""


def ratios(path: Path, played: list[tuple[Row, Figures]]) -> list[Ratio]:
    """Every check of the file, with what the engine says of those it can play."""
    figures = {row.id: figures for row, figures in played}
    found = []
    with path.open(encoding="utf-8", newline="") as file:
        for cells in csv.DictReader(file):
            predicted = float("nan")
            for beginning, (metric, above, below) in RATIOS.items():
                if cells["check"].startswith(beginning):
                    predicted = getattr(figures[above], metric) / getattr(figures[below], metric)
            numbers = (float(cells[name]) for name in ("value", "lo", "hi"))
            found.append(Ratio(cells["check"], *numbers, predicted))
    return found


# --- report ------------------------------------------------------------------------------------------


SOURCE = '"public serving rows played through the engine (benchmarks/validate_serving.py, docs/validation.md)"'


def catalogue_rows(errors: list[Errors]) -> list[str]:
    """The errors over all rows, as table `validation` holds them; they range from the best to the worst source."""
    found = []
    for whole in (e for e in errors if e.source == "all"):
        parts = [e for e in errors if e.metric == whole.metric and e.source != "all"]
        for name in ("median", "p90"):
            likely = getattr(whole, name)
            spread = [likely, *(getattr(part, name) for part in parts)]
            numbers = f"{min(spread):.3f},{likely:.3f},{max(spread):.3f}"
            found.append(f"{whole.metric},{name}_error,share,2026-11,{numbers},{SOURCE},A,low and high: by source")
    return found


def print_report(errors: list[Errors], checks: list[Ratio]) -> None:
    print(f"{'metric':<13}{'source':<31}{'rows':>5}{'median':>8}{'p90':>8}{'bias':>8}{'within 2x':>11}{'Spearman':>10}")
    for e in errors:
        print(
            f"{e.metric:<13}{e.source:<31}{e.n:>5}{e.median:>8.1%}{e.p90:>8.1%}{e.bias:>+8.1%}"
            f"{e.within_two:>11.0%}{e.spearman:>10.3f}"
        )
        if e.source == "all":
            target = TARGETS[e.metric]
            print(f"{'':<13}{'target, at most':<31}{'':>5}{target.median:>8.0%}{target.p90:>8.0%}")
    print()
    for check in checks:
        inside = check.low <= check.predicted <= check.high
        said = "not played: MLPerf states no prompt lengths"
        if np.isfinite(check.predicted):
            said = f"{check.predicted:.2f}, {'inside' if inside else 'OUTSIDE'} {check.low} to {check.high}"
        print(f"{check.check} (measured {check.measured}): {said}")
    print()
    for fault in missed(errors):
        print(f"missed: {fault}")
    if not missed(errors):
        print("every target is met")


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare the serving engine with measured servers.")
    parser.add_argument("data", nargs="?", type=Path, default=DATA, help="folder that holds validation/")
    parser.add_argument("--json", action="store_true", help="print every row and error as JSON")
    parser.add_argument("--rows", action="store_true", help="print the errors as rows of the catalogue, and no more")
    parser.add_argument("--fit", action="store_true", help="print the times of the engines that would fit best")
    arguments = parser.parse_args()
    folder = arguments.data / "validation"
    try:
        rows = read_rows(folder / "llm_serving_public.csv")
    except FileNotFoundError as fault:
        print(f"{fault.filename}: there is no such file. Give the folder that holds validation/.", file=sys.stderr)
        return 2
    catalogue = load_catalogue()
    played = []
    for row in rows:
        played.append((row, predict(row, catalogue)))
        print(f"\r{len(played)} of {len(rows)} rows played", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    if arguments.fit:
        for generation, fitted_s in fitted_overhead_s(rows, catalogue).items():
            print(f"{generation}: step_overhead_s {fitted_s:.5f} fits its tokens best", file=sys.stderr)
        for generation, fitted_s in fitted_stack_s(played, catalogue).items():
            print(f"{generation}: stack_latency_s {fitted_s:.3f} fits its closed loops best", file=sys.stderr)
    errors, checks = summarize(played), ratios(folder / "ratio_checks_public.csv", played)
    if arguments.rows:
        print("\n".join(catalogue_rows(errors)))
    elif arguments.json:
        by_row = [
            {"id": row.id, "kind": row.kind, "source": row.source}
            | {metric: {"predicted": getattr(f, metric), "measured": getattr(row, metric)} for metric in TARGETS}
            for row, f in played
        ]
        report = {
            "rows": by_row,
            "errors": [asdict(e) for e in errors],
            "ratios": [asdict(check) for check in checks],
            "missed": missed(errors),
        }
        print(json.dumps(_without_nan(report), indent=1))
    else:
        print_report(errors, checks)
    return 0


def _without_nan(value: object) -> object:
    """JSON knows no nan: unknown is null."""
    if isinstance(value, dict):
        return {name: _without_nan(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


if __name__ == "__main__":
    sys.exit(main())
