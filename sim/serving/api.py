"""A live managed API: tiers, quotas, slots, one first-come queue, and latency laws drawn beforehand."""

from collections import deque
from collections.abc import Callable
from math import inf
from typing import Any, Final

from sim.serving.api_draws import Drawn, first_try_rows, service_times
from sim.serving.clock import ARRIVAL, BOUNDARY, DEADLINE, Call, Clock, Turn
from sim.serving.endpoints import ManagedApi, RetryRule
from sim.serving.ledger import GONE, WAITING, Ledger
from sim.serving.quota import Bucket
from sim.serving.record import BATCH, FAILED, PAY_AS_YOU_GO, PROVISIONED, REFUSED, TIMED_OUT
from sim.workload.trace import Trace

__all__ = ["LiveApi", "first_try_rows", "service_times"]

GOLDEN: Final = (5**0.5 - 1) / 2
"""u + k*GOLDEN modulo 1 are the jitters of one request: each uniform, and spread as evenly as any sequence can be."""


class LiveApi:
    """What a `ManagedApi` is while a window runs."""

    def __init__(self, clock: Clock, api: ManagedApi, ledger: Ledger, trace: Trace) -> None:
        self.clock = clock
        self.api = api
        self.ledger = ledger
        self.slots = inf if api.concurrency is None else api.concurrency
        self.places = inf if api.queue_limit is None else api.queue_limit
        self.quota_tokens = None if api.tokens_per_min is None else Bucket(api.burst_tokens, api.tokens_per_min)
        self.quota_requests = None if api.requests_per_min is None else Bucket(api.burst_requests, api.requests_per_min)
        self.buckets = [bucket for bucket in (self.quota_tokens, self.quota_requests) if bucket is not None]
        self.busy = 0
        self.queued = 0
        self.queue: deque[int] = deque()
        first_s, whole_s = service_times(api, trace)
        self.drawn = Drawn(first_s.tolist(), whole_s.tolist())
        self.by_load = [(each.from_share, Drawn.of(each.law, trace)) for each in reversed(api.load_classes)]
        self.tokens: list[int] = (trace.input_tokens + trace.output_tokens).tolist()
        self.plain = api.provisioned is None and api.batch is None
        self.only_slots = not self.buckets and (api.provisioned is None or api.provisioned.spills)
        """Whether slots are all that `load_at` reads."""
        if api.provisioned is not None:
            self.provisioned = Bucket(api.provisioned.burst_tokens, api.provisioned.tokens_per_min)
            self.drawn_provisioned = Drawn.of(api.provisioned.law, trace)
        if api.batch is not None:
            self.drawn_batch = Drawn.of_batch(api.batch, trace)
            self.product: list[int] = trace.product.tolist()
        self.retry_u: list[float] = trace.retry_u.tolist()
        self.ask_again: Callable[[int, float], None] = self.offer
        """Where a client's retry goes; whoever routes puts itself in between, since the API may be out by then."""

    @property
    def load_share(self) -> float:
        """Requests in service or queued, over the slots; 0 where there is no limit."""
        return (self.busy + self.queued) / self.slots

    def load_at(self, now_s: float) -> float:
        """What a router compares: slots taken, or what was used of a quota and waits for it, over its burst.

        1 where everything is in use; above 1 for what waits. Without any limit an API never looks loaded.
        """
        share = (self.busy + self.queued) / self.slots
        for bucket in self.buckets:
            share = max(share, bucket.owed_share(now_s))
        if self.api.provisioned is not None and not self.api.provisioned.spills:
            share = max(share, self.provisioned.owed_share(now_s))
        return share

    def strain(self, now_s: float) -> float:
        """How near the API is to the nearest of its limits: slots taken, or quota used up."""
        share = self.load_share
        for bucket in self.buckets:
            share = max(share, bucket.used_share(now_s))
        return share

    # --- tiers and quotas -------------------------------------------------------------------------

    def offer(self, request: int, now_s: float) -> None:
        """A request arrives: to the batch tier, to what was provisioned, or to pay-as-you-go."""
        if not self.plain and self._by_tier(request, now_s):
            return
        if self.quota_tokens is None and self.quota_requests is None:
            self._enter(request, now_s)
        elif self.api.retry is None:
            self._wait_for_quota(request, now_s)
        elif self._quota_start_s(request, now_s) > now_s:
            self._turn_away(request, self.api.retry, now_s)
        else:
            self._take_quota(request, now_s)
            self._enter(request, now_s)

    def _by_tier(self, request: int, now_s: float) -> bool:
        """Whether a tier beside pay-as-you-go has dealt with the request."""
        api = self.api
        if api.batch is not None and self.product[request] in api.batch.products:
            self._batch(request, now_s, api.batch.window_s)
            return True
        if api.provisioned is None:
            return False
        if self.provisioned.start_s(self.tokens[request], now_s) <= now_s:
            self.provisioned.take(self.tokens[request], now_s)
            self.ledger.tier[request] = PROVISIONED
            self._answer(request, now_s, self.drawn_provisioned)
            return True
        if api.provisioned.spills:
            return False
        if api.retry is None:
            self.ledger.leave(request, REFUSED, now_s, -1)
        else:
            self._turn_away(request, api.retry, now_s)
        return True

    def _batch(self, request: int, now_s: float, window_s: float) -> None:
        """Handed in with a batch; what is not back when the window ends has expired."""
        ledger = self.ledger
        ledger.tier[request] = BATCH
        if self.drawn_batch.whole_s[request] <= window_s:
            self._answer(request, now_s, self.drawn_batch)
            return
        leave_s = min(now_s + window_s, max(now_s, ledger.deadline_s[request]))
        outcome = FAILED if leave_s == now_s + window_s else TIMED_OUT
        self._call(lambda _: ledger.leave(request, outcome, leave_s, -1), DEADLINE, leave_s)

    def _wait_for_quota(self, request: int, now_s: float) -> None:
        start_s = self._quota_start_s(request, now_s)
        if start_s >= self.ledger.deadline_s[request]:
            self._leave_at_deadline(request, now_s)
            return
        self._take_quota(request, start_s)
        if start_s <= now_s:
            self._enter(request, now_s)
        else:
            self._call(lambda _: self._enter(request, start_s), BOUNDARY, start_s)

    def _quota_start_s(self, request: int, now_s: float) -> float:
        """When every bucket holds what the request takes and all before it have gone."""
        start_s = now_s
        if self.quota_tokens is not None:
            start_s = self.quota_tokens.start_s(self.tokens[request], now_s)
        if self.quota_requests is not None:
            start_s = max(start_s, self.quota_requests.start_s(1.0, now_s))
        return start_s

    def _take_quota(self, request: int, time_s: float) -> None:
        if self.quota_tokens is not None:
            self.quota_tokens.take(self.tokens[request], time_s)
        if self.quota_requests is not None:
            self.quota_requests.take(1.0, time_s)

    def _turn_away(self, request: int, rule: RetryRule, now_s: float) -> None:
        """Answered 429: the client asks again later, for as long as its user waits. A 429 costs no quota."""
        ledger = self.ledger
        tries = ledger.retries[request]
        if tries == rule.most_retries:
            ledger.leave(request, REFUSED, now_s, -1)
            return
        longest_s = min(rule.longest_wait_s, rule.first_wait_s * rule.growth**tries)
        again_s = now_s + longest_s * ((self.retry_u[request] + tries * GOLDEN) % 1.0)
        if again_s >= ledger.deadline_s[request]:
            self._leave_at_deadline(request, now_s)
            return
        ledger.retries[request] = tries + 1
        self._call(lambda _: self.ask_again(request, again_s), ARRIVAL, again_s)

    def _leave_at_deadline(self, request: int, now_s: float) -> None:
        leave_s = max(now_s, self.ledger.deadline_s[request])
        self._call(lambda _: self.ledger.leave(request, TIMED_OUT, leave_s, -1), DEADLINE, leave_s)

    # --- slots and the queue ----------------------------------------------------------------------

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
        drawn = self.drawn
        if self.by_load:
            strain = self.strain(now_s)
            drawn = next((law for from_share, law in self.by_load if strain >= from_share), drawn)
        self.busy += 1
        self._answer(request, now_s, drawn)

    def _answer(self, request: int, now_s: float, drawn: Drawn) -> None:
        """The model works on the request, whose tier stands in the ledger by now."""
        ledger = self.ledger
        ledger.admit(request, now_s)
        first_token_s = now_s + drawn.first_s[request]
        deadline_s = ledger.deadline_s[request]
        if first_token_s >= deadline_s:
            leave_s = max(now_s, deadline_s)
            self.clock.at(leave_s, BOUNDARY, Turn(self._end_unheard, request, leave_s))
            return
        ledger.speak(request, first_token_s)
        finish_s = now_s + drawn.whole_s[request]
        self.clock.at(finish_s, BOUNDARY, Turn(self._end, request, finish_s))

    def _end(self, turn: Turn) -> None:
        self.ledger.finish(turn.row, turn.at_s, -1)
        self._free_slot(turn)

    def _end_unheard(self, turn: Turn) -> None:
        """The user left before the first token; the call is canceled and frees its slot."""
        self.ledger.leave(turn.row, TIMED_OUT, turn.at_s, -1)
        self._free_slot(turn)

    def _free_slot(self, turn: Turn) -> None:
        """A call has ended; only what is paid as you go took a slot."""
        if self.ledger.tier[turn.row] != PAY_AS_YOU_GO:
            return
        now_s = turn.at_s
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
