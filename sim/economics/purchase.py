"""How GPUs are paid for: owned, reserved, spot and on demand, in whole GPUs and whole servers."""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor

from sim.economics.prices import Prices
from sim.scenario.schema import Platform

ONE_YEAR_MONTHS = 12
_HAIR = 1e-9
"""What rounding of a share may leave of a whole."""


@dataclass(frozen=True, slots=True)
class PurchaseMix:
    """Shares of GPUs by how they are paid for; what is left is rented on demand."""

    owned: float
    reserved: float
    spot: float
    commitment_months: int
    """Term of the reserved part; a term beyond a year earns the three-year price."""
    owned_node_gpus: int = 1
    """GPUs that are bought together: a server. 1 where they come singly."""
    rented_node_gpus: int = 1
    """GPUs that are rented together."""


@dataclass(frozen=True, slots=True)
class Split:
    """GPUs by how they are paid for.

    Together they are what a pool needs, or more where its last server is not
    filled. All are whole but `on_demand` of GPUs that come singly.
    """

    owned: float
    reserved: float
    spot: float
    on_demand: float

    @property
    def gpus(self) -> float:
        return self.owned + self.reserved + self.spot + self.on_demand


def purchase_mix(platform: Platform, prices: Prices) -> PurchaseMix:
    """The mix a scenario asks for, in the servers that GPUs come in."""
    shares = platform.owned_share, platform.reserved_share, platform.spot_share
    return prices.once(_purchase_mix, *shares, platform.commitment_months, platform.seller)


def _purchase_mix(
    owned: float, reserved: float, spot: float, commitment_months: int, seller: str, prices: Prices
) -> PurchaseMix:
    return PurchaseMix(
        owned=owned,
        reserved=reserved,
        spot=spot,
        commitment_months=commitment_months,
        owned_node_gpus=round(prices.value("purchase", "owned", "gpus_per_node")),
        rented_node_gpus=round(prices.value("purchase", seller, "gpus_per_node")),
    )


@lru_cache(maxsize=4096)
def split(gpus: float, mix: PurchaseMix) -> Split:
    """Whole servers for each way of paying.

    The owned part is rounded up to whole servers: part of one cannot be
    bought. What is left is rented, and the bounds between its parts are
    rounded, not the parts, so that they always add up; halves go to the longer
    promise. Single GPUs held for part of a month leave a fraction, which is on
    demand.
    """
    owned = _whole_nodes(gpus * mix.owned, mix.owned_node_gpus)
    node = mix.rented_node_gpus
    whole = owned + in_nodes(gpus - owned, node)

    def edge(share: float) -> float:
        return min(whole, owned + max(0.0, _nearest(whole * share - owned, node)))

    reserved, spot = edge(mix.owned + mix.reserved), edge(mix.owned + mix.reserved + mix.spot)
    return Split(owned=owned, reserved=reserved - owned, spot=spot - reserved, on_demand=whole - spot)


def in_nodes(gpus: float, node_gpus: int) -> float:
    """GPUs in whole servers that hold at least so many; as they are where GPUs come singly. 0 for none or fewer."""
    if gpus <= 0:
        return 0.0
    return gpus if node_gpus == 1 else _whole_nodes(gpus, node_gpus)


def _whole_nodes(gpus: float, node_gpus: int) -> float:
    return float(ceil(gpus / node_gpus - _HAIR) * node_gpus)


def _nearest(gpus: float, node_gpus: int) -> float:
    """Nearest whole number of servers, halves up; a share that rounding left a hair below a half counts as one."""
    return float(floor(gpus / node_gpus + 0.5 + _HAIR) * node_gpus)


@dataclass(frozen=True, slots=True)
class RentRates:
    """What one kind of GPU rents for at one seller in one region [USD/GPU-hour], at the catalogue's level."""

    label: str
    row: str
    """Id in table `gpu_prices`."""
    seller: str
    on_demand_usd_per_hour: float
    reserved_ratio: float
    """Price of a year's commitment over the price on demand."""
    three_year_over_one_year: float
    spot_ratio: float

    def reserved_usd_per_hour(self, term_months: int) -> float:
        """Committed price; a term beyond a year earns the three-year price."""
        longer = self.three_year_over_one_year if term_months > ONE_YEAR_MONTHS else 1.0
        return self.on_demand_usd_per_hour * self.reserved_ratio * longer

    def reserved_rows(self, term_months: int) -> tuple[str, ...]:
        """Catalogue rows that a committed price rests on beside the price on demand."""
        ratio = f"gpu_prices/{self.row}/reserved_ratio"
        if term_months <= ONE_YEAR_MONTHS:
            return (ratio,)
        return (ratio, f"purchase/{self.seller}/three_year_over_one_year")


def rent_rates(gpu: str, *, seller: str, region: str, prices: Prices) -> RentRates:
    """What a GPU rents for.

    Raises:
        LookupError: the seller has no price for it there.
    """
    return prices.once(_rent_rates, gpu, seller, region)


def _rent_rates(gpu: str, seller: str, region: str, prices: Prices) -> RentRates:
    row = f"{gpu}.{seller}.{prices.catalogue.group('regions', region)}"
    return RentRates(
        label=prices.label("gpu_prices", row),
        row=row,
        seller=seller,
        on_demand_usd_per_hour=prices.value("gpu_prices", row, "on_demand_usd_per_gpu_hour"),
        reserved_ratio=prices.value("gpu_prices", row, "reserved_ratio"),
        three_year_over_one_year=prices.value("purchase", seller, "three_year_over_one_year"),
        spot_ratio=prices.value("gpu_prices", row, "spot_ratio"),
    )
