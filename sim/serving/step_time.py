"""How long one engine iteration takes: a roofline with measured overheads.

Source of the form and of the fitted constants: catalogue table `roofline`;
equation and symbols in docs/model.md, "Step time".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf

from sim.catalogue import Catalogue
from sim.scenario.memory import GIGA, kv_bytes_per_token
from sim.scenario.schema import Engine

TERA = 1e12


@dataclass(frozen=True, slots=True)
class StepTime:
    """Coefficients of the time of one iteration [s], ready for the closed forms of a jump.

    An iteration with B running answers, prompt chunks of n_j tokens (c_j of
    each prompt already in the cache) and n = sum n_j takes

        overhead + per_sequence*(B + chunks) + allreduce + allreduce_per_token*(B+n) + max(memory, compute)
        memory  = weights[B+n] + kv*(sum of running contexts + sum c_j)
        compute = prefill*n + decode*B + attention * sum n_j*(c_j + n_j/2)
    """

    overhead_s: float
    per_sequence_s: float
    allreduce_s: float
    allreduce_s_per_token: float
    weights_s: tuple[float, ...]
    """Time to read the weights that a batch of so many tokens touches, index 0..token budget."""
    kv_s_per_token: float
    prefill_s_per_token: float
    decode_s_per_token: float
    attention_s_per_token2: float
    prefill_floor_s_per_token: float = 0.0
    """FLOPs of one prompt token at the GPUs' peak: no prefill can be faster."""

    def __post_init__(self) -> None:
        if self.overhead_s <= 0:
            raise ValueError(f"a step needs an overhead above 0 s, or the clock stalls (got {self.overhead_s})")

    def scaled(self, factor: float) -> "StepTime":
        """The same engine, every step `factor` times as long, and still no prefill faster than FLOPs over peak.

        Raises:
            ValueError: the factor is not a positive number.
        """
        if not 0 < factor < inf:
            raise ValueError(f"a step time is scaled by a positive number (got {factor})")
        return StepTime(
            overhead_s=self.overhead_s * factor,
            per_sequence_s=self.per_sequence_s * factor,
            allreduce_s=self.allreduce_s * factor,
            allreduce_s_per_token=self.allreduce_s_per_token * factor,
            weights_s=tuple(weight_s * factor for weight_s in self.weights_s),
            kv_s_per_token=self.kv_s_per_token * factor,
            prefill_s_per_token=max(self.prefill_floor_s_per_token, self.prefill_s_per_token * factor),
            decode_s_per_token=self.decode_s_per_token * factor,
            attention_s_per_token2=self.attention_s_per_token2 * factor,
            prefill_floor_s_per_token=self.prefill_floor_s_per_token,
        )

    def iteration_s(self, *, running: int, context: int, chunks: Sequence[tuple[int, int]] = ()) -> float:
        """Time of one iteration.

        Args:
            running: answers being decoded, B.
            context: their tokens in the KV cache, summed.
            chunks: (tokens already cached, tokens in this chunk) of each prompt.
        """
        n = sum(size for _, size in chunks)
        memory = self.weights_s[running + n] + self.kv_s_per_token * (context + sum(done for done, _ in chunks))
        attention = sum(size * (done + size / 2) for done, size in chunks)
        compute = (
            self.prefill_s_per_token * n + self.decode_s_per_token * running + self.attention_s_per_token2 * attention
        )
        return (
            self.overhead_s
            + self.per_sequence_s * (running + len(chunks))
            + self.allreduce_s
            + self.allreduce_s_per_token * (running + n)
            + max(memory, compute)
        )


@lru_cache(maxsize=64)
def step_time(engine: Engine, catalogue: Catalogue) -> StepTime:
    """The step time of an engine from its model's shape and its GPU's peaks.

    Mixture-of-experts weights are read as far as a batch touches them:
    P - P_exp + P_exp*(1 - (1 - k/E)^tokens), P_exp = (P - P_act)/(1 - k/E).
    """
    fit = catalogue.quantities("roofline", "fit")
    form = catalogue.quantities("roofline", engine.precision)
    gpu = catalogue.quantities("gpus", engine.gpu)
    model = catalogue.quantities("models", engine.model)
    tp = engine.gpus_per_replica
    peak_flops = gpu[f"{engine.precision}_tflops"] * TERA * tp
    bandwidth = gpu["hbm_gb_per_s"] * GIGA * tp * fit["mbu_decode"]
    flops_per_token = 2 * model["active_params"]
    attention_flops = 4 * model["layers"] * model["heads"] * model["head_dim"]
    across = 2 * model["layers"] if tp > 1 else 0.0
    link = fit["allreduce_efficiency"] * gpu["link_gb_per_s"] * GIGA
    return StepTime(
        overhead_s=catalogue.value("engines", engine.generation, "step_overhead_s"),
        per_sequence_s=fit["per_sequence_s"],
        allreduce_s=across * fit["allreduce_latency_s"],
        allreduce_s_per_token=across * 2 * (tp - 1) / tp * model["hidden"] * 2 / link,
        weights_s=tuple(
            touched * form["weight_bytes"] / bandwidth for touched in _touched_weights(model, engine.token_budget)
        ),
        kv_s_per_token=kv_bytes_per_token(engine, catalogue) / bandwidth,
        prefill_s_per_token=flops_per_token / (peak_flops * fit["mfu_prefill"]),
        decode_s_per_token=flops_per_token / (peak_flops * fit["mfu_decode"]),
        attention_s_per_token2=attention_flops / (peak_flops * fit["mfu_prefill"]),
        prefill_floor_s_per_token=flops_per_token / peak_flops,
    )


def _touched_weights(model: dict[str, float], most_tokens: int) -> list[float]:
    """Parameters that batches of 0..most_tokens tokens touch."""
    if model["experts"] == 0:
        return [model["params"]] * (most_tokens + 1)
    missed = 1 - model["experts_per_token"] / model["experts"]
    experts = (model["params"] - model["active_params"]) / missed
    return [model["params"] - experts * missed**tokens for tokens in range(most_tokens + 1)]
