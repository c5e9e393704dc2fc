"""Windows of offered load: what a mix of products draws, column by column."""

from dataclasses import dataclass, replace
from math import isclose
from typing import Final, Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sim.workload.arrivals import RateCurve, arrivals_along, gaps_to_cover, poisson_arrivals, with_bursts
from sim.workload.lengths import LengthLaw
from sim.workload.streams import stream
from sim.workload.trace import FloatColumn, IntColumn, Trace

PatienceLaw = Literal["exponential", "fixed", "none"]

EVERYWHERE: Final = -1
"""Prefix of a prompt whose beginning every endpoint holds."""
_PREFIXES_APART: Final = 2**32
"""Distance between the prefix ids of two products, so that they never meet."""


@dataclass(frozen=True, slots=True)
class ProductLoad:
    """One product's part of the offered load."""

    index: int
    """Index of the product in the scenario."""
    share: float
    """Share of the mix's requests."""
    input_law: LengthLaw
    output_law: LengthLaw
    reused_prompt_share: float
    """Mean share of a prompt's tokens found in the prefix cache."""
    patience_law: PatienceLaw
    patience_mean_s: float
    """Ignored where the law is 'none'."""
    user_shares: tuple[float, ...]
    """Share of the product's requests from each user region; sums to 1."""
    needs_eu_share: tuple[float, ...]
    """Share of each user region's requests that must be processed in the EU."""
    prefixes: int = 0
    """How many beginnings the product's prompts share (tenants, documents); 0 where every endpoint holds them all."""
    prefix_skew: float = 0.0
    """The k-th most common beginning is asked in proportion to k to the power of minus this."""

    def __post_init__(self) -> None:
        _check_shares(self.user_shares, of=f"product {self.index}'s user regions")
        if len(self.needs_eu_share) != len(self.user_shares):
            raise ValueError(
                f"product {self.index} has {len(self.user_shares)} user regions "
                f"but {len(self.needs_eu_share)} shares that need the EU: give one for each region"
            )
        if not 0 <= self.reused_prompt_share <= 1:
            raise ValueError(
                f"product {self.index}: reused_prompt_share must be in 0..1 (got {self.reused_prompt_share})"
            )
        if self.prefixes < 0 or self.prefix_skew < 0:
            raise ValueError(
                f"product {self.index}: prefixes and prefix_skew must be at least 0 "
                f"(got {self.prefixes} and {self.prefix_skew})"
            )
        if self.patience_law != "none" and not self.patience_mean_s > 0:
            raise ValueError(f"product {self.index}: patience must be above 0 s (got {self.patience_mean_s})")


@dataclass(frozen=True, slots=True)
class Mix:
    """Products that ask at the same time, in fixed shares that sum to 1."""

    products: tuple[ProductLoad, ...]

    def __post_init__(self) -> None:
        _check_shares(tuple(product.share for product in self.products), of="the products of a mix")
        if len({product.index for product in self.products}) != len(self.products):
            raise ValueError("a product stands twice in the mix: add its shares up")


@dataclass(frozen=True, slots=True)
class _Draws:
    """The named streams of one window and replication."""

    seed: int
    replication: int
    name: str

    def of(self, column: str) -> Generator:
        return stream(self.seed, self.replication, name=f"{self.name}/{column}")


def draw_window(
    mix: Mix,
    n: int,
    *,
    rate_rps: float,
    seed: int,
    replication: int,
    name: str,
    start_s: float = 0.0,
    cv: float = 1.0,
) -> Trace:
    """A window of `n` requests that arrive at a constant rate: a Poisson process, unless `cv` says otherwise.

    Every column has its own stream, so with equal seed, replication and name:
    another rate only stretches the arrival times, fewer requests are the first
    ones of more, and another share of products changes who asks but no draw.

    Args:
        mix: the products and their laws.
        n: number of requests.
        rate_rps: requests per second of the whole mix.
        seed: the scenario's seed.
        replication: number of the replication.
        name: stable name of the window; it begins the names of its streams.
        start_s: when the window opens [s].
        cv: standard deviation of the gaps over their mean; above 1 they come in
            bursts (`with_bursts`). The draws are the same at every cv.

    Raises:
        ValueError: the rate or the cv is not a positive number.
    """
    gaps = _Draws(seed, replication, name).of("arrivals").standard_exponential(n)
    arrival_s = start_s + poisson_arrivals(with_bursts(gaps, cv), rate_rps)
    return draw_requests(mix, arrival_s, seed=seed, replication=replication, name=name)


def draw_curve_window(
    mix: Mix, curve: RateCurve, *, seed: int, replication: int, name: str, start_s: float = 0.0
) -> Trace:
    """A window of requests that arrive as a Poisson process along a curve of rates; how many is random.

    Args:
        mix: the products and their laws.
        curve: requests per second of the whole mix over time, from 0.
        seed: the scenario's seed.
        replication: number of the replication.
        name: stable name of the window; it begins the names of its streams.
        start_s: when the window opens [s].
    """
    gaps = gaps_to_cover(_Draws(seed, replication, name).of("arrivals"), curve.expected_arrivals)
    arrival_s = start_s + arrivals_along(gaps, curve)
    return draw_requests(mix, arrival_s, seed=seed, replication=replication, name=name)


def draw_requests(mix: Mix, arrival_s: FloatColumn, *, seed: int, replication: int, name: str) -> Trace:
    """Requests of a mix at given arrival times, every other column drawn from its own stream.

    The reused part of a prompt is its mean, not a draw: whole tokens of
    `reused_prompt_share * input_tokens`, and at most all but the last token,
    which must be computed to give the first word of the answer.
    """
    draws = _Draws(seed, replication, name)
    n = len(arrival_s)
    part = _pick(tuple(product.share for product in mix.products), draws.of("product").random(n))
    u_region, u_eu = draws.of("user_region").random(n), draws.of("needs_eu").random(n)
    u_input, u_output = draws.of("input").random(n), draws.of("output").random(n)
    unit_patience = draws.of("patience").standard_exponential(n)

    trace = Trace(
        arrival_s=arrival_s,
        product=np.array([product.index for product in mix.products], dtype=np.int64)[part],
        user_region=np.empty(n, dtype=np.int64),
        needs_eu=np.empty(n, dtype=np.bool_),
        input_tokens=np.empty(n, dtype=np.int64),
        cached_tokens=np.empty(n, dtype=np.int64),
        output_tokens=np.empty(n, dtype=np.int64),
        patience_s=np.empty(n, dtype=np.float64),
        route_u=draws.of("route").random(n),
        api_first_z=draws.of("api_first").standard_normal(n),
        api_pace_z=draws.of("api_pace").standard_normal(n),
        escalate_u=draws.of("escalate").random(n),
        prefix=np.full(n, EVERYWHERE),
        retry_u=draws.of("retry").random(n),
        speculation_z=draws.of("speculation").standard_normal(n),
    )
    u_prefix = draws.of("prefix").random(n)
    for position, product in enumerate(mix.products):
        rows = np.flatnonzero(part == position)
        region = _pick(product.user_shares, u_region[rows])
        trace.user_region[rows] = region
        trace.needs_eu[rows] = u_eu[rows] < np.array(product.needs_eu_share)[region]
        trace.input_tokens[rows] = product.input_law.sample(u_input[rows])
        trace.output_tokens[rows] = product.output_law.sample(u_output[rows])
        trace.patience_s[rows] = _patience_s(product, unit_patience[rows])
        if product.prefixes:
            trace.prefix[rows] = product.index * _PREFIXES_APART + _prefix_rank(product, u_prefix[rows])
    return with_reused_prompts(trace, mix)


def with_reused_prompts(trace: Trace, mix: Mix) -> Trace:
    """The same requests, with the cached part of each prompt that its product's share gives."""
    share_of = np.zeros(1 + max(product.index for product in mix.products))
    for product in mix.products:
        share_of[product.index] = product.reused_prompt_share
    reused = np.floor(share_of[trace.product] * trace.input_tokens).astype(np.int64)
    return replace(trace, cached_tokens=np.minimum(reused, trace.input_tokens - 1))


def _patience_s(product: ProductLoad, unit_draws: FloatColumn) -> FloatColumn:
    if product.patience_law == "exponential":
        return product.patience_mean_s * unit_draws
    fixed_s = product.patience_mean_s if product.patience_law == "fixed" else np.inf
    return np.full(len(unit_draws), fixed_s)


def _prefix_rank(product: ProductLoad, u: FloatColumn) -> IntColumn:
    weights = np.arange(1, product.prefixes + 1) ** -product.prefix_skew
    return _pick(tuple(weights.tolist()), u)


def _pick(shares: tuple[float, ...], u: FloatColumn) -> IntColumn:
    """Positions drawn in proportion to shares; a share of 0 is never drawn."""
    upper: NDArray[np.float64] = np.cumsum(shares)
    return np.searchsorted(upper[:-1] / upper[-1], u, side="right")


def _check_shares(shares: tuple[float, ...], *, of: str) -> None:
    if not shares or min(shares) < 0 or not isclose(sum(shares), 1.0, abs_tol=1e-9):
        raise ValueError(f"the shares of {of} must be at least 0 and sum to 1 (got {shares})")
