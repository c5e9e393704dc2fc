"""What a routing policy is given and what it answers."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Candidate(Protocol):
    """A live endpoint as a policy sees it."""

    @property
    def load_share(self) -> float:
        """Requests held over the requests it can work on at once."""
        ...


class Route(NamedTuple):
    """A decision: the chosen endpoint's index in the world, and why."""

    endpoint: int
    reason: str


class Router(Protocol):
    """A routing policy.

    `needs_state` says whether decisions depend on live load; where they do
    not, each endpoint's arrivals are independent of the others.
    """

    @property
    def needs_state(self) -> bool: ...

    def route(self, route_u: float, allowed: Sequence[int], endpoints: Sequence[Candidate]) -> Route:
        """Choose among the allowed endpoints (indices, never empty, ascending).

        Args:
            route_u: the request's own uniform draw in [0, 1).
        """
        ...
