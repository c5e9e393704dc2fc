"""A live managed API: a quota, slots, one first-come queue, and a latency law drawn beforehand."""

from collections import deque
from collections.abc import Callable
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.serving.clock import BOUNDARY, DEADLINE, Call, Clock
from sim.serving.endpoints import LatencyLaw, ManagedApi
from sim.serving.ledger import GONE, WAITING, Ledger
from sim.serving.record import REFUSED, TIMED_OUT
from sim.workload.trace import Trace

Times = NDArray[np.float64]


def service_times(api: ManagedApi, trace: Trace) -> tuple[Times, Times]:
    """First-token and whole service time of every request [s], shape (n,) each.

    Where a first try is asked again, the larger model starts when the smaller
    has finished, and its first token is the one that counts.
    """
    first_s, whole_s = _draw(api.law, trace)
    if api.first_try is None:
        return first_s, whole_s
    small_first_s, small_whole_s = _draw(api.first_try.law, trace)
    tried, again = first_try_rows(api, trace)
    return (
        np.where(again, small_whole_s + first_s, np.where(tried, small_first_s, first_s)),
        np.where(again, small_whole_s + whole_s, np.where(tried, small_whole_s, whole_s)),
    )


def first_try_rows(api: ManagedApi, trace: Trace) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which requests try the small model first, and which of them are asked again."""
    if api.first_try is None:
        nobody = np.zeros(len(trace), dtype=bool)
        return nobody, nobody
    share = api.first_try.share
    return trace.escalate_u < share, trace.escalate_u < share * api.first_try.asked_again_share


def _draw(law: LatencyLaw, trace: Trace) -> tuple[Times, Times]:
    first_s = law.first_token_median_s * np.exp(law.first_token_sigma * trace.api_first_z)
    pace_s = law.token_pace_median_s * np.exp(law.token_pace_sigma * trace.api_pace_z)
    return first_s, first_s + (trace.output_tokens - 1) * pace_s


class LiveApi:
    """What a `ManagedApi` is while a window runs."""

    def __init__(self, clock: Clock, api: ManagedApi, ledger: Ledger, trace: Trace) -> None:
        self.clock = clock
        self.ledger = ledger
        self.slots = inf if api.concurrency is None else api.concurrency
        self.places = inf if api.queue_limit is None else api.queue_limit
        self.tokens_per_s = inf if api.tokens_per_min is None else api.tokens_per_min / 60
        self.burst_tokens = api.burst_tokens
        self.bucket_tokens = api.burst_tokens
        self.bucket_at_s = 0.0
        self.busy = 0
        self.queued = 0
        self.queue: deque[int] = deque()
        first_s, whole_s = service_times(api, trace)
        self.first_s: list[float] = first_s.tolist()
        self.service_s: list[float] = whole_s.tolist()
        self.tokens: list[int] = (trace.input_tokens + trace.output_tokens).tolist()

    @property
    def load_share(self) -> float:
        """Requests in service or queued, over the slots; 0 where there is no limit."""
        return (self.busy + self.queued) / self.slots

    def offer(self, request: int, now_s: float) -> None:
        """A request arrives and waits for the quota, if there is one."""
        if self.tokens_per_s == inf:
            self._enter(request, now_s)
            return
        start_s = self._quota_start_s(request, now_s)
        deadline_s = self.ledger.deadline_s[request]
        if start_s >= deadline_s:
            leave_s = max(now_s, deadline_s)
            self._call(lambda _: self.ledger.leave(request, TIMED_OUT, leave_s, -1), DEADLINE, leave_s)
            return
        tokens = self.tokens[request]
        self.bucket_tokens = min(self.burst_tokens, self._bucket_tokens_at(start_s)) - tokens
        self.bucket_at_s = start_s
        if start_s <= now_s:
            self._enter(request, now_s)
        else:
            self._call(lambda _: self._enter(request, start_s), BOUNDARY, start_s)

    def _bucket_tokens_at(self, time_s: float) -> float:
        return self.bucket_tokens + (time_s - self.bucket_at_s) * self.tokens_per_s

    def _quota_start_s(self, request: int, now_s: float) -> float:
        """When the bucket holds the request's tokens and all before it have gone.

        A request larger than the bucket starts when the bucket is full, and
        leaves it in debt.
        """
        begin_s = max(now_s, self.bucket_at_s)
        missing = min(self.tokens[request], self.burst_tokens) - self._bucket_tokens_at(begin_s)
        return begin_s + max(0.0, missing / self.tokens_per_s)

    def _enter(self, request: int, now_s: float) -> None:
        """Served, queued or refused, by the slots and places that are free."""
        if self.busy < self.slots:
            self._serve(request, now_s)
        elif self.queued < self.places:
            self.queued += 1
            self.queue.append(request)
            deadline_s = self.ledger.deadline_s[request]
            if deadline_s < inf:
                self._call(lambda _: self._give_up(request, deadline_s), DEADLINE, max(now_s, deadline_s))
        else:
            self.ledger.leave(request, REFUSED, now_s, -1)

    def _serve(self, request: int, now_s: float) -> None:
        ledger = self.ledger
        self.busy += 1
        ledger.admit(request, now_s)
        first_token_s = now_s + self.first_s[request]
        deadline_s = ledger.deadline_s[request]
        if first_token_s >= deadline_s:
            leave_s = max(now_s, deadline_s)
            self._call(lambda _: self._end_unheard(request, leave_s), BOUNDARY, leave_s)
            return
        ledger.speak(request, first_token_s)
        finish_s = now_s + self.service_s[request]
        self._call(lambda _: self._end(request, finish_s), BOUNDARY, finish_s)

    def _end(self, request: int, now_s: float) -> None:
        self.ledger.finish(request, now_s, -1)
        self._free_slot(now_s)

    def _end_unheard(self, request: int, now_s: float) -> None:
        """The user left before the first token; the call is canceled and frees its slot."""
        self.ledger.leave(request, TIMED_OUT, now_s, -1)
        self._free_slot(now_s)

    def _free_slot(self, now_s: float) -> None:
        self.busy -= 1
        while self.queue:
            request = self.queue.popleft()
            if self.ledger.stage[request] != GONE:
                self.queued -= 1
                self._serve(request, now_s)
                return

    def _give_up(self, request: int, now_s: float) -> None:
        if self.ledger.stage[request] == WAITING:
            self.queued -= 1
            self.ledger.leave(request, TIMED_OUT, now_s, -1)

    def _call(self, action: Callable[[Any], None], priority: int, time_s: float) -> None:
        self.clock.at(time_s, priority, Call(action))
