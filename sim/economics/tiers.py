"""Fees that fall with volume: each slice of the volume pays the price of its tier."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sim.economics.prices import Prices

_INTERNET = "internet_tier_"


@dataclass(frozen=True, slots=True)
class Tier:
    """Price up to a volume; the tier before it ends where this one begins."""

    id: str
    up_to_gb: float
    usd_per_gb: float


def internet_tiers(prices: Prices) -> tuple[Tier, ...]:
    """Tiers of the fee for data sent to the internet, smallest first."""
    ids = [id for id in prices.catalogue.ids("network") if id.startswith(_INTERNET)]
    tiers = [
        Tier(id, prices.value("network", id, "up_to_gb"), prices.value("network", id, "usd_per_gb")) for id in ids
    ]
    return tuple(sorted(tiers, key=lambda tier: tier.up_to_gb))


def slices(gb: float, tiers: Sequence[Tier]) -> Iterator[tuple[Tier, float]]:
    """The part of a volume that falls in each tier [GB]; tiers without a part are left out."""
    below = 0.0
    for tier in tiers:
        within = min(gb, tier.up_to_gb) - below
        if within <= 0:
            return
        yield tier, within
        below = tier.up_to_gb


def tiered_usd(gb: float, tiers: Sequence[Tier]) -> float:
    """Fee for a volume [USD]."""
    return sum(within * tier.usd_per_gb for tier, within in slices(gb, tiers))
