"""Prefix-affine: go back to where the beginning of the prompt is remembered."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.serving.routing.policy import Asked, Candidate, Route, least_loaded
from sim.serving.routing.registry import router


@router("prefix_affine")
@dataclass(frozen=True, slots=True)
class PrefixAffine:
    """The least loaded endpoint that holds the prompt's beginning.

    Unless it is too much busier than the least loaded of all, which then takes the call and learns it.
    """

    most_extra_load: float
    """Load share by which an endpoint that remembers may be busier than the least loaded."""

    @property
    def needs_state(self) -> bool:
        return True

    def route(self, route_u: float, allowed: Sequence[int], endpoints: Sequence[Candidate], asked: Asked) -> Route:
        free = least_loaded(allowed, endpoints)
        prefix = asked.prefix
        holding = [at for at in allowed if endpoints[at].holds(prefix)]
        if not holding:
            return Route(free, "nobody holds the prefix: least loaded")
        warm = least_loaded(holding, endpoints)
        if endpoints[warm].load_share > endpoints[free].load_share + self.most_extra_load:
            return Route(free, "who holds the prefix is too busy: least loaded")
        return Route(warm, "holds the prefix")
