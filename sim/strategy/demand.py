"""What is asked in every hour of every month: market, growth, launch and lateness."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.scenario.schema import Product, Scenario, Seats
from sim.strategy.architecture import Group
from sim.workload import by_hour_type, hour_types, shift_from_home_h, weekly_rates

Rates = NDArray[np.float64]

SECONDS_PER_HOUR = 3600.0


def monthly_requests(states: Sequence[Scenario], catalogue: Catalogue, *, launch_month: int) -> Rates:
    """Requests of the whole market by month and product, shape (months, products); 0 before the launch.

    Market time: D(t) = Q0 (1+g)^t (1 - late_share L), or (1+g)^(t-L) without
    the lateness where demand waits for us (product rule 2).

    Args:
        states: the scenario as it stands in each month.
        launch_month: month of the launch, L.
    """
    lost = _lost_share(states[0], catalogue, launch_month=launch_month)
    # Months between two changes share one state: its volumes are the same.
    known = {id(state): state for state in states}
    volumes = {key: [volume(product, catalogue) for product in state.products] for key, state in known.items()}
    market = np.array([volumes[id(state)] for state in states])
    factors = np.array([growth_factors(states, launch_month, product=p) for p in range(market.shape[1])]).T
    open_now = (np.arange(len(states)) >= launch_month)[:, None]
    return np.where(open_now, market * factors * (1 - lost), 0.0)


def _lost_share(first: Scenario, catalogue: Catalogue, *, launch_month: int) -> float:
    if first.world.demand_waits:
        return 0.0
    return min(1.0, catalogue.value("business", "rules", "late_share_per_month") * launch_month)


def volume(product: Product, catalogue: Catalogue) -> float:
    """Requests in a month at month 0's market."""
    if isinstance(product.demand, Seats):
        days = catalogue.value("business", "rules", "working_days_per_month")
        return product.demand.amount * product.demand.requests_per_working_day * days
    return product.demand.amount * catalogue.value("business", "rules", "days_per_month")


def growth_factors(states: Sequence[Scenario], launch_month: int, *, product: int) -> Rates:
    """Growth of one product's market since month 0, by month; each month's growth is that month's own."""
    starts = launch_month if states[0].world.demand_waits else 0
    known: dict[int, float] = {}
    for state in states:
        # Months between two effects share their state.
        if id(state) not in known:
            known[id(state)] = _growth(state, product)
    steps = [known[id(state)] for state in states]
    grown: Rates = np.cumprod(np.array([step if month > starts else 1.0 for month, step in enumerate(steps)]))
    return grown


def _growth(state: Scenario, product: int) -> float:
    """By how much a product's market is larger in a month than in the one before."""
    return 1 + state.world.growth_per_month * state.products[product].growth_ratio


def forecasts(
    states: Sequence[Scenario], wanted: Iterable[tuple[int, int]], *, launch_month: int, catalogue: Catalogue
) -> dict[tuple[int, int], Rates]:
    """Requests of a month as they look from another: from then on the market grows as it does then.

    Args:
        states: the scenario as it stands in each month.
        wanted: when it is asked, and the month that is asked about, not before the launch.
        launch_month: month of the launch.

    Returns:
        by what is wanted, `monthly_requests` of the month with nothing that comes later, shape (products,).
    """
    grows_after = launch_month if states[0].world.demand_waits else 0
    kept = 1 - _lost_share(states[0], catalogue, launch_month=launch_month)
    products = range(len(states[0].products))
    grown = [growth_factors(states, launch_month, product=product).tolist() for product in products]
    found = {}
    for known_at, month in wanted:
        state = states[min(month, known_at)]
        steps = max(0, month - max(known_at, grows_after))
        found[known_at, month] = np.array(
            [
                volume(product, catalogue) * _grown(factors[min(month, known_at)], state, at, steps=steps) * kept
                for at, (product, factors) in enumerate(zip(state.products, grown, strict=True))
            ]
        )
    return found


def _grown(factor: float, state: Scenario, product: int, *, steps: int) -> float:
    """A factor after more months; multiplied month by month, as `growth_factors` does."""
    step = _growth(state, product)
    for _ in range(steps):
        factor *= step
    return factor


def hourly_shape(products: Sequence[Product], groups: Sequence[Group], *, catalogue: Catalogue) -> Rates:
    """Share of a product's month that one group asks in one second of an hour type.

    Returns:
        shape (48, products, groups) [1/s]; weighted by the hours of a month and
        summed over groups it gives the part of the market that can be served.
    """
    hours_per_month = catalogue.value("business", "rules", "hours_per_month")
    per_second = [
        [
            by_hour_type(
                weekly_rates(product.profile, catalogue, shift_h=shift_from_home_h(group.region, catalogue))
            )
            * group.share
            / (hours_per_month * SECONDS_PER_HOUR)
            for group in groups
        ]
        for product in products
    ]
    return np.moveaxis(np.array(per_second), -1, 0)


@lru_cache(maxsize=8)
def hour_weights(catalogue: Catalogue) -> Rates:
    """Hours of a month that each hour type stands for, shape (48,); read only."""
    weights = hour_types(catalogue).weight_h
    weights.setflags(write=False)
    return weights
