"""How long a fleet was rented and how long it served, from the changes in the log."""

from collections.abc import Iterable
from dataclasses import dataclass

from sim.serving.endpoints import GpuPool
from sim.serving.record import FleetChange


@dataclass(frozen=True, slots=True)
class FleetTime:
    """Replica-seconds of one pool over a window [s]."""

    rented_s: float
    """From the decision to start a replica until it is returned, in outages too."""
    out_s: float
    """The part of it in which a replica was out: spot capacity is not paid for then, a machine of one's own is."""


def fleet_time(
    pool: GpuPool, changes: Iterable[FleetChange], *, endpoint: int, opens_s: float, closes_s: float
) -> FleetTime:
    """Replica-seconds of a pool between two times.

    Args:
        pool: as the window began with it.
        changes: those of the window's log, in order of time; other endpoints' are passed over.
        endpoint: the pool's index in the world.
        opens_s: when the window begins [s].
        closes_s: when it ends [s].
    """
    rented = dict.fromkeys(range(pool.replicas), opens_s)
    out: dict[int, float] = {}
    rented_s = out_s = 0.0

    def between(since_s: float, until_s: float) -> float:
        return max(0.0, min(until_s, closes_s) - max(since_s, opens_s))

    for change in changes:
        slot = change.slot
        if change.endpoint != endpoint:
            continue
        if change.what == "start":
            rented[slot] = change.at_s
        elif change.what == "lost":
            out[slot] = change.at_s
        elif change.what == "back":
            out_s += between(out.pop(slot), change.at_s)
        elif change.what == "return":
            out.pop(slot, None)
            rented_s += between(rented.pop(slot), change.at_s)
    rented_s += sum(between(since_s, closes_s) for since_s in rented.values())
    out_s += sum(between(since_s, closes_s) for since_s in out.values())
    return FleetTime(rented_s, out_s)
