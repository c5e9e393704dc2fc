"""Cells: the same load on every replica, with fewer replicas."""

from dataclasses import replace

import pytest

from sim.serving import (
    Autoscaler,
    DisaggregatedPool,
    Disruption,
    FixedShare,
    GpuPool,
    ManagedApi,
    RequestsPerReplica,
    World,
    cell_of,
)
from tests.reference.workloads import make_pool, make_step

API = ManagedApi("api", 1, 1.0, 0.0, 0.5, 0.0, concurrency=100, queue_limit=50, tokens_per_min=8e4, burst_tokens=8e3)


def world_of(*replicas: int) -> World:
    pools = tuple(replace(make_pool(make_step(), replicas=n), id=str(n)) for n in replicas)
    shares = (1.0,) * (len(pools) + 1)
    return World((*pools, API), FixedShare(shares), ((0.0,) * len(shares),))


def sizes(world: World) -> list[int]:
    return [endpoint.replicas for endpoint in world.endpoints if isinstance(endpoint, GpuPool)]


@pytest.mark.parametrize(
    ("replicas", "most", "cell", "share"),
    [
        ((64,), 8, [8], 1 / 8),
        ((17,), 4, [4], 4 / 17),
        ((64, 16), 10, [8, 2], 1 / 8),
        ((64, 16), 4, [4, 1], 1 / 16),
        ((6, 4), 4, [3, 2], 1 / 2),
        ((7, 5), 4, [7, 5], 1.0),
        ((3,), 4, [3], 1.0),
    ],
)
def test_every_pool_keeps_its_exact_share(replicas: tuple[int, ...], most: int, cell: list[int], share: float) -> None:
    made = cell_of(world_of(*replicas), most_replicas=most)
    assert sizes(made.world) == cell
    assert made.share == pytest.approx(share)


def test_quotas_shrink_with_the_pools() -> None:
    api = cell_of(world_of(64), most_replicas=16).world.endpoints[1]
    assert isinstance(api, ManagedApi)
    assert (api.concurrency, api.queue_limit) == (25, 12)
    assert (api.tokens_per_min, api.burst_tokens) == (2e4, 2e3)


def test_a_pool_split_by_phase_keeps_the_proportion_of_its_parts() -> None:
    pool = replace(make_pool(make_step()), id="split")
    split = DisaggregatedPool(
        "split", 0, replace(pool, replicas=4), replace(pool, replicas=12), link_s_per_token=1e-6, link_latency_s=0.0
    )
    world = World((split,), FixedShare((1.0,)), ((0.0,),))
    cell = cell_of(world, most_replicas=8).world.endpoints[0]
    assert isinstance(cell, DisaggregatedPool)
    assert (cell.prefill.replicas, cell.decode.replicas) == (2, 6)


def test_a_fleet_that_changes_has_no_cell() -> None:
    world = world_of(8)
    pool = world.endpoints[0]
    assert isinstance(pool, GpuPool)
    scaled = replace(pool, autoscaler=Autoscaler(RequestsPerReplica(4.0), 1, 8, interval_s=5, start_s=5, settle_s=5))
    for changing in (replace(world, endpoints=(scaled, API)), replace(world, disruption=Disruption())):
        with pytest.raises(ValueError, match="pools of fixed size"):
            cell_of(changing, most_replicas=2)
