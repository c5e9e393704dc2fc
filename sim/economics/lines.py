"""The monthly cost lines: one function for each, and one entry in the registry.

A line answers with its terms; what it costs is their sum.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sim.economics.api_bill import api_terms
from sim.economics.choices import Choices
from sim.economics.pool_bill import PoolBill
from sim.economics.prices import PriceLevel, Prices
from sim.economics.quality import standing_rows, standing_share, usd_per_fallen_answer
from sim.economics.term import Term, part, term
from sim.economics.tiers import internet_tiers, slices
from sim.metrics.flows import MonthFlow
from sim.scenario.schema import Scenario

SEARCHES_PER_PRICE = 1000


@dataclass(frozen=True, slots=True)
class Month:
    """All that the cost of one month depends on."""

    flow: MonthFlow
    scenario: Scenario
    """The decisions and the world in force in that month."""
    prices: Prices
    level: PriceLevel
    choices: Choices
    launch_month: int
    audit_month: int
    revenue_usd: float
    pool_bills: tuple[PoolBill, ...]
    migration_usd: float


def gpu(month: Month) -> tuple[Term, ...]:
    """The working share of what the pools cost."""
    return tuple(
        part(whole, bill.working_share, label="working")
        for bill in month.pool_bills for whole in bill.ready
    )


def idle(month: Month) -> tuple[Term, ...]:
    """What the pools cost while they wait, servers that are not filled, and commitments that nobody needs any more."""
    waiting = tuple(
        part(whole, 1 - bill.working_share, label="idle")
        for bill in month.pool_bills for whole in bill.ready
    )
    return waiting + tuple(term for bill in month.pool_bills for term in bill.unneeded)


def api(month: Month) -> tuple[Term, ...]:
    """Tokens bought, every call that was made."""
    level = month.level.api
    return tuple(term for tokens in month.flow.tokens for term in api_terms(tokens, prices=month.prices, level=level))


def search(month: Month) -> tuple[Term, ...]:
    """Searches of the vector store, by who holds the vectors and in whose format."""
    store = month.scenario.decisions.vector_store
    return (
        term(
            f"{month.prices.label('search', store)}, searches", month.flow.searches / SEARCHES_PER_PRICE,
            unit="1000 searches", price=month.prices.value("search", store, "usd_per_1000_searches"),
            price_unit="USD/1000 searches", rows=(f"search/{store}/usd_per_1000_searches",),
        ),
    )


def storage(month: Month) -> tuple[Term, ...]:
    """Data held at the end of the month."""
    return (
        term(
            month.prices.label("storage", "object_hot"), month.flow.data_gb, unit="GB-months",
            price=month.prices.value("storage", "object_hot", "usd_per_gb_month"), price_unit="USD/GB-month",
            rows=("storage/object_hot/usd_per_gb_month",),
        ),
    )


def egress(month: Month) -> tuple[Term, ...]:
    """Data sent out: to users over the internet in tiers, and from region to region."""
    internet = tuple(
        term(
            month.prices.label("network", tier.id), gb, unit="GB", price=tier.usd_per_gb, price_unit="USD/GB",
            rows=(f"network/{tier.id}/usd_per_gb",),
        )
        for tier, gb in slices(month.flow.egress_gb, month.prices.once(internet_tiers))
    )
    if month.flow.cross_region_gb <= 0:
        return internet
    return (
        *internet,
        term(
            month.prices.label("network", "cross_region"), month.flow.cross_region_gb, unit="GB",
            price=month.prices.value("network", "cross_region", "usd_per_gb"), price_unit="USD/GB",
            rows=("network/cross_region/usd_per_gb",),
        ),
    )


def people(month: Month) -> tuple[Term, ...]:
    """People who run the platform, who begin before it launches, and the programs that are paid for."""
    programs = tuple(
        term(name.replace("_", " "), usd, unit="USD", price=1.0, price_unit="USD/USD", rows=("company.programs",))
        for name, usd in month.scenario.company.programs.items() if usd
    )
    if month.flow.month < month.launch_month - month.prices.rule("run_people_lead_months"):
        return programs
    return programs + _chosen(
        month, "run_fte", unit="people", price=_person(month), price_unit="USD/month",
        rows=("people/platform/usd_per_month",),
    )


def support(month: Month) -> tuple[Term, ...]:
    """Support of customers, a share of revenue."""
    return (
        term(
            "Support of customers", month.revenue_usd, unit="USD of revenue",
            price=month.prices.rule("support_share_of_revenue"), price_unit="USD/USD",
            rows=("business/rules/support_share_of_revenue",),
        ),
    )


def fallen(month: Month) -> tuple[Term, ...]:
    """Answers that do not stand: what is not paid for them, or the person who answers instead."""
    if not month.flow.launched:
        return ()
    flows = {flow.product: flow for flow in month.flow.products}
    costs = [(product, *usd_per_fallen_answer(product, month.prices)) for product in month.scenario.products]
    return tuple(
        term(
            f"{product.label}, answers that do not stand",
            flows[product.id].served * (1 - product.standing_share * standing_share(month.scenario, month.prices)),
            unit="answers", price=usd, price_unit="USD/answer", resource=product.id,
            rows=(row, f"products.{product.id}.standing_share", *standing_rows(month.scenario)),
        )
        for product, usd, row in costs if usd > 0
    )


def compliance(month: Month) -> tuple[Term, ...]:
    """Duties of the chosen places of processing, each month, and their audit once."""
    duties = _chosen(month, "compliance_usd_per_month", unit="USD", price=1.0, price_unit="USD/USD")
    if month.flow.month != month.audit_month:
        return duties
    return duties + _chosen(month, "audit_usd_once", unit="USD", price=1.0, price_unit="USD/USD")


def build(month: Month) -> tuple[Term, ...]:
    """People who build until launch, and what it costs to keep new work movable."""
    premium = term(
        "New work built so that it can move", month.choices.movable_points, unit="points",
        price=month.prices.value("choices", "movable_share", "usd_per_month_per_point"),
        price_unit="USD/month/point",
        rows=("decisions.movable_share", "choices/movable_share/usd_per_month_per_point"),
    )
    if month.flow.month >= month.launch_month:
        return (premium,)
    builders = term(
        "People who build", month.scenario.company.build_people, unit="people", price=_person(month),
        price_unit="USD/month", rows=("company.build_people", "people/platform/usd_per_month"),
    )
    return (builders, premium)


def migration(month: Month) -> tuple[Term, ...]:
    """Moves that are being carried out."""
    if month.migration_usd == 0:
        return ()
    return (
        term("Moves being carried out", month.migration_usd, unit="USD", price=1.0, price_unit="USD/USD",
             rows=("changes",)),
    )


def _person(month: Month) -> float:
    return month.prices.value("people", "platform", "usd_per_month")


def _chosen(
    month: Month, quantity: str, *, unit: str, price: float, price_unit: str, rows: tuple[str, ...] = ()
) -> tuple[Term, ...]:
    """One term for every choice in force that has any of a quantity."""
    return tuple(
        term(label, amount, unit=unit, price=price, price_unit=price_unit, rows=(row, *rows))
        for label, amount, row in month.prices.once(_amounts, month.choices.rows, quantity)
    )


def _amounts(choices: tuple[str, ...], quantity: str, prices: Prices) -> tuple[tuple[str, float, str], ...]:
    """Label, amount and catalogue row of every choice that has any of a quantity."""
    amounts = {choice: prices.value("choices", choice, quantity) for choice in choices}
    return tuple(
        (prices.label("choices", choice), amount, f"choices/{choice}/{quantity}")
        for choice, amount in amounts.items() if amount
    )


@dataclass(frozen=True, slots=True)
class CostLine:
    """A cost line: how its terms come about and which totals it belongs to."""

    name: str
    label: str
    terms: Callable[[Month], tuple[Term, ...]]
    serves: bool
    """Inside gross margin."""
    per_token: bool
    """Inside cost per million tokens."""
    billed: bool
    """A provider's invoice shows it."""


LINES: tuple[CostLine, ...] = (
    CostLine("gpu", "Own GPUs, working", gpu, serves=True, per_token=True, billed=True),
    CostLine("idle", "Own GPUs, idle", idle, serves=True, per_token=True, billed=True),
    CostLine("api", "Models by the token", api, serves=True, per_token=True, billed=True),
    CostLine("search", "Search of vectors", search, serves=True, per_token=True, billed=True),
    CostLine("storage", "Storage", storage, serves=True, per_token=True, billed=True),
    CostLine("egress", "Data sent out", egress, serves=True, per_token=True, billed=True),
    CostLine("people", "People who run it", people, serves=True, per_token=True, billed=False),
    CostLine("support", "Support of customers", support, serves=True, per_token=False, billed=False),
    CostLine("fallen", "Answers that do not stand", fallen, serves=True, per_token=False, billed=False),
    CostLine("compliance", "Compliance", compliance, serves=True, per_token=True, billed=False),
    CostLine("build", "Building it", build, serves=False, per_token=False, billed=False),
    CostLine("migration", "Moves", migration, serves=False, per_token=False, billed=False),
)
"""Every cost line, in the order in which they are shown; they add up to the total."""

COST_LINES = tuple(line.name for line in LINES)
COST_TO_SERVE = tuple(line.name for line in LINES if line.serves)
COST_PER_TOKEN = tuple(line.name for line in LINES if line.per_token)
BILLED_LINES = tuple(line.name for line in LINES if line.billed)
