"""The trees behind what months add up to: the margin and the cash so far, what a plan is worth, and the launch."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from math import nan

from sim.economics import Node
from sim.economics.choices import chosen_rows
from sim.economics.prices import MONTHS_PER_YEAR
from sim.scenario import in_month
from sim.scenario.assumptions import catalogue_of
from sim.strategy.months import first_day
from sim.strategy.outcome import Outcome


def explain_margin_so_far(outcome: Outcome, *, month: int) -> Node:
    """The tree behind the gross margin of all months up to one; `nan` before anything is sold."""
    stated = outcome.statements[: month + 1]
    revenue = _by_month("Revenue so far", [s.revenue_usd for s in stated])
    cost = _by_month("Cost to serve so far", [s.cost_to_serve_usd for s in stated])
    margin = (revenue.value - cost.value) / revenue.value if revenue.value > 0 else nan
    return Node("Gross margin so far", margin, "share", "(revenue - cost) ÷ revenue", (revenue, cost))


def explain_cash(outcome: Outcome, *, month: int) -> Node:
    """The tree behind the cash made or spent up to the end of a month, month by month."""
    parts = [_cash_of(outcome, at) for at in range(month + 1)]
    return Node("Cash so far", outcome.cumulative_cash_usd[month], "USD", "sum", tuple(parts))


def explain_worth(outcome: Outcome) -> Node:
    """The tree behind the net present value, year by year, each month's cash discounted to month 0."""
    rate = outcome.scenario.company.discount_per_year

    def worth_usd(at: int) -> float:
        return _cash_usd(outcome, at) * (1 + rate) ** (-at / MONTHS_PER_YEAR)

    years = [
        Node(
            f"Year {year + 1}", sum(map(worth_usd, months)), "USD", "cash of its months, discounted",
            (
                Node("Revenue", sum(outcome.statements[at].revenue_usd for at in months), "USD"),
                Node("Cost", sum(outcome.statements[at].cost_usd["total"] for at in months), "USD"),
            ),
        )
        for year, months in _years(len(outcome.months))
    ]  # fmt: skip
    return Node("Net present value", outcome.npv_usd, "USD", "sum", tuple(years), fields=("company.discount_per_year",))


def explain_launch(outcome: Outcome) -> Node:
    """The tree behind the launch month: what each decision adds, rounded up to whole months."""
    state, catalogue = in_month(outcome.scenario, 0), catalogue_of(outcome.scenario)
    day = first_day(outcome.scenario.start, 0)
    parts = tuple(
        Node(catalogue.label("choices", row), fact.likely, "months", facts=(fact,))
        for row in chosen_rows(state.decisions)
        if (fact := catalogue.fact("choices", row, "launch_months", day)).likely
    )
    return Node("Launch in month", float(outcome.launch_month), "months", "sum, rounded up", parts)


def _by_month(label: str, amounts_usd: Sequence[float]) -> Node:
    parts = tuple(Node(f"Month {month}", usd, "USD") for month, usd in enumerate(amounts_usd))
    return Node(label, sum(amounts_usd), "USD", "sum", parts)


def _cash_of(outcome: Outcome, month: int) -> Node:
    stated, cash_usd = outcome.statements[month], _cash_usd(outcome, month)
    parts = [Node("Revenue", stated.revenue_usd, "USD"), Node("Cost", -stated.cost_usd["total"], "USD")]
    bought_usd = cash_usd - stated.profit_usd
    if abs(bought_usd) > 1:
        parts.append(Node("GPUs bought or sold, beyond their cost of the month", bought_usd, "USD"))
    return Node(f"Month {month}", cash_usd, "USD", "sum", tuple(parts))


def _cash_usd(outcome: Outcome, month: int) -> float:
    cash = outcome.cumulative_cash_usd
    return cash[month] - (cash[month - 1] if month else 0.0)


def _years(months: int) -> Iterable[tuple[int, list[int]]]:
    return [(year, list(each)) for year, each in groupby(range(months), lambda at: at // MONTHS_PER_YEAR)]
