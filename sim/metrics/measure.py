"""From the log of a window to counts and histograms by cell: which part of the window, which sample, which class."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.metrics.histogram import BINS, EDGES_S
from sim.serving.api import first_try_rows
from sim.serving.endpoints import Endpoint, ManagedApi
from sim.serving.record import BATCH, FAILED, PROVISIONED, REFUSED, SERVED, TIMED_OUT, RunRecord
from sim.serving.world import World
from sim.workload.trace import Trace

Cells = NDArray[np.float32]

OUTCOMES = (SERVED, TIMED_OUT, REFUSED, FAILED)
USES = ("calls", "uncached_in", "cached_in", "output")
MAIN, SMALL, AHEAD, DEFERRED = range(4)
"""A managed API's model by the token, the smaller one tried before it, and the model bought ahead and in batches."""
MODELS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Cohorts of a window: every array begins with the cells, shape (cells, ...)."""

    outcomes: Cells
    """Requests by end, shape (cells, 4), in the order of OUTCOMES."""
    ttft: Cells
    """Time to first token of the served, at the user; shape (cells, BINS)."""
    tpot: Cells
    """Time per further token of the served whose answer has one; shape (cells, BINS)."""
    e2e: Cells
    """Time to the last token of the served; shape (cells, BINS)."""
    delivered_tokens: Cells
    """Prompt tokens and answer tokens of the served, shape (cells, 2)."""
    used: Cells
    """Work asked of each endpoint, shape (cells, endpoints, MODELS, 4): main, small, ahead or deferred; USES.

    A call counts once it was begun; one whose user left before the first token has read its prompt and written nothing.
    """
    cross_region_gb: Cells
    """Data that retrievals carried from one region to another, shape (cells,)."""


def measure(world: World, trace: Trace, *, record: RunRecord, cell: NDArray[np.int64], cells: int) -> Measured:
    """Count a window's requests by cell.

    Statistics are by arrival: a request belongs to the cell in which it came, whenever it ended.

    Args:
        world: what was simulated.
        trace: the offered load.
        record: its log, played until the last request left.
        cell: each request's cell, -1 for those not measured (warm-up, cool-down); shape (n,).
        cells: number of cells.
    """
    rows = np.flatnonzero(cell >= 0)
    at = cell[rows]
    outcome = record.outcome[rows]
    served = outcome == SERVED
    out = trace.output_tokens[rows]
    ttft_s = record.first_token_s[rows] - trace.arrival_s[rows]
    e2e_s = record.finish_s[rows] - trace.arrival_s[rows]
    with np.errstate(divide="ignore", invalid="ignore"):
        tpot_s = np.where(out > 1, (e2e_s - ttft_s) / (out - 1), np.nan)
    prompt = trace.input_tokens[rows]
    return Measured(
        outcomes=np.stack([count(at[outcome == code], cells=cells) for code in OUTCOMES], axis=-1),
        ttft=histograms(at[served], ttft_s[served], cells=cells),
        tpot=histograms(at[served], tpot_s[served], cells=cells),
        e2e=histograms(at[served], e2e_s[served], cells=cells),
        delivered_tokens=np.stack(
            [count(at[served], cells=cells, weights=part[served]) for part in (prompt, out)], axis=-1
        ),
        used=work_asked(world, trace, record=record, rows=rows, at=at, cells=cells),
        cross_region_gb=np.zeros(cells, dtype=np.float32),
    )


def count(at: NDArray[np.int64], *, cells: int, weights: NDArray[np.int64] | None = None) -> Cells:
    """How many of each cell, or the sum of their weights."""
    return np.bincount(at, weights, minlength=cells).astype(np.float32)


def histograms(at: NDArray[np.int64], values_s: NDArray[np.float64], *, cells: int) -> Cells:
    """Latency histograms by cell, shape (cells, BINS); `nan` is left out."""
    known = ~np.isnan(values_s)
    bins = np.searchsorted(EDGES_S, values_s[known], side="left")
    counts = np.bincount(at[known] * BINS + bins, minlength=cells * BINS)
    return counts.reshape(cells, BINS).astype(np.float32)


def work_asked(
    world: World, trace: Trace, *, record: RunRecord, rows: NDArray[np.int64], at: NDArray[np.int64], cells: int
) -> Cells:
    """As `Measured.used`, of the calls of some rows, each with its cell."""
    used = np.zeros((cells, len(world.endpoints), MODELS, len(USES)), dtype=np.float32)
    begun = ~np.isnan(record.start_s[rows])
    heard = record.outcome[rows] == SERVED
    twice = record.tried[rows]
    amounts = np.stack(
        [
            np.ones(len(rows)),
            trace.input_tokens[rows] - trace.cached_tokens[rows],
            trace.cached_tokens[rows],
            np.where(heard, trace.output_tokens[rows], 0),
        ]
    )
    for index, endpoint in enumerate(world.endpoints):
        here = begun & (record.endpoint[rows] == index)
        # Whoever was asked again elsewhere had answered, in full.
        first = (twice == index) & (twice != record.endpoint[rows])
        for model, mask in _by_model(endpoint, trace, record=record, rows=rows, here=here | first):
            for use, amount in enumerate(amounts):
                used[:, index, model, use] = np.bincount(at[mask], amount[mask], minlength=cells)
    return used


def _by_model(
    endpoint: Endpoint, trace: Trace, *, record: RunRecord, rows: NDArray[np.int64], here: NDArray[np.bool_]
) -> list[tuple[int, NDArray[np.bool_]]]:
    """Which of an endpoint's calls went to which of its models."""
    if not isinstance(endpoint, ManagedApi):
        return [(MAIN, here)]
    by_tier = {tier: here & (record.tier[rows] == tier) for tier in (PROVISIONED, BATCH)}
    apart = [(AHEAD, by_tier[PROVISIONED]), (DEFERRED, by_tier[BATCH])]
    here = here & ~by_tier[PROVISIONED] & ~by_tier[BATCH]
    if endpoint.first_try is None:
        return [(MAIN, here), *apart]
    tried, again = (mask[rows] for mask in first_try_rows(endpoint, trace))
    return [(MAIN, here & (~tried | again)), (SMALL, here & tried), *apart]
