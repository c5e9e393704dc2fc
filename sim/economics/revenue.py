"""What customers pay, and how many stay."""

from dataclasses import dataclass

from sim.economics.prices import MONTHS_PER_YEAR, Prices
from sim.economics.term import Term, term
from sim.metrics.flows import ProductFlow
from sim.scenario.schema import PerRequest, PerSeat, Product


def revenue_terms(product: Product, flow: ProductFlow, *, month: int, prices: Prices) -> tuple[Term, ...]:
    """What one product earns in a month, credits for late answers taken off.

    Refused, failed and abandoned requests earn nothing; a seat is paid for
    however well it was served.
    """
    match product.price:
        case PerRequest(usd=usd, drift_per_year=drift):
            return _per_request(product, flow, usd=usd * _level(drift, month), prices=prices)
        case PerSeat(usd_per_month=usd, drift_per_year=drift):
            return (
                term(
                    f"{product.label}, seats", flow.units, unit="seats", price=usd * _level(drift, month),
                    price_unit="USD/seat", rows=(f"products.{product.id}.price",), resource=product.id,
                ),
            )


def _per_request(product: Product, flow: ProductFlow, *, usd: float, prices: Prices) -> tuple[Term, ...]:
    field = f"products.{product.id}.price"
    paid_share = 1 - prices.rule("credit_share")
    return (
        term(f"{product.label}, answers in time", flow.good, unit="answers", price=usd, price_unit="USD/answer",
             rows=(field,), resource=product.id),
        term(f"{product.label}, late answers", flow.late, unit="answers", price=usd * paid_share,
             price_unit="USD/answer", rows=(field, "business/rules/credit_share"), list_price=usd,
             resource=product.id),
    )


def _level(drift_per_year: float, month: int) -> float:
    return (1 + drift_per_year) ** (month / MONTHS_PER_YEAR)


@dataclass(frozen=True, slots=True)
class Retention:
    """How demand shrinks with bad service, per month and as shares.

    The evidence pulls both ways, so it applies only where it is switched on.
    """

    applies: bool
    churn: float
    """Lost whatever the service; 0, because growth is net of normal churn."""
    per_late_share: float
    """Lost for each unit of late share beyond what customers tolerate."""
    per_timeout_share: float
    tolerated_late_share: float

    @classmethod
    def read(cls, prices: Prices) -> "Retention":
        """The rows `retention` of table `business`."""

        def of(quantity: str) -> float:
            return prices.value("business", "retention", quantity)

        return cls(
            applies=of("applies") > 0,
            churn=of("churn_per_month"),
            per_late_share=of("loss_per_late_share"),
            per_timeout_share=of("loss_per_timeout_share"),
            tolerated_late_share=of("tolerated_late_share"),
        )


def next_retention(kept: float, flow: ProductFlow, *, retention: Retention) -> float:
    """Share of a product's demand that is left in the next month.

    H' = H (1 - c0 - c1 max(0, late - tolerated) - c2 timeouts), with late as a
    share of served and timeouts as a share of all requests; never below 0.

    Args:
        kept: share left in this month, 1 at the start.
        flow: how the product was served in this month.
        retention: the parameters.
    """
    if not retention.applies or flow.requests <= 0:
        return kept
    late = flow.late / flow.served if flow.served > 0 else 0.0
    lost = (
        retention.churn
        + retention.per_late_share * max(0.0, late - retention.tolerated_late_share)
        + retention.per_timeout_share * flow.timed_out / flow.requests
    )
    return kept * max(0.0, 1 - lost)
