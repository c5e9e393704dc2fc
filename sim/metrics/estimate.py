"""A random result and how well it is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf, isfinite, sqrt

from scipy.special import ndtri, stdtrit


@dataclass(frozen=True, slots=True)
class Estimate:
    """Mean over `n` replications with the half-width of its confidence interval.

    `half_width` is `nan` when a single replication leaves it unknown, and 0
    where the figure is not random.
    """

    mean: float
    half_width: float
    n: int

    @classmethod
    def of(cls, samples: Sequence[float], *, confidence: float = 0.95) -> "Estimate":
        """Student's interval over independent replications.

        Raises:
            ValueError: there is no sample, or `confidence` is not in (0, 1).
        """
        if not 0 < confidence < 1:
            raise ValueError(f"confidence must lie between 0 and 1 (got {confidence})")
        n = len(samples)
        if n == 0:
            raise ValueError("an estimate needs at least one sample")
        mean = sum(samples) / n
        if n == 1:
            return cls(mean=mean, half_width=float("nan"), n=1)
        spread = sqrt(sum((x - mean) ** 2 for x in samples) / (n - 1))
        return cls(mean=mean, half_width=_student(n - 1, confidence) * spread / sqrt(n), n=n)

    @property
    def relative_half_width(self) -> float:
        """Half-width over the mean's size; 0 where nothing is random, infinite around 0, `nan` where it is unknown."""
        if self.half_width == 0:
            return 0.0
        return self.half_width / abs(self.mean) if self.mean else inf

    def samples_for(self, relative: float, *, confidence: float = 0.95) -> int:
        """Samples that would make the relative half-width this small, if they spread as those at hand.

        The sequential rule takes this many and looks again: a spread from few
        samples is itself uncertain.

        Raises:
            ValueError: the half-width is unknown, or `relative` is not above 0.
        """
        if not relative > 0 or not isfinite(self.relative_half_width):
            raise ValueError(f"half-width of {self.relative_half_width:.2g} of the mean, {relative:.2g} wanted")
        if self.half_width == 0:
            return self.n
        spread = self.half_width * sqrt(self.n) / _student(self.n - 1, confidence)
        wanted = relative * abs(self.mean)
        # Student's factor is above the normal law's, so this many are needed at least.
        n = max(2, int((ndtri((1 + confidence) / 2) * spread / wanted) ** 2))
        while _student(n - 1, confidence) * spread / sqrt(n) > wanted:
            n += 1
        return n

    @classmethod
    def exact(cls, value: float) -> "Estimate":
        """A figure that no replication can change."""
        return cls(mean=value, half_width=0.0, n=1)


@lru_cache(maxsize=64)
def _student(freedom: int, confidence: float) -> float:
    """Half-width of the central part of Student's law, in standard deviations of the mean."""
    return float(stdtrit(freedom, (1 + confidence) / 2))
