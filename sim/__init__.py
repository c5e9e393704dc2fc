"""Loadbearing: simulate the strategy of an AI platform.

Reading guide. Data flows one way, and each room imports only from those before it:

    catalogue  sourced, dated facts              -> sim/catalogue/facts.py
    scenario   what is asked                     -> sim/scenario/schema.py
    workload   offered load from named streams   -> sim/workload/window.py
    serving    the SimPy world and its log       -> sim/serving/simulate.py
    metrics    log to numbers                    -> sim/metrics/measure.py
    economics  numbers to money                  -> sim/economics/lines.py
    lockin     what leaving would cost           -> sim/lockin/lock_in.py
    strategy   months, ceiling, comparisons      -> sim/strategy/evaluate.py
    reports    figures and sentences             -> sim/reports/figures.py

Read first: `strategy/evaluate.py` for the whole path, `serving/replica.py` for
the engine, `strategy/reading.py` for how months are read from surfaces.

    >>> import sim
    >>> outcome = sim.evaluate(sim.load("prototype_by_friday"))
    >>> outcome.launch_month
    1
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.metrics import measure
    from sim.scenario import load
    from sim.serving import simulate
    from sim.strategy import compare, evaluate

__all__ = ["compare", "evaluate", "load", "measure", "simulate"]

_HOMES = {
    "load": "sim.scenario",
    "simulate": "sim.serving",
    "measure": "sim.metrics",
    "evaluate": "sim.strategy",
    "compare": "sim.strategy",
}


def __getattr__(name: str) -> Any:
    """Rooms load when they are asked for: `loadbearing --help` must not import a simulator."""
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
