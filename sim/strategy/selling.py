"""What you can sell: the highest load, the tightest promise, the lowest price.

Equations: docs/model_decisions.md, "What you can sell".
"""

from dataclasses import dataclass
from math import inf, isnan, nan

from sim.economics import MonthStatement
from sim.metrics import quantile_s
from sim.scenario import Scenario, in_month
from sim.scenario.assumptions import catalogue_of
from sim.scenario.schema import PerSeat, Product
from sim.strategy.asking import play_again
from sim.strategy.evaluate import evaluate
from sim.strategy.executors import Executor
from sim.strategy.outcome import Ceiling, Fidelity, MonthResult, Outcome
from sim.strategy.store import SurfaceStore

MONTH = 12


@dataclass(frozen=True, slots=True)
class TightestPromise:
    """The shortest time that a product could promise and keep."""

    product: str
    label: str
    measure: str
    promised_s: float
    """What it promises now."""
    kept_share: float
    """Share of requests that the tightest promise is kept for; who is not served is late."""
    limit_s: float
    """The tightest one, as simulated; `inf` where too many are not served at all."""
    careful_limit_s: float
    """The same with the serving model's own error on top."""
    assumed: bool
    """Whether a managed API's stated law, not a simulation, sets it."""


@dataclass(frozen=True, slots=True)
class LowestPrice:
    """The lowest price of one product that keeps the margin target while the others keep theirs."""

    product: str
    label: str
    kind: str
    """What it is a price of: `per_request`, `per_mtok` or `per_seat`."""
    price_usd: float
    """The price now, in money of month 0 like the scenario's."""
    lowest_usd: float
    """0 where the others alone reach the target; `inf` where no price does."""


@dataclass(frozen=True, slots=True)
class Sellable:
    """What one month's platform could offer."""

    month: int
    highest_multiplier: float
    """Of the ceiling's reference month; `nan` where there is no ceiling."""
    highest_rps: float
    """Requests per second in the busiest hour at that load."""
    open_ended: bool
    """Whether nothing gave way at the highest load that was tried."""
    binds: str
    target_margin: float
    promises: tuple[TightestPromise, ...]
    prices: tuple[LowestPrice, ...]


def what_you_can_sell(
    scenario: Scenario,
    *,
    month: int = MONTH,
    outcome: Outcome | None = None,
    fidelity: Fidelity = "draft",
    store: SurfaceStore | None = None,
    executor: Executor | None = None,
) -> Sellable:
    """Highest load, tightest promises and lowest prices of one month. One evaluation, none where it is given.

    Args:
        month: index of the month; the launch if it is later.
        outcome: of this scenario, at this fidelity, where it is at hand.

    Raises:
        ValueError: nothing is sold within the horizon.
    """
    outcome = outcome or evaluate(scenario, fidelity=fidelity, store=store, executor=executor)
    at = max(month, outcome.launch_month)
    if at >= len(outcome.months):
        raise ValueError(
            f"month {at} lies outside the {len(outcome.months)} months played (launch in month "
            f"{outcome.launch_month}). Choose an earlier month or a longer horizon."
        )
    state = in_month(scenario, at)
    ceiling = outcome.ceiling
    return Sellable(
        month=at,
        highest_multiplier=ceiling.multiplier,
        highest_rps=ceiling_rps(ceiling),
        open_ended=ceiling.gives_way == "none",
        binds=ceiling.gives_way,
        target_margin=state.company.target_margin,
        promises=tightest_promises(scenario, outcome.months[at], fidelity=fidelity, store=store, executor=executor),
        prices=tuple(lowest_price(product, state, stated=outcome.statements[at]) for product in state.products),
    )


def ceiling_rps(ceiling: Ceiling) -> float:
    """Requests per second in the busiest hour at the ceiling: demand keeps its shape, so they grow with it."""
    if not ceiling.volumes or isnan(ceiling.multiplier):
        return nan
    first = ceiling.volumes[0]
    return first.requests_per_s / first.multiplier * ceiling.multiplier


def tightest_promises(
    scenario: Scenario,
    result: MonthResult,
    *,
    fidelity: Fidelity = "draft",
    store: SurfaceStore | None = None,
    executor: Executor | None = None,
) -> tuple[TightestPromise, ...]:
    """Of each product in one month that was evaluated: the latency that a stated share of requests stays within.

    None before the launch.
    """
    catalogue = catalogue_of(scenario)
    share = catalogue.value("business", "rules", "sold_promise_share")
    # The months are read again, from surfaces that their evaluation left in the store.
    served = play_again(scenario, fidelity=fidelity, store=store, executor=executor).months[result.month]
    if served.service is None:
        return ()
    limits_s = quantile_s(served.service.promised[served.row], share)
    return tuple(
        TightestPromise(
            product=product.id,
            label=product.label,
            measure=reading.measure,
            promised_s=reading.limit_s,
            kept_share=share,
            limit_s=float(limit_s),
            careful_limit_s=float(limit_s) * (1 + reading.model_error),
            assumed=reading.assumed,
        )
        for product, reading, limit_s in zip(served.state.products, result.promises, limits_s, strict=True)
    )


def lowest_price(product: Product, state: Scenario, *, stated: MonthStatement) -> LowestPrice:
    """Price of one product at which a month's gross margin is exactly at its target.

    Revenue R is linear in the price, and support is a share s of revenue, so
    with the rest of the cost to serve C the margin is m where R (1 - s - m) = C.
    A price does not change demand here; `at_price` of `answers` asks that.
    """
    price_usd = product.price.usd_per_month if isinstance(product.price, PerSeat) else product.price.usd
    own_usd = stated.revenue_by_product_usd[product.id]
    support = stated.cost_usd["support"] / stated.revenue_usd if stated.revenue_usd > 0 else 0.0
    kept = 1 - support - state.company.target_margin
    lowest_usd = nan
    if own_usd > 0:
        needed_usd = (stated.cost_to_serve_usd - stated.cost_usd["support"]) / kept if kept > 0 else inf
        others_usd = stated.revenue_usd - own_usd
        lowest_usd = max(0.0, price_usd * (needed_usd - others_usd) / own_usd)
    return LowestPrice(product.id, product.label, product.price.kind, price_usd, lowest_usd)
