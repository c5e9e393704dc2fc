"""Which product causes how much of each cost line, for what each of them contributes."""

from collections.abc import Iterable, Mapping

from sim.economics.api_bill import usd_by_product
from sim.economics.lines import Month
from sim.economics.term import Term

_BY_GPU_TIME = ("gpu", "idle")
"""Lines that products share by the time they keep our GPUs busy, or by tokens where it is not known."""
_BY_TOKENS = ("search", "storage", "egress")
"""Lines that products share by the tokens of their answers."""


def cost_shares(
    month: Month, revenue: Mapping[str, float], *, fallen: Iterable[Term]
) -> dict[str, dict[str, float]]:
    """Each product's share of each line that products share: by what it causes, in equal parts where nothing was.

    Args:
        revenue: by product [USD].
        fallen: terms of the line of answers that do not stand, each with its product as resource.
    """
    flows = month.flow.products
    tokens = {flow.product: flow.delivered_tokens for flow in flows}
    gpu_s = {flow.product: flow.gpu_s for flow in flows}
    by_tokens = _shares(revenue, tokens)
    by_gpu = _shares(revenue, gpu_s if any(gpu_s.values()) else tokens)
    by_calls = _shares(revenue, _api_usd(month, tokens))
    by_revenue = _shares(revenue, revenue)
    by_fallen = _shares(revenue, {term.resource: term.usd for term in fallen})
    return {
        product: {
            **dict.fromkeys(_BY_GPU_TIME, by_gpu[product]),
            "api": by_calls[product],
            **dict.fromkeys(_BY_TOKENS, by_tokens[product]),
            "support": by_revenue[product],
            "fallen": by_fallen[product],
        }
        for product in revenue
    }


def _api_usd(month: Month, answers: Mapping[str, float]) -> dict[str, float]:
    """What each product's calls cost, before prices drifted."""
    models = [usd_by_product(tokens, prices=month.prices, answers=answers) for tokens in month.flow.tokens]
    return {product: sum(usd[product] for usd in models) for product in answers}


def _shares(products: Iterable[str], amounts: Mapping[str, float]) -> dict[str, float]:
    of = {product: amounts.get(product, 0.0) for product in products}
    whole = sum(of.values())
    return {product: amount / whole if whole > 0 else 1 / len(of) for product, amount in of.items()}
