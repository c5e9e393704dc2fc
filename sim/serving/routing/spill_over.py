"""Spill-over: our own pools first, the others when ours are full."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sim.serving.routing.policy import Asked, Candidate, Route, least_loaded
from sim.serving.routing.registry import router


@router("spill_over")
@dataclass(frozen=True, slots=True)
class SpillOver:
    """The least loaded of our own while its load share is below the threshold.

    Beyond it, the cheapest of the others.
    """

    own: tuple[int, ...]
    threshold: float

    @property
    def needs_state(self) -> bool:
        return True

    def route(self, route_u: float, allowed: Sequence[int], endpoints: Sequence[Candidate], asked: Asked) -> Route:
        ours, others = parted(self.own, tuple(allowed))
        if ours:
            freest = least_loaded(ours, endpoints)
            if endpoints[freest].load_share < self.threshold:
                return Route(freest, "own pool has room")
            if not others:
                return Route(freest, "own pool is full, and nothing else is allowed")
        chosen = min(others, key=lambda at: (endpoints[at].cost_rank, at))
        return Route(chosen, "own pool is full: spilled over" if ours else "no own pool is allowed")


@lru_cache(maxsize=256)
def parted(own: tuple[int, ...], allowed: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Those of the allowed that are ours, and the others."""
    return tuple([at for at in allowed if at in own]), tuple([at for at in allowed if at not in own])
