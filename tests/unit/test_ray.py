"""A sweep on a Ray cluster of two nodes on loopback: the bytes of a serial run, whatever is killed under it."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from subprocess import Popen
from threading import Thread
from typing import Any
from unittest.mock import patch

import pytest

from sim.catalogue import load_catalogue
from sim.strategy.executors import Ray, Serial
from sim.strategy.executors.identity import task_digest
from sim.strategy.fidelity import EFFORTS
from sim.strategy.futures.draws import draw
from sim.strategy.futures.run import scout, tasks_of
from sim.strategy.futures.uncertain import uncertain_of
from sim.strategy.store import SurfaceStore
from tests.unit.ray_tasks import DOOMED, NODE, WORKER, Disturbed, read_disturbed, read_little
from tests.unit.strategy_small import LEAST, small

STORE_BYTES = 80 * 2**20
PATIENCE_S = 240


@pytest.fixture
def cluster(monkeypatch: Any) -> Iterator[Any]:
    """Two nodes of one core each, heard on this machine only, which soon notice that one is gone."""
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'loadbearing[ray]'")
    from ray.cluster_utils import Cluster

    node = {
        "num_cpus": 1,
        "node_ip_address": "127.0.0.1",
        "include_dashboard": False,
        "object_store_memory": STORE_BYTES,
    }
    soon = {"health_check_period_ms": 1000, "health_check_failure_threshold": 5, "health_check_initial_delay_ms": 0}
    cluster = Cluster(initialize_head=True, head_node_args={**node, "_system_config": soon})
    cluster.add_node(**node)
    yield cluster
    cluster.shutdown()


def wait_for(marker: Path) -> int:
    """The number of the process that waits there to be killed."""
    ends = time.monotonic() + PATIENCE_S
    while not (marker.exists() and marker.read_text().endswith("\n")):
        assert time.monotonic() < ends, f"nobody waits at {marker.name}"
        time.sleep(0.05)
    return int(marker.read_text())


def kill_worker(marker: Path) -> None:
    os.kill(wait_for(marker), signal.SIGKILL)


def kill_node(marker: Path, raylet: Popen[bytes]) -> None:
    """Kill what a node is, once a task waits there; a node on a machine of its own would be gone with its workers."""
    worker = wait_for(marker)
    raylet.kill()
    raylet.wait()
    with suppress(ProcessLookupError):
        os.kill(worker, signal.SIGKILL)


@pytest.mark.ray
def test_a_sweep_on_two_nodes_is_serial_to_the_byte_and_survives_kills(cluster: Any, tmp_path: Path) -> None:
    plan, catalogue, store = small("prototype_by_friday"), load_catalogue(), SurfaceStore()
    parameters = uncertain_of([plan], catalogue)
    drawn, _ = draw(parameters, n=60, seed=plan.seed, months=plan.months, catalogue=catalogue)
    how: dict[str, Any] = {"parameters": parameters, "fidelity": "draft"}
    with patch.dict(EFFORTS, {"draft": LEAST}):
        scout(plan, drawn[:1], store=store, executor=Serial(), **how)
    tasks = tasks_of([plan], drawn, surfaces=store.all_pooled(), **how)
    assert len(tasks) == 6
    serial = Serial().map(read_little, tasks)

    second = cluster.worker_nodes.copy().pop()
    (tmp_path / DOOMED).write_text(second.node_id)
    killers = [
        Thread(target=kill_worker, args=(tmp_path / WORKER,)),
        Thread(target=kill_node, args=(tmp_path / NODE, second.all_processes["raylet"][0].process)),
    ]
    with Ray(cluster.address) as executor:
        for killer in killers:
            killer.start()
        found = executor.map(read_disturbed, [Disturbed(task, tmp_path) for task in tasks])
        for killer in killers:
            killer.join()
        assert (tmp_path / WORKER).exists() and (tmp_path / NODE).exists()
        alive = [node for node in executor._ray.nodes() if node["Alive"]]
    assert [task_digest(read_little, each) for each in found] == [task_digest(read_little, each) for each in serial]
    assert len(alive) < 2, "the node was not killed"
