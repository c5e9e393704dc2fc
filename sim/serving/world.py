"""One month's serving world: endpoints, router, distances. It knows nothing of money or of the horizon."""

from dataclasses import dataclass

from sim.serving.endpoints import DisaggregatedPool, Endpoint, GpuPool, ManagedApi
from sim.serving.routing import FixedShare, Router


@dataclass(frozen=True, slots=True)
class World:
    """What a window is simulated on.

    `rtt_s[user region][endpoint]` is the round trip; `eu_endpoints` are the
    indices that process in the EU: the only ones a request that needs the EU can reach.
    """

    endpoints: tuple[Endpoint, ...]
    router: Router
    rtt_s: tuple[tuple[float, ...], ...]
    eu_endpoints: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not self.endpoints:
            raise ValueError("a world needs at least one endpoint")
        if any(len(row) != len(self.endpoints) for row in self.rtt_s):
            raise ValueError(f"every user region needs a round trip to each of the {len(self.endpoints)} endpoints")


def single_pool_world(pool: GpuPool | DisaggregatedPool) -> World:
    """A pool next to its users."""
    return World(endpoints=(pool,), router=FixedShare(shares=(1.0,)), rtt_s=((0.0,),), eu_endpoints=(0,))


def single_api_world(api: ManagedApi) -> World:
    """A managed API next to its users."""
    return World(endpoints=(api,), router=FixedShare(shares=(1.0,)), rtt_s=((0.0,),), eu_endpoints=(0,))
