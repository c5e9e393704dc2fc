"""Evaluate a scenario: play its months, price them, and say what leaving would cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from threadpoolctl import ThreadpoolController

from sim.catalogue import Catalogue, load_catalogue
from sim.economics import (
    Commitment,
    MonthStatement,
    PriceBook,
    carry,
    cash_flows,
    cumulative,
    payback_month,
    present_value,
    price_levels,
    purchase_mix,
    split,
    statement,
)
from sim.lockin import LAYERS, WHOLE, lock_in
from sim.metrics import MonthFlow
from sim.scenario import scenario_hash
from sim.scenario.schema import Scenario
from sim.strategy.ceiling import find_ceiling
from sim.strategy.executors import Executor, Serial
from sim.strategy.leaving import lockin_inputs, lockin_parameters
from sim.strategy.months import month_flows
from sim.strategy.outcome import Fidelity, Outcome
from sim.strategy.play import Played, play_months
from sim.strategy.results import month_results
from sim.strategy.store import SurfaceStore, shared_store
from sim.strategy.warnings import warnings_of

DISTRIBUTION = "loadbearing"
DOOR_DRAWS = 200
"""Futures over which the probability of a door's class is taken."""


@cache
def price_book(catalogue: Catalogue) -> PriceBook:
    """The book of a catalogue; its rows are read once."""
    return PriceBook(catalogue)


def model_version() -> str:
    """Version of the simulator."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "unknown"


def evaluate(
    scenario: Scenario,
    *,
    fidelity: Fidelity = "draft",
    store: SurfaceStore | None = None,
    executor: Executor | None = None,
) -> Outcome:
    """Everything one scenario says, month by month.

    Args:
        scenario: as loaded.
        fidelity: how much is simulated.
        store: surfaces already simulated; the process's own unless given.
        executor: where missing surfaces are simulated; here unless given.
    """
    catalogue = load_catalogue()
    # One thread: the matrices are small, and a sum must not depend on how many cores share it.
    with blas().limit(limits=1):
        played = play_months(
            scenario,
            fidelity=fidelity,
            store=store or shared_store(),
            executor=executor or Serial(),
            catalogue=catalogue,
        )
        return price(scenario, played, fidelity=fidelity, catalogue=catalogue)


@cache
def blas() -> ThreadpoolController:
    """The linear algebra libraries of this process."""
    return ThreadpoolController()


@dataclass(frozen=True, slots=True, eq=False)
class Priced:
    """The money of a played scenario."""

    flows: tuple[MonthFlow, ...]
    statements: tuple[MonthStatement, ...]
    commitments: tuple[tuple[Commitment, ...], ...]


def price(scenario: Scenario, played: Played, *, fidelity: Fidelity, catalogue: Catalogue) -> Outcome:
    """Price months that were played; nothing is simulated but what the ceiling has not met yet."""
    book = price_book(catalogue)
    priced = state_months(played, book)
    leaving = lock_in(
        lockin_inputs(
            priced.flows,
            priced.statements,
            states=played.states,
            launch_month=played.launch_month,
            commitments=priced.commitments,
            book=book,
        ),
        lockin_parameters(scenario, catalogue),
    )
    doors = leaving.doors(draws=DOOR_DRAWS, seed=scenario.seed)
    cash = cash_flows(priced.statements, book=book)
    months = month_results(
        played, priced.flows, statements=priced.statements, leaving=leaving, catalogue=catalogue
    )

    def margin(flow: MonthFlow, state: Scenario) -> float:
        return statement(flow, state, book=book, launch_month=played.launch_month).gross_margin

    ceiling = find_ceiling(played, priced.flows, margin=margin, catalogue=catalogue)
    return Outcome(
        scenario=scenario,
        scenario_hash=scenario_hash(scenario),
        version=model_version(),
        fidelity=fidelity,
        launch_month=played.launch_month,
        months=months,
        doors=tuple(doors[name] for name in (*LAYERS, WHOLE)),
        ceiling=ceiling,
        npv_usd=present_value(cash, discount_per_year=scenario.company.discount_per_year),
        payback_month=payback_month(cash),
        cumulative_cash_usd=cumulative(cash),
        warnings=warnings_of(months, played, target_margin=scenario.company.target_margin),
        simulated_windows=played.windows,
        flows=priced.flows,
        statements=priced.statements,
        lockin=leaving,
    )


def state_months(played: Played, book: PriceBook) -> Priced:
    """Flows and statements of every month, with GPU contracts carried from month to month."""
    catalogue = book.catalogue
    deleted = lockin_parameters(played.states[0], catalogue).data_deleted_share
    flows = month_flows(played.months, catalogue, deleted_share=float(deleted))
    levels = price_levels(played.states)
    held: tuple[Commitment, ...] = ()
    statements, contracts = [], []
    for flow, state, level in zip(flows, played.states, levels, strict=True):
        held = _contracts(flow, state, held, price_level=level.gpu)
        contracts.append(held)
        statements.append(
            statement(flow, state, book=book, launch_month=played.launch_month, level=level, commitments=held)
        )
    return Priced(flows, tuple(statements), tuple(contracts))


def _contracts(
    flow: MonthFlow, state: Scenario, held: Sequence[Commitment], *, price_level: float
) -> tuple[Commitment, ...]:
    """GPU contracts that run in a month, with new ones signed for what is missing."""
    mix = purchase_mix(state.platform)
    needed = {pool.id: split(pool.gpus, mix).reserved for pool in flow.pools}
    return tuple(
        commitment
        for pool in dict.fromkeys([*(c.pool for c in held), *needed])
        for commitment in carry(
            held,
            pool=pool,
            needed_gpus=needed.get(pool, 0.0),
            month=flow.month,
            term_months=mix.commitment_months,
            price_level=price_level,
        )
    )
