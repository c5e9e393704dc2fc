"""Nearest by time: distance and queue together."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.serving.routing.policy import Asked, Candidate, Route, expected_s
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
        wait_s = expected_s(asked, allowed, endpoints=endpoints)
        chosen = allowed[wait_s.index(min(wait_s))]
        rtt_s = asked.rtt_s
        if rtt_s[chosen] > min([rtt_s[at] for at in allowed]):
            return Route(chosen, "farther, and sooner all the same")
        return Route(chosen, "nearest")
