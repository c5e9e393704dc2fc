"""Every request's standing during a run: lists and arrays, since the hot path touches one entry at a time."""

from array import array
from collections.abc import Callable
from math import inf, nan

import numpy as np

from sim.serving.record import IN_FLIGHT, SERVED, RunRecord
from sim.serving.speculation import Speculation
from sim.workload.trace import IntColumn, Trace

WAITING, RUNNING, GONE = range(3)
"""Stage of a request: in a queue, in a batch, or out of the platform."""


def shared_ints(column: IntColumn) -> list[int]:
    """The numbers of a column, none below 0, as `tolist` gives them, but one object for all rows with the same number.

    A long trace has many rows and few lengths, and an int of its own for each row is most of its memory.
    """
    most = int(column.max(initial=0))
    if most >= len(column):
        return column.tolist()
    numbers = np.array(range(most + 1), dtype=object)
    shared: list[int] = numbers[column].tolist()
    return shared


class Ledger:
    """The columns that endpoints read and write while a window runs.

    Endpoint time is used throughout: `deadline_s` is when the first token must
    leave the endpoint to reach the user in time.
    """

    __slots__ = (
        "_blocks", "_decoded", "_final", "_gone", "_iterations", "_levels", "_output_tokens", "_paces",
        "_prefix_blocks", "_product", "_reused_tokens", "_speculation_z", "admission", "admissions", "cached_tokens",
        "deadline_s", "endpoint", "final_tokens", "finish_s", "first_token_s", "longest", "on_gone", "opens_s",
        "outcome", "preemptions", "prefix", "replica", "retries", "size", "stage", "start_s", "target", "tier",
    )  # fmt: skip

    def __init__(self, trace: Trace) -> None:
        self.size = max(1, len(trace))
        self.opens_s = float(trace.arrival_s[0]) if len(trace) else 0.0
        """First arrival."""
        self.cached_tokens: list[int] = trace.cached_tokens.tolist()
        self.target = shared_ints(trace.input_tokens)
        """Tokens to have in the KV cache before the next token can appear: the prompt, later what was lost."""
        final = trace.input_tokens + trace.output_tokens - 1
        self.final_tokens = shared_ints(final)
        """KV tokens at the end: the last token is never fed back."""
        self.longest = int(final.max()) + 1 if len(trace) else 1
        self._final = final
        self.deadline_s: list[float] = (trace.arrival_s + trace.patience_s).tolist()
        self.stage = bytearray(len(trace))
        self.admission = array("q", [0]) * len(trace)
        self.outcome = bytearray(len(trace))
        self.endpoint = [-1] * len(trace)
        self.replica = [-1] * len(trace)
        self.start_s = array("d", [nan]) * len(trace)
        self.first_token_s = array("d", [nan]) * len(trace)
        self.finish_s = array("d", [nan]) * len(trace)
        self.retries = bytearray(len(trace))
        self.tier = bytearray(len(trace))
        self.on_gone: Callable[[int, float], None] | None = None
        """Called with a request and the time at which it has left its endpoint; what follows is scheduled, not done."""
        self.admissions = 0
        self.preemptions = 0
        self.prefix: list[int] | None = trace.prefix.tolist() if np.any(trace.prefix >= 0) else None
        """What each prompt begins with; none where nobody shares."""
        # Only these columns, since a long trace is large.
        self._output_tokens = trace.output_tokens
        self._reused_tokens = trace.cached_tokens
        self._product = trace.product
        self._speculation_z = trace.speculation_z
        self._blocks: dict[int, list[int]] = {}
        self._prefix_blocks: dict[int, list[int]] = {}
        self._decoded: list[int] | None = None
        self._iterations: dict[Speculation, list[int]] = {}
        self._paces: dict[Speculation, list[float]] = {}
        self._levels: dict[tuple[int, ...], list[int]] = {}
        self._gone = 0

    @property
    def unfinished(self) -> bool:
        """Whether some request is not out of the platform yet, those still to come included."""
        # Autoscalers ask at every interval, so those at the front who are gone for good are passed only once.
        stage, at = self.stage, self._gone
        while at < len(stage) and stage[at] == GONE:
            at += 1
        self._gone = at
        return at < len(stage)

    def final_blocks(self, block_tokens: int) -> list[int]:
        """KV blocks that each request holds at its end, for blocks of this many tokens."""
        if block_tokens not in self._blocks:
            self._blocks[block_tokens] = shared_ints(-(-self._final // block_tokens))
        return self._blocks[block_tokens]

    def tokens_after_the_first(self) -> list[int]:
        """Tokens of each answer that come from decoding; at least 1, so that they divide."""
        if self._decoded is None:
            self._decoded = shared_ints(np.maximum(1, self._output_tokens - 1))
        return self._decoded

    def prefix_blocks(self, block_tokens: int) -> list[int]:
        """Whole KV blocks that each request shares with those whose prompts begin alike.

        Whether a finite cache found them or the request computed them itself.
        """
        if self.prefix is None:
            return [0] * len(self.cached_tokens)
        if block_tokens not in self._prefix_blocks:
            shared = self._reused_tokens // block_tokens
            self._prefix_blocks[block_tokens] = np.where(np.array(self.prefix) >= 0, shared, 0).tolist()
        return self._prefix_blocks[block_tokens]

    def iterations(self, speculation: Speculation) -> list[int]:
        """Iterations in which each answer's tokens after the first appear; at least 1."""
        if speculation not in self._iterations:
            drawn = speculation.iterations(self._output_tokens, self._speculation_z)
            self._iterations[speculation] = shared_ints(np.maximum(1, drawn))
        return self._iterations[speculation]

    def paces(self, speculation: Speculation) -> list[float]:
        """Tokens that each answer gains in an iteration."""
        if speculation not in self._paces:
            iterations = np.array(self.iterations(speculation))
            self._paces[speculation] = (np.maximum(1, self._output_tokens - 1) / iterations).tolist()
        return self._paces[speculation]

    def levels(self, product_priority: tuple[int, ...]) -> list[int] | None:
        """Level of each request in a queue, 0 for those served first; none where all are equal.

        Raises:
            ValueError: the trace has a product without a priority.
        """
        if len(set(product_priority)) < 2:
            return None
        if product_priority not in self._levels:
            known = len(product_priority)
            if len(self._product) and int(self._product.max()) >= known:
                raise ValueError(
                    f"the trace has a product {int(self._product.max())}, but priorities are given for "
                    f"{known} products only: give one for each product of the scenario, or none at all"
                )
            ranks = sorted(set(product_priority), reverse=True)
            level_of_product = np.array([ranks.index(priority) for priority in product_priority])
            self._levels[product_priority] = level_of_product[self._product].tolist()
        return self._levels[product_priority]

    def admit(self, request: int, now_s: float) -> None:
        """A request leaves the queue and is worked on."""
        self.start_s[request] = now_s
        self.stage[request] = RUNNING
        self.admissions = self.admission[request] = self.admissions + 1

    def join(self, request: int) -> None:
        """A request enters a batch, the last in rank."""
        self.stage[request] = RUNNING
        self.admissions = self.admission[request] = self.admissions + 1

    def speak(self, request: int, now_s: float) -> None:
        """A token appears after a prompt was computed; after the first, nobody leaves any more."""
        if self.first_token_s[request] != self.first_token_s[request]:
            self.first_token_s[request] = now_s
            self.deadline_s[request] = inf

    def spoke(self, request: int) -> bool:
        """Whether the request's first token has appeared."""
        return self.first_token_s[request] == self.first_token_s[request]

    def finish(self, request: int, now_s: float, replica: int) -> None:
        """A request is served."""
        self.stage[request] = GONE
        self.outcome[request] = SERVED
        self.finish_s[request] = now_s
        self.replica[request] = replica
        if self.on_gone is not None:
            self.on_gone(request, now_s)

    def leave(self, request: int, outcome: int, now_s: float, replica: int) -> None:
        """A request goes away unserved."""
        self.stage[request] = GONE
        self.outcome[request] = outcome
        self.finish_s[request] = now_s
        self.replica[request] = replica
        if self.on_gone is not None:
            self.on_gone(request, now_s)

    def forget_after(self, time_s: float) -> None:
        """The clock stopped here: a first token that an API would have given later has not appeared."""
        self.first_token_s = array("d", [nan if first_s > time_s else first_s for first_s in self.first_token_s])

    def record(self, *, return_trip_s: np.ndarray, events: int) -> RunRecord:
        """The log, with the way back to the user added to what the user sees."""
        outcome = np.frombuffer(bytes(self.outcome), dtype=np.int8).copy()
        first = np.array(self.first_token_s) + return_trip_s
        first[outcome != SERVED] = np.where(outcome[outcome != SERVED] == IN_FLIGHT, first[outcome != SERVED], nan)
        finish = np.array(self.finish_s)
        finish[outcome == SERVED] += return_trip_s[outcome == SERVED]
        return RunRecord(
            outcome=outcome,
            endpoint=np.array(self.endpoint, dtype=np.int16),
            replica=np.array(self.replica, dtype=np.int16),
            start_s=np.array(self.start_s),
            first_token_s=first,
            finish_s=finish,
            preemptions=self.preemptions,
            events=events,
            retries=np.frombuffer(bytes(self.retries), dtype=np.uint8).copy(),
            tier=np.frombuffer(bytes(self.tier), dtype=np.int8).copy(),
        )
