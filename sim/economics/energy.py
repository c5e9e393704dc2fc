"""Electricity and carbon of our own pools, as information beside cost.

Power of a server is its GPUs' design power times what the rest of the server
draws with it; an idle GPU still draws a share. What a managed API's provider
burns for us is not published and not counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sim.economics.prices import Prices
from sim.metrics.flows import PoolFlow

_W_PER_KW = 1000


@dataclass(frozen=True, slots=True)
class Energy:
    """A month of electricity, losses of the building included, and what the grid emitted for it."""

    kwh: float
    kg_co2e: float


def server_kw(gpu: str, gpus: float, *, prices: Prices) -> float:
    """Power that servers with so many GPUs draw at full load, without the building [kW]."""
    ratio = prices.value("energy", "server", "watts_per_gpu_watt")
    return gpus * prices.value("gpus", gpu, "tdp_w") * ratio / _W_PER_KW


def server_kwh(pool: PoolFlow, gpus: float, *, prices: Prices) -> float:
    """Electricity of a month that servers with so many GPUs of a pool use, without the building [kWh]."""
    idle = prices.value("energy", "server", "idle_draw_share")
    drawn = idle + (1 - idle) * min(1.0, pool.utilization)
    return server_kw(pool.gpu, gpus, prices=prices) * drawn * prices.rule("hours_per_month")


def energy(pools: Iterable[PoolFlow], *, house: str, prices: Prices) -> Energy:
    """Electricity and emissions of a month.

    Args:
        pools: the pools held in the month.
        house: whose buildings they stand in, an id of table `energy` with a
            quantity `pue`: specialist, hyperscaler or own.
        prices: values in force.
    """
    kwh = kg = 0.0
    pue = prices.value("energy", house, "pue")
    for pool in pools:
        used = server_kwh(pool, pool.gpus, prices=prices) * pue
        kwh += used
        kg += used * prices.value("energy", pool.region, "grid_kg_per_kwh")
    return Energy(kwh=kwh, kg_co2e=kg)
