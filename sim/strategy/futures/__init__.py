"""Many futures: what is uncertain, which strategies survive it, when they fail, and what turns the ranking."""

from sim.strategy.futures.findings import FrontPoint, SearchResult, SensitivityResult, SwitchPoint, TornadoResult
from sim.strategy.futures.kinds import FutureKind, kinds_of
from sim.strategy.futures.outcome import FailingBox, Future, FuturesResult, StrategyFutures, Threshold, Uncertain
from sim.strategy.futures.run import FUTURES, futures
from sim.strategy.futures.search import search
from sim.strategy.futures.sensitivity import sensitivity
from sim.strategy.futures.uncertain import uncertain_of

__all__ = [
    "FUTURES",
    "FailingBox",
    "FrontPoint",
    "Future",
    "FutureKind",
    "FuturesResult",
    "SearchResult",
    "SensitivityResult",
    "StrategyFutures",
    "SwitchPoint",
    "Threshold",
    "TornadoResult",
    "Uncertain",
    "futures",
    "kinds_of",
    "search",
    "sensitivity",
    "uncertain_of",
]
