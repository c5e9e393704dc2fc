"""The log of one simulated window: all that anything after serving may look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from os import PathLike
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.serving.parquet import write_parquet

IN_FLIGHT, SERVED, TIMED_OUT, REFUSED, FAILED, NOT_MADE = range(6)
"""What became of a request or a call. Each has exactly one of these at every instant.

`NOT_MADE` is for calls of a workflow only: those whose turn has not come, or
never came because the request had left before.
"""
OUTCOMES: Final = ("in flight", "served", "timed out", "refused", "failed", "not made")
"""Words for the codes, in their order."""

PAY_AS_YOU_GO, PROVISIONED, BATCH = range(3)
"""How a call to a managed API is bought; 0 for a GPU pool too."""
TIERS: Final = ("pay as you go", "provisioned", "batch")


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
    """One row per model call, in the order of the trace; every column has shape (n,).

    Times are those at the user: the round trip to the serving region is in
    them. `nan` where a thing never happened. A column that is left out says
    that nothing of its kind happened.
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
    reason: NDArray[np.int16] = field(default_factory=lambda: np.zeros(0, dtype=np.int16))
    """Why the router chose the endpoint: an index into `reasons`, -1 where it did not choose."""
    reasons: tuple[str, ...] = ()
    retries: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, dtype=np.uint8))
    """How often the client asked again after a 429."""
    tier: NDArray[np.int8] = field(default_factory=lambda: np.zeros(0, dtype=np.int8))
    """How the call was bought: `PAY_AS_YOU_GO`, `PROVISIONED` or `BATCH`."""
    tried: NDArray[np.int16] = field(default_factory=lambda: np.zeros(0, dtype=np.int16))
    """Endpoint that answered first in a cascade and whose answer was asked again elsewhere; -1 where none was.

    Its tokens were bought too: those of the same prompt and answer.
    """
    tried_tier: NDArray[np.int8] = field(default_factory=lambda: np.zeros(0, dtype=np.int8))
    """How that first answer was bought."""
    cached_tokens: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Prompt tokens found in the prefix cache; -1 throughout where the caches have no end: the trace has them then."""

    asked_s: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    """When a workflow's call was made, `nan` where it was not; left out, each is made when its request arrives."""

    def __post_init__(self) -> None:
        n = len(self.outcome)
        usual = {"reason": -1, "retries": 0, "tier": 0, "tried": -1, "tried_tier": 0, "cached_tokens": -1}
        for name, value in usual.items():
            column = getattr(self, name)
            if len(column) == 0:
                object.__setattr__(self, name, np.full(n, value, dtype=column.dtype))

    def take(self, rows: NDArray[np.int64]) -> "RunRecord":
        """The same log with its rows in another order, or some of them."""
        columns: dict[str, Any] = {
            f.name: column[rows]
            for f in fields(self)
            if isinstance(column := getattr(self, f.name), np.ndarray) and len(column)
        }
        return replace(self, **columns)

    def count(self, outcome: int) -> int:
        return int(np.count_nonzero(self.outcome == outcome))

    def to_parquet(
        self,
        path: str | PathLike[str],
        *,
        endpoints: Sequence[str] = (),
        more: Mapping[str, NDArray[Any]] = MappingProxyType({}),
    ) -> None:
        """Write one row per call; the names behind the codes stand in the file's metadata.

        Args:
            endpoints: ids that the column `endpoint` points into.
            more: further columns, one value a call, by name.

        Raises:
            ModuleNotFoundError: pyarrow is not installed.
        """
        words = {"outcomes": OUTCOMES, "tiers": TIERS, "reasons": self.reasons, "endpoints": endpoints}
        write_parquet(self, path, words=words, more=more)


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One row per request, whatever number of calls it made; every column has shape (n,).

    requests = served + timed out + refused + failed + in flight. A request is
    served when all its calls were; else it has the outcome of the first that was not.
    """

    outcome: NDArray[np.int8]
    arrival_s: NDArray[np.float64]
    first_token_s: NDArray[np.float64]
    """When the words of the last calls had begun to reach the user; `nan` where the request was not served."""
    finish_s: NDArray[np.float64]
    """When everything was done, or the request left unserved; `nan` while in flight."""
    calls: NDArray[np.int32]
    """Model calls that were made, first tries of a cascade included."""
    cross_region_gb: NDArray[np.float64]
    """Data that retrievals carried from one region to another."""

    def count(self, outcome: int) -> int:
        return int(np.count_nonzero(self.outcome == outcome))

    @property
    def end_to_end_s(self) -> NDArray[np.float64]:
        """From arrival to the end [s]; `nan` where the request was not served."""
        return np.where(self.outcome == SERVED, self.finish_s - self.arrival_s, np.nan)

    def to_parquet(self, path: str | PathLike[str]) -> None:
        """Write one row per request; the names behind the codes stand in the file's metadata.

        Raises:
            ModuleNotFoundError: pyarrow is not installed.
        """
        write_parquet(self, path, words={"outcomes": OUTCOMES})
