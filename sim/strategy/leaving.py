"""What lock-in is told of a played scenario: bills that would run twice, contracts, openness and ties by month."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from sim.catalogue import Catalogue
from sim.economics import Commitment, MonthStatement, PriceBook, Prices, choices, remaining_usd
from sim.economics.purchase import price_row, purchase_mix, reserved_ratio
from sim.lockin import LAYERS, WHOLE, LockinInputs, LockinParameters, egress_factor, embedding_ties, tie_row
from sim.metrics import MonthFlow
from sim.scenario.schema import Scenario

RUN_TWICE: dict[str, tuple[str, ...]] = {
    "model_api": ("api",),
    "agent_framework": (),
    "orchestration": ("gpu", "idle"),
    "data": ("search", "storage"),
    "network": ("egress",),
    "identity": (),
    WHOLE: ("gpu", "idle", "api", "search", "storage", "egress"),
}
"""Cost lines that are paid twice while a layer is being left: its own share of the bill (product rule 10)."""

COMMITTED = ("orchestration", WHOLE)
"""Whose leaving forfeits the GPUs that are under contract."""


def lockin_inputs(
    flows: Sequence[MonthFlow],
    statements: Sequence[MonthStatement],
    *,
    states: Sequence[Scenario],
    launch_month: int,
    commitments: Sequence[tuple[Commitment, ...]],
    book: PriceBook,
) -> LockinInputs:
    """Gather a scenario's months for the lock-in model."""
    first = states[0]
    committed = np.array([_owed_usd(*month, book=book) for month in zip(flows, states, commitments, strict=True)])
    nothing = np.zeros(len(flows))
    return LockinInputs(
        launch_month=launch_month,
        horizon_months=len(flows),
        data_start_gb=first.company.data_start_gb,
        vectors_start=first.company.vectors_start,
        data_gb=np.array([flow.data_gb for flow in flows]),
        vectors=np.array([flow.vectors for flow in flows]),
        revenue_usd=np.array([s.revenue_usd for s in statements]),
        gross_profit_usd=np.array([s.gross_profit_usd for s in statements]),
        growth_per_month=np.array([state.world.growth_per_month for state in states]),
        run_bill_usd={
            name: np.array([sum(s.cost_usd[line] for line in lines) for s in statements]) + 0.0
            for name, lines in RUN_TWICE.items()
        },
        commitment_usd={name: committed if name in COMMITTED else nothing for name in (*LAYERS, WHOLE)},
        regions=np.array([float(max(1, len(serving_regions(flow)))) for flow in flows]),
        egress_factor=np.array(
            [_egress_factor(flow.on, state, book.catalogue) for flow, state in zip(flows, states, strict=True)]
        ),
        open_share=np.array([_open_row(state, book.on(flow.on)) for flow, state in zip(flows, states, strict=True)]),
        embedding_ties=np.array([tie_row(embedding_ties(state.decisions)) for state in states]),
        rebuilt=np.zeros((len(flows), len(LAYERS)), dtype=bool),
    )


def lockin_parameters(scenario: Scenario, catalogue: Catalogue) -> LockinParameters:
    return LockinParameters.of(catalogue, scenario.lockin)


def serving_regions(flow: MonthFlow) -> tuple[str, ...]:
    """Regions that serve in a month."""
    return tuple(sorted({pool.region for pool in flow.pools} | {tokens.region for tokens in flow.tokens}))


def _open_row(state: Scenario, prices: Prices) -> list[float]:
    shares = choices(state.decisions, prices).open_share
    return [shares[layer] for layer in LAYERS]


def _egress_factor(on: date, state: Scenario, catalogue: Catalogue) -> float:
    eu_switch = state.decisions.residency != "anywhere"
    return egress_factor(catalogue, on, eu_switch=eu_switch, overrides=state.lockin)


def _owed_usd(flow: MonthFlow, state: Scenario, held: Sequence[Commitment], *, book: PriceBook) -> float:
    """What is still owed under contracts at the end of a month."""
    prices = book.on(flow.on)
    seller = state.platform.seller
    owed = 0.0
    for pool in flow.pools:
        row = price_row(pool.gpu, seller=seller, region=pool.region, prices=prices)
        ratio, _ = reserved_ratio(
            row, seller=seller, commitment_months=purchase_mix(state.platform).commitment_months, prices=prices
        )
        hour_usd = prices.value("gpu_prices", row, "on_demand_usd_per_gpu_hour") * ratio
        own = [commitment for commitment in held if commitment.pool == pool.id]
        owed += remaining_usd(own, month=flow.month, usd_per_gpu_month=hour_usd * prices.rule("hours_per_month"))
    return owed
