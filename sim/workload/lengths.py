"""How long prompts and answers are: laws of token counts, drawn by inversion."""

from dataclasses import dataclass
from functools import lru_cache
from math import exp, log, log1p, sqrt
from typing import Protocol

import numpy as np
from scipy.special import ndtr, ndtri

from sim.catalogue import Catalogue
from sim.scenario.schema import Lengths, Product, QuantileLengths
from sim.workload.trace import FloatColumn, IntColumn


class LengthLaw(Protocol):
    """A law of token counts that are whole and at least 1."""

    @property
    def mean_tokens(self) -> float:
        """Mean of the law floored at one token; rounding to whole tokens moves it by less than 0.1."""
        ...

    def sample(self, u: FloatColumn) -> IntColumn:
        """Lengths at the given quantiles, shape as `u`, non-decreasing in `u`; `u` lies in [0, 1)."""
        ...


@dataclass(frozen=True, slots=True)
class QuantileLaw:
    """Lengths spread evenly between measured quantiles.

    Real lengths have spikes and limits that no smooth law shows; the quantiles keep them.

    Attributes:
        shares: cumulative shares, rising from 0 to 1.
        tokens: length at each share, non-decreasing.
    """

    shares: tuple[float, ...]
    tokens: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.shares) != len(self.tokens) or len(self.shares) < 2:
            raise ValueError(
                f"{len(self.shares)} shares for {len(self.tokens)} lengths: give one length for each share"
            )
        if self.shares[0] != 0 or self.shares[-1] != 1 or np.any(np.diff(self.shares) <= 0):
            raise ValueError(f"shares must rise from 0 to 1 (got {self.shares}): add the least and the greatest length")
        if self.tokens[0] < 0 or np.any(np.diff(self.tokens) < 0):
            raise ValueError(f"lengths must not fall from one share to the next, nor below 0 (got {self.tokens})")

    @property
    def mean_tokens(self) -> float:
        tokens = np.array(self.tokens)
        low, high = tokens[:-1], tokens[1:]
        # Between two quantiles the length is uniform; below one token it counts as one.
        rise = np.where(high > low, high - low, 1.0)
        mean = np.where(
            low >= 1, (low + high) / 2, np.where(high <= 1, 1.0, 1.0 + np.maximum(high - 1, 0) ** 2 / (2 * rise))
        )
        return float(np.diff(self.shares) @ mean)

    def sample(self, u: FloatColumn) -> IntColumn:
        return _whole(np.interp(u, self.shares, self.tokens))


@dataclass(frozen=True, slots=True)
class LognormalLaw:
    """Lognormal lengths, by the mean and the coefficient of variation before the floor at one token.

    With `cv` 0 every length is the mean.
    """

    mean: float
    cv: float

    def __post_init__(self) -> None:
        if not self.mean > 0 or not self.cv >= 0:
            raise ValueError(f"a length law needs a mean above 0 and a cv of 0 or more (got {self.mean}, {self.cv})")

    @property
    def mean_tokens(self) -> float:
        """1 + E[(X - 1)+], the Black-Scholes integral with strike 1."""
        if self.cv == 0:
            return max(1.0, self.mean)
        log_mean, log_sigma = self._log_moments
        above = log_mean / log_sigma
        return 1.0 + self.mean * float(ndtr(above + log_sigma)) - float(ndtr(above))

    def sample(self, u: FloatColumn) -> IntColumn:
        log_mean, log_sigma = self._log_moments
        if log_sigma == 0:
            return _whole(np.full(np.shape(u), exp(log_mean)))
        return _whole(np.exp(log_mean + log_sigma * ndtri(u)))

    @property
    def _log_moments(self) -> tuple[float, float]:
        """Mean and standard deviation of the logarithm."""
        variance = log1p(self.cv**2)
        return log(self.mean) - variance / 2, sqrt(variance)


def length_laws(product: Product, catalogue: Catalogue) -> tuple[LengthLaw, LengthLaw]:
    """Laws of a product's prompt and answer lengths, in this order.

    Raises:
        LookupError: the catalogue's table 'lengths' does not know the workload.
    """
    return laws_of(product.lengths, catalogue)


def laws_of(lengths: Lengths, catalogue: Catalogue) -> tuple[LengthLaw, LengthLaw]:
    """Laws of the prompt and answer lengths that a scenario or a workflow states, in this order.

    Raises:
        LookupError: the catalogue's table 'lengths' does not know the workload.
    """
    if isinstance(lengths, QuantileLengths):
        return (
            quantile_law(f"{lengths.workload}.input", catalogue),
            quantile_law(f"{lengths.workload}.output", catalogue),
        )
    return (
        LognormalLaw(lengths.input_mean_tokens, lengths.input_cv),
        LognormalLaw(lengths.output_mean_tokens, lengths.output_cv),
    )


@lru_cache(maxsize=64)
def quantile_law(id: str, catalogue: Catalogue) -> QuantileLaw:
    """Law through the percentiles p0 to p100 that the catalogue's table 'lengths' gives for an id.

    Raises:
        LookupError: there is no such id.
        ValueError: the percentiles are not those of a law.
    """
    knots = sorted(
        (float(name[1:]) / 100, tokens)
        for name, tokens in catalogue.quantities("lengths", id).items()
        if name.startswith("p") and name[1:].replace(".", "", 1).isdigit()
    )
    try:
        return QuantileLaw(tuple(share for share, _ in knots), tuple(tokens for _, tokens in knots))
    except ValueError as fault:
        raise ValueError(f"catalogue table 'lengths', id '{id}': {fault}") from fault


def _whole(tokens: FloatColumn) -> IntColumn:
    return np.maximum(np.rint(tokens), 1).astype(np.int64)
