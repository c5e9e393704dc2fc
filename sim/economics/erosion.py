"""Margin under falling prices: price, unit cost and volume each compound monthly beside a fixed cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan


@dataclass(frozen=True, slots=True)
class Erosion:
    """Revenue and cost to serve by month [USD], shape (months,) each."""

    revenue_usd: tuple[float, ...]
    cost_usd: tuple[float, ...]

    @property
    def gross_margin(self) -> float:
        """Margin over the whole time."""
        return _margin(sum(self.revenue_usd), sum(self.cost_usd))

    @property
    def gross_margins(self) -> tuple[float, ...]:
        return tuple(_margin(r, c) for r, c in zip(self.revenue_usd, self.cost_usd, strict=True))

    @property
    def best_month(self) -> int:
        """Month of the highest margin, the first of equals."""
        margins: Sequence[float] = self.gross_margins
        return max(range(len(margins)), key=lambda month: margins[month])

    def first_month_below(self, margin: float) -> int | None:
        """First month whose margin is under a floor; `None` if none is."""
        return next((month for month, reached in enumerate(self.gross_margins) if reached < margin), None)


def erosion(
    months: int,
    *,
    usd_per_unit: float,
    price_decline_per_month: float,
    cost_usd_per_unit: float,
    cost_decline_per_month: float,
    units: float,
    growth_per_month: float,
    fixed_usd_per_month: float,
) -> Erosion:
    """Compound price, cost and volume from month 0 on; the fixed cost is part of cost to serve."""
    volume = [units * (1 + growth_per_month) ** month for month in range(months)]
    return Erosion(
        revenue_usd=tuple(
            sold * usd_per_unit * (1 - price_decline_per_month) ** month for month, sold in enumerate(volume)
        ),
        cost_usd=tuple(
            sold * cost_usd_per_unit * (1 - cost_decline_per_month) ** month + fixed_usd_per_month
            for month, sold in enumerate(volume)
        ),
    )


def _margin(revenue: float, cost: float) -> float:
    return (revenue - cost) / revenue if revenue > 0 else nan
