"""What lock-in is told of a played scenario: bills that would run twice, contracts, openness and ties by month."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True)
class LeavingMonth:
    """What lock-in is told of one month; it follows from the month's own money and decisions."""

    statement: MonthStatement
    data_gb: float
    vectors: float
    gross_profit_usd: float
    run_bill_usd: tuple[float, ...]
    """In the order of `RUN_TWICE`."""
    committed_usd: float
    regions: float
    egress_factor: float
    open_share: list[float]
    embedding_ties: Sequence[bool]


@dataclass(frozen=True, slots=True)
class _Decided:
    """What lock-in is told of a state's decisions; months between two changes share it."""

    regions: float
    open_share: list[float]
    embedding_ties: Sequence[bool]

    @classmethod
    def of(cls, state: Scenario, prices: Prices) -> "_Decided":
        ties = tie_row(embedding_ties(state.decisions))
        return cls(float(len(serving_regions(state))), _open_row(state, prices), ties)


def _leaving_months(
    months: Iterable[tuple[MonthFlow, MonthStatement, Scenario, Sequence[Commitment]]],
    *,
    book: PriceBook,
    free_switch_from: int | None,
) -> Iterator[LeavingMonth]:
    """Gather months; arguments as `lockin_inputs` has them."""
    known: dict[tuple[int, int], _Decided] = {}
    for flow, statement, state, held in months:
        prices, cost = book.on(flow.on), statement.cost_usd
        decided = known.get((id(state), id(prices)))
        if decided is None:
            decided = known[id(state), id(prices)] = _Decided.of(state, prices)
        free = free_switch_from is not None and flow.month >= free_switch_from
        yield LeavingMonth(
            statement=statement,
            data_gb=flow.data_gb,
            vectors=flow.vectors,
            gross_profit_usd=statement.gross_profit_usd,
            run_bill_usd=tuple([sum([cost[line] for line in lines]) for lines in RUN_TWICE.values()]),
            committed_usd=owed_usd(held, month=flow.month, prices=prices),
            regions=decided.regions,
            egress_factor=0.0 if free else _egress_factor(flow.on, state, book.catalogue),
            open_share=decided.open_share,
            embedding_ties=decided.embedding_ties,
        )


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
    known: list[LeavingMonth] | None = None,
) -> LockinInputs:
    """Gather a scenario's months for the lock-in model.

    Args:
        migrations: moves carried out; what they leave is built anew when they are done.
        free_switch_from: month from which moving data out costs nothing; by date and law unless given.
        known: months gathered before, whose statements still stand; those that are missing are put in.
    """
    first = states[0]
    months = [] if known is None else known
    while months and (len(months) > len(statements) or months[-1].statement is not statements[len(months) - 1]):
        months.pop()
    missing = list(zip(flows, statements, states, commitments, strict=True))[len(months) :]
    months += _leaving_months(missing, book=book, free_switch_from=free_switch_from)
    bills = np.array([month.run_bill_usd for month in months]).T.copy()
    data_gb, vectors, gross_profit_usd, regions, egress = np.array(
        [(m.data_gb, m.vectors, m.gross_profit_usd, m.regions, m.egress_factor) for m in months]
    ).T.copy()
    committed = np.array([month.committed_usd for month in months])
    nothing = np.zeros(len(flows))
    return LockinInputs(
        launch_month=launch_month,
        horizon_months=first.months,
        data_start_gb=first.company.data_start_gb,
        vectors_start=first.company.vectors_start,
        data_gb=data_gb,
        vectors=vectors,
        revenue_usd=np.array([s.revenue_usd for s in statements]),
        gross_profit_usd=gross_profit_usd,
        growth_per_month=np.array([state.world.growth_per_month for state in states]),
        run_bill_usd=dict(zip(RUN_TWICE, bills + 0.0, strict=True)),
        commitment_usd={name: committed if name in COMMITTED else nothing for name in (*LAYERS, WHOLE)},
        regions=regions,
        egress_factor=egress,
        open_share=np.array([month.open_share for month in months]),
        embedding_ties=np.array([month.embedding_ties for month in months]),
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
