"""What moving data costs, and how it grows with the data."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.economics.tiers import Tier, tiered_usd

BITS_PER_BYTE = 8
SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True)
class DataMove:
    """Moving all data once."""

    data_gb: float
    egress_usd: float
    transfer_days: float
    overlap_usd: float
    """Storage paid twice while both copies exist."""

    @property
    def total_usd(self) -> float:
        return self.egress_usd + self.overlap_usd


def grown_gb(start_gb: float, *, growth_per_month: float, month: int) -> float:
    """Data after some months of steady growth [GB]."""
    return start_gb * (1 + growth_per_month) ** month


def data_move(
    data_gb: float,
    *,
    tiers: Sequence[Tier],
    link_gbps: float,
    usable_share: float,
    storage_usd_per_gb_month: float,
    overlap_months: float,
) -> DataMove:
    """Move all data once over a link of which a share is usable; 1 GB = 10^9 bytes."""
    seconds = data_gb * BITS_PER_BYTE / (link_gbps * usable_share)
    return DataMove(
        data_gb=data_gb,
        egress_usd=tiered_usd(data_gb, tiers),
        transfer_days=seconds / SECONDS_PER_DAY,
        overlap_usd=data_gb * storage_usd_per_gb_month * overlap_months,
    )
