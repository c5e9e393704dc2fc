"""Cells: a large fleet simulated as a small one of the same load on every replica."""

from dataclasses import dataclass, replace
from math import gcd

from sim.serving.endpoints import DisaggregatedPool, Endpoint, GpuPool
from sim.serving.world import World


@dataclass(frozen=True, slots=True)
class Cell:
    """A world with `share` of the replicas and quotas of another, to be offered `share` of its load."""

    world: World
    share: float


def cell_of(world: World, *, most_replicas: int) -> Cell:
    """The largest cell of a world with at most so many replicas in all, or the smallest there is.

    Every pool keeps exactly its share, K of its N replicas with K/N of the
    load, so utilization is that of the whole fleet; where the numbers of
    replicas have no common divisor the cell is the world itself. Quotas of an
    API shrink by the same share, its slots and places rounded to whole ones.
    What a cell leaves out is pooling: a request sees fewer replicas to choose
    among, so it waits longer, most of all near saturation; docs/validation.md
    measures how much.

    Raises:
        ValueError: the world is not one of fixed pools: it has an autoscaler,
            whose steps are whole replicas, or drawn outages, which are of one.
    """
    if world.fleet_changes:
        raise ValueError(
            "a cell stands for pools of fixed size: simulate a world with autoscalers or drawn outages as it is"
        )
    replicas = [pool.replicas for endpoint in world.endpoints for pool in _pools(endpoint)]
    total = sum(replicas)
    common = gcd(*replicas)
    if total <= most_replicas or common <= 1:
        return Cell(world, 1.0)
    parts = max(1, most_replicas // (total // common))
    endpoints = tuple(_shrunk(endpoint, parts, common) for endpoint in world.endpoints)
    return Cell(replace(world, endpoints=endpoints), parts / common)


def _pools(endpoint: Endpoint) -> tuple[GpuPool, ...]:
    if isinstance(endpoint, DisaggregatedPool):
        return (endpoint.prefill, endpoint.decode)
    return (endpoint,) if isinstance(endpoint, GpuPool) else ()


def _shrunk(endpoint: Endpoint, parts: int, of: int) -> Endpoint:
    if isinstance(endpoint, GpuPool):
        return replace(endpoint, replicas=endpoint.replicas * parts // of)
    if isinstance(endpoint, DisaggregatedPool):
        prefill, decode = (replace(pool, replicas=pool.replicas * parts // of) for pool in _pools(endpoint))
        return replace(endpoint, prefill=prefill, decode=decode)
    share = parts / of
    return replace(
        endpoint,
        concurrency=None if endpoint.concurrency is None else max(1, round(endpoint.concurrency * share)),
        queue_limit=None if endpoint.queue_limit is None else round(endpoint.queue_limit * share),
        tokens_per_min=None if endpoint.tokens_per_min is None else endpoint.tokens_per_min * share,
        burst_tokens=endpoint.burst_tokens * share,
        requests_per_min=None if endpoint.requests_per_min is None else endpoint.requests_per_min * share,
        burst_requests=max(1.0, endpoint.burst_requests * share),
        provisioned=None
        if endpoint.provisioned is None
        else replace(
            endpoint.provisioned,
            tokens_per_min=endpoint.provisioned.tokens_per_min * share,
            burst_tokens=endpoint.provisioned.burst_tokens * share,
        ),
    )
