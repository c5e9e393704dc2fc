"""Cheapest that is expected to be in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from sim.serving.routing.policy import Asked, Candidate, Route, by_distance, expected_s
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
        limit_s = self.first_words_limit_s
        rtt_s = tuple(asked.rtt_s)
        cheapest = (inf, inf, -1)
        fastest = (inf, allowed[0])
        for at in by_distance(rtt_s, tuple(allowed)):
            rank = endpoints[at].cost_rank
            if (rank, rtt_s[at]) > cheapest[:2]:
                continue
            wait_s = expected_s(asked, at, endpoints=endpoints)
            if wait_s <= limit_s:
                cheapest = min(cheapest, (rank, wait_s, at))
            fastest = min(fastest, (wait_s, at))
        if cheapest[2] >= 0:
            return Route(cheapest[2], "cheapest expected in time")
        return Route(fastest[1], "none is expected in time: fastest")
