"""Speculative decoding: a small model proposes tokens, the large one checks them all in one iteration.

How many proposals hold is random, but drawing it in every iteration would end
every jump after one. So the number of iterations that an answer takes is drawn
once, when its request arrives, and its tokens appear evenly over them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Speculation:
    """Speculative decoding of a pool.

    In each iteration `draft_tokens` are proposed for every running answer and
    checked beside its next token; proposals hold one after the other with
    probability `acceptance` until the first that does not.
    """

    acceptance: float
    """Probability that a proposed token holds, given that those before it did; 0 to 1."""
    draft_tokens: int
    """Tokens proposed for an answer in an iteration, at least 1."""
    draft_s: float
    """Time an iteration spends on proposing [s]."""

    def __post_init__(self) -> None:
        if not 0 <= self.acceptance <= 1:
            raise ValueError(f"the acceptance of drafts must lie in 0..1 (got {self.acceptance})")
        if self.draft_tokens < 1:
            raise ValueError(
                f"speculation must propose at least 1 token (got {self.draft_tokens}): leave it out to propose none"
            )
        if self.draft_s < 0:
            raise ValueError(f"proposing cannot take less than 0 s (got {self.draft_s})")

    @property
    def moments(self) -> tuple[float, float]:
        """Mean and variance of the tokens an answer gains in an iteration.

        1 + A tokens, where P(A >= j) = acceptance^j for j up to `draft_tokens`;
        the mean is (1 - acceptance^(k+1)) / (1 - acceptance), Leviathan et al. 2023, equation 1.
        """
        hold = self.acceptance ** np.arange(1, self.draft_tokens + 1)
        mean = 1.0 + float(hold.sum())
        # E[A^2] is the sum of (2j - 1) P(A >= j).
        square = float(((2 * np.arange(1, self.draft_tokens + 1) - 1) * hold).sum())
        return mean, max(0.0, square - (mean - 1.0) ** 2)

    def iterations(self, output_tokens: NDArray[np.int64], z: NDArray[np.float64]) -> NDArray[np.int64]:
        """Iterations in which the tokens after the first appear, shape as `output_tokens`.

        The count of a renewal process is close to normal (Cox 1962, "Renewal
        Theory", chapter 3): for m tokens with gains of mean g and variance v
        it has mean (m + R)/g and variance v*m/g^3, where
        R = (v + g^2 - g)/(2g) is the mean surplus of the last iteration. It
        lies between m/(draft_tokens + 1), rounded up, and m; 0 where m is 0.

        Args:
            output_tokens: lengths of the answers, at least 1.
            z: standard normal draws of the requests.
        """
        mean, variance = self.moments
        tokens = output_tokens - 1
        surplus = (variance + mean * mean - mean) / (2.0 * mean)
        drawn = np.rint((tokens + surplus) / mean + z * np.sqrt(variance * tokens / mean**3)).astype(np.int64)
        fewest = -(-tokens // (self.draft_tokens + 1))
        bounded: NDArray[np.int64] = np.clip(drawn, fewest, tokens)
        return bounded
