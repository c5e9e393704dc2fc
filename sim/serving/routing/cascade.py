"""Cascade: a small model first, a larger one when its answer will not do."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.serving.routing.policy import Asked, Candidate, Route, Router
from sim.serving.routing.registry import router
from sim.workload.trace import FloatColumn


@router("cascade")
@dataclass(frozen=True, slots=True)
class Cascade:
    """A share of the calls tries the small endpoint; a share of those is asked again elsewhere, and pays for both.

    Whether an answer will do is the call's own draw: with u uniform the call
    is tried where u < share, and asked again where u < share * asked_again_share.
    All that does not go to the small endpoint is routed by `then` among the others.
    """

    small: int
    share: float
    asked_again_share: float
    then: Router

    def __post_init__(self) -> None:
        if not (0 <= self.share <= 1 and 0 <= self.asked_again_share <= 1):
            raise ValueError(f"shares of a cascade lie in 0..1 (got {self.share} and {self.asked_again_share})")
        if isinstance(self.then, Cascade):
            raise ValueError("a cascade has two stages: its second router cannot be a cascade")

    @property
    def needs_state(self) -> bool:
        return True

    def asked_again(self, escalate_u: FloatColumn) -> NDArray[np.bool_]:
        """Calls that are asked again, should the small endpoint be the one to answer them."""
        return escalate_u < self.share * self.asked_again_share

    def route(self, route_u: float, allowed: Sequence[int], endpoints: Sequence[Candidate], asked: Asked) -> Route:
        others = [at for at in allowed if at != self.small]
        if not asked.again and self.small in allowed:
            if not others:
                return Route(self.small, "only the small model is allowed")
            if asked.escalate_u < self.share:
                return Route(self.small, "small model first")
        if not others:
            return Route(self.small, "asked again, and only the small model is left")
        chosen, reason = self.then.route(route_u, others, endpoints, asked)
        return Route(chosen, f"asked again: {reason}" if asked.again else reason)
