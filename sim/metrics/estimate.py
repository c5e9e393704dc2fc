"""A random result and how well it is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

from scipy.special import stdtrit


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

    @classmethod
    def exact(cls, value: float) -> "Estimate":
        """A figure that no replication can change."""
        return cls(mean=value, half_width=0.0, n=1)


@lru_cache(maxsize=64)
def _student(freedom: int, confidence: float) -> float:
    """Half-width of the central part of Student's law, in standard deviations of the mean."""
    return float(stdtrit(freedom, (1 + confidence) / 2))
