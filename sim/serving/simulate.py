"""Play one trace against one world."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from sim.serving.api import LiveApi
from sim.serving.clock import ARRIVAL, Call, Clock
from sim.serving.endpoints import GpuPool
from sim.serving.ledger import Ledger
from sim.serving.pool import LivePool
from sim.serving.record import REFUSED, RunRecord
from sim.serving.routing import allowed_endpoints
from sim.serving.world import World
from sim.workload.trace import Trace

NOWHERE = -1
LiveEndpoint = LivePool | LiveApi


def simulate(world: World, trace: Trace, *, until_s: float | None = None) -> RunRecord:
    """Play every request of the trace to its end.

    Args:
        world: endpoints, router and distances.
        trace: the offered load; all randomness is in it, so equal arguments
            give byte-equal results.
        until_s: stop the clock here; requests not yet decided are then in
            flight. `None` plays until the last request has left.
    """
    clock = Clock()
    if world.router.needs_state:
        return _Deciding(clock, world, trace).run(until_s)
    return _Assigned(clock, world, trace).run(until_s)


class _Run:
    """What both ways of playing share: the ledger, the live endpoints, the way there and back."""

    def __init__(self, clock: Clock, world: World, trace: Trace) -> None:
        self.clock = clock
        self.world = world
        self.trace = trace
        self.one_way_s = np.array(world.rtt_s)[trace.user_region] / 2 if len(trace) else np.zeros((0, 1))
        """(request, endpoint): half the round trip."""
        self.allowed = allowed_endpoints(len(world.endpoints), world.eu_endpoints)

    def open(self, trace: Trace) -> None:
        """Make the live endpoints for a trace whose times are those at the endpoints."""
        self.ledger = Ledger(trace)
        self.live: list[LiveEndpoint] = [
            LivePool(self.clock, endpoint, self.ledger)
            if isinstance(endpoint, GpuPool)
            else LiveApi(self.clock, endpoint, self.ledger, trace)
            for endpoint in self.world.endpoints
        ]

    def play(self, times_s: list[float], arrive: Callable[[int, float], None], until_s: float | None) -> int:
        """Drive arrivals through the clock; returns the number of events processed."""
        clock = self.clock
        total = len(times_s)
        position = 0

        def arrivals(_: Any) -> None:
            nonlocal position
            now_s = times_s[position]
            while True:
                arrive(position, now_s)
                position += 1
                if position == total:
                    return
                if times_s[position] != now_s:
                    break
            clock.at(times_s[position], ARRIVAL, Call(arrivals))

        if total:
            clock.at(times_s[0], ARRIVAL, Call(arrivals))
        clock.run(until=until_s)
        if until_s is not None:
            self.ledger.forget_after(until_s)
        return clock.events


class _Assigned(_Run):
    """Routing that needs no state: requests are assigned beforehand, and each arrives at its endpoint's own time."""

    def run(self, until_s: float | None) -> RunRecord:
        trace = self.trace
        endpoint = self._assign()
        placed = endpoint != NOWHERE
        one_way_s = np.where(placed, self.one_way_s[np.arange(len(trace)), endpoint], 0.0)
        at_endpoint_s = trace.arrival_s + one_way_s
        order = np.argsort(at_endpoint_s, kind="stable")
        # The words must leave the endpoint one way early, and the request reached it one way late.
        patience_s = np.maximum(0.0, trace.patience_s - 2 * one_way_s)
        self.open(replace(trace, arrival_s=at_endpoint_s, patience_s=patience_s).take(order))
        self.ledger.endpoint = endpoint[order].tolist()
        offers = [live.offer for live in self.live]
        chosen = self.ledger.endpoint
        refuse = self.ledger.leave

        def arrive(request: int, now_s: float) -> None:
            if chosen[request] == NOWHERE:
                refuse(request, REFUSED, now_s, -1)
            else:
                offers[chosen[request]](request, now_s)

        only = offers[0]
        simple = len(offers) == 1 and bool(placed.all())
        events = self.play(at_endpoint_s[order].tolist(), only if simple else arrive, until_s)
        back = np.empty(len(trace), dtype=np.int64)
        back[order] = np.arange(len(trace))
        return self.ledger.record(return_trip_s=one_way_s[order], events=events).take(back)

    def _assign(self) -> np.ndarray:
        """Endpoint of every request, by its own draw and what residency allows."""
        router = self.world.router
        endpoint = np.full(len(self.trace), NOWHERE)
        if len(self.world.endpoints) == 1 and self.allowed[True]:
            endpoint[:] = 0
            return endpoint
        for row, (route_u, needs_eu) in enumerate(
            zip(self.trace.route_u.tolist(), self.trace.needs_eu.tolist(), strict=True)
        ):
            allowed = self.allowed[needs_eu]
            if allowed:
                endpoint[row] = router.route(route_u, allowed, ()).endpoint
        return endpoint


class _Deciding(_Run):
    """Routing by live state: the decision falls when the request arrives, then it travels to its endpoint."""

    def run(self, until_s: float | None) -> RunRecord:
        trace = self.trace
        self.open(trace)
        ledger = self.ledger
        world = self.world
        route_u = trace.route_u.tolist()
        needs_eu = trace.needs_eu.tolist()
        one_way_s = self.one_way_s.tolist()
        way_back_s = np.zeros(len(trace))

        def arrive(request: int, now_s: float) -> None:
            allowed = self.allowed[needs_eu[request]]
            if not allowed:
                ledger.leave(request, REFUSED, now_s, -1)
                return
            chosen = world.router.route(route_u[request], allowed, self.live).endpoint
            ledger.endpoint[request] = chosen
            trip_s = one_way_s[request][chosen]
            way_back_s[request] = trip_s
            ledger.deadline_s[request] = max(now_s + trip_s, ledger.deadline_s[request] - trip_s)
            offer = self.live[chosen].offer
            if trip_s == 0.0:
                offer(request, now_s)
            else:
                arrival_s = now_s + trip_s
                self.clock.at(arrival_s, ARRIVAL, Call(lambda _: offer(request, arrival_s)))

        events = self.play(trace.arrival_s.tolist(), arrive, until_s)
        return ledger.record(return_trip_s=way_back_s, events=events)
