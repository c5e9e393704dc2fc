"""What a model by the token costs in a month, and which product's calls cost it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sim.economics.prices import Prices
from sim.economics.term import Term, term
from sim.metrics.flows import TokenFlow

TOKENS_PER_MTOK = 1e6


@dataclass(frozen=True, slots=True)
class _TokenClass:
    """Tokens that an API prices apart."""

    words: str
    field: str
    """Of a `TokenFlow`."""
    price: str
    """Quantity of table `apis`."""
    caused_by: str
    """Field of a `ProductTokens` that they grow with."""


_CLASSES = (
    _TokenClass("new prompt tokens", "uncached_in_tokens", "usd_per_mtok_in", "uncached_in_tokens"),
    _TokenClass("prompt tokens from the cache", "cached_in_tokens", "usd_per_mtok_cached_in", "cached_in_tokens"),
    _TokenClass(
        "prompt tokens stored in the cache", "cache_write_tokens", "usd_per_mtok_cache_write", "uncached_in_tokens"
    ),
    _TokenClass("answer tokens", "output_tokens", "usd_per_mtok_out", "output_tokens"),
    _TokenClass("reasoning tokens", "reasoning_tokens", "usd_per_mtok_out", "output_tokens"),
)
_AHEAD_ROW = ("api_options", "provisioned", "usd_per_1000_tokens_min_hour")


def api_terms(tokens: TokenFlow, *, prices: Prices, level: float) -> list[Term]:
    """Terms of one model's tokens, each class at its price; throughput bought ahead by the hour, used or not.

    Args:
        level: how far prices by the token have drifted.
    """
    more: tuple[str, ...] = ("world.api_price_drift_per_year",)
    label = prices.label("apis", tokens.api)
    if tokens.in_data_zone:
        more = (f"apis/{tokens.api}/data_zone_uplift", *more)
    if tokens.batched:
        more = ("api_options/batch/price_ratio", *more)
        label = f"{label} in batches"
    factor = level * _factor(tokens, prices)
    ahead = _provisioned_term(tokens, prices, label=label, factor=factor, more=more)
    return [
        *ahead,
        *(term(
            f"{label}, {each.words}", getattr(tokens, each.field) / TOKENS_PER_MTOK, unit="1M tokens",
            price=prices.value("apis", tokens.api, each.price) * factor, price_unit="USD/1M tokens",
            rows=(f"apis/{tokens.api}/{each.price}", *more), resource=tokens.endpoint, region=tokens.region,
        )
        for each in _CLASSES
        if getattr(tokens, each.field) > 0),
    ]  # fmt: skip


def usd_by_product(tokens: TokenFlow, *, prices: Prices, answers: Mapping[str, float]) -> dict[str, float]:
    """What each product's calls cost of one model, before prices drifted: that moves no share.

    A class of tokens is divided as the products' calls took it. What no call is
    known for, throughput bought ahead among it, goes by `answers`.

    Args:
        answers: tokens of each product's delivered answers.
    """
    factor = _factor(tokens, prices)
    usd = dict.fromkeys(answers, 0.0)
    for each in _CLASSES:
        if (amount := getattr(tokens, each.field)) > 0:
            price = prices.value("apis", tokens.api, each.price) * factor / TOKENS_PER_MTOK
            taken = {of.product: getattr(of, each.caused_by) for of in tokens.by_product}
            _divide(usd, amount * price, taken if any(taken.values()) else answers)
    if tokens.provisioned_tokens_per_min > 0:
        _divide(usd, _bought_ahead(tokens, prices) * prices.value(*_AHEAD_ROW) * factor, answers)
    return usd


def _divide(into: dict[str, float], usd: float, by: Mapping[str, float]) -> None:
    whole = sum(by.values())
    for product, amount in by.items():
        into[product] += usd * amount / whole if whole > 0 else 0.0


def _factor(tokens: TokenFlow, prices: Prices) -> float:
    """On the list price: processed in a data zone, bought in batches."""
    factor = prices.value("apis", tokens.api, "data_zone_uplift") if tokens.in_data_zone else 1.0
    return factor * prices.value("api_options", "batch", "price_ratio") if tokens.batched else factor


def _bought_ahead(tokens: TokenFlow, prices: Prices) -> float:
    """Throughput bought ahead [1000 tokens/min, hours]."""
    return tokens.provisioned_tokens_per_min / 1000 * prices.rule("hours_per_month")


def _provisioned_term(
    tokens: TokenFlow, prices: Prices, *, label: str, factor: float, more: tuple[str, ...]
) -> list[Term]:
    if tokens.provisioned_tokens_per_min <= 0:
        return []
    return [
        term(
            f"{label}, throughput bought ahead", _bought_ahead(tokens, prices),
            unit="1000 tokens/min, hours", price=prices.value(*_AHEAD_ROW) * factor,
            price_unit="USD/1000 tokens/min/h", rows=("/".join(_AHEAD_ROW), *more),
            resource=tokens.endpoint, region=tokens.region,
        )
    ]  # fmt: skip
