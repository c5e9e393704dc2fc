"""One strategy in one future, without what nobody asks a thousand times: no doors, no ceiling, no spread of p95.

The figures are those of `evaluate` for the same scenario and catalogue. What is
saved is work that would be repeated: a month that was served and paid stays as
it is while later decisions and shocks are carried out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import nan

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.economics import (
    COST_LINES,
    COST_PER_TOKEN,
    MonthStatement,
    PriceBook,
    cash_flows,
    cumulative,
    present_value,
)
from sim.lockin import SHOWN_SETS, WHOLE, LockinParameters, LockinResult
from sim.lockin.doors import basis_of
from sim.metrics import quantile_s
from sim.scenario.schema import Scenario
from sim.strategy.carrying import Known, carry_out
from sim.strategy.evaluate import Stage
from sim.strategy.executors import Executor
from sim.strategy.leaving import LeavingMonth, lockin_parameters
from sim.strategy.outcome import Fidelity
from sim.strategy.play import Played, play_months, with_outages
from sim.strategy.pressure import Physical, late_outages, monetary, physical
from sim.strategy.pricing import Priced, state_months
from sim.strategy.schedule import Exit, Schedule, effective_states
from sim.strategy.store import SurfaceStore

Array = NDArray[np.float64]

MONTHS_PER_YEAR = 12
NOT_MET = Exit(nan, None)
"""A strike whose exit is not yet decided: it forces nothing so far."""


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """What one strategy comes to in one future."""

    npv_usd: float
    margin_last_year: float
    """Gross margin of the last twelve months; `nan` without revenue."""
    in_time_share: float
    """Requests in time over the whole horizon, of the product that keeps its promise worst; `nan` without any."""
    p95_ratio: float
    """p95 over the promise in the last month, of the product nearest it; `nan` where the month is saturated."""
    usd_per_mtok: float
    """Cost per million tokens over the last twelve months, idle included."""
    cost_usd: float
    """Present value of all costs."""
    exit_usd: float
    """Cash to leave the whole stack at the end."""
    exit_months_of_profit: float
    deepest_cash_usd: float
    margin: Array
    """By month; `nan` before the launch."""
    usd_per_mtok_by_month: Array
    """Cost per million tokens of each month, idle included; `nan` before the launch."""
    cash_usd: Array
    """Cumulative, by month."""
    worth_usd: Array
    """Present value of the cash up to each month's end."""
    exits_usd: Array
    """Cash to leave the whole stack, by month."""
    lines_usd: Array
    """Revenue, then every cost line, by year; shape (1 + lines, years)."""


class LeanStage(Stage):
    """Plays and prices one scenario, each month once as far as nothing that it rests on changes."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        fidelity: Fidelity,
        store: SurfaceStore,
        executor: Executor,
        catalogue: Catalogue,
        book: PriceBook,
    ) -> None:
        """Args:
        catalogue: what service is played by.
        book: what money goes by; its catalogue may differ in prices, people and lock-in.
        """
        super().__init__(scenario, fidelity=fidelity, store=store, executor=executor, catalogue=catalogue)
        self.book = book
        self._priced: Priced | None = None
        self._gathered: list[LeavingMonth] = []
        self._calm: Played | None = None
        self._struck: tuple[Played, Played] | None = None
        """Months without outages, and the same with them."""
        self._parameters: LockinParameters = lockin_parameters(scenario, book.catalogue)
        # What strikes whatever the company does: where nobody leaves, nobody is late.
        undecided = Schedule(exits=(NOT_MET,) * len(self.strikes))
        self._undecided = physical(self.strikes, undecided, catalogue=catalogue)
        self._without_outages = replace(self._undecided, outages=())
        self._feeds_back = scenario.world.retention_on or any(
            "world.retention_on" in change.set for change in scenario.changes
        )

    def served(self, schedule: Schedule) -> Played:
        """The whole horizon as far as it is decided: strikes whose exit is open force nothing yet."""
        late = late_outages(zip(self.strikes, schedule.exits, strict=False))
        pressure = replace(self._undecided, outages=(*self._undecided.outages, *late)) if late else self._undecided
        states = effective_states(self.scenario, schedule)
        before = pressure if self._feeds_back else self._without_outages
        if self._calm is None or not _same(self._calm, states, before):
            self._calm = play_months(
                self.scenario,
                fidelity=self.fidelity,
                store=self._store,
                executor=self._executor,
                catalogue=self.catalogue,
                states=states,
                pressure=before,
                in_full=False,
                before=self._calm,
            )
        if self._feeds_back:
            return self._calm
        if self._struck is None or self._struck[0] is not self._calm or self._struck[1].pressure != pressure:
            self._struck = (self._calm, with_outages(self._calm, pressure, catalogue=self.catalogue))
        return self._struck[1]

    def paid(self, schedule: Schedule, until: int) -> tuple[Played, Priced]:
        """The months before one of them, stated; those that were stated before stay."""
        played = self.served(schedule)
        pressure = monetary(self.strikes, schedule, states=played.states, catalogue=self.catalogue)
        played = replace(played, states=played.states[:until], months=played.months[:until])
        self._priced = state_months(
            played, self.book, schedule=schedule, pressure=pressure, before=self._priced, in_full=False
        )
        return played, self._priced

    def rehearse(self, schedule: Schedule, until: int) -> Known:
        if self.strikes and self.strikes[0].month == 0 and until == 1:
            # What strikes in the first month is not yet all known, so the month is not settled.
            return super().rehearse(schedule, until)
        played, priced = self.paid(schedule, until)
        return Known(self.leaving(played, priced, schedule), priced.statements)

    def leaving(self, played: Played, priced: Priced, schedule: Schedule) -> LockinResult:
        """As `Stage.leaving`, with no set of layers read before it is asked for."""
        inputs = self.state_to_leave(played, priced, schedule, known=self._gathered)
        return LockinResult(basis_of(inputs, self._parameters), {})

    def figures(self) -> Figures:
        """Carry everything out and read what it comes to."""
        schedule = carry_out(self.scenario, self.strikes, rehearse=self.rehearse)
        played, priced = self.paid(schedule, self.scenario.months)
        whole = self.leaving(played, priced, schedule).leaving(SHOWN_SETS[WHOLE])
        statements, rate = priced.statements, self.scenario.company.discount_per_year
        cash = cash_flows(statements, book=self.book)
        lines = np.array([[s.revenue_usd, *[s.cost_usd[line] for line in COST_LINES]] for s in statements]).T
        total = np.array(cumulative(cash))
        year = statements[-MONTHS_PER_YEAR:]
        revenue = sum(s.revenue_usd for s in year)
        discount = (1 + rate) ** (-np.arange(len(cash)) / MONTHS_PER_YEAR)
        return Figures(
            npv_usd=present_value(cash, discount_per_year=rate),
            margin_last_year=1 - sum(s.cost_to_serve_usd for s in year) / revenue if revenue > 0 else nan,
            in_time_share=_in_time(priced),
            p95_ratio=_p95_ratio(played),
            usd_per_mtok=_usd_per_mtok(year),
            cost_usd=present_value(lines[1:].sum(axis=0).tolist(), discount_per_year=rate),
            exit_usd=float(whole.usd_cash[-1]),
            exit_months_of_profit=float(whole.months_of_profit[-1]),
            deepest_cash_usd=min(0.0, float(total.min())),
            margin=np.array([s.gross_margin for s in statements]),
            usd_per_mtok_by_month=np.array([s.usd_per_mtok_allocated for s in statements]),
            cash_usd=total,
            worth_usd=np.cumsum(np.array(cash) * discount),
            exits_usd=np.array(whole.usd_cash, dtype=np.float64),
            lines_usd=_by_year(lines),
        )


def _same(calm: Played, states: tuple[Scenario, ...], pressure: Physical) -> bool:
    """Whether months that were played rest on these states and this pressure."""
    return calm.pressure == pressure and all(
        ours is theirs or ours == theirs for ours, theirs in zip(states, calm.states, strict=True)
    )


def _in_time(priced: Priced) -> float:
    asked: dict[str, float] = {}
    good: dict[str, float] = {}
    for flow in priced.flows:
        for product in flow.products:
            asked[product.product] = asked.get(product.product, 0.0) + product.requests
            good[product.product] = good.get(product.product, 0.0) + product.good
    return min((good[product] / requests for product, requests in asked.items() if requests > 0), default=nan)


def _p95_ratio(played: Played) -> float:
    last = played.months[-1]
    if last.service is None or last.service.saturated[last.row]:
        return nan
    limits_s = [product.promise.limit_s for product in last.state.products]
    return max((quantile_s(last.service.promised[last.row], 0.95) / limits_s).tolist())


def _usd_per_mtok(statements: Sequence[MonthStatement]) -> float:
    """Over some months together, idle included; as each month's own figure."""
    served = [statement for statement in statements if statement.delivered_mtok > 0]
    usd = sum(statement.cost_usd[line] for statement in served for line in COST_PER_TOKEN)
    mtok = sum(statement.delivered_mtok for statement in served)
    return usd / mtok if mtok > 0 else nan


def _by_year(lines: Array) -> Array:
    """Sums over the years of the horizon; the last year may be a part of one."""
    starts = range(0, lines.shape[1], MONTHS_PER_YEAR)
    return np.stack([lines[:, start : start + MONTHS_PER_YEAR].sum(axis=1) for start in starts], axis=-1)
