"""The money of months that were served: contracts carried from month to month, moves, and what shocks do to prices."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial

from sim.catalogue import Catalogue
from sim.economics import (
    Commitment,
    MonthStatement,
    PriceBook,
    PriceLevel,
    Term,
    contracts,
    price_levels,
    statement,
)
from sim.economics.prices import MONTHS_PER_YEAR
from sim.economics.term import part, term
from sim.metrics import MonthFlow
from sim.scenario.schema import Scenario
from sim.strategy.leaving import lockin_parameters
from sim.strategy.months import month_flows
from sim.strategy.play import Played
from sim.strategy.pressure import UNMOVED, Monetary, OneOff
from sim.strategy.schedule import Schedule

NOTHING = Schedule()


@cache
def price_book(catalogue: Catalogue) -> PriceBook:
    """The book of a catalogue; its rows are read once."""
    return PriceBook(catalogue)


@dataclass(frozen=True, slots=True, eq=False)
class Priced:
    """The money of a played scenario."""

    flows: tuple[MonthFlow, ...]
    statements: tuple[MonthStatement, ...]
    commitments: tuple[tuple[Commitment, ...], ...]


def state_months(
    played: Played, book: PriceBook, *, schedule: Schedule = NOTHING, pressure: Monetary = UNMOVED
) -> Priced:
    """Flows and statements of every month.

    Args:
        schedule: moves being carried out, whose cost is paid as they go on.
        pressure: what shocks do to prices.
    """
    ledger = Ledger(book)
    ledger.extend(played, schedule=schedule, pressure=pressure)
    return ledger.priced


class Ledger:
    """The money of months that follow one another: what is stated stays, and `extend` goes on from there."""

    def __init__(self, book: PriceBook) -> None:
        self._book = book
        self._flows: list[MonthFlow] = []
        self._statements: list[MonthStatement] = []
        self._running: list[tuple[Commitment, ...]] = []

    @property
    def priced(self) -> Priced:
        return Priced(tuple(self._flows), tuple(self._statements), tuple(self._running))

    def extend(self, played: Played, *, schedule: Schedule, pressure: Monetary) -> None:
        """State the months that were played beyond those stated before."""
        catalogue, done = self._book.catalogue, len(self._flows)
        deleted = lockin_parameters(played.states[0], catalogue).data_deleted_share
        flows = month_flows(
            played.months[done:], catalogue, deleted_share=float(deleted), before=self._flows[-1] if done else None
        )
        levels = price_levels(played.states)
        for flow, state, calm in zip(flows, played.states[done:], levels[done:], strict=True):
            times = PriceLevel(
                api=calm.api * pressure.api.get(flow.month, 1.0), gpu=calm.gpu * pressure.gpu.get(flow.month, 1.0)
            )
            self._state(flow, state, level=times, launch=played.launch_month, schedule=schedule, pressure=pressure)

    def _state(
        self,
        flow: MonthFlow,
        state: Scenario,
        *,
        level: PriceLevel,
        launch: int,
        schedule: Schedule,
        pressure: Monetary,
    ) -> None:
        month, book = flow.month, self._book
        held = contracts(
            flow, state.platform, held=self._running[-1] if self._running else (), prices=book.on(flow.on),
            price_level=level.gpu,
        )  # fmt: skip
        stated = partial(
            statement, flow, state, book=book, launch_month=launch, level=level, commitments=held,
            migration_usd=schedule.migration_usd(month),
        )  # fmt: skip
        year_usd = self._statements[-1].revenue_usd * MONTHS_PER_YEAR if self._statements else 0.0
        once = tuple(_once(event, year_usd) for event in pressure.one_offs if event.month == month)
        found = stated(added_terms={"migration": once})
        if month in pressure.lines:
            dearer = {line: _dearer(found.cost_terms[line], times) for line, times in pressure.lines[month].items()}
            found = stated(added_terms={"migration": once, **dearer})
        self._flows.append(flow)
        self._statements.append(found)
        self._running.append(held)


def _dearer(terms: Sequence[Term], times: float) -> tuple[Term, ...]:
    """What a vendor's new price adds to the terms of a line."""
    return tuple(part(whole, times - 1, label="on top, while we are not gone") for whole in terms)


def _once(event: OneOff, year_usd: float) -> Term:
    """An event's cost: a share of a year's revenue at the rate of the month before, at most its amount."""
    usd = min(event.most_usd, event.share_of_year * year_usd)
    return term(event.label, 1.0, unit="events", price=usd, price_unit="USD/event", rows=(event.row,))
