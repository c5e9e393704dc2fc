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
        wait_s = expected_s(asked, allowed, endpoints=endpoints)
        limit_s = self.first_words_limit_s
        in_time = [
            (endpoints[at].cost_rank, each_s, at)
            for at, each_s in zip(allowed, wait_s, strict=True)
            if each_s <= limit_s
        ]
        if in_time:
            return Route(min(in_time)[2], "cheapest expected in time")
        return Route(allowed[wait_s.index(min(wait_s))], "none is expected in time: fastest")
