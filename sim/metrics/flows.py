"""What one month of service amounted to: the only thing that economics and lock-in read of the simulation.

Flows are totals of the calendar month, stocks are stated at its end. Nothing
here is money, and nothing here knows how the figures came about.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ProductFlow:
    """One product's month, in requests.

    requests = served + timed_out + refused + failed, and served = good + late.
    """

    product: str
    requests: float
    served: float
    good: float
    """Served within the product's promise."""
    late: float
    timed_out: float
    refused: float
    failed: float
    delivered_tokens: float
    """Prompt and answer tokens of the answers that reached their users, the final call only."""
    units: float
    """What a monthly price is multiplied by: seats in use; 0 for a product sold by the answer."""
    gpu_s: float = 0.0
    """GPU seconds that the product's requests kept our pools busy; 0 where it is not known."""


@dataclass(frozen=True, slots=True)
class PoolFlow:
    """One GPU pool's month."""

    id: str
    region: str
    gpu: str
    gpus: float
    """GPUs planned, whole replicas times GPUs for each: what is promised to sellers follows from it."""
    utilization: float
    """Offered load over saturated throughput, mean over the month's GPU-hours held."""
    held: tuple[tuple[float, float], ...] = ()
    """GPUs held and the share of the month for which they are, rising, where an autoscaler moves them; shares sum
    to 1. Empty where all that is planned is held."""

    @property
    def least_gpus(self) -> float:
        return self.held[0][0] if self.held else self.gpus

    @property
    def most_gpus(self) -> float:
        return self.held[-1][0] if self.held else self.gpus

    @property
    def mean_gpus(self) -> float:
        """GPUs held, mean over the month."""
        return sum(gpus * share for gpus, share in self.held) if self.held else self.gpus


@dataclass(frozen=True, slots=True)
class ProductTokens:
    """What one product's calls took of one model by the token."""

    product: str
    uncached_in_tokens: float
    """New prompt tokens; what the provider stores grows with them."""
    cached_in_tokens: float
    output_tokens: float
    """Tokens of the answer; what the model writes for itself grows with them."""


@dataclass(frozen=True, slots=True)
class TokenFlow:
    """Tokens bought of one model by the token: every call made, whether or not its answer was used."""

    endpoint: str
    api: str
    """Id in the catalogue's table `apis`."""
    region: str
    in_data_zone: bool
    """Processed in an EU data zone, at its uplift."""
    calls: float
    uncached_in_tokens: float
    cached_in_tokens: float
    output_tokens: float
    """Tokens of the answer, what the user reads."""
    cache_write_tokens: float = 0.0
    """Prompt tokens that the provider stored for later, on top of `uncached_in_tokens`."""
    reasoning_tokens: float = 0.0
    """Tokens the model wrote for itself, on top of `output_tokens`."""
    provisioned_tokens_per_min: float = 0.0
    """Throughput bought ahead; what it answers is in no token count here."""
    batched: bool = False
    """Bought in batches, at their price."""
    by_product: tuple[ProductTokens, ...] = ()
    """Whose calls took them; empty where it is not known."""


@dataclass(frozen=True, slots=True)
class MonthFlow:
    """One month of service."""

    month: int
    on: date
    """First day of the month: prices in force are read by it."""
    launched: bool
    products: tuple[ProductFlow, ...]
    pools: tuple[PoolFlow, ...]
    tokens: tuple[TokenFlow, ...]
    searches: float
    egress_gb: float
    """Data sent to users over the internet."""
    cross_region_gb: float
    data_gb: float
    vectors: float

    @property
    def served(self) -> float:
        return sum(product.served for product in self.products)

    @property
    def requests(self) -> float:
        return sum(product.requests for product in self.products)

    @property
    def delivered_tokens(self) -> float:
        return sum(product.delivered_tokens for product in self.products)
