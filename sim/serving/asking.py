"""The call that a router decides about: one object for a whole run, pointed at one row after another."""

from collections.abc import Sequence

import numpy as np

from sim.workload.trace import Trace


class Asking:
    """What a router may know of a call (protocol `Asked`)."""

    __slots__ = (
        "_escalate_u", "_mean_answer", "_prefix", "_product", "_prompt", "_region", "_reused", "_rtt_s",
        "again", "row",
    )  # fmt: skip

    def __init__(self, trace: Trace, rtt_s: Sequence[Sequence[float]]) -> None:
        self.row = 0
        self.again = False
        self._escalate_u: list[float] = trace.escalate_u.tolist()
        self._region: list[int] = trace.user_region.tolist()
        self._rtt_s = rtt_s
        self._prompt: list[int] = trace.input_tokens.tolist()
        self._reused: list[int] = trace.cached_tokens.tolist()
        self._prefix: list[int] = trace.prefix.tolist()
        self._product: list[int] = trace.product.tolist()
        calls = np.bincount(trace.product, minlength=1)
        tokens = np.bincount(trace.product, weights=trace.output_tokens, minlength=1)
        self._mean_answer: list[float] = (tokens / np.maximum(1, calls)).tolist()

    @property
    def escalate_u(self) -> float:
        return self._escalate_u[self.row]

    @property
    def user_region(self) -> int:
        return self._region[self.row]

    @property
    def rtt_s(self) -> Sequence[float]:
        return self._rtt_s[self._region[self.row]]

    @property
    def prompt_tokens(self) -> int:
        return self._prompt[self.row]

    @property
    def reused_tokens(self) -> int:
        return self._reused[self.row]

    @property
    def prefix(self) -> int:
        return self._prefix[self.row]

    @property
    def mean_answer_tokens(self) -> float:
        return self._mean_answer[self._product[self.row]]
