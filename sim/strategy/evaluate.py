"""Evaluate a scenario: play its months, price them, and say what leaving would cost."""

from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from threadpoolctl import ThreadpoolController

from sim.catalogue import Catalogue
from sim.economics import cash_flows, cumulative, payback_month, present_value
from sim.lockin import LAYERS, WHOLE, LockinInputs, LockinResult, lock_in
from sim.metrics import MonthFlow
from sim.scenario import scenario_hash
from sim.scenario.assumptions import catalogue_of
from sim.scenario.schema import Scenario
from sim.strategy.carrying import Known, carry_out
from sim.strategy.ceiling import find_ceiling, no_ceiling
from sim.strategy.executors import Executor, Serial, tasks_of_scenario
from sim.strategy.hits import shock_results
from sim.strategy.leaving import LeavingMonth, lockin_inputs, lockin_parameters
from sim.strategy.outcome import Fidelity, Outcome
from sim.strategy.play import Played, play_months
from sim.strategy.pressure import monetary, physical
from sim.strategy.pricing import Priced, margin_at, state_months
from sim.strategy.pricing import price_book as price_book
from sim.strategy.results import month_results
from sim.strategy.schedule import Schedule, effective_states
from sim.strategy.store import SurfaceStore, shared_store
from sim.strategy.strikes import Strike, strikes
from sim.strategy.warnings import warnings_of

DISTRIBUTION = "loadbearing"
Asked = Literal["everything", "months"]
"""What is wanted of an evaluation: `months` is all but the ceiling, whose volumes need windows of their own."""
DOOR_DRAWS = 200
"""Futures over which the probability of a door's class is taken."""


@cache
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
    catalogue: Catalogue | None = None,
    replications: int | None = None,
    asked: Asked = "everything",
) -> Outcome:
    """Everything one scenario says, month by month.

    Args:
        scenario: as loaded.
        fidelity: how much is simulated.
        store: surfaces already simulated; the process's own unless given.
        executor: where missing surfaces are simulated; here unless given.
        catalogue: facts to go by; those shipped with the simulator unless given.
        replications: in place of the fidelity's.
        asked: what is wanted; what is left out costs nothing, and the rest is the same to the bit.
    """
    catalogue = catalogue or catalogue_of(scenario)
    # One thread: the matrices are small, and a sum must not depend on how many cores share it.
    with blas().limit(limits=1), tasks_of_scenario(scenario.name):
        stage = Stage(
            scenario,
            fidelity=fidelity,
            store=store or shared_store(),
            executor=executor or Serial(),
            catalogue=catalogue,
            replications=replications,
        )
        schedule = carry_out(scenario, stage.strikes, rehearse=stage.rehearse)
        return _outcome(stage, schedule, asked=asked)


@cache
def blas() -> ThreadpoolController:
    """The linear algebra libraries of this process."""
    return ThreadpoolController()


class Stage:
    """Plays and prices one scenario under one schedule after another; `windows` counts what was simulated."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        fidelity: Fidelity,
        store: SurfaceStore,
        executor: Executor,
        catalogue: Catalogue,
        replications: int | None = None,
    ) -> None:
        self.scenario = scenario
        self.fidelity = fidelity
        self.catalogue = catalogue
        self.book = price_book(catalogue)
        self.strikes = strikes(scenario, catalogue)
        self.windows = 0
        self._store = store
        self._executor = executor
        self._replications = replications

    def play(self, schedule: Schedule, *, strikes: Sequence[Strike], until: int | None = None) -> Played:
        """Serve the months under a schedule."""
        played = play_months(
            self.scenario,
            fidelity=self.fidelity,
            store=self._store,
            executor=self._executor,
            catalogue=self.catalogue,
            states=effective_states(self.scenario, schedule),
            pressure=physical(strikes, schedule, catalogue=self.catalogue),
            until=until,
            replications=self._replications,
        )
        self.windows += played.windows
        return played

    def price(self, played: Played, schedule: Schedule, *, strikes: Sequence[Strike]) -> Priced:
        """State the months that were played; nothing is simulated."""
        pressure = monetary(strikes, schedule, states=played.states, catalogue=self.catalogue)
        return state_months(played, self.book, schedule=schedule, pressure=pressure)

    def leaving(self, played: Played, priced: Priced, schedule: Schedule) -> LockinResult:
        """What leaving costs in each month that was played."""
        parameters = lockin_parameters(self.scenario, self.catalogue, states=played.states)
        return lock_in(self.state_to_leave(played, priced, schedule), parameters)

    def state_to_leave(
        self, played: Played, priced: Priced, schedule: Schedule, *, known: list[LeavingMonth] | None = None
    ) -> LockinInputs:
        """What leaving is worked out from.

        Args:
            known: months that were gathered before; those that are missing are put in.
        """
        relief = [strike.month for strike in self.strikes if strike.shock == "data_act_relief"]
        return lockin_inputs(
            priced.flows,
            priced.statements,
            states=played.states,
            launch_month=played.launch_month,
            commitments=priced.commitments,
            book=self.book,
            migrations=schedule.migrations,
            free_switch_from=min(relief, default=None),
            known=known,
        )

    def rehearse(self, schedule: Schedule, until: int) -> Known:
        """What is known when a month begins."""
        played = self.play(schedule, strikes=self.strikes, until=until)
        priced = self.price(played, schedule, strikes=self.strikes)
        return Known(self.leaving(played, priced, schedule), priced.statements)


def _outcome(stage: Stage, schedule: Schedule, *, asked: Asked) -> Outcome:
    """Everything that follows from a schedule; nothing is simulated for what only prices change."""
    scenario, book = stage.scenario, stage.book
    played = stage.play(schedule, strikes=stage.strikes)
    priced = stage.price(played, schedule, strikes=stage.strikes)
    leaving = stage.leaving(played, priced, schedule)
    doors = leaving.doors(draws=DOOR_DRAWS, seed=scenario.seed)
    cash = cash_flows(priced.statements, book=book)
    months = month_results(
        played, priced.flows, statements=priced.statements, leaving=leaving, catalogue=stage.catalogue
    )

    def margin(flow: MonthFlow, state: Scenario) -> float:
        conditions = priced.conditions[flow.month]
        return margin_at(flow, state, conditions=conditions, book=book, launch_month=played.launch_month)

    def replay(spared: Sequence[Strike], without: Schedule) -> Priced:
        return stage.price(_again(stage, without, spared, played=played), without, strikes=spared)

    ceiling = (
        find_ceiling(played, priced.flows, margin=margin, catalogue=stage.catalogue)
        if asked == "everything"
        else no_ceiling(played)
    )
    shocks = shock_results(stage.strikes, schedule, priced=priced, states=played.states, replay=replay)
    warned = warnings_of(
        months,
        played,
        target_margin=scenario.company.target_margin,
        migrations=schedule.migrations,
        shocks=shocks,
    )
    return Outcome(
        scenario=scenario,
        scenario_hash=scenario_hash(scenario),
        version=model_version(),
        fidelity=stage.fidelity,
        launch_month=played.launch_month,
        months=months,
        doors=tuple(doors[name] for name in (*LAYERS, WHOLE)),
        ceiling=ceiling,
        npv_usd=present_value(cash, discount_per_year=scenario.company.discount_per_year),
        payback_month=payback_month(cash),
        cumulative_cash_usd=cumulative(cash),
        warnings=tuple(warning.sentence for warning in warned),
        warned_from=tuple(warning.month for warning in warned),
        simulated_windows=stage.windows,
        flows=priced.flows,
        statements=priced.statements,
        lockin=leaving,
        migrations=schedule.migrations,
        shocks=shocks,
    )


def _again(stage: Stage, schedule: Schedule, spared: Sequence[Strike], *, played: Played) -> Played:
    """The months under another schedule; as they were played where nothing that the simulation reads differs."""
    same_pressure = physical(spared, schedule, catalogue=stage.catalogue) == played.pressure
    states = effective_states(stage.scenario, schedule)
    same_states = all(ours is theirs or ours == theirs for ours, theirs in zip(states, played.states, strict=True))
    return played if same_pressure and same_states else stage.play(schedule, strikes=spared)
