"""A fleet's cost of a token, its margin, and the volume at which owning beats buying by the token."""

from dataclasses import dataclass
from math import inf, nan

TOKENS_PER_MTOK = 1e6
SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, slots=True)
class FleetHour:
    """One hour of a fleet that sells tokens."""

    tokens_per_hour: float
    cost_usd_per_hour: float
    usd_per_mtok: float
    """`inf` where nothing is produced."""
    revenue_usd_per_hour: float
    gross_margin: float
    """`nan` without revenue."""
    breakeven_utilization: float
    """Utilization at which revenue covers the fleet and the other cost; `inf` where no utilization does."""


def fleet_hour(
    *,
    gpus: float,
    usd_per_gpu_hour: float,
    tokens_per_s_per_gpu: float,
    utilization: float,
    usd_per_mtok_sold: float,
    other_cost_share: float,
) -> FleetHour:
    """Unit cost and margin of a fleet at a utilization.

    Args:
        gpus: GPUs rented, all of them paid whether or not they work.
        usd_per_gpu_hour: rent.
        tokens_per_s_per_gpu: throughput of one GPU that works.
        utilization: share of that throughput in use, 0 to 1.
        usd_per_mtok_sold: price of a million tokens.
        other_cost_share: other cost to serve as a share of revenue.
    """
    full_tokens = gpus * tokens_per_s_per_gpu * SECONDS_PER_HOUR
    tokens = full_tokens * utilization
    cost = gpus * usd_per_gpu_hour
    revenue = tokens / TOKENS_PER_MTOK * usd_per_mtok_sold
    kept_at_full = full_tokens / TOKENS_PER_MTOK * usd_per_mtok_sold * (1 - other_cost_share)
    return FleetHour(
        tokens_per_hour=tokens,
        cost_usd_per_hour=cost,
        usd_per_mtok=cost / tokens * TOKENS_PER_MTOK if tokens > 0 else inf,
        revenue_usd_per_hour=revenue,
        gross_margin=1 - (cost + other_cost_share * revenue) / revenue if revenue > 0 else nan,
        breakeven_utilization=cost / kept_at_full if kept_at_full > 0 else inf,
    )


def own_usd(mtok: float, *, fixed_usd: float, usd_per_mtok: float) -> float:
    """Monthly cost of own capacity at a volume: a fixed part and one for each million tokens [USD]."""
    return fixed_usd + usd_per_mtok * mtok


def breakeven_mtok(*, fixed_usd: float, api_usd_per_mtok: float, own_usd_per_mtok: float) -> float:
    """Monthly volume from which own capacity is cheaper than buying by the token [million tokens].

    `inf` where each own token costs as much as a bought one, so that the fixed cost is never earned back.
    """
    saved = api_usd_per_mtok - own_usd_per_mtok
    return fixed_usd / saved if saved > 0 else inf
