"""Kinds of futures: what each strategy is worth less than the best one where growth is slow, or where a shock strikes.

A kind is all drawn futures that have something in common, so it rests on the
same readings as everything else, and says how sure it is.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.metrics import Estimate
from sim.strategy.futures.outcome import FuturesResult, Uncertain

End = Literal["all", "low", "high", "strikes"]

TAIL = 0.1
"""Part of the futures at either end of a value that makes a kind."""
LEAST = 10
"""Futures of a kind, at least."""
MOST = 7
"""Kinds that are told beside all futures together."""


@dataclass(frozen=True, slots=True)
class FutureKind:
    """Futures that have something in common, and how far each strategy is from the best one over them."""

    parameter: Uncertain | None
    """`None` for all futures."""
    end: End
    """The tenth with the lowest or the highest values, or those in which a shock strikes."""
    n: int
    distance_usd: tuple[float, ...]
    """Mean worth of the strategy that is best over these futures, less that of each; 0 for the best."""
    ties: tuple[bool, ...]
    """Whether the 95 % interval of the distance, future by future, holds zero: nobody can tell the two apart."""


def kinds_of(result: FuturesResult) -> tuple[FutureKind, ...]:
    """All futures together, then the kinds in which distances differ most from that, the most telling first."""
    whole = _kind(result, None, "all", np.ones(result.n, dtype=bool))
    found = [
        _kind(result, parameter, end, inside)
        for column, parameter in enumerate(result.uncertain)
        for end, inside in _ends(parameter, result.inputs[:, column])
        if inside.sum() >= LEAST
    ]

    def told(kind: FutureKind) -> float:
        return max(abs(here - usual) for here, usual in zip(kind.distance_usd, whole.distance_usd, strict=True))

    return (whole, *sorted(found, key=told, reverse=True)[:MOST])


def _ends(parameter: Uncertain, values: NDArray[np.float64]) -> list[tuple[End, NDArray[np.bool_]]]:
    if parameter.kind == "strike":
        return [("strikes", values < parameter.high)]
    if parameter.kind == "gravity":
        return []
    low, high = np.quantile(values, (TAIL, 1 - TAIL))
    return [("low", values <= low), ("high", values >= high)]


def _kind(
    result: FuturesResult, parameter: Uncertain | None, end: End, inside: NDArray[np.bool_]
) -> FutureKind:
    worth = np.array([strategy.npv_usd[inside] for strategy in result.strategies])
    best = int(np.argmax(worth.mean(axis=1)))
    behind = worth[best] - worth
    return FutureKind(
        parameter=parameter,
        end=end,
        n=int(inside.sum()),
        distance_usd=tuple(max(0.0, usd) for usd in behind.mean(axis=1).tolist()),
        ties=tuple(at != best and _may_be_none(each) for at, each in enumerate(behind)),
    )


def _may_be_none(behind_usd: NDArray[np.float64]) -> bool:
    estimate = Estimate.of(behind_usd.tolist())
    return bool(abs(estimate.mean) <= estimate.half_width)
