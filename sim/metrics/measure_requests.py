"""From the logs of a window of workflows to counts by cell: outcomes and latency by request, work by call."""

import numpy as np
from numpy.typing import NDArray

from sim.metrics.measure import OUTCOMES, Measured, count, histograms, time_held, work_asked
from sim.serving.conductor import last_calls
from sim.serving.record import SERVED, RequestRecord, RunRecord
from sim.serving.world import World
from sim.workload.compound import CompoundTrace


def measure_requests(
    world: World,
    compound: CompoundTrace,
    *,
    calls: RunRecord,
    requests: RequestRecord,
    cell: NDArray[np.int64],
    cells: int,
) -> Measured:
    """Count a window's requests by cell.

    Latency is end to end: the first words are those of the last calls, and
    what is delivered are their prompts and answers. Work asked of the
    endpoints is that of every call, in the cell of its request.

    Args:
        world: what was simulated.
        compound: the offered load.
        calls: its log by call, played until the last request left.
        requests: its log by request.
        cell: each request's cell, -1 for those not measured; shape (n,).
        cells: number of cells.
    """
    rows = np.flatnonzero(cell >= 0)
    at = cell[rows]
    outcome = requests.outcome[rows]
    served = outcome == SERVED
    last = np.flatnonzero(last_calls(compound))
    owner = compound.request[last]
    prompt, answer = (
        np.bincount(owner, tokens[last], minlength=len(compound)).astype(np.int64)[rows]
        for tokens in (compound.calls.input_tokens, compound.calls.output_tokens)
    )
    call_rows = np.flatnonzero(cell[compound.request[: len(compound.calls)]] >= 0)
    arrival_s = requests.arrival_s[rows]
    return Measured(
        outcomes=np.stack([count(at[outcome == code], cells=cells) for code in OUTCOMES], axis=-1),
        ttft=histograms(at[served], (requests.first_token_s[rows] - arrival_s)[served], cells=cells),
        tpot=histograms(at[served], pace_s(compound, calls)[rows][served], cells=cells),
        e2e=histograms(at[served], (requests.finish_s[rows] - arrival_s)[served], cells=cells),
        delivered_tokens=np.stack(
            [count(at[served], cells=cells, weights=part[served]) for part in (prompt, answer)], axis=-1
        ),
        used=work_asked(
            world, compound.calls, record=calls, rows=call_rows, at=cell[compound.request[call_rows]], cells=cells
        ),
        held=time_held(
            world, compound.calls, record=calls, rows=call_rows, at=cell[compound.request[call_rows]], cells=cells
        ),
        cross_region_gb=np.bincount(at, requests.cross_region_gb[rows], minlength=cells).astype(np.float32),
    )


def pace_s(compound: CompoundTrace, calls: RunRecord) -> NDArray[np.float64]:
    """By request: time per further token of the slowest of its last answers; `nan` where none has one."""
    last = np.flatnonzero(last_calls(compound))
    tokens = compound.calls.output_tokens[last]
    with np.errstate(divide="ignore", invalid="ignore"):
        each_s = np.where(tokens > 1, (calls.finish_s[last] - calls.first_token_s[last]) / (tokens - 1), np.nan)
    pace_s = np.full(len(compound), np.nan)
    np.fmax.at(pace_s, compound.request[last], each_s)
    return pace_s
