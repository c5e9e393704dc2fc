"""Nearest by time: distance and queue together."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from sim.serving.routing.policy import Asked, Candidate, Route, by_distance, expected_s
from sim.serving.routing.registry import router


@router("nearest")
@dataclass(frozen=True, slots=True)
class Nearest:
    """The endpoint whose first word is expected at the user soonest.

    A near one with a queue loses to a far one without.
    """

    @property
    def needs_state(self) -> bool:
        return True

    def route(self, route_u: float, allowed: Sequence[int], endpoints: Sequence[Candidate], asked: Asked) -> Route:
        rtt_s = tuple(asked.rtt_s)
        nearest_first = by_distance(rtt_s, tuple(allowed))
        chosen = allowed[0]
        least_s = inf
        for at in nearest_first:
            if rtt_s[at] > least_s:
                break
            wait_s = expected_s(asked, at, endpoints=endpoints)
            if wait_s < least_s or (wait_s == least_s and at < chosen):
                chosen, least_s = at, wait_s
        if rtt_s[chosen] > rtt_s[nearest_first[0]]:
            return Route(chosen, "farther, and sooner all the same")
        return Route(chosen, "nearest")
