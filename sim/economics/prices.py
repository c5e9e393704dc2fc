"""Prices in force on a day, each read once, and how far they have drifted since the start."""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TypeVar

from sim.catalogue import Catalogue
from sim.scenario.schema import Scenario, World

MONTHS_PER_YEAR = 12

_DATED_TABLES = ("gpu_prices", "apis", "network", "storage", "search", "people", "business",
                 "choices", "purchase", "ownership", "energy", "gpus", "models", "api_options")


Derived = TypeVar("Derived")


class Prices:
    """Catalogue values in force on one day; every row is looked up once."""

    __slots__ = ("_derived", "_known", "_like", "catalogue", "day")

    def __init__(self, catalogue: Catalogue, day: date, *, like: "Prices | None" = None) -> None:
        """Args:
        like: prices of the day by a catalogue that this one was made from: what was not moved is read there.
        """
        self.catalogue = catalogue
        self.day = day
        self._like = like
        self._known: dict[tuple[str, str, str], float] = {}
        self._derived: dict[Hashable, object] = {}

    def value(self, table: str, id: str, quantity: str) -> float:
        """The likely value in force.

        Raises:
            LookupError: no such table, id or quantity, or none in force yet on that day.
        """
        key = (table, id, quantity)
        known = self._known.get(key)
        if known is None:
            like = self._like if self._like is not None and key not in self.catalogue.moved_rows else None
            known = like.value(*key) if like else self.catalogue.value(table, id, quantity, self.day)
            self._known[key] = known
        return known

    def once(self, make: Callable[..., Derived], *given: Hashable) -> Derived:
        """What `make(*given, self)` gives, made once: for what depends on nothing but these and the values in force."""
        key = (make, given)
        if key not in self._derived:
            self._derived[key] = make(*given, self)
        return self._derived[key]  # type: ignore[return-value]

    def label(self, table: str, id: str) -> str:
        return self.catalogue.label(table, id)

    def rule(self, quantity: str) -> float:
        """A rule of the business (id `rules` of table `business`)."""
        return self.value("business", "rules", quantity)


class PriceBook:
    """`Prices` by day. Days between two dated rows share one `Prices`, so a horizon looks rows up once."""

    __slots__ = ("_like", "_prices", "_turns", "catalogue")

    def __init__(self, catalogue: Catalogue) -> None:
        tables = [table for table in catalogue.tables if table in _DATED_TABLES]
        self.catalogue = catalogue
        self._turns = sorted({fact.as_of for table in tables for fact in catalogue.rows(table)})
        self._like: PriceBook | None = None
        self._prices: dict[int, Prices] = {}

    def of(self, catalogue: Catalogue) -> "PriceBook":
        """The book of a catalogue that `Catalogue.moved` made from this one's; what was not moved is shared."""
        other = object.__new__(PriceBook)
        other.catalogue, other._turns, other._like, other._prices = catalogue, self._turns, self, {}
        return other

    def on(self, day: date) -> Prices:
        turn = bisect_right(self._turns, day)
        if turn not in self._prices:
            self._prices[turn] = Prices(self.catalogue, day, like=self._like.on(day) if self._like else None)
        return self._prices[turn]


@lru_cache(maxsize=8)
def price_book(catalogue: Catalogue) -> PriceBook:
    """The book of a catalogue; its rows are read once."""
    return PriceBook(catalogue)


@dataclass(frozen=True, slots=True)
class PriceLevel:
    """Rental and API prices of a month as multiples of the catalogue's."""

    api: float
    gpu: float


def price_level(world: World, month: int) -> PriceLevel:
    """Level after `month` months of one unchanged drift, (1 + drift)^(month / 12)."""
    years = month / MONTHS_PER_YEAR
    return PriceLevel(
        api=(1 + world.api_price_drift_per_year) ** years,
        gpu=(1 + world.gpu_price_drift_per_year) ** years,
    )


def price_levels(scenarios: Sequence[Scenario]) -> tuple[PriceLevel, ...]:
    """Levels by month where the drift itself may change: each month adds a twelfth of its year's drift.

    Args:
        scenarios: the scenario in force in each month, from month 0 on.
    """
    levels = [PriceLevel(api=1.0, gpu=1.0)]
    world, step = None, levels[0]
    for scenario in scenarios[:-1]:
        if scenario.world is not world:
            world, step = scenario.world, price_level(scenario.world, 1)
        levels.append(PriceLevel(api=levels[-1].api * step.api, gpu=levels[-1].gpu * step.gpu))
    return tuple(levels)
