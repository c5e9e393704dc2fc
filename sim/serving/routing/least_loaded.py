"""Least loaded: the endpoint that holds the fewest requests for its size."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.serving.routing.policy import Candidate, Route


@dataclass(frozen=True, slots=True)
class LeastLoaded:
    """The endpoint with the lowest load share, decoding requests included; the lowest index where equal."""

    @property
    def needs_state(self) -> bool:
        return True

    def route(self, route_u: float, allowed: Sequence[int], endpoints: Sequence[Candidate]) -> Route:
        chosen = min(allowed, key=lambda e: (endpoints[e].load_share, e))
        return Route(chosen, "least loaded")
