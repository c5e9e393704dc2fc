"""The shock deck: how likely, how large, with what notice, and which layers each shock forces a company to leave."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from sim.catalogue import Catalogue, Fact
from sim.economics.prices import MONTHS_PER_YEAR
from sim.lockin.layers import LAYERS, LayerSet

TABLE = "shocks"


@dataclass(frozen=True, slots=True)
class Shock:
    """One card of the deck; figures are catalogue rows with range and source."""

    id: str
    label: str
    hazard_per_year: Fact
    size: Fact
    notice_months: Fact
    duration_months: Fact
    forces: LayerSet
    """Layers that have to be left when it strikes; empty where it can be sat out. A judgement, one row a layer."""

    @property
    def hazard_per_month(self) -> float:
        """Chance of striking in a month; hazards are small, so a twelfth of the yearly one."""
        return self.hazard_per_year.likely / MONTHS_PER_YEAR


@dataclass(frozen=True, slots=True, eq=False)
class Notice:
    """Whether one could be gone before a shock bites, if it were announced at the end of each month."""

    notice_months: float
    late_months: np.ndarray
    """Months by which leaving overruns the notice; 0 where it is in time. Shape (months,)."""

    @property
    def in_time(self) -> np.ndarray:
        return self.late_months <= 0


def deck(catalogue: Catalogue, on: date | None = None) -> tuple[Shock, ...]:
    """All shocks as known on a day, in the order of the table."""
    return tuple(_shock(catalogue, id, on) for id in catalogue.ids(TABLE))


def against_notice(exit_months: np.ndarray, notice_months: float) -> Notice:
    """Months to leave against the notice that a shock gives."""
    return Notice(notice_months=notice_months, late_months=np.maximum(0, exit_months - notice_months))


def _shock(catalogue: Catalogue, id: str, on: date | None) -> Shock:
    known = catalogue.quantities(TABLE, id, on)
    return Shock(
        id=id,
        label=catalogue.label(TABLE, id),
        hazard_per_year=catalogue.fact(TABLE, id, "hazard_per_year", on),
        size=catalogue.fact(TABLE, id, "size", on),
        notice_months=catalogue.fact(TABLE, id, "notice_months", on),
        duration_months=catalogue.fact(TABLE, id, "duration_months", on),
        forces=frozenset(layer for layer in LAYERS if known.get(f"forces_{layer}", 0) > 0),
    )
