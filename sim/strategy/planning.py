"""Capacity planning: how much of each endpoint is held in each month (product rule 3)."""

from collections.abc import Sequence
from math import inf

import numpy as np
from numpy.typing import NDArray

from sim.strategy.reading import Rates

Array = NDArray[np.float64]


def within_promise_load(in_time: Array, loads: Array, *, target: float, cap: float) -> Array:
    """Largest load at which every product keeps its promise, at each extreme mix; shape (mixes,).

    Where a promise is missed even by an idle platform, more capacity cannot
    help: such a product sets no limit. Between two tabulated loads the share
    in time is interpolated.

    Args:
        in_time: share of requests in time, shape (mixes, loads, products).
        target: share of requests that must be in time.
        cap: highest load ever planned.
    """
    limits = np.full(len(in_time), cap)
    for mix, product in np.ndindex(in_time.shape[0], in_time.shape[2]):
        shares = in_time[mix, :, product]
        if shares[0] >= target:
            limits[mix] = min(limits[mix], _crossing(loads, shares, target))
    return limits


def in_time_shares(rates: Rates, weights: Array) -> Array:
    """Share of each product's requests in time, shape (mixes, loads, products); who is not served is late.

    Args:
        weights: share of the requests from each group; sums to 1.
    """
    return np.stack([shares.reshape(rates.grid) @ weights for shares in rates.in_time], axis=-1)


def _crossing(loads: Array, shares: Array, target: float) -> float:
    below = np.flatnonzero(shares < target)
    if len(below) == 0:
        return float(loads[-1])
    last = below[0] - 1
    fraction = (shares[last] - target) / (shares[last] - shares[last + 1])
    return float(loads[last] + fraction * (loads[last + 1] - loads[last]))


def needed_size(
    rates_rps: Array, *, position: Array, work_s: Array, load_limit: Array, spare_room: float
) -> Array:
    """Size that holds the busiest hour within the promise, with the spare room on top; shape (cases,).

    size = max over hours of rate * (1 + spare room) * work per request / load limit,
    in replicas for a pool and in tokens a minute for a quota.

    Args:
        rates_rps: forecast requests per second by case and hour type.
        position: of each hour's mix between the extremes, same shape.
        work_s: seconds of one size unit that a request takes, at each extreme mix.
        load_limit: largest load within the promise, at each extreme mix.
    """
    work = np.interp(position, (0.0, 1.0), (work_s[0], work_s[-1]))
    limit = np.interp(position, (0.0, 1.0), (load_limit[0], load_limit[-1]))
    return (rates_rps * (1 + spare_room) * work / limit).max(axis=-1)


def whole_replicas(need: Array, *, least: int, most: int) -> Array:
    """Replicas bought for a need: whole ones, within the scenario's bounds, at least one where any is needed."""
    return np.clip(np.ceil(need - 1e-9), max(least, 1), max(most, 1))


def granted_quota(need: Array, *, cap: float, share: Array) -> Array:
    """Quota granted of what is asked for: all of it up to what the tier's cap is at the time.

    Args:
        share: what is left of the cap, by case.
    """
    return np.minimum(need, cap * share) if cap < inf else need


def plan_months(months: Sequence[int], *, launch_month: int, interval: int, lead: int) -> list[tuple[int, int]]:
    """For each month, when its capacity was decided and the last month it was meant to last.

    Plans are made every `interval` months from the launch on, `lead` months
    before they take effect; the first one of these months is planned afresh.
    """
    first = max(launch_month, months[0])
    plans = []
    for month in months:
        start = max(first, launch_month + (max(month, launch_month) - launch_month) // interval * interval)
        end = launch_month + ((start - launch_month) // interval + 1) * interval - 1
        plans.append((max(0, start - lead), end))
    return plans
