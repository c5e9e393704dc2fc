"""One month's statement: revenue, cost by line, and what they make together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import nan

from sim.economics.api_bill import TOKENS_PER_MTOK
from sim.economics.choices import choices
from sim.economics.commitment import Commitment
from sim.economics.contribution import cost_shares
from sim.economics.energy import Energy
from sim.economics.lines import COST_PER_TOKEN, COST_TO_SERVE, LINES, CostLine, Month
from sim.economics.pool_bill import PoolBill, abandoned, pool_bill, pool_energy
from sim.economics.prices import PriceBook, PriceLevel, price_level
from sim.economics.purchase import PurchaseMix, purchase_mix
from sim.economics.revenue import revenue_terms
from sim.economics.term import Term, part, total_usd
from sim.metrics.flows import MonthFlow
from sim.scenario.schema import Scenario

NO_ENERGY = Energy(())


@dataclass(frozen=True, slots=True)
class MonthStatement:
    """Money of one month [USD]. Ratios are `nan` before launch and where they divide by nothing."""

    month: int
    day: date
    """First day of the month, by which prices were read."""
    delivered_mtok: float
    """Million tokens of delivered answers; 0 before launch."""
    served: float
    revenue_terms: Mapping[str, tuple[Term, ...]]
    """By product."""
    cost_terms: Mapping[str, tuple[Term, ...]]
    """By cost line."""
    revenue_usd: float
    revenue_by_product_usd: dict[str, float]
    cost_usd: dict[str, float]
    """One entry per cost line, and `total`, which is their sum."""
    gross_margin: float
    """(revenue - cost to serve) / revenue, people who run the platform included."""
    gross_margin_before_people: float
    gross_margin_after_build: float
    usd_per_mtok_allocated: float
    """Cost over tokens of delivered answers, idle included; support is not part of it."""
    usd_per_mtok_used: float
    """The same without idle."""
    usd_per_served_request: float
    contribution_by_product_usd: dict[str, float]
    """Revenue less what serving the product costs, idle included; people and compliance are common to all."""
    cost_shares_by_product: dict[str, dict[str, float]]
    """By product, its share of each cost line that products share."""
    owned_gpus: dict[str, float]
    """GPUs that we own, by GPU id."""
    energy: Energy
    """Electricity and emissions of our pools: information beside cost, of which only what owned GPUs draw is a part."""

    @property
    def cost_to_serve_usd(self) -> float:
        return _sum(self.cost_usd, COST_TO_SERVE)

    @property
    def profit_usd(self) -> float:
        return self.revenue_usd - self.cost_usd["total"]

    @property
    def gross_profit_usd(self) -> float:
        return self.revenue_usd - self.cost_to_serve_usd


def statement(
    flow: MonthFlow,
    scenario: Scenario,
    *,
    book: PriceBook,
    launch_month: int | None = None,
    audit_month: int | None = None,
    level: PriceLevel | None = None,
    mix: PurchaseMix | None = None,
    commitments: Sequence[Commitment] = (),
    migration_usd: float = 0.0,
    dearer: Mapping[str, float] | None = None,
    added_terms: Mapping[str, tuple[Term, ...]] | None = None,
    in_full: bool = True,
) -> MonthStatement:
    """State a month.

    Args:
        flow: what the month's service amounted to.
        scenario: decisions, world and prices in force in that month.
        book: prices by day.
        launch_month: first month with customers; from the decisions unless given.
        audit_month: when the audit of the chosen places of processing is
            paid; the month before launch unless given.
        level: how far prices have drifted; from the world's drift unless given.
        mix: how GPUs are paid for; from the scenario unless given.
        commitments: contracts that run in the month; without any, the
            reserved part follows need month by month.
        migration_usd: cost of moves being carried out.
        dearer: by cost line, factor of a vendor's new prices on its terms.
        added_terms: what events add, by cost line.
        in_full: whether energy and what each product contributes will be asked for; they stay empty where not.

    Raises:
        LookupError: a price is not in the catalogue, or not in force in that month.
    """
    earned = _revenue(flow, scenario, book)
    by_product = {product: total_usd(terms) for product, terms in earned.items()}
    month = _month(
        flow, scenario, book=book, launch_month=launch_month, audit_month=audit_month, level=level, mix=mix,
        commitments=commitments, migration_usd=migration_usd, revenue_usd=sum(by_product.values()),
    )  # fmt: skip
    return _stated(month, earned, by_product, dearer=dearer or {}, added_terms=added_terms or {}, in_full=in_full)


def gross_margin(
    flow: MonthFlow,
    scenario: Scenario,
    *,
    book: PriceBook,
    launch_month: int | None = None,
    level: PriceLevel | None = None,
    commitments: Sequence[Commitment] = (),
    dearer: Mapping[str, float] | None = None,
) -> float:
    """The gross margin that `statement` would show, and nothing else of it."""
    earned = _revenue(flow, scenario, book)
    revenue = sum(total_usd(terms) for terms in earned.values())
    month = _month(
        flow, scenario, book=book, launch_month=launch_month, audit_month=None, level=level, mix=None,
        commitments=commitments, migration_usd=0.0, revenue_usd=revenue,
    )  # fmt: skip
    serving = [line for line in LINES if line.serves]
    serve = sum([total_usd(terms) for terms in _terms(serving, month, dearer=dearer or {}).values()])
    return _ratio(revenue - serve, revenue)


def _month(
    flow: MonthFlow,
    scenario: Scenario,
    *,
    book: PriceBook,
    launch_month: int | None,
    audit_month: int | None,
    level: PriceLevel | None,
    mix: PurchaseMix | None,
    commitments: Sequence[Commitment],
    migration_usd: float,
    revenue_usd: float,
) -> Month:
    """What the cost of a month depends on; arguments as `statement` has them."""
    prices = book.on(flow.on)
    chosen = prices.once(choices, scenario.decisions)
    launch = chosen.launch_month if launch_month is None else launch_month
    level = level or price_level(scenario.world, flow.month)
    mix = mix or purchase_mix(scenario.platform, prices)
    return Month(
        flow=flow,
        scenario=scenario,
        prices=prices,
        level=level,
        choices=chosen,
        launch_month=launch,
        audit_month=max(0, launch - 1) if audit_month is None else audit_month,
        revenue_usd=revenue_usd,
        pool_bills=tuple(
            pool_bill(pool, mix=mix, seller=scenario.platform.seller, prices=prices, level=level,
                      commitments=commitments)
            for pool in (*flow.pools, *abandoned(flow.pools, commitments))
        ),
        migration_usd=migration_usd,
    )


def _terms(
    lines: Iterable[CostLine], month: Month, *, dearer: Mapping[str, float]
) -> dict[str, tuple[Term, ...]]:
    """Terms by line, with what a vendor's new price adds to them."""
    found = {line.name: line.terms(month) for line in lines}
    for name, factor in dearer.items():
        if name in found:
            more = [part(whole, factor - 1, label="on top, while we are not gone") for whole in found[name]]
            found[name] = (*found[name], *more)
    return found


def _revenue(flow: MonthFlow, scenario: Scenario, book: PriceBook) -> dict[str, tuple[Term, ...]]:
    """Terms of revenue by product; none before launch."""
    if not flow.launched:
        return {product.id: () for product in scenario.products}
    flows = {product.product: product for product in flow.products}
    prices = book.on(flow.on)
    return {
        product.id: revenue_terms(product, flows[product.id], month=flow.month, prices=prices)
        for product in scenario.products
    }


def _stated(
    month: Month,
    earned: dict[str, tuple[Term, ...]],
    by_product: dict[str, float],
    *,
    dearer: Mapping[str, float],
    added_terms: Mapping[str, tuple[Term, ...]],
    in_full: bool,
) -> MonthStatement:
    flow, revenue = month.flow, month.revenue_usd
    terms = _terms(LINES, month, dearer=dearer)
    for name, added in added_terms.items():
        terms[name] += added
    cost = {name: total_usd(parts) for name, parts in terms.items()}
    cost["total"] = sum(cost.values())
    serve = _sum(cost, COST_TO_SERVE)
    per_token = _sum(cost, COST_PER_TOKEN)
    mtok = flow.delivered_tokens / TOKENS_PER_MTOK if flow.launched else 0.0
    served = flow.served if flow.launched else 0.0
    shares = cost_shares(month, by_product, fallen=terms["fallen"]) if in_full else {}
    return MonthStatement(
        month=flow.month,
        day=flow.on,
        delivered_mtok=mtok,
        served=served,
        revenue_terms=earned,
        cost_terms=terms,
        revenue_usd=revenue,
        revenue_by_product_usd=by_product,
        cost_usd=cost,
        gross_margin=_ratio(revenue - serve, revenue),
        gross_margin_before_people=_ratio(revenue - serve + cost["people"], revenue),
        gross_margin_after_build=_ratio(revenue - serve - cost["build"], revenue),
        usd_per_mtok_allocated=_ratio(per_token, mtok),
        usd_per_mtok_used=_ratio(per_token - cost["idle"], mtok),
        usd_per_served_request=_ratio(per_token, served),
        contribution_by_product_usd={
            product: by_product[product] - sum(cost[line] * share for line, share in of.items())
            for product, of in shares.items()
        },
        cost_shares_by_product=shares,
        owned_gpus=_owned_gpus(month.pool_bills),
        energy=_energy(month) if in_full else NO_ENERGY,
    )


def _energy(month: Month) -> Energy:
    seller, prices = month.scenario.platform.seller, month.prices
    return Energy(tuple(part for bill in month.pool_bills for part in pool_energy(bill, seller=seller, prices=prices)))


def _owned_gpus(bills: Iterable[PoolBill]) -> dict[str, float]:
    owned: dict[str, float] = {}
    for bill in bills:
        owned[bill.pool.gpu] = owned.get(bill.pool.gpu, 0.0) + bill.owned_gpus
    return owned


def _sum(cost: Mapping[str, float], lines: Iterable[str]) -> float:
    return sum([cost[line] for line in lines])


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0 else nan
