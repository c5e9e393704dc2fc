"""Disruption of one window: every time at which something goes out, drawn before the run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from numpy.random import Generator

from sim.serving.disruption.hazards import SECONDS_PER_HOUR, Hazards, Outages, ReplicaHazard, SpotInterruptions
from sim.serving.endpoints import Endpoint, GpuPool
from sim.workload.streams import stream


@dataclass(frozen=True, slots=True)
class ReplicaOutage:
    """A slot of a pool is out from `lost_s` to `back_s`; from `notice_s` on it takes no new request.

    Without a warning the notice is the loss. What fails in an empty slot harms nobody.
    """

    endpoint: int
    slot: int
    notice_s: float
    lost_s: float
    back_s: float

    def __post_init__(self) -> None:
        if not 0 <= self.notice_s <= self.lost_s <= self.back_s:
            raise ValueError(f"an outage's notice, loss and return must be in order from 0 s on (got {self})")


@dataclass(frozen=True, slots=True)
class EndpointOutage:
    """A whole endpoint is out: an API's outage, or an endpoint's part in a region's."""

    endpoint: int
    begins_s: float
    ends_s: float

    def __post_init__(self) -> None:
        if not 0 <= self.begins_s <= self.ends_s:
            raise ValueError(f"an outage must end after it begins, from 0 s on (got {self})")


@dataclass(frozen=True, slots=True)
class Disruption:
    """All outages of a window. What the window cannot see of them has no effect."""

    replicas: tuple[ReplicaOutage, ...] = ()
    endpoints: tuple[EndpointOutage, ...] = ()

    def check_fit(self, endpoints: Sequence[Endpoint]) -> None:
        """Every outage is of a slot or an endpoint that exists.

        Raises:
            ValueError: one is not.
        """
        for outage in self.endpoints:
            if not 0 <= outage.endpoint < len(endpoints):
                raise ValueError(f"no endpoint {outage.endpoint} among the {len(endpoints)} of the world: {outage}")
        for loss in self.replicas:
            pool = endpoints[loss.endpoint] if 0 <= loss.endpoint < len(endpoints) else None
            if not isinstance(pool, GpuPool) or not 0 <= loss.slot < pool.slots:
                raise ValueError(f"the world has no pool with such a slot; draw the disruption for it: {loss}")


def draw_disruption(
    endpoints: Sequence[Endpoint], hazards: Hazards, *, horizon_s: float, seed: int, replication: int
) -> Disruption:
    """Outages of a world over `horizon_s`, in steady state from the start.

    Each slot, API and region has a stream of its own, named after the pool's or
    the API's id and the slot's number, so that alternatives with other
    replicas, routers or endpoints face the same outages wherever they have the
    same thing, and a longer horizon begins like a shorter one.

    Raises:
        ValueError: the hazards do not fit the endpoints.
    """
    check_fit(endpoints, hazards)
    replicas: list[ReplicaOutage] = []
    whole: list[EndpointOutage] = []
    for index, (endpoint, hazard) in enumerate(zip(endpoints, hazards.endpoints, strict=True)):
        if isinstance(endpoint, GpuPool) and isinstance(hazard, ReplicaHazard):
            for slot in range(endpoint.slots):
                name = f"disruption/{endpoint.id}/{slot}"
                if hazard.failure is not None:
                    rng = stream(seed, replication, name=f"{name}/failure")
                    for lost_s, back_s in _alternating(hazard.failure, rng, horizon_s):
                        replicas.append(ReplicaOutage(index, slot, lost_s, lost_s, back_s))
                if hazard.spot is not None and hazard.is_spot(slot):
                    rng = stream(seed, replication, name=f"{name}/spot")
                    for notice_s in _interruptions(hazard.spot, rng, horizon_s):
                        lost_s = notice_s + hazard.spot.notice_s
                        replicas.append(
                            ReplicaOutage(index, slot, notice_s, lost_s, lost_s + hazard.spot.replacement_s)
                        )
        elif isinstance(hazard, Outages):
            rng = stream(seed, replication, name=f"disruption/{endpoint.id}")
            whole += [EndpointOutage(index, *times) for times in _alternating(hazard, rng, horizon_s)]
    if hazards.region is not None:
        for region in sorted({endpoint.region for endpoint in endpoints}):
            rng = stream(seed, replication, name=f"disruption/region/{region}")
            there = [index for index, endpoint in enumerate(endpoints) if endpoint.region == region]
            for times in _alternating(hazards.region, rng, horizon_s):
                whole += [EndpointOutage(index, *times) for index in there]
    return Disruption(tuple(replicas), tuple(whole))


def check_fit(endpoints: Sequence[Endpoint], hazards: Hazards) -> None:
    """Hazards name every endpoint, pools by replica and APIs as a whole.

    Raises:
        ValueError: they do not.
    """
    if len(hazards.endpoints) != len(endpoints):
        raise ValueError(f"{len(hazards.endpoints)} hazards for {len(endpoints)} endpoints: give one for each, or None")
    for endpoint, hazard in zip(endpoints, hazards.endpoints, strict=True):
        fitting = ReplicaHazard if isinstance(endpoint, GpuPool) else Outages
        if hazard is not None and not isinstance(hazard, fitting):
            raise ValueError(
                f"endpoint {endpoint.id} is a {type(endpoint).__name__}, whose hazard must be a "
                f"{fitting.__name__} (got {type(hazard).__name__})"
            )


def _alternating(outages: Outages, rng: Generator, horizon_s: float) -> Iterator[tuple[float, float]]:
    """Begin and end of each outage that begins before the horizon [s].

    Both phases are exponential, so starting up or out with the probabilities of
    the steady state, and with a full phase, is the steady state.
    """
    now_s = 0.0
    out = rng.random() >= outages.availability
    while True:
        if not out:
            now_s += outages.mean_up_h * SECONDS_PER_HOUR * rng.standard_exponential()
        if now_s >= horizon_s:
            return
        ends_s = now_s + outages.mean_out_h * SECONDS_PER_HOUR * rng.standard_exponential()
        yield now_s, ends_s
        now_s = ends_s
        out = False


def _interruptions(spot: SpotInterruptions, rng: Generator, horizon_s: float) -> Iterator[float]:
    """Times of the notices before the horizon [s]; the first phase is one of being up."""
    now_s = 0.0
    while (now_s := now_s + spot.mean_up_h * SECONDS_PER_HOUR * rng.standard_exponential()) < horizon_s:
        yield now_s
        now_s += spot.notice_s + spot.replacement_s
