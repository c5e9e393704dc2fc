"""Work that can wait: held back while a station is full, caught up with when there is room, week after week."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.workload.profiles import DAYS_PER_WEEK, HOURS_PER_DAY, WORKING_DAYS

Array = NDArray[np.float64]

TOLERANCE = 1e-9
SETTLING_WEEKS = 4
"""Weeks played before the one that counts; a backlog that is cleared each week settles within two."""


@dataclass(frozen=True, slots=True, eq=False)
class Deferred:
    """When the work that can wait is done, by case and hour type."""

    executed: Array
    """Load of that work in each hour type, shape (cases, 48)."""
    wait_h: Array
    """Mean time it is held back, shape (cases,) [h]."""
    saturated: NDArray[np.bool_]
    """Whether some of it is still left when the week is over, so that the backlog grows for ever."""

    def take(self, cases: NDArray[np.int64]) -> "Deferred":
        """Some of the cases."""
        return Deferred(self.executed[cases], self.wait_h[cases], self.saturated[cases])


def defer(urgent: Array, waiting: Array, *, cap: float) -> Deferred:
    """Play the weekly cycle of a fluid backlog: Q <- max(0, Q + arriving - room).

    The room of an hour is what urgent work leaves below the cap. By Little's
    law the mean time held back is the mean backlog over the mean arrivals.
    Where arrivals exceed the week's room, only the room is executed and the
    wait is infinite.

    Args:
        urgent: load of the work that cannot wait, shape (cases, 48).
        waiting: load that arrives and can wait, same shape.
        cap: highest load to which a station is filled with work that can wait.
    """
    room = np.maximum(0.0, cap - urgent)
    hours = week_hours()
    saturated = waiting[:, hours].sum(axis=-1) > room[:, hours].sum(axis=-1) + TOLERANCE
    backlog = np.zeros(len(urgent))
    done = np.zeros((len(urgent), len(hours)))
    held = np.zeros_like(done)
    for week in range(SETTLING_WEEKS + 1):
        for at, hour in enumerate(hours):
            arrived = backlog + waiting[:, hour]
            served = np.minimum(arrived, room[:, hour])
            backlog = arrived - served
            if week == SETTLING_WEEKS:
                done[:, at], held[:, at] = served, backlog
    executed = np.stack(
        [done[:, hours == hour].mean(axis=-1) for hour in range(2 * HOURS_PER_DAY)], axis=-1
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        wait_h = np.nan_to_num(held.mean(axis=-1) / waiting[:, hours].mean(axis=-1), posinf=0.0)
    return Deferred(executed=executed, wait_h=np.where(saturated, np.inf, wait_h), saturated=saturated)


def hold_back(
    rates_rps: Array, load_per_rps: Array, *, can_wait: NDArray[np.bool_], cap: float
) -> tuple[Array, Deferred | None]:
    """The demand as it is worked on: what can wait is moved to hours with room, where it does not fit at once.

    A request that can wait counts with its mean work over the hours, so that none is lost by being moved.

    Args:
        rates_rps: by case, hour type, product and group.
        load_per_rps: load that a request per second makes, shape (cases, hours).
        can_wait: which products may be moved.
        cap: as in `defer`.
    """
    total = rates_rps.sum(axis=(-1, -2)) * load_per_rps
    if not can_wait.any() or (total <= cap).all():
        return rates_rps, None
    work = load_per_rps.mean(axis=-1)
    waiting_rps = rates_rps[:, :, can_wait].sum(axis=(-1, -2))
    urgent = rates_rps[:, :, ~can_wait].sum(axis=(-1, -2)) * load_per_rps
    held = defer(urgent, waiting_rps * work[:, None], cap=cap)
    of_class = rates_rps[:, :, can_wait].sum(axis=1)
    share = of_class / np.maximum(of_class.sum(axis=(-1, -2), keepdims=True), 1e-300)
    moved = rates_rps.copy()
    moved[:, :, can_wait] = (held.executed / work[:, None])[:, :, None, None] * share[:, None]
    return moved, held


def week_hours() -> NDArray[np.int64]:
    """Hour type of each hour of a week from Monday 00:00 UTC, shape (168,)."""
    day = np.arange(HOURS_PER_DAY)
    return np.concatenate([day] * WORKING_DAYS + [day + HOURS_PER_DAY] * (DAYS_PER_WEEK - WORKING_DAYS))
