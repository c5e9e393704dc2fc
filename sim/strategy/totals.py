"""What stations do, added up: outcomes, latency and work of every case."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite, nan
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.metrics import BINS, Estimate, quantile_s, share_at_most, shift
from sim.strategy.backlog import Deferred
from sim.strategy.demand import SECONDS_PER_HOUR
from sim.strategy.reading import E2E, PROMISED, TPOT, TTFT, NodeWeights, Rates, merged, whole_bins
from sim.strategy.stations import StationModel

Array = NDArray[np.float64]

SERVED, TIMED_OUT, REFUSED, FAILED = range(4)
"""Positions in the last axis of `outcomes`."""
CALLS: Final = 0
ANSWER: Final = 1
"""Position of the answer's tokens in the last axis of `delivered_tokens`."""


@dataclass(frozen=True, slots=True, eq=False)
class StationService:
    """One station in every case."""

    model: StationModel
    sizes: Array
    """Replicas or tokens a minute of each unit, shape (cases, units)."""
    load: Array
    """Multiple of saturated throughput by hour type, shape (cases, hours)."""
    utilization: Array
    """Offered load over saturated throughput of each unit, mean over the hours, shape (cases, units)."""
    used_by_product: Array
    """Work asked of each unit, shape (cases, products, units, models, 4), as `Measured.used`."""
    busy_share: Array
    """Each product's share of the time that a unit is busy, shape (cases, products, units); 0 where it is not."""
    day: Array
    """Sizes by hour type, shape (cases, units, hours), or (cases, units, 1) where they do not follow the hours."""

    @property
    def used(self) -> Array:
        """Work asked of each unit by all products, shape (cases, units, models, 4)."""
        return self.used_by_product.sum(axis=1)


@dataclass(frozen=True, eq=False)
class Service:
    """All stations in every case; the second axis is the product. Percentiles are taken once."""

    requests: Array
    """Shape (cases, products)."""
    peak_rps: Array
    """Requests per second in the busiest hour, shape (cases,)."""
    outcomes: Array
    """Requests served, timed out, refused and failed, shape (cases, products, 4)."""
    ttft: Array
    tpot: Array
    e2e: Array
    """Histograms at the user, shape (cases, products, BINS); without bins where only the promise was asked about."""
    promised: Array
    """What each product's promise is about, with all that were not served as infinitely late."""
    promised_samples: Array
    """The same for every replication or batch, shape (samples, cases, products, BINS)."""
    in_time: Array
    """Share of requests that kept their product's promise, shape (cases, products); `nan` where nobody asked."""
    delivered_tokens: Array
    """Prompt and answer tokens of the served, shape (cases, products, 2)."""
    saturated: NDArray[np.bool_]
    """Whether deferrable work was left at the end of the week, shape (cases,)."""
    stations: tuple[StationService, ...]
    cross_region_gb: Array
    """Data that retrievals carried from one region to another, shape (cases, products)."""
    hours: Array
    """Of a month that each hour type stands for, shape (48,)."""

    @cached_property
    def gpu_s(self) -> list[list[float]]:
        """GPU seconds that each product kept our pools busy: what every pool works of what it holds, by its calls."""
        busy = np.zeros(self.requests.shape)
        for station in self.stations:
            for index, unit in enumerate(station.model.station.units):
                if unit.is_pool:
                    held = station.day[:, index]
                    mean_held = held @ self.hours / self.hours.sum() if held.shape[-1] > 1 else held[:, 0]
                    working = np.minimum(1.0, station.utilization[:, index]) * mean_held * unit.gpus
                    busy += (working * self.hours.sum() * SECONDS_PER_HOUR)[:, None] * station.busy_share[..., index]
        return [products.tolist() for products in busy]

    @cached_property
    def by_case(self) -> list[tuple[list[float], list[list[float]], list[float], list[float]]]:
        """Of each case, by product: requests, outcomes, share in time (0 where nobody asked) and tokens delivered."""
        columns = (self.requests, self.outcomes, np.nan_to_num(self.in_time), self.delivered_tokens.sum(axis=-1))
        return list(zip(*(column.tolist() for column in columns), strict=True))

    @cached_property
    def sent(self) -> list[tuple[float, float]]:
        """Of each case: data that retrievals carried between regions [GB], and tokens of delivered answers."""
        columns = self.cross_region_gb.sum(axis=-1), self.delivered_tokens[..., ANSWER].sum(axis=-1)
        return list(zip(*(column.tolist() for column in columns), strict=True))

    @cached_property
    def percentiles_s(self) -> dict[str, tuple[Array, ...]]:
        """Of all products together: 50, 95 and 99 % of `ttft`, `tpot` and `e2e`, each of shape (cases,)."""
        merged = {"ttft": self.ttft, "tpot": self.tpot, "e2e": self.e2e}
        return {
            name: tuple(quantile_s(counts.sum(axis=1), q) for q in (0.5, 0.95, 0.99)) for name, counts in merged.items()
        }

    @cached_property
    def promised_p95_s(self) -> Array:
        """What 95 % of each product's requests did not exceed of what is promised, shape (cases, products)."""
        return quantile_s(self.promised, 0.95)

    @cached_property
    def promised_p95(self) -> list[list[tuple[Estimate, tuple[float, ...]]]]:
        """By case and product: the same with its noise, and that of every replication or batch."""
        samples_s = np.moveaxis(quantile_s(self.promised_samples, 0.95), 0, -1).tolist()
        pooled_s = self.promised_p95_s.tolist()
        return [
            [(_estimate(pooled, samples), tuple(samples)) for pooled, samples in zip(*case, strict=True)]
            for case in zip(pooled_s, samples_s, strict=True)
        ]


def _estimate(pooled: float, samples: Sequence[float]) -> Estimate:
    """The pooled figure with the half-width that its samples show; unknown where one of them is infinite."""
    known = all(map(isfinite, samples))
    return Estimate(pooled, Estimate.of(samples).half_width if known else nan, len(samples))


class Totals:
    """Sums over stations while they are read.

    `histograms` says which of those of `Rates.latency` are read: that of the promise is always among them.
    """

    def __init__(self, cases: int, can_wait: NDArray[np.bool_], histograms: range) -> None:
        products = len(can_wait)
        self.can_wait = can_wait
        self.histograms = histograms
        self.told = histograms.index(PROMISED)
        """From where on histograms are about what is promised."""
        self.saturated = np.zeros(cases, dtype=bool)
        self.uneven = np.zeros(cases, dtype=bool)
        """Cases in which work that could wait was left, in any state of theirs."""
        self.outcomes = np.zeros((cases, products, 4))
        self.delivered = np.zeros((cases, products, 2))
        self.cross_region_gb = np.zeros((cases, products))
        self.latency = np.zeros((cases, products, len(histograms), BINS))

    def add(
        self,
        rows: NDArray[np.int64],
        rates: Rates,
        weights: NodeWeights,
        *,
        held: Deferred | None = None,
        whole: bool = True,
    ) -> Array:
        """Add some cases of one station; returns what they used, shape (rows, products, units, models, 4).

        Args:
            held: work that waited for room.
            whole: whether everything is up; what a failure leaves undone makes no month a saturated one.
        """
        # Beyond what the station can serve users wait until their patience ends.
        lost = weights.lost.sum(axis=-1)
        every = len(rows) == len(self.outcomes) and bool((rows[1:] > rows[:-1]).all())
        into = slice(None) if every else rows
        outcomes = merged(rates.outcomes, weights)
        outcomes[:, :, TIMED_OUT] += lost
        self.outcomes[into] += outcomes
        self.delivered[into] += merged(rates.delivered_tokens, weights)
        self.cross_region_gb[into] += merged(rates.cross_region_gb, weights)
        of_ours = slice(self.histograms.start - rates.first, self.histograms.stop - rates.first)
        latency = merged(rates.latency[:, :, of_ours], weights)
        latency[:, :, self.told :, -1] += lost[:, :, None]
        if held is not None:
            self.uneven[rows] |= held.saturated
            if whole:
                self.saturated[rows] |= held.saturated
            latency = whole_bins(latency, rates.first_bin)
            self._hold(latency, held)
            self.latency[into] += latency
        else:
            filled = slice(rates.first_bin, rates.first_bin + latency.shape[-1] - 1)
            self.latency[into, ..., filled] += latency[..., :-1]
            self.latency[into, ..., -1] += latency[..., -1]
        return merged(rates.used, weights)

    def fail(self, rows: NDArray[np.int64], requests: Array) -> None:
        """Requests of some cases and products that nothing is up to answer."""
        self.outcomes[rows, :, FAILED] += requests
        self.latency[rows, :, self.told :, -1] += requests[:, :, None]

    def _hold(self, latency: Array, held: Deferred) -> None:
        """What was held back ends later by the mean time of it."""
        for case, wait_h in enumerate(held.wait_h):
            if np.isfinite(wait_h) and wait_h > 0:
                for at, histogram in enumerate(self.histograms):
                    if histogram != TPOT:
                        counts = latency[case, self.can_wait, at]
                        latency[case, self.can_wait, at] = shift(counts, float(wait_h) * SECONDS_PER_HOUR)

    def service(
        self, rates_rps: Array, hours: Array, *, limits_s: Sequence[float], stations: tuple[StationService, ...]
    ) -> Service:
        requests = np.einsum("chpg,h->cp", rates_rps, hours * SECONDS_PER_HOUR)
        # What a growing backlog never gets to is turned away; elsewhere the difference is rounding.
        left = np.where(self.uneven[:, None], np.maximum(0.0, requests - self.outcomes.sum(axis=-1)), 0.0)
        self.outcomes[:, :, REFUSED] += left
        self.latency[:, :, self.told :, -1] += left[:, :, None]
        promised = self.latency[:, :, self.told]
        ttft, tpot, e2e = (self._histogram(at) for at in (TTFT, TPOT, E2E))
        in_time = [share_at_most(promised[:, index], limit_s) for index, limit_s in enumerate(limits_s)]
        return Service(
            requests=requests,
            peak_rps=rates_rps.sum(axis=(-1, -2)).max(axis=-1),
            outcomes=self.outcomes,
            ttft=ttft,
            tpot=tpot,
            e2e=e2e,
            promised=promised,
            in_time=np.stack(in_time, axis=-1),
            promised_samples=np.moveaxis(self.latency[:, :, self.told + 1 :], 2, 0),
            delivered_tokens=self.delivered,
            saturated=self.saturated,
            stations=stations,
            cross_region_gb=self.cross_region_gb,
            hours=hours,
        )

    def _histogram(self, at: int) -> Array:
        """One histogram, without bins where it was not read."""
        if at not in self.histograms:
            return np.zeros((*self.latency.shape[:2], 0))
        return self.latency[:, :, self.histograms.index(at)]
