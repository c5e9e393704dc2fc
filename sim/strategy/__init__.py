"""From months to decisions: the horizon read from surfaces, the ceiling, and comparisons."""

from sim.strategy.compare import compare
from sim.strategy.evaluate import evaluate
from sim.strategy.executors import Executor, Processes, Serial
from sim.strategy.outcome import Fidelity, Outcome
from sim.strategy.store import SurfaceStore, shared_store

__all__ = [
    "Executor",
    "Fidelity",
    "Outcome",
    "Processes",
    "Serial",
    "SurfaceStore",
    "compare",
    "evaluate",
    "shared_store",
]
