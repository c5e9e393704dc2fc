"""Closed loops through the engine: clients who ask again when their answer is complete, as chains of calls.

A client is one compound request: its calls follow one another, and between two
of them a tool takes the latency outside the GPU. How clients begin and what
they ask is the benchmark's:

- InferenceX (formerly InferenceMAX) starts all clients at once, lets each ask
  ten times, draws lengths evenly from 0.8 to 1 times the stated ones, and its
  means are over all requests, the first burst included (its README, "Benchmark
  Client Configuration": num-prompts 10 times the concurrency, request-rate inf,
  random-range-ratio 0.8, ignore-eos);
- of the other closed loops nothing of that is published. Their clients are
  taken to be out of step: they begin evenly over one answer's time, lengths are
  those stated, and the first and last answers are not measured.
"""

from dataclasses import dataclass, replace

import numpy as np
from measured_rows import Figures, Row, asked_at
from numpy.typing import NDArray

from sim.serving import GpuPool, simulate_requests, single_pool_world
from sim.workload import CompoundTrace, Retrievals, stream

Times = NDArray[np.float64]

INFERENCEX = "inferencex"
INFERENCEX_ANSWERS, INFERENCEX_SHORTEST = 10, 0.8
STEADY_ANSWERS = (4, 6)
"""Answers that each client out of step receives, in a loop that finds the time of one and in the one measured."""


@dataclass(frozen=True, slots=True)
class Answers:
    """First words and pace of every answer, shape (clients, answers) [s]."""

    ttft_s: Times
    tpot_s: Times


def play_closed_loop(row: Row, pool: GpuPool, stack_s: float) -> Figures:
    """Means of a row's closed loop, the latency outside the GPU included."""
    if row.source.startswith(INFERENCEX):
        found = answers_of(
            row,
            pool,
            away_s=stack_s,
            first_s=np.zeros(row.requests),
            answers=INFERENCEX_ANSWERS,
            shortest=INFERENCEX_SHORTEST,
        )
        return _figures(row, found.ttft_s + stack_s, found.tpot_s)
    evenly = np.arange(row.requests) / row.requests
    alone = answers_of(row, pool, away_s=0.0, first_s=np.zeros(1), answers=1, shortest=1.0)
    lasts_s = _lasts_s(row, float(alone.ttft_s[0, 0]) + stack_s, float(alone.tpot_s[0, 0]))
    figures = Figures()
    for answers in STEADY_ANSWERS:
        found = answers_of(row, pool, away_s=stack_s, first_s=evenly * lasts_s, answers=answers, shortest=1.0)
        steady = slice(2, answers - 1)
        figures = _figures(row, found.ttft_s[:, steady] + stack_s, found.tpot_s[:, steady])
        lasts_s = _lasts_s(row, figures.ttft, figures.tpot)
    return figures


def answers_of(
    row: Row, pool: GpuPool, *, away_s: float, first_s: Times, answers: int, shortest: float
) -> Answers:
    """Play clients that first ask at `first_s` and, `away_s` after each answer, again.

    Args:
        answers: that each client receives.
        shortest: lengths are drawn evenly from this share of the row's to the whole.
    """
    clients = len(first_s)
    calls, tools = clients * answers, clients * (answers - 1)
    call = np.arange(calls).reshape(clients, answers)
    tool = calls + np.arange(tools).reshape(clients, answers - 1)
    asked = asked_at(row, np.repeat(first_s, answers))
    drawn = replace(
        asked,
        input_tokens=_lengths(asked.input_tokens, shortest, name=f"closed loop/{row.id}/input"),
        output_tokens=_lengths(asked.output_tokens, shortest, name=f"closed loop/{row.id}/output"),
    )
    none = np.zeros(0, dtype=np.int64)
    chains = CompoundTrace(
        requests=asked_at(row, first_s),
        calls=drawn,
        request=np.repeat(np.concatenate([np.arange(clients)] * 2), [answers] * clients + [answers - 1] * clients),
        step=np.zeros(calls + tools, dtype=np.int64),
        tool_s=np.full(tools, away_s),
        before=np.concatenate([call[:, :-1].ravel(), tool.ravel()]),
        then=np.concatenate([tool.ravel(), call[:, 1:].ravel()]),
        retrievals=Retrievals(none, none, np.zeros(0), none, np.zeros(0)),
        stores=(),
    )
    record, _ = simulate_requests(single_pool_world(pool), chains)
    shape = (clients, answers)
    pace_s = (record.finish_s - record.first_token_s) / np.maximum(1, drawn.output_tokens - 1)
    return Answers((record.first_token_s - record.asked_s).reshape(shape), pace_s.reshape(shape))


def _lengths(stated: NDArray[np.int64], shortest: float, *, name: str) -> NDArray[np.int64]:
    share = shortest + (1 - shortest) * stream(1, 0, name=name).random(len(stated))
    return np.maximum(1, np.rint(stated * share)).astype(np.int64)


def _figures(row: Row, ttft_s: Times, tpot_s: Times) -> Figures:
    """Means; tokens a second by Little's law, as the file derives them."""
    ttft, tpot = float(ttft_s.mean()), float(tpot_s.mean())
    return Figures(ttft, tpot, row.requests * row.output_tokens / _lasts_s(row, ttft, tpot))


def _lasts_s(row: Row, ttft_s: float, tpot_s: float) -> float:
    """Time of a whole answer."""
    return ttft_s + tpot_s * (row.output_tokens - 1)
