"""Play one trace against one world."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from sim.serving.asking import Asking
from sim.serving.clock import Clock
from sim.serving.deciding import Deciding
from sim.serving.record import RequestRecord, RunRecord
from sim.serving.routing import Cascade
from sim.serving.run import NOWHERE, Reasons, Run
from sim.serving.staged import Staged
from sim.serving.world import World
from sim.workload.compound import CompoundTrace, single_calls
from sim.workload.trace import FloatColumn, IntColumn, Trace


def simulate(world: World, trace: Trace, *, until_s: float | None = None) -> RunRecord:
    """Play every request of the trace, one call each, to its end.

    Args:
        world: endpoints, router and distances.
        trace: the offered load; all randomness is in it, so equal arguments
            give byte-equal results.
        until_s: stop the clock here; requests not yet decided are then in
            flight. `None` plays until the last request has left.
    """
    if isinstance(world.router, Cascade):
        return Staged(Clock(), world, single_calls(trace)).run(until_s)
    if world.router.needs_state or world.fleet_changes or world.remembers:
        return Deciding(Clock(), world, trace).run(until_s)
    return _Assigned(Clock(), world, trace).run(until_s)


def simulate_requests(
    world: World, compound: CompoundTrace, *, until_s: float | None = None
) -> tuple[RunRecord, RequestRecord]:
    """Play requests that unfold into workflows (`sim.workload.unfold`).

    Every call makes its own round trip from the user's region, where the
    application that conducts the workflow runs; retrievals are made from the
    region that serves the call which reads them. A user's patience, counted
    from the request's arrival, ends when the words of the last call begin.

    Args:
        world: endpoints, router, distances and data stores.
        compound: the offered load.
        until_s: stop the clock here.

    Returns:
        the log by call, in the order of `compound.calls`, and the log by request.

    Raises:
        LookupError: a retrieval names a store that the world lacks.
    """
    return Staged(Clock(), world, compound).run_requests(until_s)


class _Assigned(Run):
    """Routing that needs no state: requests are assigned beforehand, and each arrives at its endpoint's own time."""

    def run(self, until_s: float | None) -> RunRecord:
        trace = self.trace
        reasons = Reasons(len(trace))
        endpoint = self._assign(reasons)
        way_s = np.array(self.world.rtt_s)[trace.user_region] / 2 if len(trace) else np.zeros((0, 1))
        one_way_s = np.where(endpoint != NOWHERE, way_s[np.arange(len(trace)), endpoint], 0.0)
        at_endpoint_s = trace.arrival_s + one_way_s
        # The words must leave the endpoint one way early, and the request reached it one way late.
        patience_s = np.maximum(0.0, trace.patience_s - 2 * one_way_s)
        there = replace(trace, arrival_s=at_endpoint_s, patience_s=patience_s)
        if np.all(at_endpoint_s[1:] >= at_endpoint_s[:-1]):
            # A long trace is large, and this one need not be copied.
            record = self._play(there, endpoint, one_way_s, until_s)
        else:
            order = np.argsort(at_endpoint_s, kind="stable")
            back = np.empty(len(trace), dtype=np.int64)
            back[order] = np.arange(len(trace))
            record = self._play(there.take(order), endpoint[order], one_way_s[order], until_s).take(back)
        return replace(record, **reasons.columns())

    def _play(self, there: Trace, endpoint: IntColumn, one_way_s: FloatColumn, until_s: float | None) -> RunRecord:
        """Play requests in the order in which they reach their endpoints."""
        self.open(there)
        self.ledger.endpoint = endpoint.tolist()
        offers = [live.offer for live in self.live]
        if len(offers) == 1 and np.all(endpoint != NOWHERE):
            events = self.play(there.arrival_s, offers[0], until_s)
        else:
            events = self.play(there.arrival_s, self._arriving(there, offers), until_s)
        return self.ledger.record(return_trip_s=one_way_s, events=events)

    def _arriving(self, there: Trace, offers: Sequence[Callable[[int, float], None]]) -> Callable[[int, float], None]:
        chosen = self.ledger.endpoint
        refuse = self.ledger.leave
        unreached = self.unreached
        needs_eu = there.needs_eu.tolist()

        def arrive(request: int, now_s: float) -> None:
            if chosen[request] == NOWHERE:
                refuse(request, unreached[needs_eu[request]], now_s, -1)
            else:
                offers[chosen[request]](request, now_s)

        return arrive

    def _assign(self, reasons: Reasons) -> np.ndarray:
        """Endpoint of every request, by its own draw and what residency allows."""
        router = self.world.router
        endpoint = np.full(len(self.trace), NOWHERE)
        if not len(self.trace):
            return endpoint
        asking = Asking(self.trace, self.world.rtt_s)
        if len(self.world.endpoints) == 1 and self.reachable[True]:
            endpoint[:], reason = router.route(self.trace.route_u[0], (0,), (), asking)
            reasons.note_all(reason)
            return endpoint
        draws = zip(self.trace.route_u.tolist(), self.trace.needs_eu.tolist(), strict=True)
        for row, (route_u, needs_eu) in enumerate(draws):
            allowed = self.reachable[needs_eu]
            if allowed:
                asking.row = row
                endpoint[row], reason = router.route(route_u, allowed, (), asking)
                reasons.note(row, reason)
        return endpoint
