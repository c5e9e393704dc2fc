"""Whole runs of the per-iteration reference: who arrives where, what is handed over, what fails."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, inf
from typing import Literal

from sim.serving import REFUSED, DisaggregatedPool, GpuPool
from sim.workload.trace import Trace
from tests.reference.continuous_batching import Replica, Request


@dataclass(slots=True)
class Played:
    """The requests in order of the trace, each with its end, and what it took."""

    requests: list[Request]
    preemptions: int
    iterations: int


@dataclass(frozen=True, slots=True)
class Disruption:
    """A replica fails and restarts empty at once, or takes no new request from now on."""

    at_s: float
    replica: int
    kind: Literal["fail", "drain"]


@dataclass(slots=True)
class Landing:
    """A request whose KV reaches the decode replicas."""

    at_s: float
    request: Request


def play(pool: GpuPool, trace: Trace, disruptions: Sequence[Disruption] = ()) -> Played:
    """Play every request of a trace on one pool next to its users, until the last has left.

    At equal times a disruption, given in order of time, comes before all else.
    """
    requests = requests_of(trace, pool)
    replicas = [Replica(pool=pool) for _ in range(pool.replicas)]
    arriving = list(requests)
    ahead = list(disruptions)
    while True:
        now_s = min(_next_instant(arriving, replicas), *(d.at_s for d in ahead), inf)
        if now_s == inf:
            break
        while ahead and ahead[0].at_s == now_s:
            _disrupt(ahead.pop(0), replicas)
        while arriving and arriving[0].arrival_s == now_s:
            _arrive(arriving.pop(0), [pool], replicas)
        _pass(now_s, replicas)
    return _played(requests, replicas)


def play_disaggregated(pool: DisaggregatedPool, trace: Trace) -> Played:
    """Play every request on a pool whose prompts are computed apart: each link sends one prompt's KV at a time."""
    requests = requests_of(trace, pool.decode)
    in_flight: list[Landing] = []
    decoding = [Replica(pool=pool.decode) for _ in range(pool.decode.replicas)]
    reading = [Prefill(pool, in_flight) for _ in range(pool.prefill.replicas)]
    replicas = [one.replica for one in reading] + decoding
    arriving = list(requests)
    while True:
        now_s = min(_next_instant(arriving, replicas), *(landing.at_s for landing in in_flight), inf)
        if now_s == inf:
            break
        while arriving and arriving[0].arrival_s == now_s:
            _arrive(arriving.pop(0), [pool.prefill, pool.decode], replicas[: len(reading)])
        for landing in sorted((it for it in in_flight if it.at_s == now_s), key=lambda it: it.request.number):
            in_flight.remove(landing)
            _dispatch(landing.request, now_s, decoding)
            landing.request.replica += len(reading)
        _pass(now_s, replicas)
    return _played(requests, replicas)


@dataclass(slots=True)
class Prefill:
    """A replica that computes prompts, and its link."""

    pool: DisaggregatedPool
    in_flight: list[Landing]
    link_free_s: float = 0.0
    replica: Replica = field(init=False)

    def __post_init__(self) -> None:
        self.replica = Replica(pool=self.pool.prefill, hand_over=self.send)

    def send(self, request: Request, now_s: float) -> None:
        takes_s = self.pool.link_latency_s + self.pool.link_s_per_token * request.kv_tokens
        self.link_free_s = max(now_s, self.link_free_s) + takes_s
        request.has_kv = True
        self.in_flight.append(Landing(self.link_free_s, request))


def requests_of(trace: Trace, pool: GpuPool) -> list[Request]:
    """The requests of a trace as a pool sees them."""
    priority = pool.product_priority
    iterations = [0] * len(trace)
    if pool.speculation is not None:
        iterations = pool.speculation.iterations(trace.output_tokens, trace.speculation_z).tolist()
    return [
        Request(
            arrival_s=float(trace.arrival_s[row]),
            deadline_s=float(trace.arrival_s[row] + trace.patience_s[row]),
            input_tokens=int(trace.input_tokens[row]),
            cached_tokens=int(trace.cached_tokens[row]),
            output_tokens=int(trace.output_tokens[row]),
            number=row,
            priority=priority[trace.product[row]] if priority else 0,
            prefix=int(trace.prefix[row]),
            iterations=iterations[row],
        )
        for row in range(len(trace))
    ]


def _played(requests: list[Request], replicas: list[Replica]) -> Played:
    return Played(requests, sum(r.preemptions for r in replicas), sum(r.iterations for r in replicas))


def _pass(now_s: float, replicas: list[Replica]) -> None:
    """Deadlines, then boundaries."""
    for replica in replicas:
        replica.impatient_leave_queue(now_s)
    for replica in replicas:
        if replica.boundary_s == now_s:
            replica.pass_boundary(now_s)


def _next_instant(arriving: list[Request], replicas: list[Replica]) -> float:
    instants = [replica.boundary_s for replica in replicas]
    instants += [r.deadline_s for replica in replicas for r in replica.waiting if r.has_deadline]
    if arriving:
        instants.append(arriving[0].arrival_s)
    return min(instants)


def _arrive(request: Request, pools: list[GpuPool], replicas: list[Replica]) -> None:
    """Refuse what can never fit; send the rest to the replica with the fewest requests, the first where equal."""
    tokens = request.input_tokens + request.output_tokens - 1
    if any(ceil(tokens / pool.block_tokens) > pool.kv_blocks for pool in pools):
        request.leave(request.arrival_s, REFUSED)
        return
    _dispatch(request, request.arrival_s, replicas)


def _dispatch(request: Request, now_s: float, replicas: list[Replica]) -> None:
    loads = [inf if replica.draining else replica.load for replica in replicas]
    request.replica = loads.index(min(loads))
    replicas[request.replica].offer(request, now_s)


def _disrupt(disruption: Disruption, replicas: list[Replica]) -> None:
    replica = replicas[disruption.replica]
    if disruption.kind == "drain":
        replica.draining = True
        return
    for request in replica.fail(disruption.at_s):
        _dispatch(request, disruption.at_s, replicas)
