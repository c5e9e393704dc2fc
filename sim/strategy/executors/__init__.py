"""Where independent tasks run: here, in processes beside this one, or on a cluster.

Each is an `Executor`: results come in the order of the tasks and are the same
bytes. `Followed` and `Kept` go around one, to say how far it is and to keep
what is done.
"""

from sim.strategy.executors.cluster import Ray
from sim.strategy.executors.keep import Kept
from sim.strategy.executors.processes import Processes
from sim.strategy.executors.progress import Followed, Progress
from sim.strategy.executors.tasks import (
    Ended,
    Executor,
    Failure,
    Serial,
    TasksFailed,
    WorkerLost,
    tasks_of_scenario,
)

__all__ = [
    "Ended",
    "Executor",
    "Failure",
    "Followed",
    "Kept",
    "Processes",
    "Progress",
    "Ray",
    "Serial",
    "TasksFailed",
    "WorkerLost",
    "tasks_of_scenario",
]
