"""What an amount of a statement is multiplied from."""

from collections.abc import Mapping
from dataclasses import dataclass

from sim.reports.document.sheets.inputs import Input

MARKETS = {"api": "Prices of models by the token", "gpu": "Prices of rented GPUs"}


@dataclass(frozen=True, slots=True)
class Factor:
    """An input in a product: as it is, or what it leaves of one."""

    input: Input
    rest: bool = False

    @property
    def value(self) -> float:
        return 1 - self.input.value if self.rest else self.input.value


@dataclass(frozen=True, slots=True)
class Amount:
    """One term of one month: `quantity` times factors, level and growth of prices, and a constant."""

    usd: float
    quantity: float
    factors: tuple[Factor, ...]
    constant: float = 1.0
    level: tuple[str, int] | None = None
    """Market, and the month whose level of prices holds."""
    growth: Input | None = None
    """Yearly change of the price itself, since month 0."""
    of_revenue: bool = False
    """Whether the quantity is the month's revenue."""


@dataclass(frozen=True, slots=True)
class Series:
    """One term through the months; a month without it is missing."""

    label: str
    unit: str
    amounts: Mapping[int, Amount]

    @property
    def basis(self) -> str:
        """Names that its price is multiplied from."""
        names = (factor.input.name for amount in self.amounts.values() for factor in amount.factors)
        return " × ".join(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class Market:
    """Level of prices by month: drift since month 0, and what shocks make of it."""

    drift: tuple[Input, ...]
    level: tuple[float, ...]
    shock: tuple[float, ...]
