"""From months to decisions: the horizon read from surfaces, the ceiling, and comparisons."""

from sim.strategy.compare import compare
from sim.strategy.evaluate import evaluate
from sim.strategy.executors import Executor, Followed, Kept, Processes, Progress, Ray, Serial, TasksFailed
from sim.strategy.outcome import Fidelity, Outcome
from sim.strategy.store import SurfaceStore, shared_store

__all__ = [
    "Executor",
    "Fidelity",
    "Followed",
    "Kept",
    "Outcome",
    "Processes",
    "Progress",
    "Ray",
    "Serial",
    "SurfaceStore",
    "TasksFailed",
    "compare",
    "evaluate",
    "shared_store",
]
