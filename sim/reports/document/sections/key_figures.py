"""The figures that every report sets side by side, with their ranges."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, nan

from sim.lockin import WHOLE
from sim.reports import words
from sim.reports.document import claims
from sim.reports.document.facts import Facts
from sim.reports.document.parts import Figure, Grid, GridRow
from sim.reports.series import p95_range_s
from sim.strategy.outcome import MonthResult, Outcome


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure of a month that futures have too: its name there, how it is read off an outcome, how it is written."""

    name: str
    read: Callable[[MonthResult], float]
    write: Callable[[float], str]


COST = Drawn("usd_per_mtok", lambda month: month.usd_per_mtok_allocated, words.money)
MARGIN = Drawn("margin", lambda month: month.gross_margin, words.percent)


def key_figures(facts: Facts) -> Grid:
    """Four figures of every option in the last month that all have."""
    month = facts.months
    return Grid(
        key="key_figures",
        title=f"{_count(len(facts.options))} at {words.year_end(month)}",
        note="Where a line is drawn it is the range; one scale for each row. A figure without a line is as planned, "
        "and its range is not known.",
        rows=(
            GridRow("Slowest 5 % of answers", "of the product nearest its promise", _each(facts, _p95, month)),
            GridRow("Cost per 1M tokens", "all in, idle and people included", _drawn(facts, COST, month=month)),
            GridRow("Gross margin", "people who run it included", _drawn(facts, MARGIN, month=month)),
            GridRow(
                "Cash to leave",
                "everything at once; 80 of 100 futures",
                tuple(leave_figure(facts, at, layer=WHOLE, month=month) for at in range(len(facts.options))),
            ),
        ),
    )


def _count(options: int) -> str:
    return {1: "The plan", 2: "Two options", 3: "Three options"}.get(options, "The options")


def _each(facts: Facts, figure: Callable[[Outcome, int], Figure], month: int) -> tuple[Figure, ...]:
    return tuple(figure(outcome, month) for outcome in facts.outcomes)


def _p95(outcome: Outcome, month: int) -> Figure:
    now = outcome.months[month - 1]
    if not now.promises:
        return Figure(nan, words.NONE, note="not launched")
    reading = now.nearest_promise
    if reading.assumed:
        return Figure(reading.p95_s.mean, words.seconds(reading.p95_s.mean), note="assumed, not simulated")
    low, high = p95_range_s(now)
    if not isfinite(high):
        return Figure(reading.p95_s.mean, words.seconds(reading.p95_s.mean), note="more than 5 % get none")
    return Figure(
        reading.p95_s.mean, words.seconds(reading.p95_s.mean), low, high, f"{low:.1f} to {words.seconds(high)}"
    )


def _drawn(facts: Facts, kind: Drawn, *, month: int) -> tuple[Figure, ...]:
    """A figure of every option as planned, with its range where futures were drawn."""
    return tuple(_in_futures(facts, kind, at, month=month) for at in range(len(facts.options)))


def _in_futures(facts: Facts, kind: Drawn, option: int, *, month: int) -> Figure:
    value = kind.read(facts.outcomes[option].months[month - 1])
    futures = facts.evidence.futures
    if futures is None:
        return Figure(value, kind.write(value))
    low, high = (edge[month - 1] for edge in futures.month_band(option, kind.name))
    note = f"{kind.write(low)} to {kind.write(high)}" if isfinite(low) and kind.write(low) != kind.write(high) else ""
    return Figure(value, kind.write(value), low, high, note)


def leave_figure(facts: Facts, option: int, *, layer: str, month: int) -> Figure:
    """Cash to leave a layer, with the range over the futures of lock-in."""
    value = facts.outcomes[option].months[month - 1].exit[layer].usd_cash
    low, high = facts.leaving[option].usd_range(layer, month=month)
    return Figure(value, words.money(value), low, high, claims.money_range(low, high))
