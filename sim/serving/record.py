"""The log of one simulated window: all that anything after serving may look at."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

IN_FLIGHT, SERVED, TIMED_OUT, REFUSED, FAILED = range(5)
"""What became of a request. Every request has exactly one of these at every instant."""


class FleetChange(NamedTuple):
    """One change of a fleet while a window ran, and why."""

    at_s: float
    endpoint: int
    slot: int
    """The replica's place in its pool; -1 for a whole API."""
    what: str
    """'start', 'ready', 'drain', 'keep' (a drain called off), 'return', 'notice', 'lost' or 'back'."""
    reason: str


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One row per request, in the order of the trace; every column has shape (n,).

    Times are those at the user: the round trip to the serving region is in
    them. `nan` where a thing never happened.
    """

    outcome: NDArray[np.int8]
    endpoint: NDArray[np.int16]
    """Index of the endpoint, -1 where no endpoint was allowed to serve."""
    replica: NDArray[np.int16]
    """Index of the replica that finished the request, -1 for an API or none."""
    start_s: NDArray[np.float64]
    """When the request left the queue for good: API service began, or its last prefill was admitted."""
    first_token_s: NDArray[np.float64]
    finish_s: NDArray[np.float64]
    """Last token, or the moment the request left unserved."""
    preemptions: int
    """How often a running request lost its memory and was computed again."""
    events: int
    """Simulation events processed."""
    losses: int = 0
    """How often a request was lost by its endpoint and sent to the router again."""
    changes: tuple[FleetChange, ...] = ()
    """What autoscalers and outages did to the fleet, in order of time."""

    def take(self, rows: NDArray[np.int64]) -> "RunRecord":
        """The same log with its rows in another order."""
        columns = ("outcome", "endpoint", "replica", "start_s", "first_token_s", "finish_s")
        return replace(self, **{name: getattr(self, name)[rows] for name in columns})

    def count(self, outcome: int) -> int:
        return int(np.count_nonzero(self.outcome == outcome))
