"""A window of offered load: every request with all its randomness, drawn before any routing."""

from dataclasses import dataclass, field, fields, replace

import numpy as np
from numpy.typing import NDArray

FloatColumn = NDArray[np.float64]
IntColumn = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Trace:
    """Requests in order of arrival, one array per column, all of shape (n,).

    Every alternative of a comparison is given the same trace, so nothing random
    may be drawn after it: `route_u`, `api_first_z`, `api_pace_z`, `escalate_u`
    and `retry_u` are the draws that routing, a managed API, a cascade and a
    client's retries will need.
    """

    arrival_s: FloatColumn
    """Arrival at the platform's edge, non-decreasing [s]."""
    product: IntColumn
    """Index of the product in the scenario."""
    user_region: IntColumn
    """Index of the user's region in the world's list."""
    needs_eu: NDArray[np.bool_]
    """Whether the customer requires processing in the EU."""
    input_tokens: IntColumn
    """Prompt length, at least 1."""
    cached_tokens: IntColumn
    """Leading prompt tokens found in the prefix cache, at most `input_tokens - 1`."""
    output_tokens: IntColumn
    """Answer length, at least 1; the first token comes with the prefill."""
    patience_s: FloatColumn
    """Longest wait for the first token before the user leaves; `inf` where nobody waits."""
    route_u: FloatColumn
    """Uniform in [0, 1): which share of a fixed split the request falls in."""
    api_first_z: FloatColumn
    """Standard normal: a managed API's time to first token."""
    api_pace_z: FloatColumn
    """Standard normal: a managed API's time per token."""
    escalate_u: FloatColumn
    """Uniform in [0, 1): whether a first try on a small model is asked again."""
    speculation_z: FloatColumn = field(default_factory=lambda: np.zeros(0))
    """Standard normal: how many iterations a speculatively decoded answer takes; left out, each takes its mean."""
    prefix: IntColumn = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """What the prompt begins with: routers and finite caches look for it, and who begins alike shares KV blocks.

    Those of the `cached_tokens` are held once. -1, or left out: every endpoint
    finds the beginning, and it is shared with nobody.
    """
    retry_u: FloatColumn = field(default_factory=lambda: np.zeros(0))
    """Uniform in [0, 1): the jitter of a client's retries; left out, the middle."""

    def __post_init__(self) -> None:
        n = len(self.arrival_s)
        usual = {
            "speculation_z": np.zeros(n),
            "prefix": np.full(n, -1),
            "retry_u": np.full(n, 0.5),
        }
        for name, column in usual.items():
            if len(getattr(self, name)) == 0:
                object.__setattr__(self, name, column)
        lengths = {f.name: len(getattr(self, f.name)) for f in fields(self)}
        if len(set(lengths.values())) != 1:
            raise ValueError(f"columns of a trace differ in length: {lengths}")

    def __len__(self) -> int:
        return len(self.arrival_s)

    def take(self, rows: NDArray[np.bool_] | IntColumn) -> "Trace":
        """The requests chosen by a mask or by row numbers, in their order."""
        return replace(self, **{f.name: getattr(self, f.name)[rows] for f in fields(self)})
