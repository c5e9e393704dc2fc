"""A sweep of futures for a test of a cluster, whose first tasks wait to be killed."""

import os
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from unittest.mock import patch

from sim.strategy.fidelity import EFFORTS
from sim.strategy.futures.lean import Figures
from sim.strategy.futures.run import FutureTask, read_futures
from tests.unit.strategy_small import LEAST

DOOMED, NODE, WORKER = "doomed", "on the node", "worker"
LONG_S = 600


@dataclass(frozen=True)
class Disturbed:
    """Some futures, and a folder in which tasks say that they wait."""

    task: FutureTask
    folder: Path

    @property
    def name(self) -> str:
        return self.task.name


def read_disturbed(disturbed: Disturbed) -> list[Figures]:
    """The first task on the doomed node never ends, nor does the first on the other: both are killed."""
    here = import_module("ray").get_runtime_context().get_node_id()
    doomed = (disturbed.folder / DOOMED).read_text()
    if _first(disturbed.folder / (NODE if here == doomed else WORKER)):
        time.sleep(LONG_S)
    return read_little(disturbed.task)


def read_little(task: FutureTask) -> list[Figures]:
    with patch.dict(EFFORTS, {"draft": LEAST}):
        return read_futures(task)


def _first(marker: Path) -> bool:
    """Whether nobody was here before; the process leaves its number."""
    try:
        with marker.open("x") as file:
            file.write(f"{os.getpid()}\n")
    except FileExistsError:
        return False
    return True
