"""Continuous batching played one iteration at a time: slow, plain, and written apart from the engine.

Nothing of `sim.serving` is used but its data: a pool's limits and its step
time's coefficients. The formula of an iteration's time is written out again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, inf, nan
from typing import Literal

from sim.serving import REFUSED, SERVED, TIMED_OUT, GpuPool, StepTime
from sim.workload.trace import Trace


@dataclass(slots=True, eq=False)
class Request:
    """A request, what has become of it, and its place in a replica's memory."""

    arrival_s: float
    deadline_s: float
    input_tokens: int
    cached_tokens: int
    output_tokens: int

    generated: int = 0
    kv_tokens: int = 0
    target: int = 0
    """KV tokens at which its prefill is complete."""
    blocks: int = 0

    outcome: int | None = None
    replica: int = -1
    start_s: float = nan
    first_token_s: float = nan
    finish_s: float = nan

    @property
    def has_deadline(self) -> bool:
        """Nobody leaves once the answer has begun."""
        return self.generated == 0

    def leave(self, now_s: float, outcome: int) -> None:
        assert self.outcome is None, "a request has one end"
        self.outcome = outcome
        self.finish_s = now_s


@dataclass(slots=True)
class Replica:
    """One engine: a queue, the requests in its memory in order of admission, and the iteration under way."""

    pool: GpuPool
    free_blocks: int
    waiting: list[Request] = field(default_factory=list)
    running: list[Request] = field(default_factory=list)
    decoding: list[Request] = field(default_factory=list)
    """The running requests of this iteration that generate a token from an earlier one."""
    chunks: list[tuple[Request, int]] = field(default_factory=list)
    """The running requests of this iteration that read so many tokens of their prompt."""
    boundary_s: float = inf
    draining: bool = False
    preemptions: int = 0
    iterations: int = 0

    @property
    def load(self) -> int:
        return len(self.waiting) + len(self.running)

    def offer(self, request: Request, now_s: float) -> None:
        self.waiting.append(request)
        if self.boundary_s == inf:
            self.boundary_s = now_s

    def fail(self, now_s: float) -> list[Request]:
        """All memory is lost, and the iteration under way with it; those in memory go first, then those waiting."""
        lost = []
        for request in [*self.running, *self.waiting]:
            if request.has_deadline and request.deadline_s <= now_s:
                request.leave(now_s, TIMED_OUT)
            else:
                lost.append(request)
        for request in list(self.running):
            self._free(request)
        self.waiting = []
        self.decoding = []
        self.chunks = []
        self.boundary_s = inf
        return lost

    def impatient_leave_queue(self, now_s: float) -> None:
        leaving = [r for r in self.waiting if r.has_deadline and r.deadline_s <= now_s]
        for request in leaving:
            self.waiting.remove(request)
            request.leave(now_s, TIMED_OUT)

    def pass_boundary(self, now_s: float) -> None:
        """End the iteration under way, then begin the next."""
        self._advance_prompts(now_s)
        self._generate(now_s)
        self._impatient_leave_memory(now_s)
        self._compose(now_s)
        assert self.free_blocks == self.pool.kv_blocks - sum(r.blocks for r in self.running) >= 0
        busy = bool(self.decoding or self.chunks)
        assert busy or not self.load, "an idle replica has nothing to do"
        self.iterations += busy
        self.boundary_s = now_s + iteration_s(self.pool.step, self.decoding, self.chunks) if busy else inf

    def _advance_prompts(self, now_s: float) -> None:
        for request, tokens in self.chunks:
            request.kv_tokens += tokens
            if request.kv_tokens == request.target and not (request.has_deadline and request.deadline_s <= now_s):
                request.generated += 1
                if request.generated == 1:
                    request.first_token_s = now_s
                self._finish_if_complete(request, now_s)

    def _generate(self, now_s: float) -> None:
        for request in self.decoding:
            request.kv_tokens += 1
            request.generated += 1
            self._finish_if_complete(request, now_s)

    def _finish_if_complete(self, request: Request, now_s: float) -> None:
        if request.generated == request.output_tokens:
            self._free(request)
            request.leave(now_s, SERVED)

    def _impatient_leave_memory(self, now_s: float) -> None:
        for request in [r for r in self.running if r.has_deadline and r.deadline_s <= now_s]:
            self._free(request)
            request.leave(now_s, TIMED_OUT)

    def _compose(self, now_s: float) -> None:
        preempted = self._make_room_for_next_tokens()
        self.decoding = [r for r in self.running if r.kv_tokens >= r.target]
        self.chunks = []
        budget = self.pool.token_budget - len(self.decoding)
        for request in self.running:
            if request.kv_tokens < request.target and budget > 0:
                budget -= self._add_chunk(request, budget)
        while not preempted and self.waiting and budget > 0 and self._fits(self.waiting[0]):
            request = self._admit(now_s)
            budget -= self._add_chunk(request, budget)

    def _make_room_for_next_tokens(self) -> bool:
        """Give every decoding request, oldest first, room for one more token; whether this cost another its place."""
        preempted = False
        for request in list(self.running):
            if request.kv_tokens < request.target:
                continue
            while request in self.running and request.kv_tokens == request.blocks * self.pool.block_tokens:
                if self.free_blocks > 0:
                    self._take_blocks(request, 1)
                else:
                    self._preempt(self.running[-1])
                    preempted = True
        return preempted

    def _preempt(self, request: Request) -> None:
        self._free(request)
        self.waiting.insert(0, request)
        self.preemptions += 1

    def _fits(self, request: Request) -> bool:
        return len(self.running) < self.pool.max_running and self.free_blocks >= self._prefill_blocks(request)

    def _prefill_blocks(self, request: Request) -> int:
        return ceil((request.input_tokens + request.generated) / self.pool.block_tokens)

    def _admit(self, now_s: float) -> Request:
        request = self.waiting.pop(0)
        request.start_s = now_s
        request.target = request.input_tokens + request.generated
        request.kv_tokens = request.cached_tokens
        self._take_blocks(request, self._prefill_blocks(request))
        self.running.append(request)
        return request

    def _add_chunk(self, request: Request, budget: int) -> int:
        tokens = min(request.target - request.kv_tokens, budget)
        self.chunks.append((request, tokens))
        return tokens

    def _take_blocks(self, request: Request, count: int) -> None:
        request.blocks += count
        self.free_blocks -= count

    def _free(self, request: Request) -> None:
        self.running.remove(request)
        self.free_blocks += request.blocks
        request.blocks = 0


def iteration_s(step: StepTime, decoding: list[Request], chunks: list[tuple[Request, int]]) -> float:
    """Time of one iteration: overheads plus the longer of reading memory and computing."""
    prompt_tokens = sum(tokens for _, tokens in chunks)
    batch_tokens = len(decoding) + prompt_tokens
    cached = sum(request.kv_tokens for request in decoding) + sum(request.kv_tokens for request, _ in chunks)
    memory_s = step.weights_s[batch_tokens] + step.kv_s_per_token * cached

    compute_s = step.prefill_s_per_token * prompt_tokens + step.decode_s_per_token * len(decoding)
    for request, tokens in chunks:
        # Each new token attends to what was cached before, and on average to half of its own chunk.
        compute_s += step.attention_s_per_token2 * tokens * (request.kv_tokens + tokens / 2)

    sequences = len(decoding) + len(chunks)
    allreduce_s = step.allreduce_s + step.allreduce_s_per_token * batch_tokens
    return step.overhead_s + step.per_sequence_s * sequences + allreduce_s + max(memory_s, compute_s)


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


def play(pool: GpuPool, trace: Trace, disruptions: Sequence[Disruption] = ()) -> Played:
    """Play every request of a trace on one pool next to its users, until the last has left.

    At equal times a disruption, given in order of time, comes before all else.
    """
    requests = [
        Request(float(arrival), float(arrival + patience), int(asked), int(hit), int(answer))
        for arrival, patience, asked, hit, answer in zip(
            trace.arrival_s,
            trace.patience_s,
            trace.input_tokens,
            trace.cached_tokens,
            trace.output_tokens,
            strict=True,
        )
    ]
    replicas = [Replica(pool=pool, free_blocks=pool.kv_blocks) for _ in range(pool.replicas)]
    arriving = list(requests)
    ahead = list(disruptions)
    while True:
        now_s = min(_next_instant(arriving, replicas), *(d.at_s for d in ahead), inf)
        if now_s == inf:
            break
        while ahead and ahead[0].at_s == now_s:
            _disrupt(ahead.pop(0), replicas)
        while arriving and arriving[0].arrival_s == now_s:
            _arrive(arriving.pop(0), pool, replicas)
        for replica in replicas:
            replica.impatient_leave_queue(now_s)
        for replica in replicas:
            if replica.boundary_s == now_s:
                replica.pass_boundary(now_s)
    return Played(requests, sum(r.preemptions for r in replicas), sum(r.iterations for r in replicas))


def _next_instant(arriving: list[Request], replicas: list[Replica]) -> float:
    instants = [replica.boundary_s for replica in replicas]
    instants += [r.deadline_s for replica in replicas for r in replica.waiting if r.has_deadline]
    if arriving:
        instants.append(arriving[0].arrival_s)
    return min(instants)


def _arrive(request: Request, pool: GpuPool, replicas: list[Replica]) -> None:
    """Refuse what can never fit; send the rest to the replica with the fewest requests, the first where equal."""
    if ceil((request.input_tokens + request.output_tokens - 1) / pool.block_tokens) > pool.kv_blocks:
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
