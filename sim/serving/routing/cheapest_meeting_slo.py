"""Cheapest that is expected to be in time."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.serving.routing.policy import Asked, Candidate, Route, expected_s
from sim.serving.routing.registry import router


@router("cheapest_meeting_slo")
@dataclass(frozen=True, slots=True)
class CheapestMeetingSlo:
    """The cheapest endpoint whose first word is expected within the limit; the fastest where none is."""

    first_words_limit_s: float

    @property
    def needs_state(self) -> bool:
        return True

    def route(self, route_u: float, allowed: Sequence[int], endpoints: Sequence[Candidate], asked: Asked) -> Route:
        wait_s = dict(zip(allowed, expected_s(asked, allowed, endpoints=endpoints), strict=True))
        in_time = [at for at in allowed if wait_s[at] <= self.first_words_limit_s]
        if not in_time:
            return Route(min(allowed, key=lambda at: (wait_s[at], at)), "none is expected in time: fastest")
        return Route(
            min(in_time, key=lambda at: (endpoints[at].cost_rank, wait_s[at], at)), "cheapest expected in time"
        )
