"""The money of months that were served: contracts carried from month to month, moves, and what shocks do to prices."""

from collections.abc import Mapping
from dataclasses import dataclass

from sim.economics import (
    Commitment,
    MonthStatement,
    PriceBook,
    PriceLevel,
    Term,
    contracts,
    gross_margin,
    price_levels,
    statement,
)
from sim.economics.prices import MONTHS_PER_YEAR
from sim.economics.prices import price_book as price_book
from sim.economics.term import term
from sim.metrics import MonthFlow
from sim.scenario.schema import Scenario
from sim.strategy.leaving import lockin_parameters
from sim.strategy.months import month_flows
from sim.strategy.play import Played
from sim.strategy.pressure import UNMOVED, Monetary, OneOff
from sim.strategy.schedule import Schedule

NOTHING = Schedule()


@dataclass(frozen=True, slots=True, eq=False)
class Conditions:
    """What one month's flow is priced with, beside the prices of its day."""

    level: PriceLevel
    """Drifts, and what shocks make of them."""
    commitments: tuple[Commitment, ...]
    """Contracts that run."""
    dearer: Mapping[str, float]
    """By cost line: factor of a vendor's new prices, while we are not gone."""


@dataclass(frozen=True, slots=True, eq=False)
class Priced:
    """The money of a played scenario."""

    flows: tuple[MonthFlow, ...]
    statements: tuple[MonthStatement, ...]
    conditions: tuple[Conditions, ...]

    @property
    def commitments(self) -> tuple[tuple[Commitment, ...], ...]:
        return tuple(month.commitments for month in self.conditions)


def state_months(
    played: Played,
    book: PriceBook,
    *,
    schedule: Schedule = NOTHING,
    pressure: Monetary = UNMOVED,
    before: Priced | None = None,
    in_full: bool = True,
) -> Priced:
    """Flows and statements of every month.

    Args:
        schedule: moves being carried out, whose cost is paid as they go on.
        pressure: what shocks do to prices.
        before: the first months as they were stated already; they stay as they are.
        in_full: as `statement` has it.
    """
    catalogue = book.catalogue
    done = 0 if before is None else len(before.flows)
    deleted = lockin_parameters(played.states[0], catalogue).data_deleted_share
    flows = month_flows(
        played.months[done:], catalogue, deleted_share=float(deleted), before=before.flows[-1] if before else None
    )
    levels = price_levels(played.states)
    held: tuple[Commitment, ...] = before.commitments[-1] if before else ()
    statements: list[MonthStatement] = list(before.statements) if before else []
    conditions: list[Conditions] = list(before.conditions) if before else []
    for flow, state, calm in zip(flows, played.states[done:], levels[done:], strict=True):
        month = flow.month
        level = PriceLevel(api=calm.api * pressure.api.get(month, 1.0), gpu=calm.gpu * pressure.gpu.get(month, 1.0))
        held = contracts(
            flow, state.platform, held=held, prices=book.on(flow.on), price_level=level.gpu
        )

        year_usd = statements[-1].revenue_usd * MONTHS_PER_YEAR if statements else 0.0
        once = tuple(_once(event, year_usd) for event in pressure.one_offs if event.month == month)
        dearer = pressure.lines.get(month, {})
        conditions.append(Conditions(level, held, dearer))
        statements.append(
            statement(
                flow, state, book=book, launch_month=played.launch_month, level=level, commitments=held,
                migration_usd=schedule.migration_usd(month), dearer=dearer, added_terms={"migration": once},
                in_full=in_full,
            )
        )
    known = before.flows if before else ()
    return Priced((*known, *flows), tuple(statements), tuple(conditions))


def margin_at(
    flow: MonthFlow, state: Scenario, *, conditions: Conditions, book: PriceBook, launch_month: int
) -> float:
    """Gross margin of a flow that is not the month's own, under the month's conditions.

    Contracts run on whatever the volume, and what more is needed is signed at
    the month's price as the platform's purchase mix says.
    """
    level = conditions.level
    held = contracts(
        flow, state.platform, held=conditions.commitments, prices=book.on(flow.on), price_level=level.gpu
    )
    return gross_margin(
        flow, state, book=book, launch_month=launch_month, level=level, commitments=held, dearer=conditions.dearer
    )


def _once(event: OneOff, year_usd: float) -> Term:
    """An event's cost: a share of a year's revenue at the rate of the month before, at most its amount."""
    usd = min(event.most_usd, event.share_of_year * year_usd)
    return term(event.label, 1.0, unit="events", price=usd, price_unit="USD/event", rows=(event.row,))
