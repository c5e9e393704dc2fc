"""The parts of a step's time that depend on the size of the batch only, tabulated for a pool's replicas."""

from functools import lru_cache
from typing import NamedTuple

from sim.serving.speculation import Speculation
from sim.serving.step_time import StepTime


class StepTables(NamedTuple):
    """Times of one iteration [s]; each replica of a pool reads the same."""

    lanes: int
    """Tokens that a running answer takes of a step: its next one, and those proposed."""
    draft_s: float
    """What an iteration with running answers spends on proposing."""
    batch_s: list[float]
    """Overhead and all-reduce, by tokens of the batch."""
    decode_base_s: list[float]
    """The same with what each sequence costs and the proposing, by running answers of a batch without prompts."""
    decode_weights_s: list[float]
    """Reading the weights that such a batch touches."""
    decode_compute_s: list[float]


@lru_cache(maxsize=64)
def step_tables(step: StepTime, speculation: Speculation | None, *, token_budget: int, max_running: int) -> StepTables:
    """The tables of a pool; nobody writes into them."""
    lanes = 1 if speculation is None else 1 + speculation.draft_tokens
    draft_s = 0.0 if speculation is None else speculation.draft_s
    answers = range(max_running + 1)
    batch_s = [
        step.overhead_s + step.allreduce_s + step.allreduce_s_per_token * tokens for tokens in range(token_budget + 1)
    ]
    return StepTables(
        lanes=lanes,
        draft_s=draft_s,
        batch_s=batch_s,
        decode_base_s=[batch_s[b * lanes] + step.per_sequence_s * b + draft_s for b in answers],
        decode_weights_s=[step.weights_s[b * lanes] for b in answers],
        decode_compute_s=[step.decode_s_per_token * lanes * b for b in answers],
    )
