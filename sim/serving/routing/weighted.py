"""Weighted scorers: several wishes at once, each with a weight."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.serving.routing.policy import Asked, Candidate, Route, expected_s
from sim.serving.routing.registry import router


@router("weighted")
@dataclass(frozen=True, slots=True)
class Weighted:
    """The endpoint with the highest weighted sum of four scores, each from 0 (worst of the allowed) to 1 (best).

    load: 1 - load share over the highest; latency: the shortest expected time
    over its own; cost: 1 - rank over the highest; prefix: 1 where it is held.
    """

    load: float = 0.0
    latency: float = 0.0
    cost: float = 0.0
    prefix: float = 0.0

    def __post_init__(self) -> None:
        weights = (self.load, self.latency, self.cost, self.prefix)
        if min(weights) < 0 or sum(weights) <= 0:
            raise ValueError(f"weights must be at least 0, and one above 0 (got {self})")

    @property
    def needs_state(self) -> bool:
        return True

    def route(self, route_u: float, allowed: Sequence[int], endpoints: Sequence[Candidate], asked: Asked) -> Route:
        score = dict.fromkeys(allowed, 0.0)
        if self.load:
            most = max(endpoints[at].load_share for at in allowed)
            for at in allowed:
                score[at] += self.load * (1 - endpoints[at].load_share / most if most > 0 else 1.0)
        if self.latency:
            wait_s = {at: expected_s(asked, at, endpoints=endpoints) for at in allowed}
            least_s = min(wait_s.values())
            for at in allowed:
                score[at] += self.latency * (least_s / wait_s[at] if wait_s[at] > 0 else 1.0)
        if self.cost:
            dearest = max(endpoints[at].cost_rank for at in allowed)
            for at in allowed:
                score[at] += self.cost * (1 - endpoints[at].cost_rank / dearest if dearest else 1.0)
        if self.prefix:
            for at in allowed:
                score[at] += self.prefix * endpoints[at].holds(asked.prefix)
        return Route(max(allowed, key=lambda at: (score[at], -at)), "best weighted score")
