"""A live pool: replicas behind a dispatcher that sends each request to the least loaded."""

from math import inf

from sim.serving.clock import Clock
from sim.serving.endpoints import GpuPool
from sim.serving.ledger import Ledger
from sim.serving.replica import Replica


class LivePool:
    """What a `GpuPool` is while a window runs."""

    def __init__(self, clock: Clock, pool: GpuPool, ledger: Ledger) -> None:
        self.clock = clock
        self.pool = pool
        self.ledger = ledger
        self.replicas = [self.new_replica(index) for index in range(pool.replicas)]
        """Those that take requests, by index; a fleet (`fleet.py`) keeps the list, and never offers to an empty one."""

    def new_replica(self, index: int) -> Replica:
        """An empty replica, ready to serve."""
        return Replica(self.clock, self.pool, self.ledger, index)

    @property
    def load_share(self) -> float:
        """Requests waiting or running, over the places of all batches: what a router sees."""
        return sum(replica.load for replica in self.replicas) / (self.pool.max_running * len(self.replicas))

    def offer(self, request: int, now_s: float) -> None:
        """Send the request to the replica with the fewest waiting and running; the lowest index where equal."""
        least = inf
        for replica in self.replicas:
            load = replica.load
            if load < least:
                chosen = replica
                least = load
        chosen.offer(request, now_s)
