"""How the product mix moves over hours and months: two extreme mixes, and where every hour lies between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.scenario.schema import Product
from sim.strategy.architecture import Group
from sim.workload import Mix, ProductLoad, length_laws

GRID: Final = 0.1
"""Extreme shares are rounded outward to this grid, so that a small change of growth finds the same surfaces."""
SIGN_DIGITS: Final = 9
LEAST_SHARE: Final = 0.1
"""A product in a simulated mix has at least this share of it, or its latency would rest on a handful of requests."""


@dataclass(frozen=True, slots=True)
class MixAxis:
    """The line of product mixes that a station meets; one or two extremes, each a share for every product."""

    extremes: tuple[tuple[float, ...], ...]

    def position(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where mixes lie between the extremes, 0 to 1, by projection; shape (..., products) gives shape (...).

        0 everywhere where a single mix stands for all.
        """
        if len(self.extremes) == 1:
            return np.zeros(shares.shape[:-1])
        low, high = np.array(self.extremes)
        along = high - low
        return np.clip((shares - low) @ along / (along @ along), 0.0, 1.0)


def mix_axis(rates: NDArray[np.float64]) -> MixAxis:
    """The extreme mixes among hours that have any load.

    With two products every mix lies on the line between the extremes. With
    more the line is the direction in which the mix moves most, and what it
    moves across that direction is left out.

    Args:
        rates: requests per second by product, shape (hours, products).
    """
    products = rates.shape[-1]
    total = rates.sum(axis=-1)
    busy = total > 0
    if products == 1 or not busy.any():
        return MixAxis((_at_least((1 / products,) * products),))
    shares = rates / total[:, None] if busy.all() else rates[busy] / total[busy, None]
    middle = shares.mean(axis=0)
    along = np.array([1.0, -1.0]) * sqrt(0.5) if products == 2 else _direction(shares - middle)
    reach = (shares - middle) @ along
    extremes = [
        _outward((middle + along * r).tolist(), away_from=middle.tolist()) for r in (reach.min(), reach.max())
    ]
    return MixAxis(tuple(dict.fromkeys(_at_least(extreme) for extreme in extremes)))


def _direction(moves: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where mixes move most; of equal largest parts the first is positive.

    Two products move by equal amounts, more of them may: rounding must not
    decide which extreme is the first, or both orders are made.
    """
    _, _, directions = np.linalg.svd(moves, full_matrices=False)
    along: NDArray[np.float64] = directions[0]
    return along * np.sign(along[np.argmax(np.abs(along).round(SIGN_DIGITS))])


def _outward(shares: Sequence[float], *, away_from: Sequence[float]) -> tuple[float, ...]:
    rounded = [
        (ceil(share / GRID - 1e-9) if share > middle else floor(share / GRID + 1e-9)) * GRID
        for share, middle in zip(shares, away_from, strict=True)
    ]
    return tuple([min(max(share, 0.0), 1.0) for share in rounded])


@lru_cache(maxsize=1024)
def _at_least(shares: tuple[float, ...]) -> tuple[float, ...]:
    if len(shares) == 1:
        return (1.0,)
    raised = np.maximum(shares, LEAST_SHARE)
    return tuple(float(share) for share in np.round(raised / raised.sum(), 12))


def mixes(
    axis: MixAxis, products: Sequence[Product], *, groups: Sequence[Group], catalogue: Catalogue
) -> tuple[Mix, ...]:
    """The extreme mixes as offered load; every product has the same users."""
    weight = sum(group.share for group in groups)
    users = tuple(group.share / weight for group in groups)
    needs_eu = tuple(float(group.needs_eu) for group in groups)
    laws = [length_laws(product, catalogue) for product in products]
    return tuple(
        Mix(
            tuple(
                ProductLoad(
                    index=index,
                    share=share,
                    input_law=laws[index][0],
                    output_law=laws[index][1],
                    reused_prompt_share=product.reused_prompt_share,
                    patience_law=product.patience.law if product.patience else "none",
                    patience_mean_s=product.patience.mean_s if product.patience else 0.0,
                    user_shares=users,
                    needs_eu_share=needs_eu,
                )
                for index, (product, share) in enumerate(zip(products, extreme, strict=True))
            )
        )
        for extreme in axis.extremes
    )
