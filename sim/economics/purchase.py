"""How GPUs are paid for: owned, reserved, spot and on demand, in whole GPUs."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from sim.economics.commitment import Commitment
from sim.economics.energy import server_kw, server_kwh
from sim.economics.prices import PriceLevel, Prices
from sim.economics.term import Term, term
from sim.metrics.flows import PoolFlow
from sim.scenario.schema import Platform

ONE_YEAR_MONTHS = 12


@dataclass(frozen=True, slots=True)
class PurchaseMix:
    """Shares of GPUs by how they are paid for; what is left is rented on demand."""

    owned: float
    reserved: float
    spot: float
    commitment_months: int
    """Term of the reserved part; a term beyond a year earns the three-year price."""


@dataclass(frozen=True, slots=True)
class Split:
    """GPUs by how they are paid for; all but `on_demand` are whole."""

    owned: float
    reserved: float
    spot: float
    on_demand: float


def purchase_mix(platform: Platform) -> PurchaseMix:
    """The mix a scenario asks for."""
    return PurchaseMix(
        owned=0.0, reserved=platform.reserved_share, spot=0.0, commitment_months=ONE_YEAR_MONTHS
    )


def split(gpus: float, mix: PurchaseMix) -> Split:
    """Whole GPUs for each way of paying.

    Bounds between the parts are rounded, not the parts, so that they always
    add up. Halves go to the longer promise. GPUs held for part of a month
    leave a fraction, which is on demand.
    """
    owned = _whole(gpus * mix.owned)
    reserved = _whole(gpus * (mix.owned + mix.reserved))
    spot = _whole(gpus * (mix.owned + mix.reserved + mix.spot))
    edges = [min(edge, gpus) for edge in (owned, reserved, spot)]
    return Split(owned=edges[0], reserved=edges[1] - edges[0], spot=edges[2] - edges[1], on_demand=gpus - edges[2])


def _whole(gpus: float) -> float:
    """Nearest whole number, halves up; a share that rounding left a hair below a half counts as one."""
    return float(floor(gpus + 0.5 + 1e-9))


def price_row(gpu: str, *, seller: str, region: str, prices: Prices) -> str:
    """Id in table `gpu_prices` of what a GPU rents for."""
    return f"{gpu}.{seller}.{prices.catalogue.group('regions', region)}"


def reserved_ratio(row: str, *, seller: str, commitment_months: int, prices: Prices) -> tuple[float, tuple[str, ...]]:
    """Committed price over on-demand price, and the catalogue rows it rests on."""
    ratio = prices.value("gpu_prices", row, "reserved_ratio")
    rows = (f"gpu_prices/{row}/reserved_ratio",)
    if commitment_months <= ONE_YEAR_MONTHS:
        return ratio, rows
    longer = prices.value("purchase", seller, "three_year_over_one_year")
    return ratio * longer, (*rows, f"purchase/{seller}/three_year_over_one_year")


@dataclass(frozen=True, slots=True)
class PoolBill:
    """What a pool costs in a month: GPUs that stand ready, and commitments nobody needs any more."""

    pool: PoolFlow
    ready: tuple[Term, ...]
    unneeded: tuple[Term, ...]
    owned_gpus: float


def pool_bill(
    pool: PoolFlow,
    *,
    mix: PurchaseMix,
    seller: str,
    prices: Prices,
    level: PriceLevel,
    commitments: Sequence[Commitment] = (),
) -> PoolBill:
    """Price a pool's GPUs for a month.

    Without commitments the reserved part follows the mix each month, at
    today's price. With them it is what was promised, each at the price of its
    signing; spot and on demand fill what is still missing.
    """
    parts = split(pool.gpus, mix)
    if parts.owned == pool.gpus and not commitments:
        return PoolBill(pool, tuple(_owned(pool, parts.owned, prices)), (), parts.owned)
    rent = _Rent.of(pool, mix=mix, seller=seller, prices=prices)
    held = [c for c in commitments if c.pool == pool.id]
    if commitments:
        reserved, unneeded = rent.committed(held, pool.gpus - parts.owned)
        rest = pool.gpus - parts.owned - sum(gpus for _, gpus in reserved)
        spot = min(parts.spot, floor(rest))
        on_demand = rest - spot
    else:
        reserved, unneeded = [(level.gpu, parts.reserved)], []
        spot, on_demand = parts.spot, parts.on_demand
    ready = [
        *_owned(pool, parts.owned, prices),
        *(rent.reserved(gpus, at, "reserved") for at, gpus in reserved if gpus > 0),
    ]
    if spot > 0:
        ready.append(rent.spot(spot, level.gpu))
    if on_demand > 0:
        ready.append(rent.on_demand(on_demand, level.gpu))
    return PoolBill(
        pool, tuple(ready), tuple(rent.reserved(gpus, at, "unneeded") for at, gpus in unneeded), parts.owned
    )


@dataclass(frozen=True, slots=True)
class _Rent:
    """What a pool's GPU rents for, and the rows that say so."""

    pool: PoolFlow
    label: str
    row: str
    usd_per_gpu_hour: float
    ratio: float
    ratio_rows: tuple[str, ...]
    hours: float
    prices: Prices

    @classmethod
    def of(cls, pool: PoolFlow, *, mix: PurchaseMix, seller: str, prices: Prices) -> "_Rent":
        row = price_row(pool.gpu, seller=seller, region=pool.region, prices=prices)
        ratio, rows = reserved_ratio(row, seller=seller, commitment_months=mix.commitment_months, prices=prices)
        return cls(
            pool=pool,
            label=prices.label("gpu_prices", row),
            row=row,
            usd_per_gpu_hour=prices.value("gpu_prices", row, "on_demand_usd_per_gpu_hour"),
            ratio=ratio,
            ratio_rows=rows,
            hours=prices.rule("hours_per_month"),
            prices=prices,
        )

    def committed(
        self, held: Sequence[Commitment], room: float
    ) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
        """Pairs of price level and GPUs: those that the pool can use, and those beyond."""
        used, beyond = [], []
        for commitment in held:
            fits = min(commitment.gpus, room)
            room -= fits
            used.append((commitment.price_level, fits))
            if commitment.gpus > fits:
                beyond.append((commitment.price_level, commitment.gpus - fits))
        return used, beyond

    def on_demand(self, gpus: float, level: float) -> Term:
        return self._term("on demand", gpus * self.hours, self.usd_per_gpu_hour * level, level=level, kind="on_demand")

    def reserved(self, gpus: float, level: float, kind: str) -> Term:
        words = "reserved" if kind == "reserved" else "reserved, no longer needed"
        price = self.usd_per_gpu_hour * self.ratio * level
        return self._term(words, gpus * self.hours, price, level=level, kind=kind, rows=self.ratio_rows)

    def spot(self, gpus: float, level: float) -> Term:
        """Interrupted work is done again, so more hours are paid than are worked."""
        waste = self.prices.value("purchase", "spot", "restart_waste_share")
        price = self.usd_per_gpu_hour * self.prices.value("gpu_prices", self.row, "spot_ratio") * level
        rows = (f"gpu_prices/{self.row}/spot_ratio", "purchase/spot/restart_waste_share")
        return self._term("spot", gpus * self.hours * (1 + waste), price, level=level, kind="spot", rows=rows)

    def _term(
        self, words: str, hours: float, price: float, *, level: float, kind: str, rows: tuple[str, ...] = ()
    ) -> Term:
        return term(
            f"{self.label}, {words}", hours, unit="GPU-hours", price=price, price_unit="USD/GPU-hour",
            list_price=self.usd_per_gpu_hour * level,
            rows=(
                f"gpu_prices/{self.row}/on_demand_usd_per_gpu_hour", *rows,
                "business/rules/hours_per_month", "world.gpu_price_drift_per_year",
            ),
            kind=kind, resource=self.pool.id, region=self.pool.region,
        )


def _owned(pool: PoolFlow, gpus: float, prices: Prices) -> list[Term]:
    """A month of GPUs that we bought: loss of value, electricity and the building."""
    if gpus <= 0:
        return []
    label = prices.label("gpus", pool.gpu)
    price = prices.value("ownership", pool.gpu, "cluster_usd_per_gpu")
    lost = 1 - prices.value("ownership", "rules", "residual_share")
    life_months = prices.value("ownership", "rules", "depreciation_months")
    pue = prices.value("energy", "own", "pue")
    kwh = server_kwh(pool, gpus, prices=prices) * pue
    usd_per_kwh = prices.value("energy", pool.region, "electricity_usd_per_kwh")
    usd_per_kw = prices.value("ownership", "rules", "hosting_usd_per_kw_month")
    return [
        term(
            f"{label}, loss of value", gpus, unit="GPU-months", price=price * lost / life_months,
            price_unit="USD/GPU-month", kind="owned", resource=pool.id, region=pool.region,
            rows=(f"ownership/{pool.gpu}/cluster_usd_per_gpu", "ownership/rules/residual_share",
                  "ownership/rules/depreciation_months"),
        ),
        term(
            f"{label}, electricity", kwh, unit="kWh", price=usd_per_kwh, price_unit="USD/kWh",
            kind="owned", resource=pool.id, region=pool.region,
            rows=(f"energy/{pool.region}/electricity_usd_per_kwh", f"gpus/{pool.gpu}/tdp_w", "energy/own/pue",
                  "energy/server/watts_per_gpu_watt", "energy/server/idle_draw_share"),
        ),
        term(
            f"{label}, hosting", server_kw(pool.gpu, gpus, prices=prices), unit="kW", price=usd_per_kw,
            price_unit="USD/kW-month", kind="owned", resource=pool.id, region=pool.region,
            rows=("ownership/rules/hosting_usd_per_kw_month", f"gpus/{pool.gpu}/tdp_w",
                  "energy/server/watts_per_gpu_watt"),
        ),
    ]
