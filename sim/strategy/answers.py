"""Quality and demand: answers that do not stand, prices that move demand, customers who require the EU.

Equations: docs/model_decisions.md, "Quality and demand".
"""

from dataclasses import dataclass
from math import nan

import numpy as np

from sim.economics import break_even_share, standing_share
from sim.economics.prices import MONTHS_PER_YEAR
from sim.economics.quality import usd_per_fallen_answer
from sim.scenario import Scenario, field_cards, in_month, lever_cards, set_fields
from sim.scenario.assumptions import catalogue_of
from sim.scenario.schema import PerSeat, Product
from sim.strategy.asking import Progress, evaluate_each
from sim.strategy.evaluate import price_book
from sim.strategy.executors import Executor
from sim.strategy.outcome import Fidelity, Outcome
from sim.strategy.store import SurfaceStore

EU_SHARES_TRIED = 4


# --- answers that stand ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """How one product's answers stand over the horizon."""

    product: str
    share: float
    """Of its answers in the horizon's last month."""
    fallen: float
    """Answers that did not stand."""
    fallen_usd: float
    """Present value of what they cost."""


def standing(outcome: Outcome) -> tuple[Standing, ...]:
    """Answers that stand and those that do not, by product in the scenario's order."""
    worth = _worth(outcome)
    rows = [_fallen_in_month(outcome, month) for month in range(len(outcome.flows))]
    shares, fallen, usd = (np.array(column) for column in zip(*rows, strict=True))
    return tuple(
        Standing(product.id, float(shares[-1, at]), float(fallen[:, at].sum()), float(usd[:, at] @ worth))
        for at, product in enumerate(outcome.scenario.products)
    )


def _fallen_in_month(outcome: Outcome, month: int) -> tuple[list[float], list[float], list[float]]:
    """By product: the share that stands, the answers that do not, and what they cost [USD]."""
    flow, state = outcome.flows[month], in_month(outcome.scenario, month)
    prices = price_book(catalogue_of(outcome.scenario)).on(flow.on)
    of_models = standing_share(state, prices)
    shares = [product.standing_share * of_models for product in state.products]
    fallen = [met.served * (1 - share) for met, share in zip(flow.products, shares, strict=True)]
    each_usd = [usd_per_fallen_answer(product, prices)[0] for product in state.products]
    return shares, fallen, [count * usd for count, usd in zip(fallen, each_usd, strict=True)]


@dataclass(frozen=True, slots=True)
class QualityBreakEven:
    """How much worse the answers of the plan that is ahead may be before the other one is the better."""

    ahead: str
    behind: str
    gain_usd: float
    """By how much the first is ahead; what the answers that do not stand cost is in either worth already."""
    unpaid_share: float
    """Additional share of its answers that may go unpaid, over all products; above 1 it can never be overtaken."""
    ticket_usd: float
    """Cost of a person who answers instead."""
    ticket_share: float
    """Additional share of the answers that people ask for singly that may end with a person."""


def quality_break_even(one: Outcome, other: Outcome) -> QualityBreakEven:
    """The break-even of two plans, printed whichever is ahead.

    An unpaid answer costs its revenue, less the support that comes with it. A
    person answers instead only where answers are not part of a seat: nobody
    replaces a suggestion in an editor.
    """
    ahead, behind = (one, other) if one.npv_usd >= other.npv_usd else (other, one)
    gain_usd = ahead.npv_usd - behind.npv_usd
    worth = _worth(ahead)
    revenue_usd = float(np.array([month.revenue_usd - month.cost_usd["support"] for month in ahead.months]) @ worth)
    singly = [not isinstance(product.price, PerSeat) for product in ahead.scenario.products]
    served = np.array([[product.served for product in flow.products] for flow in ahead.flows])
    ticket = catalogue_of(ahead.scenario).fact("business", "rules", "usd_per_fallen_answer").high
    return QualityBreakEven(
        ahead=ahead.scenario.name,
        behind=behind.scenario.name,
        gain_usd=gain_usd,
        unpaid_share=gain_usd / revenue_usd if revenue_usd > 0 else nan,
        ticket_usd=ticket,
        ticket_share=break_even_share(
            gain_usd, answers=float(served[:, singly].sum(axis=-1) @ worth), usd_per_fallen_answer=ticket
        ),
    )


def _worth(outcome: Outcome) -> np.ndarray:
    """Worth today of a dollar of each month, shape (months,)."""
    months = np.arange(len(outcome.months))
    return (1 + outcome.scenario.company.discount_per_year) ** (-months / MONTHS_PER_YEAR)


# --- prices that move demand ----------------------------------------------------------------------------------------


def at_price(scenario: Scenario, product: str, *, usd: float, elasticity: float | None = None) -> Scenario:
    """What if a product cost another price: its demand at the start moves with it, by (new / old)^(-elasticity).

    Nowhere else does a price touch demand.

    Args:
        product: its id.
        usd: new price of an answer, of its tokens or of a seat and month, in month 0.
        elasticity: percent of demand lost for each percent of price, at least
            0; the catalogue's likely value, which is 0, unless given.

    Raises:
        LookupError: there is no such product.
        ValueError: demand that moves with the price has no answer for a price of nothing.
    """
    sold = _product(scenario, product)
    if elasticity is None:
        elasticity = catalogue_of(scenario).value("business", "rules", "price_elasticity")
    field = "usd_per_month" if isinstance(sold.price, PerSeat) else "usd"
    before_usd = float(getattr(sold.price, field))
    if elasticity > 0 and min(usd, before_usd) <= 0:
        raise ValueError(
            f"{product}: a demand that moves with its price needs prices above 0 (from {before_usd:g} to {usd:g}). "
            "Set the elasticity to 0, or the price above it."
        )
    factor = (usd / before_usd) ** -elasticity if elasticity > 0 else 1.0
    return set_fields(
        scenario,
        {f"products.{product}.price.{field}": usd, f"products.{product}.demand.amount": sold.demand.amount * factor},
    )


def _product(scenario: Scenario, id: str) -> Product:
    for product in scenario.products:
        if product.id == id:
            return product
    known = ", ".join(product.id for product in scenario.products)
    raise LookupError(f"there is no product '{id}': the scenario sells {known}")


# --- customers who require the EU -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EuBreakEven:
    """Share of demand needing the EU at which processing there is worth its cost."""

    residency: str
    shares: tuple[float, ...]
    gain_usd: tuple[float, ...]
    """Worth of processing in the EU less that of processing anywhere, at each share."""
    break_even_share: float
    """Where the gain changes sign; `nan` where it never does over the shares tried."""
    planned_share: float


def eu_break_even(
    scenario: Scenario,
    *,
    fidelity: Fidelity = "draft",
    store: SurfaceStore | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> EuBreakEven:
    """Try shares of customers who require the EU, with and without serving them. Eight evaluations.

    A plan that already processes in the EU is compared with itself anywhere; any other with itself in the EU only.
    """
    share_of_demand = "world.eu_required_share"
    card = next(card for card in field_cards() if card.path == share_of_demand)
    shares = np.linspace(card.low or 0.0, card.high or 1.0, EU_SHARES_TRIED)
    here = scenario.decisions.residency
    residency = "eu_only" if here == "anywhere" else here
    plans = [
        set_fields(scenario, {share_of_demand: float(share), "decisions.residency": place})
        for share in shares
        for place in (residency, "anywhere")
    ]
    worth = [
        outcome.npv_usd
        for outcome in evaluate_each(plans, fidelity=fidelity, store=store, executor=executor, progress=progress)
    ]
    gain_usd = np.array(worth[::2]) - np.array(worth[1::2])
    return EuBreakEven(
        residency=next(card.options[residency] for card in lever_cards() if card.path == "decisions.residency"),
        shares=tuple(shares.tolist()),
        gain_usd=tuple(gain_usd.tolist()),
        break_even_share=_crossing(shares, gain_usd),
        planned_share=scenario.world.eu_required_share,
    )


def _crossing(shares: np.ndarray, gain_usd: np.ndarray) -> float:
    """First share at which a gain is no longer below zero, between two tried by a straight line; `nan` without one."""
    gained = np.flatnonzero(gain_usd >= 0)
    if len(gained) == 0 or gained[0] == 0:
        return nan
    at = int(gained[0])
    return float(np.interp(0.0, gain_usd[at - 1 : at + 1], shares[at - 1 : at + 1]))
