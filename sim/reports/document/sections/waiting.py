"""The cost of waiting: what the same decisions gain when they are taken later, and what they cost by then."""

from math import nan

from sim.reports import words
from sim.reports.decisions import waiting_sentence
from sim.reports.document import claims
from sim.reports.document.evidence import WaitingFound
from sim.reports.document.facts import Facts
from sim.reports.document.parts import Axis, Bar, Bars, Block, Cell, Column, Figure, Table
from sim.reports.waiting_figures import waiting_finding

MILLION = Axis(1e6, "M")


def waiting_blocks(facts: Facts) -> tuple[Block, ...]:
    """Nothing where no later decision was played."""
    found = facts.evidence.waiting
    if found is None:
        return ()
    return (waiting_gain(facts, found), _waiting_table(facts, found))


def waiting_gain(facts: Facts, found: WaitingFound) -> Bars:
    """Worth of deciding in each month less that of never deciding."""
    never, name = facts.options[0].short, facts.options[found.option].short
    bars = []
    for at, waited in enumerate(found.cost.taken):
        value, low, high = waited.npv_usd - found.cost.never.npv_usd, nan, nan
        if found.gains:
            low, high = found.gains[at].low, found.gains[at].high
        span = f"{claims.signed(low)} to {claims.signed(high)}" if found.gains else ""
        figure = Figure(value, claims.signed(value), low, high, span)
        bars.append(Bar(_when(waited.month), figure, found.option))
    ranged = (
        f"The line: 80 of 100 of {found.gains[0].above.n} futures."
        if found.gains
        else "As planned: no other futures were drawn."
    )
    return Bars(
        "waiting_gain",
        waiting_finding(found.cost),
        f"Worth of the decisions of {name}, taken later, less that of going on with {never}, $M. {ranged}",
        MILLION,
        tuple(bars),
    )


def _waiting_table(facts: Facts, found: WaitingFound) -> Table:
    cost = found.cost
    rows: list[tuple[Cell, ...]] = []
    for at, waited in enumerate(cost.taken):
        gains: tuple[Cell, ...] = ()
        if found.gains:
            share = found.gains[at].above.mean
            gains = (Figure(share * claims.HUNDRED, claims.of_hundred(share)),)
        rows.append(
            (
                _when(waited.month),
                Figure(waited.npv_usd, words.money(waited.npv_usd)),
                Figure(cost.lost_usd(waited), words.money(cost.lost_usd(waited))),
                *gains,
                Figure(waited.move_usd, words.money(waited.move_usd)),
                Figure(waited.leave_then_usd, words.money(waited.leave_then_usd)),
            )
        )
    columns = (
        Column("Decided", 1.2),
        Column("Worth", numeric=True),
        Column("Lost by waiting", numeric=True),
        *((Column("Futures in which it gains", numeric=True),) if found.gains else ()),
        Column("Paid for moves", numeric=True),
        Column("Cash to leave then", numeric=True),
    )
    note = waiting_sentence(cost) + " Settings other than decisions stay those of " + facts.options[0].short + "."
    return Table("waiting", "The cost of waiting", note, columns, tuple(rows))


def _when(month: int) -> str:
    return "at the start" if month == 0 else f"after {words.months(month)}"
