"""What customers pay, and how many stay."""

from dataclasses import dataclass

from sim.economics.prices import MONTHS_PER_YEAR, Prices
from sim.economics.term import Term, term
from sim.metrics.flows import ProductFlow
from sim.scenario.schema import PerMtok, PerRequest, PerSeat, Product

TOKENS_PER_MTOK = 1e6


def revenue_terms(product: Product, flow: ProductFlow, *, month: int, prices: Prices) -> tuple[Term, ...]:
    """What one product earns in a month, credits for late answers taken off.

    Refused, failed and abandoned requests earn nothing; a seat is paid for
    however well it was served.
    """
    usd = _first_price(product) * _level(product.price.drift_per_year, month)
    match product.price:
        case PerRequest():
            return _with_credit(product, flow.good, flow.late, unit="answers", price=usd, words="answers",
                                prices=prices)  # fmt: skip
        case PerMtok():
            mtok = flow.delivered_tokens / TOKENS_PER_MTOK
            late = mtok * flow.late / flow.served if flow.served > 0 else 0.0
            return _with_credit(product, mtok - late, late, unit="1M tokens", price=usd, words="tokens of answers",
                                prices=prices)  # fmt: skip
        case PerSeat():
            return (
                term(
                    f"{product.label}, seats", flow.units, unit="seats", price=usd,
                    price_unit="USD/seat", rows=(f"products.{product.id}.price",), resource=product.id,
                ),
            )


def _first_price(product: Product) -> float:
    """Price of what is sold in month 0."""
    return product.price.usd_per_month if isinstance(product.price, PerSeat) else product.price.usd


def _with_credit(
    product: Product, in_time: float, late: float, *, unit: str, price: float, words: str, prices: Prices
) -> tuple[Term, ...]:
    """What was in time at its price, and what was late with the credit taken off."""
    field = f"products.{product.id}.price"
    credit, row = credit_share(product, prices)
    sold = unit.removesuffix("s") if unit == "answers" else unit
    return (
        term(f"{product.label}, {words} in time", in_time, unit=unit, price=price, price_unit=f"USD/{sold}",
             rows=(field,), resource=product.id),
        term(f"{product.label}, late {words}", late, unit=unit, price=price * (1 - credit), price_unit=f"USD/{sold}",
             rows=(field, row), list_price=price, resource=product.id),
    )  # fmt: skip


def credit_share(product: Product, prices: Prices) -> tuple[float, str]:
    """Share of the price given back for a late answer, and the catalogue row or the scenario's field that says so."""
    if product.credit_share is not None:
        return product.credit_share, f"products.{product.id}.credit_share"
    return prices.rule("credit_share"), "business/rules/credit_share"


def _level(drift_per_year: float, month: int) -> float:
    return float((1 + drift_per_year) ** (month / MONTHS_PER_YEAR))


@dataclass(frozen=True, slots=True)
class Retention:
    """How demand shrinks with bad service, per month and as shares.

    The evidence pulls both ways, so it applies only where the world says so.
    """

    churn: float
    """Lost whatever the service; 0, because growth is net of normal churn."""
    per_late_share: float
    """Lost for each unit of late share beyond what customers tolerate."""
    per_timeout_share: float
    tolerated_late_share: float

    @classmethod
    def of(cls, product: Product, prices: Prices) -> "Retention":
        """The rows `retention` of table `business`, with the product's own where it has one."""

        def of(quantity: str) -> float:
            return prices.value("business", "retention", quantity)

        own = product.loss_per_late_share
        return cls(
            churn=of("churn_per_month"),
            per_late_share=of("loss_per_late_share") if own is None else own,
            per_timeout_share=of("loss_per_timeout_share"),
            tolerated_late_share=of("tolerated_late_share"),
        )


def next_retention(kept: float, flow: ProductFlow, *, retention: Retention) -> float:
    """Share of a product's demand that is left in the next month.

    H' = H (1 - c0 - c1 max(0, late - tolerated) - c2 timeouts), with late as a
    share of served and timeouts as a share of all requests; never below 0.

    Args:
        kept: share left in this month, 1 at the start.
        flow: how the product was served in this month; a month without requests loses nobody.
        retention: the parameters.
    """
    if flow.requests <= 0:
        return kept
    late = flow.late / flow.served if flow.served > 0 else 0.0
    lost = (
        retention.churn
        + retention.per_late_share * max(0.0, late - retention.tolerated_late_share)
        + retention.per_timeout_share * flow.timed_out / flow.requests
    )
    return kept * max(0.0, 1 - lost)
