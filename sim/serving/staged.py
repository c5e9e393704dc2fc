"""Requests of several calls: workflows, and cascades whose first answer is asked again."""

from dataclasses import replace
from math import inf, nan

import numpy as np
from numpy.typing import NDArray

from sim.serving.clock import ARRIVAL, Clock, Turn
from sim.serving.conductor import Conductor
from sim.serving.deciding import Deciding
from sim.serving.ledger import GONE, WAITING
from sim.serving.record import NOT_MADE, SERVED, TIMED_OUT, RequestRecord, RunRecord
from sim.serving.routing import Cascade
from sim.serving.world import World
from sim.workload.compound import CompoundTrace


class Staged(Deciding):
    """Rows 0 to c-1 are the calls; those after are second calls that a cascade may make, in order of the first."""

    def __init__(self, clock: Clock, world: World, compound: CompoundTrace) -> None:
        calls = compound.calls
        router = world.router
        self.small = router.small if isinstance(router, Cascade) else -1
        again = (
            np.flatnonzero(router.asked_again(calls.escalate_u))
            if isinstance(router, Cascade)
            else np.zeros(0, dtype=np.int64)
        )
        super().__init__(
            clock, world, calls.take(np.concatenate([np.arange(len(calls)), again])) if len(again) else calls
        )
        self.firsts = len(calls)
        self.first_of: list[int] = again.tolist()
        self.second = dict(zip(self.first_of, range(self.firsts, self.firsts + len(again)), strict=True))
        for row in self.second.values():
            self.ledger.stage[row] = GONE
        self.asked_twice: list[int] = []
        self.compound = compound
        self.read_s = self._read_times_s()
        self.ledger.on_gone = self._gone
        self.conductor = Conductor(clock, self.ledger, compound, self._issue)

    def run(self, until_s: float | None) -> RunRecord:
        return self.run_requests(until_s)[0]

    def run_requests(self, until_s: float | None) -> tuple[RunRecord, RequestRecord]:
        """The log by call and the log by request."""
        conductor = self.conductor
        events = self.play(self.compound.requests.arrival_s, conductor.begin, until_s)
        rows = self.record(events)
        record = self._by_call(rows)
        made = np.frombuffer(bytes(conductor.made), dtype=np.int8).astype(np.int64)
        made[self.asked_twice] += 1
        request = self.compound.request[: self.firsts]
        return record, conductor.requests(
            record,
            calls=np.bincount(request, weights=made, minlength=len(self.compound)).astype(np.int64),
            cross_region_gb=self._cross_region_gb(rows),
            closes_s=inf if until_s is None else until_s,
        )

    def _issue(self, call: int, now_s: float) -> None:
        """A call's turn has come, unless its user has left meanwhile."""
        if now_s >= self.patience_ends_s[call]:
            self.ledger.leave(call, TIMED_OUT, max(self.patience_ends_s[call], self.compound.calls.arrival_s[call]), -1)
        else:
            self.arrive(call, now_s)

    def _gone(self, row: int, now_s: float) -> None:
        """A call has left its endpoint: asked again, or the workflow goes on, or the request is lost."""
        call = row if row < self.firsts else self.first_of[row - self.firsts]
        if self.ledger.outcome[row] != SERVED:
            self.conductor.broke(call, self.ledger.outcome[row], now_s)
            return
        heard_s = now_s + self.way_back_s[row]
        second = self.second.get(row, -1) if self.second else -1
        if second >= 0 and self.ledger.endpoint[row] == self.small and len(self.reachable[self.needs_eu[row]]) > 1:
            self.asked_twice.append(row)
            self.ledger.stage[second] = WAITING
            self.clock.at(heard_s, ARRIVAL, Turn(self._ask_again, second, heard_s))
        else:
            self.conductor.ended(call, heard_s)

    def _ask_again(self, turn: Turn) -> None:
        second, now_s = turn.row, turn.at_s
        if now_s >= self.patience_ends_s[second]:
            self.ledger.leave(second, TIMED_OUT, now_s, -1)
        else:
            self.arrive(second, now_s)

    def _by_call(self, rows: RunRecord) -> RunRecord:
        """The rows of the calls, each with the answer that counted."""
        twice = np.array(sorted(self.asked_twice), dtype=np.int64)
        source = np.arange(self.firsts)
        source[twice] = [self.second[call] for call in twice.tolist()]
        tried, tried_tier = np.full(self.firsts, -1, dtype=np.int16), np.zeros(self.firsts, dtype=np.int8)
        tried[twice], tried_tier[twice] = rows.endpoint[twice], rows.tier[twice]
        record = rows.take(source)
        retries = record.retries.copy()
        retries[twice] = np.minimum(255, retries[twice].astype(np.int64) + rows.retries[twice])
        self.conductor.mark_not_made(record.outcome)
        asked_s = np.where(record.outcome == NOT_MADE, nan, self.conductor.ready_s[: self.firsts])
        return replace(record, retries=retries, tried=tried, tried_tier=tried_tier, asked_s=asked_s)

    # --- retrievals -------------------------------------------------------------------------------

    def _read_times_s(self) -> list[list[float]] | None:
        """Time of the retrievals that a call reads, from every endpoint; they run at once, so the longest counts."""
        found = self.compound.retrievals
        if not len(found):
            return None
        store_rtt_s = np.array([self.world.store(id).rtt_s for id in self.compound.stores])
        each_s = found.service_s[:, None] + found.round_trips[:, None] * store_rtt_s[found.store]
        calls = self.firsts + len(self.first_of)
        longest_s = np.zeros((calls, len(self.world.endpoints)))
        np.maximum.at(longest_s, found.call, each_s)
        times_s: list[list[float]] = longest_s.tolist()
        return times_s

    def _cross_region_gb(self, rows: RunRecord) -> NDArray[np.float64]:
        """By request: what retrievals carried to an endpoint in another region than the store's."""
        found = self.compound.retrievals
        requests = len(self.compound)
        if not len(found):
            return np.zeros(requests)
        endpoint = rows.endpoint[found.call]
        region = np.array([each.region for each in self.world.endpoints])
        home = np.array([self.world.store(id).region for id in self.compound.stores])
        crosses = (endpoint >= 0) & (region[endpoint] != home[found.store])
        return np.bincount(self.compound.request[found.call], weights=found.gb * crosses, minlength=requests).astype(
            float
        )
