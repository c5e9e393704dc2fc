"""Electricity and carbon of our own pools, as information beside cost.

Power of a server is its GPUs' design power times what the rest of the server
draws with it; an idle GPU still draws a share. What a managed API's provider
burns for us is not published and not counted.
"""

from dataclasses import dataclass

from sim.economics.prices import Prices
from sim.metrics.flows import PoolFlow

_W_PER_KW = 1000


@dataclass(frozen=True, slots=True)
class PoolEnergy:
    """A month of electricity of GPUs in one building, its losses included, and what the grid emitted for it."""

    pool: str
    region: str
    gpu: str
    gpus: float
    house: str
    """Whose building it is, an id of table `energy` with a quantity `pue`: specialist, hyperscaler or own."""
    kwh: float
    kg_co2e: float

    @classmethod
    def of(cls, pool: PoolFlow, gpus: float, *, working_share: float, house: str, prices: Prices) -> "PoolEnergy":
        """GPUs of a pool, of which a share works."""
        kwh = server_kwh(pool.gpu, gpus, working_share=working_share, prices=prices)
        kwh *= prices.value("energy", house, "pue")
        kg = kwh * prices.value("energy", pool.region, "grid_kg_per_kwh")
        return cls(pool.id, pool.region, pool.gpu, gpus, house, kwh, kg)

    @property
    def kwh_rows(self) -> tuple[str, ...]:
        """Catalogue rows that the electricity rests on."""
        return (
            f"gpus/{self.gpu}/tdp_w",
            "energy/server/watts_per_gpu_watt",
            "energy/server/idle_draw_share",
            f"energy/{self.house}/pue",
            "business/rules/hours_per_month",
        )

    @property
    def kg_co2e_rows(self) -> tuple[str, ...]:
        """Catalogue rows that the emissions rest on."""
        return (f"energy/{self.region}/grid_kg_per_kwh", *self.kwh_rows)


@dataclass(frozen=True, slots=True)
class Energy:
    """A month of electricity and emissions, by pool and building; GPUs that nobody needs are switched off."""

    parts: tuple[PoolEnergy, ...]

    @property
    def kwh(self) -> float:
        return sum(part.kwh for part in self.parts)

    @property
    def kg_co2e(self) -> float:
        return sum(part.kg_co2e for part in self.parts)


def server_kw(gpu: str, gpus: float, *, prices: Prices) -> float:
    """Power that servers with so many GPUs draw at full load, without the building [kW]."""
    ratio = prices.value("energy", "server", "watts_per_gpu_watt")
    return gpus * prices.value("gpus", gpu, "tdp_w") * ratio / _W_PER_KW


def server_kwh(gpu: str, gpus: float, *, working_share: float, prices: Prices) -> float:
    """Electricity of a month that servers with so many GPUs use, without the building [kWh]."""
    idle = prices.value("energy", "server", "idle_draw_share")
    drawn = idle + (1 - idle) * working_share
    return server_kw(gpu, gpus, prices=prices) * drawn * prices.rule("hours_per_month")
