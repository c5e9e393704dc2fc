"""Play one trace against one world."""

from collections.abc import Callable
from dataclasses import replace
from math import inf
from typing import Any

import numpy as np

from sim.serving.api import LiveApi
from sim.serving.clock import ARRIVAL, DEADLINE, Call, Clock
from sim.serving.endpoints import GpuPool
from sim.serving.fleet import Fleet, LiveEndpoint
from sim.serving.ledger import Ledger
from sim.serving.pool import LivePool
from sim.serving.record import FAILED, REFUSED, TIMED_OUT, RunRecord
from sim.serving.routing import allowed_endpoints
from sim.serving.world import World
from sim.workload.trace import Trace

NOWHERE = -1


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
    if world.router.needs_state or world.fleet_changes:
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
        self.reachable = {eu: tuple(e for e in allowed if e not in world.out) for eu, allowed in self.allowed.items()}
        """Those of the allowed that are not out for the whole window."""

    def open(self, trace: Trace) -> None:
        """Make the live endpoints for a trace whose times are those at the endpoints."""
        self.ledger = Ledger(trace)
        self.live: list[LiveEndpoint] = [
            LivePool(self.clock, endpoint, self.ledger)
            if isinstance(endpoint, GpuPool)
            else LiveApi(self.clock, endpoint, self.ledger, trace)
            for endpoint in self.world.endpoints
        ]

    @property
    def unreached(self) -> dict[bool, int]:
        """Outcome of a request that reaches nothing: refused by residency, failed where all it may reach is out."""
        return {eu: FAILED if allowed else REFUSED for eu, allowed in self.allowed.items()}

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
        unreached = self.unreached
        needs_eu = trace.needs_eu[order].tolist()

        def arrive(request: int, now_s: float) -> None:
            if chosen[request] == NOWHERE:
                refuse(request, unreached[needs_eu[request]], now_s, -1)
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
        if len(self.world.endpoints) == 1 and self.reachable[True]:
            endpoint[:] = 0
            return endpoint
        for row, (route_u, needs_eu) in enumerate(
            zip(self.trace.route_u.tolist(), self.trace.needs_eu.tolist(), strict=True)
        ):
            allowed = self.reachable[needs_eu]
            if allowed:
                endpoint[row] = router.route(route_u, allowed, ()).endpoint
        return endpoint


class _Deciding(_Run):
    """Routing by live state: the decision falls when the request arrives, then it travels to its endpoint.

    A request that its endpoint loses travels back and is routed again, for as
    long as its user waits; an answer already begun goes on after its words so
    far, and its user stays.
    """

    def run(self, until_s: float | None) -> RunRecord:
        trace = self.trace
        self.open(trace)
        self.route_u = trace.route_u.tolist()
        self.needs_eu = trace.needs_eu.tolist()
        self.trip_s = self.one_way_s.tolist()
        self.way_back_s = np.zeros(len(trace))
        self.patience_ends_s = list(self.ledger.deadline_s)
        self.fleet = (
            Fleet(self.clock, self.world, self.live, self.ledger, self._lost) if self.world.fleet_changes else None
        )
        events = self.play(trace.arrival_s.tolist(), self._arrive, until_s)
        record = self.ledger.record(return_trip_s=self.way_back_s, events=events)
        if self.fleet is None:
            return record
        return replace(record, losses=self.fleet.losses, changes=tuple(self.fleet.changes))

    def _arrive(self, request: int, now_s: float) -> None:
        needs_eu = self.needs_eu[request]
        allowed = self.reachable[needs_eu]
        fleet = self.fleet
        if fleet is not None:
            allowed = tuple(endpoint for endpoint in allowed if fleet.takes(endpoint))
        ledger = self.ledger
        if not allowed:
            ledger.leave(request, self.unreached[needs_eu], now_s, -1)
            return
        chosen = self.world.router.route(self.route_u[request], allowed, self.live).endpoint
        ledger.endpoint[request] = chosen
        trip_s = self.trip_s[request][chosen]
        if fleet is not None and ledger.spoke(request):
            # The first words went home from the endpoint that was lost.
            ledger.first_token_s[request] += self.way_back_s[request] - trip_s
        self.way_back_s[request] = trip_s
        ledger.deadline_s[request] = max(now_s + trip_s, ledger.deadline_s[request] - trip_s)
        if trip_s == 0.0:
            self.live[chosen].offer(request, now_s)
        else:
            arrival_s = now_s + trip_s
            self.clock.at(arrival_s, ARRIVAL, Call(lambda _: self._offer(request, arrival_s)))

    def _offer(self, request: int, now_s: float) -> None:
        """The request reaches its endpoint, which may have gone out meanwhile."""
        endpoint = self.ledger.endpoint[request]
        if self.fleet is None or self.fleet.takes(endpoint):
            self.live[endpoint].offer(request, now_s)
        else:
            self._lost(request, now_s)

    def _lost(self, request: int, now_s: float) -> None:
        """The endpoint has lost the request; word of it travels back to where it is routed."""
        ledger = self.ledger
        patience_ends_s = inf if ledger.spoke(request) else self.patience_ends_s[request]
        ledger.deadline_s[request] = patience_ends_s
        trip_s = self.way_back_s[request]
        heard_s = now_s + trip_s
        if patience_ends_s <= heard_s:
            leaves_s = max(now_s, patience_ends_s)
            self.clock.at(leaves_s, DEADLINE, Call(lambda _: ledger.leave(request, TIMED_OUT, leaves_s, -1)))
        elif trip_s == 0.0:
            self._arrive(request, now_s)
        else:
            self.clock.at(heard_s, ARRIVAL, Call(lambda _: self._arrive(request, heard_s)))
