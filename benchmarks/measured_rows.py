"""Measured rows of LLM servers, and the pool of the simulator that stands for each."""

import csv
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path

import numpy as np

from sim.catalogue import Catalogue
from sim.scenario.schema import Engine
from sim.serving import GpuPool, kv_capacity_blocks, step_time
from sim.workload import Trace

BUDGET_TOKENS = 8192
MOST_RUNNING = 2048

MODELS = {
    "bloom-176b": "bloom_176b",
    "deepseek-r1": "deepseek_r1",
    "falcon-180b": "falcon_180b",
    "gpt-oss-120b": "gpt_oss_120b",
    "llama-3.1-405b": "llama_3_1_405b",
    "llama-70b": "llama_3_3_70b",
    "llama-7b": "llama_7b",
    "qwen3-235b-a22b": "qwen3_235b_a22b",
    "qwen3-32b": "qwen3_32b",
}
GPUS = {
    "A100-SXM-80GB": "a100_80gb",
    "B200-SXM-180GB": "b200",
    "GB200": "gb200",
    "H100-SXM-80GB": "h100",
    "H200-SXM-141GB": "h200",
    "L40S": "l40s",
}
GENERATION = {
    "vllm-2023": "vllm_2023",
    "trtllm-0.6": "trtllm_0_6",
    "vllm": "vllm_sglang_2026",
    "sglang": "vllm_sglang_2026",
    "trtllm": "trtllm_1x",
    "trtllm-1.0": "trtllm_1x",
}
PRECISIONS = {"fp16": "bf16", "fp8": "fp8", "fp4": "fp4"}
EIGHT_BIT_CACHE = ("trtllm", "trtllm-1.0", "trtllm-0.6")
"""Engines that keep the KV cache of a quantized model in 8 bits (validation data, `kv_bytes`)."""
KNOWN_BATCH = ("batch_static", "batch_max")
"""Kinds whose batch was measured as one, so that it did fit the memory, whatever our rule of fitting says."""


@dataclass(frozen=True, slots=True)
class Row:
    """One measured row, with times in seconds; `nan` where the source does not say."""

    id: str
    kind: str
    source: str
    engine: Engine
    eight_bit_cache: bool
    input_tokens: int
    output_tokens: int
    requests: int
    ttft: float
    tpot: float
    tokens_per_s: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What the engine predicts for a row [s, tokens/s]."""

    ttft: float = float("nan")
    tpot: float = float("nan")
    tokens_per_s: float = float("nan")


def read_rows(path: Path) -> list[Row]:
    """The rows that can be played: all but MLPerf's."""
    with path.open(encoding="utf-8", newline="") as file:
        return [_row(cells) for cells in csv.DictReader(file) if not cells["kind"].startswith("mlperf")]


def _row(cells: dict[str, str]) -> Row:
    def number(name: str) -> float:
        return float(cells[name]) if cells[name] else float("nan")

    concurrency, prompt = int(float(cells["concurrency"] or 0)), int(float(cells["isl"]))
    whole_prompts = prompt * concurrency if cells["kind"] == "batch_static" else BUDGET_TOKENS
    return Row(
        id=cells["row_id"],
        kind=cells["kind"],
        source=cells["source"],
        engine=Engine(
            model=MODELS[cells["arch"]],
            precision=PRECISIONS[cells["precision"]],
            gpu=GPUS[cells["hardware"]],
            gpus_per_replica=int(float(cells["tp"])),
            generation=GENERATION[cells["framework"]],
            token_budget=whole_prompts,
            max_running=min(MOST_RUNNING, whole_prompts),
        ),
        eight_bit_cache=cells["framework"] in EIGHT_BIT_CACHE and cells["precision"] != "fp16",
        input_tokens=prompt,
        output_tokens=int(float(cells["osl"])),
        requests=concurrency,
        ttft=number("ttft_ms") / 1000,
        tpot=number("tpot_ms") / 1000,
        tokens_per_s=number("out_tok_s") if cells["out_tok_s"] else number("out_tok_s_derived"),
    )


def pool_of(row: Row, catalogue: Catalogue) -> GpuPool:
    """One replica of the row's engine."""
    step, blocks = step_time(row.engine, catalogue), kv_capacity_blocks(row.engine, catalogue)
    if row.eight_bit_cache:
        ratio = 1 / catalogue.value("roofline", row.engine.precision, "kv_bytes")
        step, blocks = replace(step, kv_s_per_token=step.kv_s_per_token * ratio), int(blocks / ratio)
    block_tokens = int(catalogue.value("roofline", "fit", "kv_block_tokens"))
    if row.kind in KNOWN_BATCH:
        blocks = max(blocks, row.requests * ceil((row.input_tokens + row.output_tokens) / block_tokens))
    return GpuPool(
        id=row.id,
        region=0,
        step=step,
        replicas=1,
        token_budget=row.engine.token_budget,
        max_running=row.engine.max_running,
        kv_blocks=blocks,
        block_tokens=block_tokens,
        reserves=catalogue.value("engines", row.engine.generation, "reserves_answers") == 1,
    )


def asked_at(row: Row, arrival_s: np.ndarray) -> Trace:
    """Requests of the row's lengths, which nobody tires of waiting for."""
    n = len(arrival_s)
    nothing, whole = np.zeros(n), np.zeros(n, dtype=np.int64)
    return Trace(
        arrival_s=arrival_s,
        product=whole,
        user_region=whole,
        needs_eu=np.zeros(n, dtype=bool),
        input_tokens=np.full(n, row.input_tokens),
        cached_tokens=whole,
        output_tokens=np.full(n, row.output_tokens),
        patience_s=np.full(n, np.inf),
        route_u=nothing,
        api_first_z=nothing,
        api_pace_z=nothing,
        escalate_u=nothing,
    )
