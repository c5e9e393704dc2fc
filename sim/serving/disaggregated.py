"""A live pool that computes prompts on some replicas and decodes on others.

Semantics beside those of a replica: the first token leaves the prefill
replica; the prompt's memory there is free once it is computed, since the link
reads from a buffer; transfers of one prefill replica follow one another. A
request that brings its KV joins the decoding batch at a boundary, ahead of any
prompt that is to be read again after a preemption, but not while one is being
read. Those that land at the same instant do so in order of arrival.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from typing import TypeVar

from sim.serving.clock import ARRIVAL, Call, Clock
from sim.serving.endpoints import DisaggregatedPool, GpuPool
from sim.serving.ledger import WAITING, Ledger
from sim.serving.record import REFUSED
from sim.serving.replica import Replica


class PrefillReplica(Replica):
    """Computes prompts and hands them over as hand_over(request, now_s, replica)."""

    __slots__ = ("hand_over", "link_free_s")

    def __init__(
        self,
        clock: Clock,
        pool: GpuPool,
        ledger: Ledger,
        index: int,
        *,
        hand_over: Callable[[int, float, "PrefillReplica"], None],
    ) -> None:
        super().__init__(clock, pool, ledger, index)
        self.reserves = False  # no answer is written here, so none needs room
        self.hand_over = hand_over
        self.link_free_s = 0.0

    def _go_on(self, request: int, now_s: float) -> None:
        self.load -= 1
        self._release(request)
        self.hand_over(request, now_s, self)


class DecodeReplica(Replica):
    """Decodes requests that bring their KV; `has_kv[request]` while one waits with it."""

    __slots__ = ("has_kv",)

    def __init__(self, clock: Clock, pool: GpuPool, ledger: Ledger, index: int, *, has_kv: bytearray) -> None:
        super().__init__(clock, pool, ledger, index)
        self.has_kv = has_kv

    def fail(self, now_s: float) -> list[int]:
        """As any replica; the KV of those that waited is lost too, and must be computed again with the first token."""
        lost = super().fail(now_s)
        for request in lost:
            self.ledger.target[request] += self.has_kv[request]
            self.has_kv[request] = False
        return lost

    def _admit_prompts(self, now_s: float, made_room: bool) -> None:
        if self.partial < 0 and not made_room:
            self._join_arrived(now_s)
        super()._admit_prompts(now_s, made_room)

    def _join_arrived(self, now_s: float) -> None:
        """Those at the head of the queue that bring their KV decode from this iteration on."""
        request = self.room.head(now_s)
        while request >= 0 and self.has_kv[request] and self._take_in(request):
            self.has_kv[request] = False
            self.ledger.join(request)
            self._go_on(request, now_s)
            request = self.room.head(now_s)

    def _admit_head(self, now_s: float, budget: int) -> int:
        request = self.room.head(now_s)
        if request >= 0 and self.has_kv[request]:
            return -1
        return super()._admit_head(now_s, budget)

    def _entry_blocks(self, request: int) -> int:
        if not self.has_kv[request]:
            return super()._entry_blocks(request)
        ledger = self.ledger
        return self.memory.first_blocks(request, ledger.final_tokens[request] - ledger.target[request])


Some = TypeVar("Some", bound=Replica)


class LiveDisaggregatedPool:
    """What a `DisaggregatedPool` is while a window runs; in the log its decode replicas follow the prefill replicas."""

    def __init__(self, clock: Clock, pool: DisaggregatedPool, ledger: Ledger) -> None:
        self.clock = clock
        self.pool = pool
        self.ledger = ledger
        self.decode_need = ledger.final_blocks(pool.decode.block_tokens)
        self.has_kv = bytearray(ledger.size)
        self.prefill = [
            PrefillReplica(clock, pool.prefill, ledger, index, hand_over=self._send)
            for index in range(pool.prefill.replicas)
        ]
        self.decode = [
            DecodeReplica(clock, pool.decode, ledger, pool.prefill.replicas + index, has_kv=self.has_kv)
            for index in range(pool.decode.replicas)
        ]
        self.in_flight: list[tuple[float, int]] = []

    @property
    def replicas(self) -> list[Replica]:
        """All replicas, those that compute prompts first."""
        return [*self.prefill, *self.decode]

    @property
    def load_share(self) -> float:
        """Requests waiting, running or in transfer, over the places of all batches."""
        places = sum(replica.max_running for replica in self.replicas)
        return (sum(replica.load for replica in self.replicas) + len(self.in_flight)) / places

    def offer(self, request: int, now_s: float) -> None:
        """A request arrives at the prefill replica with the fewest waiting and running; the lowest where equal."""
        if self.decode_need[request] > self.pool.decode.kv_blocks:
            self.ledger.leave(request, REFUSED, now_s, -1)
            return
        _least_loaded(self.prefill).offer(request, now_s)

    def fail(self, now_s: float) -> list[int]:
        """The whole pool stops at once; the requests to route again: by replica, then those between two.

        Where a prompt was on its way, its first token was said, and is read again with the prompt.
        """
        lost = [request for replica in self.replicas for request in replica.fail(now_s)]
        for _, request in sorted(self.in_flight):
            self.ledger.stage[request] = WAITING
            self.ledger.target[request] += 1
            lost.append(request)
        self.in_flight.clear()
        for sender in self.prefill:
            sender.link_free_s = now_s
        return lost

    def _send(self, request: int, now_s: float, sender: PrefillReplica) -> None:
        """The KV of a prompt enters the sender's link, when those before it have crossed."""
        takes_s = self.pool.link_latency_s + self.pool.link_s_per_token * self.ledger.target[request]
        sender.link_free_s = landing_s = max(now_s, sender.link_free_s) + takes_s
        heappush(self.in_flight, (landing_s, request))
        self.clock.at(landing_s, ARRIVAL, Call(lambda _: self._land(landing_s)))

    def _land(self, now_s: float) -> None:
        while self.in_flight and self.in_flight[0][0] <= now_s:
            request = heappop(self.in_flight)[1]
            self.has_kv[request] = True
            self.ledger.stage[request] = WAITING
            _least_loaded(self.decode).offer(request, now_s)


def _least_loaded(replicas: list[Some]) -> Some:
    """The accepting replica with the fewest requests, the first where equal; any where none accepts."""
    accepting = [replica for replica in replicas if replica.accepting] or replicas
    return min(accepting, key=lambda replica: replica.load)
