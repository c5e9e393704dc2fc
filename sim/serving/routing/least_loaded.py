"""Least loaded: the endpoint that holds the fewest requests for its size."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.serving.routing.policy import Asked, Candidate, Route, least_loaded
from sim.serving.routing.registry import router


@router("least_loaded")
@dataclass(frozen=True, slots=True)
class LeastLoaded:
    """The endpoint with the lowest load share, decoding requests included; the lowest index where equal."""

    @property
    def needs_state(self) -> bool:
        return True

    def route(
        self, route_u: float, allowed: Sequence[int], endpoints: Sequence[Candidate], asked: Asked | None = None
    ) -> Route:
        return Route(least_loaded(allowed, endpoints), "least loaded")
