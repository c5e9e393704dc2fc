"""The tree behind every figure that a room is shown, down to the rows of the catalogue."""

from collections.abc import Callable
from types import MappingProxyType

from sim.economics import FIGURES as OF_STATEMENTS
from sim.economics import Node, explain
from sim.scenario.assumptions import catalogue_of
from sim.strategy import Outcome
from sim.strategy.explain_exit import explain_exit, explain_exit_months
from sim.strategy.explain_latency import explain_in_time, explain_latency
from sim.strategy.explain_worth import explain_cash, explain_launch, explain_margin_so_far, explain_worth
from sim.workshop.evaluations import Evaluations
from sim.workshop.refusals import Refused

Trace = Callable[[Outcome, int, Evaluations], Node]

SHOWN: MappingProxyType[str, Trace] = MappingProxyType({
    "p95_s": lambda outcome, month, known: explain_latency(
        outcome, month=month, operated=known.operations(outcome.scenario)[month]
    ),
    "exit_usd": lambda outcome, month, known: explain_exit(outcome, month=month),
    "exit_months": lambda outcome, month, known: explain_exit_months(outcome, month=month),
    "margin_so_far": lambda outcome, month, known: explain_margin_so_far(outcome, month=month),
    "in_time_so_far": lambda outcome, month, known: explain_in_time(outcome, month=month),
    "cash_usd": lambda outcome, month, known: explain_cash(outcome, month=month),
    "npv_usd": lambda outcome, month, known: explain_worth(outcome),
    "launch_month": lambda outcome, month, known: explain_launch(outcome),
})  # fmt: skip
"""Figures of a team's result, named as in `TeamResult`, that no single statement explains."""


def trace(outcome: Outcome, figure: str, *, month: int, evaluations: Evaluations) -> Node:
    """The tree behind a figure of a month.

    Args:
        figure: a field of `TeamResult`, or a figure of the month's statement, such as `gross_margin`.
        month: from 0.

    Raises:
        Refused: there is no such figure.
    """
    if figure in SHOWN:
        return SHOWN[figure](outcome, month, evaluations)
    try:
        return explain(outcome.statements[month], figure, catalogue=catalogue_of(outcome.scenario))
    except LookupError as fault:
        raise Refused(f"There is no figure '{figure}'. There are: {', '.join((*SHOWN, *OF_STATEMENTS))}.") from fault
