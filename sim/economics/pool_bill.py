"""What a pool costs in a month: GPUs that stand ready, and commitments nobody needs any more."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from sim.economics.commitment import Commitment
from sim.economics.energy import PoolEnergy, server_kw, server_kwh
from sim.economics.prices import PriceLevel, Prices
from sim.economics.purchase import PurchaseMix, RentRates, in_nodes, rent_rates, split
from sim.economics.term import Term, term
from sim.metrics.flows import PoolFlow

OWN = "own"
"""Whose building GPUs stand in that we bought: an id of table `energy`."""


@dataclass(frozen=True, slots=True)
class PoolBill:
    """What a pool costs in a month, and the GPUs it is paid for."""

    pool: PoolFlow
    ready: tuple[Term, ...]
    unneeded: tuple[Term, ...]
    owned_gpus: float
    rented_gpus: float
    """Rented and ready: those of a server that is not filled are among them, unneeded commitments are not."""
    working_share: float
    """Share of what stands ready that works; what is more than the pool needs never does."""


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
    signing; spot and on demand fill what is still missing, in the hours in
    which they are held.
    """
    parts = split(pool.gpus, mix)
    held = [commitment for commitment in commitments if commitment.pool == pool.id]
    used, unneeded = _allotted(held, pool, in_nodes(pool.gpus - parts.owned, mix.rented_node_gpus))
    if commitments:
        reserved = sum(gpus for _, gpus in used)
        rest = in_nodes(pool.gpus - parts.owned - reserved, mix.rented_node_gpus)
        spot = min(parts.spot, float(floor(rest)))
        on_demand = rest - spot
    else:
        reserved, spot, on_demand = parts.reserved, parts.spot, parts.on_demand
    spot, on_demand = _rented(pool, mix, bound=parts.owned + reserved, spot=spot, on_demand=on_demand)
    busy = min(1.0, pool.utilization)
    ready_gpus = parts.owned + reserved + spot + on_demand
    working = busy * pool.mean_gpus / ready_gpus if ready_gpus > 0 else 0.0
    ready = _owned(pool, parts.owned, working, prices) if parts.owned > 0 else []
    ready += [_committed(c, gpus, prices, unneeded=False) for c, gpus in used if gpus > 0]
    follows = 0.0 if commitments else reserved
    if follows + spot + on_demand > 0:
        rent = _Rent(pool, rent_rates(pool.gpu, seller=seller, region=pool.region, prices=prices), prices, level.gpu)
        if follows > 0:
            ready.append(rent.reserved(follows, mix.commitment_months))
        ready += rent.spot(spot) if spot > 0 else ()
        if on_demand > 0:
            ready.append(rent.as_held(on_demand) if pool.held else rent.on_demand(on_demand * rent.hours, "on demand"))
    return PoolBill(
        pool=pool,
        ready=tuple(ready),
        unneeded=tuple(_committed(c, gpus, prices, unneeded=True) for c, gpus in unneeded),
        owned_gpus=parts.owned,
        rented_gpus=reserved + spot + on_demand,
        working_share=working,
    )


def abandoned(pools: Sequence[PoolFlow], commitments: Sequence[Commitment]) -> tuple[PoolFlow, ...]:
    """Pools that are gone but still under contract, with no GPUs needed."""
    kept = {pool.id for pool in pools}
    gone = {c.pool: PoolFlow(c.pool, c.region, c.gpu, 0.0, 0.0) for c in commitments if c.pool not in kept}
    return tuple(gone.values())


def pool_energy(bill: PoolBill, *, seller: str, prices: Prices) -> tuple[PoolEnergy, ...]:
    """Electricity of a pool's GPUs by whose building they stand in; unneeded ones are switched off."""
    houses = ((OWN, bill.owned_gpus), (seller, bill.rented_gpus))
    return tuple(
        PoolEnergy.of(bill.pool, gpus, working_share=bill.working_share, house=house, prices=prices)
        for house, gpus in houses
        if gpus > 0
    )


def _rented(pool: PoolFlow, mix: PurchaseMix, *, bound: float, spot: float, on_demand: float) -> tuple[float, float]:
    """Spot and on-demand GPUs that are rented, mean over the month.

    What is owned or reserved is there at all hours; an autoscaler rents beyond
    it on spot first, which is cheaper, then on demand, by whole servers.

    Args:
        bound: GPUs owned or reserved.
        spot: most that there are on spot.
        on_demand: most that there are on demand.
    """
    if not pool.held:
        return spot, on_demand
    beyond = [(max(0.0, in_nodes(gpus, mix.rented_node_gpus) - bound), share) for gpus, share in pool.held]
    return (
        sum(min(spot, gpus) * share for gpus, share in beyond),
        sum(min(on_demand, max(0.0, gpus - spot)) * share for gpus, share in beyond),
    )


_Part = tuple[Commitment, float]


def _allotted(held: Sequence[Commitment], pool: PoolFlow, room: float) -> tuple[list[_Part], list[_Part]]:
    """GPUs of each commitment that the pool can use, and those beyond; the oldest are used first."""
    used, beyond = [], []
    for commitment in held:
        fits = min(commitment.gpus, room) if commitment.fits(pool) else 0.0
        room -= fits
        used.append((commitment, fits))
        if commitment.gpus > fits:
            beyond.append((commitment, commitment.gpus - fits))
    return used, beyond


def _committed(commitment: Commitment, gpus: float, prices: Prices, *, unneeded: bool) -> Term:
    rates = rent_rates(commitment.gpu, seller=commitment.seller, region=commitment.region, prices=prices)
    return _gpu_hours(
        rates,
        "reserved, no longer needed" if unneeded else "reserved",
        gpus * prices.rule("hours_per_month"),
        usd=rates.reserved_usd_per_hour(commitment.term_months) * commitment.price_level,
        level=commitment.price_level,
        kind="unneeded" if unneeded else "reserved",
        rows=rates.reserved_rows(commitment.term_months),
        resource=commitment.pool,
        region=commitment.region,
        signed_month=commitment.from_month,
    )


@dataclass(frozen=True, slots=True)
class _Rent:
    """GPUs of a pool rented at a month's own prices."""

    pool: PoolFlow
    rates: RentRates
    prices: Prices
    level: float

    @property
    def hours(self) -> float:
        return self.prices.rule("hours_per_month")

    def on_demand(self, gpu_hours: float, words: str, *, rows: tuple[str, ...] = ()) -> Term:
        usd = self.rates.on_demand_usd_per_hour * self.level
        return self._term(words, gpu_hours, usd, kind="on_demand", rows=rows)

    def as_held(self, gpus: float) -> Term:
        """What an autoscaler rents on demand: GPUs by the mean over the month's hours."""
        words = f"on demand, of {self.pool.least_gpus:g} to {self.pool.most_gpus:g} GPUs held by the hour"
        return self.on_demand(gpus * self.hours, words, rows=("platform.autoscaling.policy",))

    def reserved(self, gpus: float, term_months: int) -> Term:
        usd = self.rates.reserved_usd_per_hour(term_months) * self.level
        rows = self.rates.reserved_rows(term_months)
        return self._term("reserved", gpus * self.hours, usd, kind="reserved", rows=rows)

    def spot(self, gpus: float) -> tuple[Term, Term]:
        """Spot hours, more than are worked because interrupted work is done again, and what stands in for them.

        An interrupted GPU is replaced on demand until there is spot capacity again.
        """
        waste, taken, away_h = (
            self.prices.value("purchase", "spot", quantity)
            for quantity in ("restart_waste_share", "interrupted_share_per_month", "replaced_h")
        )
        replaced_h = gpus * taken * min(away_h, self.hours)
        usd = self.rates.on_demand_usd_per_hour * self.rates.spot_ratio * self.level
        rows = tuple(f"purchase/spot/{quantity}" for quantity in ("interrupted_share_per_month", "replaced_h"))
        return (
            self._term(
                "spot", (gpus * self.hours - replaced_h) * (1 + waste), usd, kind="spot",
                rows=(f"gpu_prices/{self.rates.row}/spot_ratio", "purchase/spot/restart_waste_share", *rows),
            ),
            self.on_demand(replaced_h, "on demand while spot is away", rows=rows),
        )

    def _term(self, words: str, gpu_hours: float, usd: float, *, kind: str, rows: tuple[str, ...]) -> Term:
        return _gpu_hours(self.rates, words, gpu_hours, usd=usd, level=self.level, kind=kind, rows=rows,
                          resource=self.pool.id, region=self.pool.region)  # fmt: skip


def _gpu_hours(
    rates: RentRates,
    words: str,
    gpu_hours: float,
    *,
    usd: float,
    level: float,
    kind: str,
    rows: tuple[str, ...],
    resource: str,
    region: str,
    signed_month: int = -1,
) -> Term:
    return term(
        f"{rates.label}, {words}", gpu_hours, unit="GPU-hours", price=usd, price_unit="USD/GPU-hour",
        list_price=rates.on_demand_usd_per_hour * level,
        rows=(
            f"gpu_prices/{rates.row}/on_demand_usd_per_gpu_hour", *rows,
            "business/rules/hours_per_month", "world.gpu_price_drift_per_year",
        ),
        kind=kind, resource=resource, region=region, signed_month=signed_month,
    )


def _owned(pool: PoolFlow, gpus: float, working_share: float, prices: Prices) -> list[Term]:
    """A month of GPUs that we bought: loss of value, electricity and the building."""
    label = prices.label("gpus", pool.gpu)
    price = prices.value("ownership", pool.gpu, "cluster_usd_per_gpu")
    lost = 1 - prices.value("ownership", "rules", "residual_share")
    life_months = prices.value("ownership", "rules", "depreciation_months")
    kwh = server_kwh(pool.gpu, gpus, working_share=working_share, prices=prices) * prices.value("energy", OWN, "pue")
    usd_per_kwh = prices.value("energy", pool.region, "electricity_usd_per_kwh")
    usd_per_kw = prices.value("ownership", "rules", "hosting_usd_per_kw_month")
    return [
        term(
            f"{label}, loss of value", gpus, unit="GPU-months", price=price * lost / life_months,
            price_unit="USD/GPU-month", kind="owned", resource=pool.id, region=pool.region,
            rows=(f"ownership/{pool.gpu}/cluster_usd_per_gpu", "ownership/rules/residual_share",
                  "ownership/rules/depreciation_months", "purchase/owned/gpus_per_node"),
        ),
        term(
            f"{label}, electricity", kwh, unit="kWh", price=usd_per_kwh, price_unit="USD/kWh",
            kind="owned", resource=pool.id, region=pool.region,
            rows=(f"energy/{pool.region}/electricity_usd_per_kwh", f"gpus/{pool.gpu}/tdp_w", f"energy/{OWN}/pue",
                  "energy/server/watts_per_gpu_watt", "energy/server/idle_draw_share"),
        ),
        term(
            f"{label}, hosting", server_kw(pool.gpu, gpus, prices=prices), unit="kW", price=usd_per_kw,
            price_unit="USD/kW-month", kind="owned", resource=pool.id, region=pool.region,
            rows=("ownership/rules/hosting_usd_per_kw_month", f"gpus/{pool.gpu}/tdp_w",
                  "energy/server/watts_per_gpu_watt"),
        ),
    ]
