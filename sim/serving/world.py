"""One month's serving world: endpoints, router, distances. It knows nothing of money or of the horizon."""

from dataclasses import dataclass

from sim.serving.disruption.outages import Disruption
from sim.serving.endpoints import DisaggregatedPool, Endpoint, GpuPool, ManagedApi
from sim.serving.routing import FixedShare, Router


@dataclass(frozen=True, slots=True)
class DataStore:
    """Where a retrieval searches; `rtt_s` is the round trip between the store and each endpoint."""

    id: str
    region: int
    rtt_s: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class World:
    """What a window is simulated on.

    `rtt_s[user region][endpoint]` is the round trip; `eu_endpoints` are the
    indices that process in the EU: the only ones a request that needs the EU can reach.
    `out` are the indices of endpoints that take nothing (a degraded state);
    `disruption` is what goes out and comes back while the window runs.
    """

    endpoints: tuple[Endpoint, ...]
    router: Router
    rtt_s: tuple[tuple[float, ...], ...]
    eu_endpoints: tuple[int, ...] = ()
    out: tuple[int, ...] = ()
    disruption: Disruption | None = None
    data: tuple[DataStore, ...] = ()
    """Stores that workflows search."""
    signal_delay_s: float = 0.0
    """Endpoints report their load every so often, and a router sees the last report; 0 lets it see the present."""

    def __post_init__(self) -> None:
        if not self.endpoints:
            raise ValueError("a world needs at least one endpoint")
        if any(len(row) != len(self.endpoints) for row in self.rtt_s):
            raise ValueError(f"every user region needs a round trip to each of the {len(self.endpoints)} endpoints")
        for store in self.data:
            if len(store.rtt_s) != len(self.endpoints):
                raise ValueError(
                    f"data store {store.id} needs a round trip to each of the {len(self.endpoints)} endpoints"
                )
        if not 0 <= self.signal_delay_s < float("inf"):
            raise ValueError(f"signal_delay_s must be a number of seconds, at least 0 (got {self.signal_delay_s})")
        if self.disruption is not None:
            self.disruption.check_fit(self.endpoints)

    def store(self, id: str) -> DataStore:
        """The data store of an id.

        Raises:
            LookupError: the world has none of that id.
        """
        for store in self.data:
            if store.id == id:
                return store
        known = ", ".join(store.id for store in self.data) or "none"
        raise LookupError(f"a workflow searches the data store '{id}', and the world has {known}: add it to World.data")

    @property
    def remembers(self) -> bool:
        """Whether a pool's prefix cache is finite, so that hits depend on where calls went before."""
        pools = [each.prefill if isinstance(each, DisaggregatedPool) else each for each in self.endpoints]
        return any(isinstance(pool, GpuPool) and pool.prefix_cache_tokens is not None for pool in pools)

    @property
    def fleet_changes(self) -> bool:
        """Whether replicas or endpoints come and go while a window runs."""
        scaled = any(isinstance(endpoint, GpuPool) and endpoint.autoscaler for endpoint in self.endpoints)
        return scaled or self.disruption is not None


def single_pool_world(pool: GpuPool | DisaggregatedPool) -> World:
    """A pool next to its users."""
    return World(endpoints=(pool,), router=FixedShare(shares=(1.0,)), rtt_s=((0.0,),), eu_endpoints=(0,))


def single_api_world(api: ManagedApi) -> World:
    """A managed API next to its users."""
    return World(endpoints=(api,), router=FixedShare(shares=(1.0,)), rtt_s=((0.0,),), eu_endpoints=(0,))
