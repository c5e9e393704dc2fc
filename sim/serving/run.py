"""What every way of playing a window shares: the ledger, the live endpoints, the arrivals."""

from collections.abc import Callable
from itertools import chain
from typing import Any, Final

import numpy as np

from sim.serving.api import LiveApi
from sim.serving.clock import Clock
from sim.serving.disaggregated import LiveDisaggregatedPool
from sim.serving.endpoints import DisaggregatedPool, Endpoint, GpuPool
from sim.serving.fleet import LiveEndpoint
from sim.serving.ledger import Ledger
from sim.serving.pool import LivePool
from sim.serving.record import FAILED, REFUSED
from sim.serving.routing import allowed_endpoints
from sim.serving.world import World
from sim.workload.trace import FloatColumn, Trace

NOWHERE: Final = -1
PIECE: Final = 10_000


class Run:
    """A world while a window runs."""

    def __init__(self, clock: Clock, world: World, trace: Trace) -> None:
        self.clock = clock
        self.world = world
        self.trace = trace
        self.allowed = allowed_endpoints(len(world.endpoints), world.eu_endpoints)
        self.reachable = {eu: tuple(e for e in allowed if e not in world.out) for eu, allowed in self.allowed.items()}
        """Those of the allowed that are not out for the whole window."""

    def open(self, trace: Trace) -> None:
        """Make the live endpoints for a trace whose times are those at the endpoints."""
        self.ledger = Ledger(trace)
        self.live: list[LiveEndpoint] = [self._live(endpoint, trace) for endpoint in self.world.endpoints]

    def _live(self, endpoint: Endpoint, trace: Trace) -> LiveEndpoint:
        if isinstance(endpoint, GpuPool):
            return LivePool(self.clock, endpoint, self.ledger)
        if isinstance(endpoint, DisaggregatedPool):
            return LiveDisaggregatedPool(self.clock, endpoint, self.ledger)
        return LiveApi(self.clock, endpoint, self.ledger, trace)

    @property
    def unreached(self) -> dict[bool, int]:
        """Outcome of a request that reaches nothing: refused by residency, failed where all it may reach is out."""
        return {eu: FAILED if allowed else REFUSED for eu, allowed in self.allowed.items()}

    def play(self, times_s: FloatColumn, arrive: Callable[[int, float], None], until_s: float | None) -> int:
        """Drive arrivals through the clock; returns the number of events processed."""
        # As floats of Python, but not all at once.
        pieces = (times_s[at : at + PIECE].tolist() for at in range(0, len(times_s), PIECE))
        self.clock.play(chain.from_iterable(pieces), arrive, until_s)
        if until_s is not None:
            self.ledger.forget_after(until_s)
        return self.clock.events


class Reasons:
    """The reasons of all decisions: each sentence once, and a code for each call."""

    __slots__ = ("codes", "of")

    def __init__(self, calls: int) -> None:
        self.codes: dict[str, int] = {}
        self.of = [-1] * calls

    def note(self, call: int, reason: str) -> None:
        codes = self.codes
        code = codes.get(reason)
        if code is None:
            code = codes[reason] = len(codes)
        self.of[call] = code

    def note_all(self, reason: str) -> None:
        """Every call was sent for one and the same reason."""
        self.codes = {reason: 0}
        self.of = [0] * len(self.of)

    def columns(self) -> dict[str, Any]:
        """As `RunRecord` holds them."""
        return {"reason": np.array(self.of, dtype=np.int16), "reasons": tuple(self.codes)}
