"""Fixed shares: what the levers say, whatever the load."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.serving.routing.policy import Asked, Candidate, Route
from sim.serving.routing.registry import router


@router("fixed_share")
@dataclass(frozen=True, slots=True)
class FixedShare:
    """Each endpoint takes its share of the requests it may serve.

    Where residency removes endpoints, the shares of the rest are scaled up;
    where only endpoints with share 0 remain, they split equally, since
    refusing would lose a request that can be served.
    """

    shares: tuple[float, ...]
    by_region: tuple[tuple[float, ...], ...] = ()
    """The shares of each region's users, where not all users' are alike."""

    @property
    def needs_state(self) -> bool:
        return False

    def route(
        self, route_u: float, allowed: Sequence[int], endpoints: Sequence[Candidate], asked: Asked | None = None
    ) -> Route:
        shares = self.by_region[asked.user_region] if self.by_region and asked is not None else self.shares
        total = sum(shares[e] for e in allowed)
        if total <= 0:
            return Route(allowed[int(route_u * len(allowed))], "no share set among the allowed: split equally")
        reached = 0.0
        chosen = allowed[-1]
        for endpoint in allowed:
            reached += shares[endpoint]
            if route_u * total < reached:
                chosen = endpoint
                break
        return Route(chosen, "fixed share")
