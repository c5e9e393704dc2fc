"""From the simulation's log to numbers: cohorts, estimates with intervals, histograms that merge, a month's flows."""

from sim.metrics.estimate import Estimate
from sim.metrics.flows import MonthFlow, PoolFlow, ProductFlow, ProductTokens, TokenFlow
from sim.metrics.histogram import BINS, latency_counts, quantile_s, share_at_most, shift
from sim.metrics.measure import Measured, measure
from sim.metrics.measure_requests import pace_s
from sim.metrics.steady import batch_means, mser5

__all__ = [
    "BINS",
    "Estimate",
    "Measured",
    "MonthFlow",
    "PoolFlow",
    "ProductFlow",
    "ProductTokens",
    "TokenFlow",
    "batch_means",
    "latency_counts",
    "measure",
    "mser5",
    "pace_s",
    "quantile_s",
    "share_at_most",
    "shift",
]
