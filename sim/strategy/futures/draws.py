"""Drawing futures: a Latin hypercube that more futures extend and never change.

Futures come in blocks. Every block is a Latin hypercube of its own, drawn from
streams that are named after the block and the parameter. So the first futures
of many are the same as few, another parameter moves no draw of the others, and
blocks, being independent, say how sure a share over the futures is.
"""

from collections.abc import Mapping, Sequence
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.lockin import Shock
from sim.scenario.events import Gravity
from sim.scenario.schema import ShockEvent
from sim.strategy.futures.outcome import Future, Uncertain
from sim.strategy.futures.uncertain import GRAVITY, HAZARDS, STRIKE, TABLE, drawn_shocks, place
from sim.workload.streams import stream

Array = NDArray[np.float64]

BLOCK = 100
"""Futures of one hypercube."""
MOST_STRIKES = 60
"""Shocks that a scenario can hold."""
MONTHS_PER_YEAR = 12
NAME = "futures"


def levels(parameters: Sequence[Uncertain], *, n: int, seed: int) -> Array:
    """Levels from 0 to 1 of every parameter, shape (n, parameters); each block of futures is stratified in each."""
    blocks = [
        np.stack([_latin(parameter.id, block, seed) for parameter in parameters], axis=-1)
        for block in range(ceil(n / BLOCK))
    ]
    return np.concatenate(blocks)[:n]


def _latin(parameter: str, block: int, seed: int) -> Array:
    """One column of a block. Columns shuffled independently of one another make a Latin hypercube."""
    random = stream(seed, block, name=f"{NAME}/{parameter}")
    # Imported here: it takes longer than most of what a worker is started for, and no worker draws.
    from scipy.stats import qmc

    return qmc.LatinHypercube(d=1, rng=random).random(BLOCK)[:, 0]


def draw(
    parameters: Sequence[Uncertain], *, n: int, seed: int, months: int, catalogue: Catalogue
) -> tuple[tuple[Future, ...], Array]:
    """Futures, and what each of them is, shape (n, parameters).

    Values follow triangular laws from low over likely to high. Shocks strike
    as Poisson processes with the deck's hazards, at the place of their ranges
    that the future has drawn.

    Args:
        parameters: as `uncertain_of` gives them.
        months: horizon; what would strike later does not strike.
    """
    share = levels(parameters, n=n, seed=seed)
    at = {parameter.id: column for column, parameter in enumerate(parameters)}
    plain = [p for p in parameters if p.kind not in ("strike", "gravity")]
    values = share.copy()
    for parameter in plain:
        column = at[parameter.id]
        values[:, column] = [triangular(parameter, level) for level in share[:, column].tolist()]
    cards = drawn_shocks(catalogue)
    mild, grave = (catalogue.value(TABLE, "gravity", quantity) for quantity in ("mild_share", "grave_share"))
    where = np.zeros(n)
    for hazards in (p for p in plain if p.id == HAZARDS):
        where = np.array([place(hazards, value) for value in values[:, at[HAZARDS]].tolist()])
    events: list[list[ShockEvent]] = [[] for _ in range(n)]
    for card in cards:
        column = at[f"{STRIKE}{card.id}"]
        times = _strike_months(card, share[:, column], places=where, seed=seed)
        values[:, column] = np.minimum(np.floor(times[:, 0]), months)
        for index, struck in enumerate(times):
            level = float(share[index, at[f"{GRAVITY}{card.id}"]])
            size: Gravity = "low" if level < mild else "high" if level >= 1 - grave else "likely"
            events[index] += [
                ShockEvent(shock=card.id, month=int(month), size=size) for month in struck[struck < months]
            ]
    futures = tuple(
        Future(
            index,
            {p.id: float(values[index, at[p.id]]) for p in plain},
            tuple(sorted(events[index], key=lambda event: event.month)[:MOST_STRIKES]),
        )
        for index in range(n)
    )
    return futures, values


def triangular(parameter: Uncertain, level: float) -> float:
    """The value below which a share of the triangular law lies."""
    low, likely, high = parameter.low, parameter.likely, parameter.high
    width = high - low
    if level * width < likely - low:
        return low + sqrt(level * width * (likely - low))
    return high - sqrt((1 - level) * width * (high - likely))


def _strike_months(card: Shock, first: Array, *, places: Array, seed: int) -> Array:
    """When a shock strikes, in months from the start, shape (n, MOST_STRIKES), rising.

    Waiting times are exponential. The first one's level is given, stratified
    over the futures; later ones are drawn block by block.
    """
    per_month = np.array([card.hazard_per_year.at(place) for place in places.tolist()]) / MONTHS_PER_YEAR
    waits = np.concatenate(
        [
            stream(seed, block, name=f"{NAME}/{STRIKE}{card.id}/again").standard_exponential((BLOCK, MOST_STRIKES))
            for block in range(ceil(len(first) / BLOCK))
        ]
    )[: len(first)]
    waits[:, 0] = -np.log1p(-first)
    with np.errstate(divide="ignore"):
        return np.cumsum(waits, axis=1) / per_month[:, None]


def as_drawn(values: Mapping[str, float], shocks: Sequence[ShockEvent] = (), *, index: int = 0) -> Future:
    """A future of given values, for questions of one thing at a time."""
    return Future(index, dict(values), tuple(shocks))
