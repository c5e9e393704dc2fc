"""What a plan is worth: cash by month, its present value, when it has paid back and how deep it goes first."""

from collections.abc import Sequence
from itertools import accumulate

from sim.economics.capital import capital_cash
from sim.economics.prices import MONTHS_PER_YEAR, PriceBook
from sim.economics.statement import MonthStatement


def cash_flows(statements: Sequence[MonthStatement], *, book: PriceBook | None = None) -> tuple[float, ...]:
    """Cash of each month [USD]: profit, with GPUs that we own paid when they are bought.

    Args:
        statements: one for each month, from month 0 on.
        book: prices, needed only where GPUs are owned.

    Raises:
        ValueError: GPUs are owned and there is no book to price them by.
    """
    profit = tuple(statement.profit_usd for statement in statements)
    owned = sorted({gpu for statement in statements for gpu, gpus in statement.owned_gpus.items() if gpus > 0})
    if not owned:
        return profit
    if book is None:
        raise ValueError("GPUs are owned: pass the price book, which says what they cost to buy")
    capital = [
        capital_cash([s.owned_gpus.get(gpu, 0.0) for s in statements], gpu=gpu, catalogue=book.catalogue)
        for gpu in owned
    ]
    return tuple(usd + sum(gpu[month] for gpu in capital) for month, usd in enumerate(profit))


def present_value(flows: Sequence[float], *, discount_per_year: float) -> float:
    """Sum of monthly cash discounted by (1 + r)^(-t/12), month 0 undiscounted [USD]."""
    return float(sum(usd * (1 + discount_per_year) ** (-month / MONTHS_PER_YEAR) for month, usd in enumerate(flows)))


def cumulative(flows: Sequence[float]) -> tuple[float, ...]:
    return tuple(accumulate(flows))


def payback_month(flows: Sequence[float], *, against: Sequence[float] | None = None) -> int | None:
    """First month from which cumulative cash stays at or above zero; `None` if never.

    Args:
        flows: cash of each month.
        against: cash of the plan it is compared with; then it is the month
            from which this plan stays ahead.
    """
    gained = flows if against is None else [ours - other for ours, other in zip(flows, against, strict=True)]
    sums = cumulative(gained)
    below = [month for month, usd in enumerate(sums) if usd < 0]
    first = below[-1] + 1 if below else 0
    return first if first < len(sums) else None


def deepest_hole(flows: Sequence[float]) -> float:
    """Lowest cumulative cash of the plan, at most 0 [USD]."""
    return min(0.0, *cumulative(flows)) if flows else 0.0
