"""What lock-in is told of a played scenario: bills that would run twice, contracts, openness and ties by month."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.economics import Commitment, MonthStatement, PriceBook, Prices, choices, owed_usd
from sim.lockin import LAYERS, WHOLE, LockinInputs, LockinParameters, egress_factor, embedding_ties, tie_row
from sim.metrics import MonthFlow
from sim.scenario.schema import Scenario
from sim.strategy.schedule import Migration

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

DATED = (
    "overrun",
    "dual_share",
    "validation_months",
    "usd_per_person_month",
    "usd_per_prompt",
    "evaluation_usd",
    "compliance_usd_per_region",
)
"""Lock-in values that a dated change can set: what leaving costs at the time, and not how its state grows."""

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
    migrations: Sequence[Migration] = (),
    free_switch_from: int | None = None,
) -> LockinInputs:
    """Gather a scenario's months for the lock-in model.

    Args:
        migrations: moves carried out; what they leave is built anew when they are done.
        free_switch_from: month from which moving data out costs nothing; by date and law unless given.
    """
    first = states[0]
    committed = np.array(
        [
            owed_usd(held, month=flow.month, prices=book.on(flow.on))
            for flow, held in zip(flows, commitments, strict=True)
        ]
    )
    nothing = np.zeros(len(flows))
    return LockinInputs(
        launch_month=launch_month,
        horizon_months=first.months,
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
        regions=np.array([float(len(serving_regions(state))) for state in states]),
        egress_factor=np.array(
            [
                0.0
                if free_switch_from is not None and flow.month >= free_switch_from
                else _egress_factor(flow.on, state, book.catalogue)
                for flow, state in zip(flows, states, strict=True)
            ]
        ),
        open_share=np.array([_open_row(state, book.on(flow.on)) for flow, state in zip(flows, states, strict=True)]),
        embedding_ties=np.array([tie_row(embedding_ties(state.decisions)) for state in states]),
        rebuilt=_rebuilt(migrations, len(flows)),
    )


def _rebuilt(migrations: Sequence[Migration], months: int) -> NDArray[np.bool_]:
    """Where a layer's move is done in a month, shape (months, layers)."""
    rebuilt = np.zeros((months, len(LAYERS)), dtype=bool)
    for move in migrations:
        if move.done_month < months:
            rebuilt[move.done_month, [LAYERS.index(layer) for layer in move.layers]] = True
    return rebuilt


def lockin_parameters(
    scenario: Scenario, catalogue: Catalogue, *, states: Sequence[Scenario] = ()
) -> LockinParameters:
    """The lock-in values of a scenario.

    Args:
        states: the scenario in each month; what a dated change states of DATED holds from its month on.
    """
    parameters = _stated(catalogue, tuple(sorted(scenario.lockin.items())))
    dated = {name for state in states for name in DATED if state.lockin.get(name) != scenario.lockin.get(name)}
    by_month = {
        name: np.array([state.lockin.get(name, catalogue.value("lockin", name, "value")) for state in states])
        for name in sorted(dated)
    }
    return replace(parameters, **by_month) if by_month else parameters  # type: ignore[arg-type]


@lru_cache(maxsize=16)
def _stated(catalogue: Catalogue, stated: tuple[tuple[str, float], ...]) -> LockinParameters:
    """Values that hold from the start; the months of a scenario are stated many times."""
    return LockinParameters.of(catalogue, dict(stated))


def serving_regions(state: Scenario) -> tuple[str, ...]:
    """Regions in which the scenario's data is processed in a month, by what residency asks for."""
    home, eu = (state.platform.home_region,), state.platform.eu_regions
    residency = state.decisions.residency
    chosen = home if residency == "anywhere" else eu if residency == "eu_only" else (*home, *eu)
    return tuple(sorted(set(chosen)))


def _open_row(state: Scenario, prices: Prices) -> list[float]:
    shares = prices.once(choices, state.decisions).open_share
    stated: dict[str, float] = dict(state.platform.open_share.items())
    return [max(shares[layer], stated.get(layer, 0.0)) for layer in LAYERS]


def _egress_factor(on: date, state: Scenario, catalogue: Catalogue) -> float:
    eu_switch = state.decisions.residency != "anywhere"
    return egress_factor(catalogue, on, eu_switch=eu_switch, overrides=state.lockin)
