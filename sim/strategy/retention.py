"""How service feeds back on demand: who was served badly this month asks for less in the next.

H(t+1) depends on the service of month t, and that on H(t), so months are in
order. They are served all at once instead, again and again, until the demand
they were served at is the demand that their service leaves: pass n has the
first n months right whatever happens, so it always ends. Where few are late or
leave, three passes do; where a quota or a pool is full it takes more, because
there a hundredth of the demand decides over many hundredths of the lateness.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.economics import PriceBook, Retention, next_retention
from sim.metrics import ProductFlow
from sim.scenario.schema import Scenario
from sim.strategy.months import first_day

Array = NDArray[np.float64]
Flows = Sequence[Sequence[ProductFlow]]
"""How products were served, by month and product in the order of the scenario."""

TOLERANCE = 1e-6
"""Largest change of a share of demand from pass to pass at which demand and service agree."""


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """Demand that agrees with its own service."""

    kept: Array
    """Share of the market's demand that is left, by month and product. The months were served at it last."""
    passes: int
    """How often the months were served."""


def kept_shares(flows: Flows, states: Sequence[Scenario], *, book: PriceBook) -> Array:
    """Share of each product's demand that is left in each month, shape (months, products); 1 in month 0.

    Args:
        flows: how each product was served in each month.
        states: the scenario as it stands in each month; its world says whether bad service loses customers.
        book: prices by day, which hold the parameters.
    """
    kept = np.ones((len(states), len(states[0].products)))
    for month, (state, served) in enumerate(zip(states[:-1], flows[:-1], strict=True)):
        kept[month + 1] = kept[month]
        if state.world.retention_on:
            prices = book.on(first_day(state.start, month))
            kept[month + 1] = [
                next_retention(share, flow, retention=Retention.of(product, prices))
                for share, product, flow in zip(kept[month].tolist(), state.products, served, strict=True)
            ]
    return kept


def settle(serve: Callable[[Array], Flows], states: Sequence[Scenario], *, book: PriceBook) -> Settled:
    """Serve the months until demand and service agree.

    Where no month's world lets bad service lose customers they are served once.

    Args:
        serve: serves every month at the market's demand times what it is given, shape (months, products).
        states: the scenario as it stands in each month.
        book: prices by day.
    """
    kept = np.ones((len(states), len(states[0].products)))
    for passes in range(1, len(states) + 1):
        found = kept_shares(serve(kept), states, book=book)
        if float(np.abs(found - kept).max()) <= TOLERANCE:
            return Settled(kept, passes)
        kept = found
    serve(kept)
    return Settled(kept, len(states) + 1)
