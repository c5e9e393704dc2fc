"""The controller of one pool: asks its policy at every interval and acts within the limits."""

from typing import Any

from sim.serving.clock import FLEET, Call, Clock
from sim.serving.jump import elapsed_s, steps_until
from sim.serving.ledger import Ledger
from sim.serving.replica import Replica
from sim.serving.scaling.autoscaler import Autoscaler
from sim.serving.scaling.policy import PoolState
from sim.serving.slots import STARTING, Slots


class Controller:
    """Runs from the first arrival, where there is one, until the last request has left."""

    def __init__(self, clock: Clock, slots: Slots, autoscaler: Autoscaler, ledger: Ledger) -> None:
        self.clock = clock
        self.slots = slots
        self.autoscaler = autoscaler
        self.ledger = ledger
        self.recent: list[tuple[float, int]] = []
        """(time, replicas wanted) over the settling time."""
        self.next_s = ledger.opens_s + autoscaler.interval_s
        if ledger.unfinished:
            clock.at(self.next_s, FLEET, Call(self._tick))

    def _tick(self, _: Any) -> None:
        now_s = self.next_s
        state = self.state(now_s)
        wanted = self.autoscaler.policy.wanted(state)
        replicas = min(self.autoscaler.max_replicas, max(self.autoscaler.min_replicas, wanted.replicas))
        self.recent = [(at_s, n) for at_s, n in self.recent if at_s > now_s - self.autoscaler.settle_s]
        self.recent.append((now_s, replicas))
        have = state.replicas + state.starting
        for _more in range(replicas - have):
            self._start(now_s, wanted.reason)
        for _fewer in range(have - max(n for _, n in self.recent)):
            self.slots.stop(now_s, wanted.reason)
        if self.ledger.unfinished:
            self.next_s = now_s + self.autoscaler.interval_s
            self.clock.at(self.next_s, FLEET, Call(self._tick))

    def _start(self, now_s: float, reason: str) -> None:
        ready_s = now_s + self.autoscaler.start_s
        slot = self.slots.start(now_s, ready_s, reason)
        if slot >= 0:
            self.clock.at(ready_s, FLEET, Call(lambda _: self.slots.become_ready(slot, ready_s)))

    def state(self, now_s: float) -> PoolState:
        """The pool as its policy sees it."""
        replicas = self.slots.live.replicas
        running = sum(replica.running for replica in replicas)
        shares = [kv_share(replica, now_s) for replica in replicas]
        return PoolState(
            now_s=now_s,
            replicas=len(replicas),
            starting=self.slots.count(STARTING),
            waiting=sum(replica.load for replica in replicas) - running,
            running=running,
            kv_share=sum(shares) / len(shares) if shares else 0.0,
        )


def kv_share(replica: Replica, now_s: float) -> float:
    """Share of a replica's KV blocks that its batch holds, shared prefixes included; exact in the middle of a jump."""
    if replica.running == 0:
        return 0.0
    steps = 0
    if replica.iterations:
        since_s = now_s - replica.began_s
        steps = steps_until(replica.first_s, replica.slope_s, since_s)
        if elapsed_s(replica.first_s, replica.slope_s, steps) > since_s:
            steps -= 1
    held = replica.glance(replica.iteration + steps, replica.context + replica.memory.pace * steps)
    return 1 - (replica.capacity - held) / replica.pool.kv_blocks
