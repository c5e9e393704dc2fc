"""Conducts compound requests: each call begins when what it waits for has ended."""

from collections.abc import Callable
from math import nan

import numpy as np
from numpy.typing import NDArray

from sim.serving.clock import ARRIVAL, Clock, Turn
from sim.serving.ledger import GONE, Ledger
from sim.serving.record import IN_FLIGHT, NOT_MADE, SERVED, RequestRecord, RunRecord
from sim.workload.compound import CompoundTrace


class Conductor:
    """The graphs of all requests while a window runs.

    A tool's end is known when it begins, so it needs no event: it passes its
    time on. `issue(call, now_s)` is what sends a call to the router.
    """

    def __init__(
        self, clock: Clock, ledger: Ledger, compound: CompoundTrace, issue: Callable[[int, float], None]
    ) -> None:
        self.clock = clock
        self.ledger = ledger
        self.compound = compound
        self.issue = issue
        nodes, requests = len(compound.request), len(compound)
        self.calls = len(compound.calls)
        self.request: list[int] = compound.request.tolist()
        self.tool_s: list[float] = compound.tool_s.tolist()
        self.pending: list[int] = np.bincount(compound.then, minlength=nodes).tolist()
        self.first_next, self.next = _rows_by(compound.before, compound.then, nodes)
        roots = np.flatnonzero(np.bincount(compound.then, minlength=nodes) == 0)
        self.first_root, self.roots = _rows_by(compound.request[roots], roots, requests)
        self.first_call, _ = _rows_by(compound.request[: self.calls], np.arange(self.calls), requests)
        ends = np.bincount(compound.before, minlength=nodes) == 0
        self.ends_left: list[int] = np.bincount(compound.request[ends], minlength=requests).tolist()
        self.ready_s = [0.0] * nodes
        self.made = bytearray(self.calls)
        self.outcome = bytearray(requests)
        self.lost = bytearray(requests)
        self.done_s = [0.0] * requests

    def begin(self, request: int, now_s: float) -> None:
        """A request arrives: the steps that wait for nothing begin."""
        for at in range(self.first_root[request], self.first_root[request + 1]):
            node = self.roots[at]
            self.ready_s[node] = now_s
            if node < self.calls:
                self._make(node, now_s)
            else:
                self.ended(node, now_s + self.tool_s[node - self.calls])

    def ended(self, node: int, at_s: float) -> None:
        """A call's answer has arrived, or a tool is done: what waited for it alone may begin."""
        request = self.request[node]
        if self.lost[request]:
            return
        calls, first_next, ready_s, pending = self.calls, self.first_next, self.ready_s, self.pending
        done: list[tuple[int, float]] = []
        while True:
            first, last = first_next[node], first_next[node + 1]
            if first == last:
                self._close(request, at_s)
            for then in self.next[first:last]:
                if at_s > ready_s[then]:
                    ready_s[then] = at_s
                left = pending[then] = pending[then] - 1
                if left:
                    continue
                begins_s = ready_s[then]
                if then < calls:
                    self.clock.at(begins_s, ARRIVAL, Turn(self._at_its_turn, then, begins_s))
                else:
                    done.append((then, begins_s + self.tool_s[then - calls]))
            if not done:
                return
            node, at_s = done.pop()

    def broke(self, call: int, outcome: int, at_s: float) -> None:
        """A call was not served: its request is lost, and the calls it has not made are never made."""
        request = self.request[call]
        if self.lost[request]:
            return
        self.lost[request] = 1
        self.outcome[request] = outcome
        self.done_s[request] = at_s
        for each in range(self.first_call[request], self.first_call[request + 1]):
            if not self.made[each]:
                self.ledger.stage[each] = GONE

    def requests(
        self, record: RunRecord, *, calls: NDArray[np.int64], cross_region_gb: NDArray[np.float64], closes_s: float
    ) -> RequestRecord:
        """The log by request.

        Args:
            record: the log by call, with the calls' times at the user.
            calls: model calls made by each request.
            cross_region_gb: data that each request's retrievals carried between regions.
            closes_s: when the clock was stopped; what would end later is in flight.
        """
        compound = self.compound
        done_s = np.array(self.done_s)
        outcome = np.frombuffer(bytes(self.outcome), dtype=np.int8).copy()
        outcome[done_s > closes_s] = IN_FLIGHT
        last = np.flatnonzero(last_calls(compound))
        last = last[outcome[compound.request[last]] == SERVED]
        first_token_s = np.full(len(compound), -np.inf)
        np.maximum.at(first_token_s, compound.request[last], record.first_token_s[last])
        return RequestRecord(
            outcome=outcome,
            arrival_s=compound.requests.arrival_s,
            first_token_s=np.where(outcome == SERVED, first_token_s, nan),
            finish_s=np.where(outcome == IN_FLIGHT, nan, done_s),
            calls=calls.astype(np.int32),
            cross_region_gb=cross_region_gb,
        )

    def mark_not_made(self, outcome: NDArray[np.int8]) -> None:
        """Calls whose turn never came."""
        outcome[: self.calls][np.frombuffer(bytes(self.made), dtype=np.int8) == 0] = NOT_MADE

    def _close(self, request: int, at_s: float) -> None:
        self.done_s[request] = max(self.done_s[request], at_s)
        self.ends_left[request] -= 1
        if self.ends_left[request] == 0:
            self.outcome[request] = SERVED

    def _at_its_turn(self, turn: Turn) -> None:
        self._make(turn.row, turn.at_s)

    def _make(self, call: int, now_s: float) -> None:
        if not self.lost[self.request[call]]:
            self.made[call] = 1
            self.issue(call, now_s)


def _rows_by(owner: NDArray[np.int64], row: NDArray[np.int64], owners: int) -> tuple[list[int], list[int]]:
    """Where each owner's rows begin, and all rows in order of owner."""
    order = np.argsort(owner, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=owners))])
    return first.tolist(), row[order].tolist()


def last_calls(compound: CompoundTrace) -> NDArray[np.bool_]:
    """Calls that lead to no other call, whatever tools may follow: their answers are what the user reads."""
    calls = len(compound.calls)
    leads = np.zeros(len(compound.request), dtype=bool)
    to_call = compound.then < calls
    while True:
        found = leads.copy()
        found[compound.before[to_call | leads[compound.then]]] = True
        if np.array_equal(found, leads):
            return ~leads[:calls]
        leads = found
