"""Swaps that move more than they name: leaving a layer that also has the embeddings made again.

Which layers do is `lockin/dragging.py`'s to say.
"""

from dataclasses import dataclass

from sim.lockin import LAYERS, LayerSet, LockinResult, dragged_along
from sim.strategy.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Left:
    """Leaving some layers together at the end of a month."""

    layers: LayerSet
    usd_cash: float
    exit_months: float


@dataclass(frozen=True, slots=True)
class Dragged:
    """Leaving a layer, as if the rest could stay and as it really is."""

    layer: str
    month: int
    alone: Left
    together: Left


def also_moved(outcome: Outcome, month: int | None = None) -> tuple[Dragged, ...]:
    """Layers whose leaving drags others along at the end of a month (index; the last unless given), if any.

    Nothing can be said, and nothing is, of an outcome that was stored without its lock-in result.
    """
    if outcome.lockin is None:
        return ()
    leaving = outcome.lockin
    at = outcome.scenario.months - 1 if month is None else month
    row = leaving.basis.inputs.embedding_ties[at]
    ties = frozenset(layer for layer, tied in zip(LAYERS, row, strict=True) if tied)
    moved = {layer: dragged_along(frozenset({layer}), ties) for layer in LAYERS if layer in ties}
    return tuple(
        Dragged(layer, at, _left(leaving, frozenset({layer}), at), _left(leaving, layers, at))
        for layer, layers in moved.items()
        if len(layers) > 1
    )


def _left(leaving: LockinResult, layers: LayerSet, at: int) -> Left:
    costs = leaving.leaving(layers)
    return Left(layers, float(costs.usd_cash[at]), float(costs.exit_months[at]))
