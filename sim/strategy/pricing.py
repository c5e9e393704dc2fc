"""The money of months that were served: contracts carried from month to month, moves, and what shocks do to prices."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

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
from sim.strategy.leaving import lockin_parameters
from sim.strategy.months import month_flows
from sim.strategy.play import Played
from sim.strategy.pressure import UNMOVED, Monetary, OneOff
from sim.strategy.schedule import Schedule

NOTHING = Schedule()


@lru_cache(maxsize=8)
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
    catalogue = book.catalogue
    deleted = lockin_parameters(played.states[0], catalogue).data_deleted_share
    flows = month_flows(played.months, catalogue, deleted_share=float(deleted))
    levels = price_levels(played.states)
    held: tuple[Commitment, ...] = ()
    statements: list[MonthStatement] = []
    running: list[tuple[Commitment, ...]] = []
    for flow, state, calm in zip(flows, played.states, levels, strict=True):
        month = flow.month
        level = PriceLevel(api=calm.api * pressure.api.get(month, 1.0), gpu=calm.gpu * pressure.gpu.get(month, 1.0))
        held = contracts(
            flow, state.platform, held=held, prices=book.on(flow.on), price_level=level.gpu
        )

        stated = partial(
            statement, flow, state, book=book, launch_month=played.launch_month, level=level, commitments=held,
            migration_usd=schedule.migration_usd(month),
        )  # fmt: skip
        year_usd = statements[-1].revenue_usd * MONTHS_PER_YEAR if statements else 0.0
        once = tuple(_once(event, year_usd) for event in pressure.one_offs if event.month == month)
        found = stated(added_terms={"migration": once})
        if month in pressure.lines:
            dearer = {line: _dearer(found.cost_terms[line], times) for line, times in pressure.lines[month].items()}
            found = stated(added_terms={"migration": once, **dearer})
        running.append(held)
        statements.append(found)
    return Priced(flows, tuple(statements), tuple(running))


def _dearer(terms: Sequence[Term], times: float) -> tuple[Term, ...]:
    """What a vendor's new price adds to the terms of a line."""
    return tuple(part(whole, times - 1, label="on top, while we are not gone") for whole in terms)


def _once(event: OneOff, year_usd: float) -> Term:
    """An event's cost: a share of a year's revenue at the rate of the month before, at most its amount."""
    usd = min(event.most_usd, event.share_of_year * year_usd)
    return term(event.label, 1.0, unit="events", price=usd, price_unit="USD/event", rows=(event.row,))
