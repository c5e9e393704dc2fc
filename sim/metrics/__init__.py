"""From the simulation's log to numbers: estimates with intervals, and histograms that merge."""

from sim.metrics.estimate import Estimate
from sim.metrics.histogram import latency_counts, quantile_s, share_at_most, shift

__all__ = ["Estimate", "latency_counts", "quantile_s", "share_at_most", "shift"]
