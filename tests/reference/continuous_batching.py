"""Continuous batching played one iteration at a time: slow, plain, and written apart from the engine.

Nothing of `sim.serving` is used but its data: a pool's limits and its step
time's coefficients. The formula of an iteration's time is written out again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor, inf, nan

from sim.serving import SERVED, TIMED_OUT, GpuPool

Number = int | Fraction


@dataclass(slots=True, eq=False)
class Request:
    """A request, what has become of it, and its place in a replica's memory."""

    arrival_s: float
    deadline_s: float
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    number: int = 0
    """Its place in the trace."""
    priority: int = 0
    prefix: int = -1
    iterations: int = 0
    """Iterations in which all tokens after the first appear; 0 without speculative decoding: one for each."""

    generated: Number = 0
    kv_tokens: Number = 0
    pace: Number = 1
    """Tokens it gains in an iteration: with speculative decoding a fraction, its average."""
    target: int = 0
    """KV tokens at which its prefill is complete."""
    blocks: int = 0
    has_kv: bool = False
    """Whether its prompt was computed on another replica and came with its KV."""

    outcome: int | None = None
    replica: int = -1
    start_s: float = nan
    first_token_s: float = nan
    finish_s: float = nan

    @property
    def has_deadline(self) -> bool:
        """Nobody leaves once the answer has begun."""
        return self.generated == 0

    def begin_decoding(self) -> None:
        """What remains appears evenly, at the pace of the whole answer."""
        if not self.iterations:
            return
        remaining = self.output_tokens - self.generated
        self.pace = Fraction(remaining, ceil(Fraction(remaining * self.iterations, self.output_tokens - 1)))

    def lose_kv(self) -> None:
        """Whole words only were said; all tokens up to here must be read again."""
        self.generated = floor(self.generated)
        self.has_kv = False

    def leave(self, now_s: float, outcome: int) -> None:
        assert self.outcome is None, "a request has one end"
        self.outcome = outcome
        self.finish_s = now_s


@dataclass(slots=True)
class Replica:
    """One engine: a queue, the requests in its memory in order of admission, and the iteration under way."""

    pool: GpuPool
    hand_over: Callable[[Request, float], None] | None = None
    """What becomes of a request whose prompt is computed, where it does not decode here."""
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

    @property
    def lanes(self) -> int:
        """Tokens of the budget that an answer takes in an iteration."""
        return 1 + (self.pool.speculation.draft_tokens if self.pool.speculation else 0)

    @property
    def free_blocks(self) -> int:
        return self.pool.kv_blocks - self.used_blocks(self.running)

    def used_blocks(self, requests: list[Request]) -> int:
        """Blocks of some requests; those that a group shares are held once, as far as its longest prefix."""
        used = 0
        prefixes: dict[int, list[int]] = {}
        for request in requests:
            prefix = request.cached_tokens // self.pool.block_tokens if request.prefix >= 0 else 0
            used += request.blocks - prefix
            prefixes.setdefault(request.prefix, []).append(prefix)
        return used + sum(max(shared) for shared in prefixes.values())

    def offer(self, request: Request, now_s: float) -> None:
        self._queue(request, ahead_of_equals=False)
        if self.boundary_s == inf:
            self.boundary_s = now_s

    def _queue(self, request: Request, *, ahead_of_equals: bool) -> None:
        """The highest priority first; among equals in order of arrival, or in front of them."""
        place = 0
        while place < len(self.waiting) and (
            self.waiting[place].priority > request.priority
            or (self.waiting[place].priority == request.priority and not ahead_of_equals)
        ):
            place += 1
        self.waiting.insert(place, request)

    def fail(self, now_s: float) -> list[Request]:
        """All memory is lost, and the iteration under way with it; those in memory go first, then those waiting."""
        lost = []
        for request in [*self.running, *self.waiting]:
            if request.has_deadline and request.deadline_s <= now_s:
                request.leave(now_s, TIMED_OUT)
            else:
                lost.append(request)
        for request in lost:
            request.lose_kv()
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
        assert self.free_blocks >= 0
        busy = bool(self.decoding or self.chunks)
        assert busy or not self.load, "an idle replica has nothing to do"
        self.iterations += busy
        self.boundary_s = now_s + iteration_s(self.pool, self.decoding, self.chunks) if busy else inf

    def _advance_prompts(self, now_s: float) -> None:
        for request, tokens in self.chunks:
            request.kv_tokens += tokens
            if request.kv_tokens == request.target and not (request.has_deadline and request.deadline_s <= now_s):
                request.generated += 1
                if request.generated == 1:
                    request.first_token_s = now_s
                self._finish_if_complete(request, now_s)
                if request.outcome is None:
                    request.begin_decoding()
                    if self.hand_over is not None:
                        self._free(request)
                        self.hand_over(request, now_s)

    def _generate(self, now_s: float) -> None:
        for request in self.decoding:
            request.kv_tokens += request.pace
            request.generated += request.pace
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
        reading = any(r.kv_tokens < r.target for r in self.running)
        while not preempted and not reading and self.waiting and self.waiting[0].has_kv and self._fits(self.waiting[0]):
            self._admit(now_s)
        self.decoding = [r for r in self.running if r.kv_tokens >= r.target]
        self.chunks = []
        budget = self.pool.token_budget - len(self.decoding) * self.lanes
        for request in self.running:
            if request.kv_tokens < request.target and budget > 0:
                budget -= self._add_chunk(request, budget)
        while not preempted and self.waiting and budget > 0 and self._fits(self.waiting[0]):
            if self.waiting[0].has_kv:
                break  # behind a prompt being read, it joins at the next boundary
            request = self._admit(now_s)
            budget -= self._add_chunk(request, budget)

    def _make_room_for_next_tokens(self) -> bool:
        """Give every decoding request, oldest first, room for its next tokens; whether this cost another its place."""
        preempted = False
        for request in list(self.running):
            if request.kv_tokens < request.target:
                continue
            while request in self.running and request.blocks < self._decode_blocks(request):
                if self.free_blocks > 0:
                    request.blocks += 1
                else:
                    self._preempt(self._lowest_in_rank())
                    preempted = True
        return preempted

    def _lowest_in_rank(self) -> Request:
        """The one admitted last among those of the lowest priority."""
        lowest = min(request.priority for request in self.running)
        return [request for request in self.running if request.priority == lowest][-1]

    def _preempt(self, request: Request) -> None:
        self._free(request)
        request.lose_kv()
        self._queue(request, ahead_of_equals=True)
        self.preemptions += 1

    def _fits(self, request: Request) -> bool:
        request.blocks = self._blocks_on_admission(request)
        used = self.used_blocks([*self.running, request])
        request.blocks = 0
        if self.pool.reserves and self.hand_over is None:
            used = self._blocks_at_their_ends([*self.running, request])
        return len(self.running) < self.pool.max_running and used <= self.pool.kv_blocks

    def _blocks_at_their_ends(self, requests: list[Request]) -> int:
        """Blocks that some requests would hold if all of them had come to their last token."""
        held = [request.blocks for request in requests]
        for request in requests:
            request.blocks = ceil(Fraction(request.input_tokens + request.output_tokens - 1, self.pool.block_tokens))
        used = self.used_blocks(requests)
        for request, blocks in zip(requests, held, strict=True):
            request.blocks = blocks
        return used

    def _blocks_on_admission(self, request: Request) -> int:
        if request.has_kv:
            return self._decode_blocks(request)
        return ceil(Fraction(request.input_tokens + request.generated, self.pool.block_tokens))

    def _decode_blocks(self, request: Request) -> int:
        """Blocks of a decoding request in its next iteration."""
        return ceil(Fraction(request.kv_tokens + request.pace) / self.pool.block_tokens)

    def _admit(self, now_s: float) -> Request:
        request = self.waiting.pop(0)
        request.blocks = self._blocks_on_admission(request)
        if not request.has_kv:
            request.start_s = now_s
            request.target = int(request.input_tokens + request.generated)
            request.kv_tokens = request.cached_tokens
        self.running.append(request)
        return request

    def _add_chunk(self, request: Request, budget: int) -> int:
        tokens = min(request.target - request.kv_tokens, budget)
        self.chunks.append((request, tokens))
        return tokens

    def _free(self, request: Request) -> None:
        self.running.remove(request)
        request.blocks = 0


def iteration_s(pool: GpuPool, decoding: list[Request], chunks: list[tuple[Request, int]]) -> float:
    """Time of one iteration: overheads plus the longer of reading memory and computing."""
    step, speculation = pool.step, pool.speculation
    decode_tokens = len(decoding) * (1 + (speculation.draft_tokens if speculation else 0))
    prompt_tokens = sum(tokens for _, tokens in chunks)
    batch_tokens = decode_tokens + prompt_tokens
    cached = float(sum(request.kv_tokens for request in decoding) + sum(request.kv_tokens for request, _ in chunks))
    memory_s = step.weights_s[batch_tokens] + step.kv_s_per_token * cached

    compute_s = step.prefill_s_per_token * prompt_tokens + step.decode_s_per_token * decode_tokens
    for request, tokens in chunks:
        # Each new token attends to what was cached before, and on average to half of its own chunk.
        compute_s += step.attention_s_per_token2 * tokens * (float(request.kv_tokens) + tokens / 2)

    sequences = len(decoding) + len(chunks)
    allreduce_s = step.allreduce_s + step.allreduce_s_per_token * batch_tokens
    draft_s = speculation.draft_s if speculation and decoding else 0.0
    return step.overhead_s + step.per_sequence_s * sequences + allreduce_s + draft_s + max(memory_s, compute_s)
