"""Routing while the window runs: every call is decided about when its turn comes, and travels to its endpoint."""

from dataclasses import replace
from math import inf

import numpy as np

from sim.serving.api import LiveApi
from sim.serving.asking import Asking
from sim.serving.clock import ARRIVAL, BOUNDARY, DEADLINE, Call, Clock, Turn
from sim.serving.endpoints import DisaggregatedPool, Endpoint, GpuPool
from sim.serving.fleet import Fleet
from sim.serving.prefix_cache import PrefixCache
from sim.serving.record import TIMED_OUT, RunRecord
from sim.serving.run import Reasons, Run
from sim.serving.signals import signals_of
from sim.serving.world import World
from sim.workload.trace import Trace
from sim.workload.unfold import CONVERSATIONS_FROM


class Deciding(Run):
    """Decisions by what endpoints last reported.

    A request that its endpoint loses travels back and is routed again, for as
    long as its user waits; an answer already begun goes on after its words so
    far, and its user stays.
    """

    def __init__(self, clock: Clock, world: World, trace: Trace) -> None:
        super().__init__(clock, world, trace)
        self.open(trace)
        self.route_u: list[float] = trace.route_u.tolist()
        self.needs_eu: list[bool] = trace.needs_eu.tolist()
        self.region: list[int] = trace.user_region.tolist()
        self.way_s = (np.array(world.rtt_s) / 2).tolist()
        """[user region][endpoint]: half the round trip."""
        self.way_back_s = [0.0] * len(trace)
        self.read_s: list[list[float]] | None = None
        """[call][endpoint]: what its retrievals take from there; `None` where nothing is retrieved."""
        self.patience_ends_s = list(self.ledger.deadline_s)
        self.fleet = Fleet(clock, world, self.live, self.ledger, self._lost) if world.fleet_changes else None
        self.asking = Asking(trace, world.rtt_s)
        self.reasons = Reasons(len(trace))
        self.caches = [_cache(endpoint) for endpoint in world.endpoints] if world.remembers else None
        caches = self.caches or [None] * len(self.live)
        self.sees_reports = world.router.needs_state and world.signal_delay_s > 0
        self.signals = [
            signals_of(live, cache, present=not self.sees_reports)
            for live, cache in zip(self.live, caches, strict=True)
        ]
        self.firsts = len(trace)
        """Rows from here on are calls that a smaller model has answered already."""
        self.choose = world.router.route
        self.reported = False
        """Whether the next report is scheduled."""
        if self.caches:
            kept = np.where(
                trace.prefix >= CONVERSATIONS_FROM, trace.input_tokens + trace.output_tokens, trace.cached_tokens
            )
            self.prefix: list[int] = trace.prefix.tolist()
            self.kept_tokens: list[int] = kept.tolist()
            self.reused_tokens = list(self.ledger.cached_tokens)
        for live in self.live:
            if isinstance(live, LiveApi):
                live.ask_again = self._reach

    def run(self, until_s: float | None) -> RunRecord:
        return self.record(self.play(self.trace.arrival_s, self.arrive, until_s))

    def record(self, events: int) -> RunRecord:
        """The log of what has been played."""
        record = self.ledger.record(return_trip_s=np.array(self.way_back_s), events=events)
        record = replace(record, **self.reasons.columns())
        if self.caches:
            record = replace(record, cached_tokens=np.array(self.ledger.cached_tokens))
        if self.fleet is not None:
            record = replace(record, losses=self.fleet.losses, changes=tuple(self.fleet.changes))
        return record

    def arrive(self, call: int, now_s: float) -> None:
        """A call is at the router."""
        needs_eu = self.needs_eu[call]
        allowed = self.reachable[needs_eu]
        fleet = self.fleet
        if fleet is not None and fleet.closed:
            allowed = tuple([endpoint for endpoint in allowed if fleet.takes(endpoint)])
        ledger = self.ledger
        if not allowed:
            ledger.leave(call, self.unreached[needs_eu], now_s, -1)
            return
        if self.sees_reports and not self.reported:
            self._report(now_s)
        asking = self.asking
        asking.row = call
        asking.again = call >= self.firsts
        choose = self.choose
        chosen, reason = choose(self.route_u[call], allowed, self.signals, asking)
        self.reasons.note(call, reason)
        trip_s = self.way_s[self.region[call]][chosen]
        if fleet is not None and ledger.endpoint[call] >= 0 and ledger.spoke(call):
            # The first words went home from the endpoint that was lost.
            ledger.first_token_s[call] += self.way_back_s[call] - trip_s
        ledger.endpoint[call] = chosen
        self.way_back_s[call] = trip_s
        there_s = now_s + trip_s
        if self.read_s is not None:
            there_s += self.read_s[call][chosen]
        deadline_s = ledger.deadline_s[call] - trip_s
        ledger.deadline_s[call] = deadline_s if deadline_s > there_s else there_s
        if there_s == now_s:
            self._reach(call, now_s)
        else:
            self.clock.at(there_s, ARRIVAL, Turn(self._at_endpoint, call, there_s))

    def _report(self, now_s: float) -> None:
        """All endpoints report, and will again at every multiple of the delay while anything is going on."""
        for signals in self.signals:
            signals.observe(now_s)
        self._report_next(now_s)

    def _report_next(self, now_s: float) -> None:
        delay_s = self.world.signal_delay_s
        number = int(now_s / delay_s)
        while number * delay_s <= now_s:
            number += 1
        next_s = number * delay_s
        self.reported = True
        self.clock.at(next_s, BOUNDARY, Call(lambda _: self._report_or_rest(next_s)))

    def _report_or_rest(self, now_s: float) -> None:
        for signals in self.signals:
            signals.observe(now_s)
        self.reported = False
        if any(signals.held for signals in self.signals):
            self._report_next(now_s)

    def _at_endpoint(self, turn: Turn) -> None:
        self._reach(turn.row, turn.at_s)

    def _reach(self, call: int, now_s: float) -> None:
        """The call reaches its endpoint, which may have gone out meanwhile."""
        endpoint = self.ledger.endpoint[call]
        if self.fleet is not None and endpoint in self.fleet.closed:
            self._lost(call, now_s)
            return
        if self.caches is not None:
            self._remember(call, endpoint)
        self.live[endpoint].offer(call, now_s)

    def _remember(self, call: int, endpoint: int) -> None:
        """Whether the beginning of the prompt is remembered here; it is from now on."""
        cache = self.caches[endpoint] if self.caches else None
        if cache is not None and self.prefix[call] >= 0:
            hit = cache.touch(self.prefix[call], self.kept_tokens[call])
            self.ledger.cached_tokens[call] = self.reused_tokens[call] if hit else 0

    def _lost(self, call: int, now_s: float) -> None:
        """The endpoint has lost the call; word of it travels back to where it is routed."""
        ledger = self.ledger
        patience_ends_s = inf if ledger.spoke(call) else self.patience_ends_s[call]
        ledger.deadline_s[call] = patience_ends_s
        trip_s = self.way_back_s[call]
        heard_s = now_s + trip_s
        if patience_ends_s <= heard_s:
            leaves_s = max(now_s, patience_ends_s)
            self.clock.at(leaves_s, DEADLINE, Call(lambda _: ledger.leave(call, TIMED_OUT, leaves_s, -1)))
        elif trip_s == 0.0:
            self.arrive(call, now_s)
        else:
            self.clock.at(heard_s, ARRIVAL, Call(lambda _: self.arrive(call, heard_s)))


def _cache(endpoint: Endpoint) -> PrefixCache | None:
    pool = endpoint.prefill if isinstance(endpoint, DisaggregatedPool) else endpoint
    if isinstance(pool, GpuPool) and pool.prefix_cache_tokens is not None:
        return PrefixCache(pool.prefix_cache_tokens)
    return None
