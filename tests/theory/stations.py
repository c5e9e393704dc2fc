"""Queues of the textbooks on the real endpoints, and what is measured of them.

A queue is a managed API with as many slots as servers and one first-come
line. Its answers have two tokens, the first of which comes at once: the
second takes the service time. That time is the API's own lognormal law, a
median times the exponential of sigma times a draw of the trace, so that

- a standard normal draw gives lognormal service of any variation;
- a sigma of 0 gives the same service to everyone;
- the logarithm of a unit exponential, with sigma 1, gives exponential service.

Nobody leaves after the first token, so patience counts in the line only.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf, log1p, pi, sqrt

import numpy as np

from sim.serving import REFUSED, SERVED, TIMED_OUT, ManagedApi, RunRecord, simulate, single_api_world
from sim.workload import stream
from sim.workload.trace import FloatColumn, Trace
from tests.reference.workloads import make_trace

SEED = 20_26
WARM_UP = 0.1
"""Share of the first arrivals that the rule of the validation file leaves out."""

Draws = Callable[[str], np.random.Generator]


def draws_of(case: str, replication: int) -> Draws:
    """The streams of one replication of a case, by purpose."""
    return lambda purpose: stream(SEED, replication, name=f"{case}/{purpose}")


@dataclass(frozen=True, slots=True)
class Service:
    """A law of service times by mean and squared coefficient of variation: exponential where that is 1."""

    mean: float
    cv2: float = 1.0

    @property
    def median(self) -> float:
        """What the API multiplies the exponential of its draw with."""
        return self.mean if self.cv2 == 1.0 else self.mean / sqrt(1.0 + self.cv2)

    @property
    def sigma(self) -> float:
        return 1.0 if self.cv2 == 1.0 else sqrt(log1p(self.cv2))

    def draws(self, rng: np.random.Generator, n: int) -> FloatColumn:
        return np.log(rng.standard_exponential(n)) if self.cv2 == 1.0 else rng.standard_normal(n)


@dataclass(frozen=True, slots=True)
class Queue:
    """Servers, places in the line behind them, and a service law; `None` is no limit."""

    service: Service
    servers: int | None = 1
    places: int | None = None

    @property
    def api(self) -> ManagedApi:
        return ManagedApi(
            id="queue",
            region=0,
            first_token_median_s=0.0,
            first_token_sigma=0.0,
            token_pace_median_s=self.service.median,
            token_pace_sigma=self.service.sigma,
            concurrency=self.servers,
            queue_limit=self.places,
        )


@dataclass(frozen=True, slots=True)
class Visits:
    """Everyone's visit to a queue; columns of shape (n,)."""

    arrival_s: FloatColumn
    record: RunRecord

    @property
    def counted(self) -> np.ndarray:
        """Mask of the arrivals after the warm-up."""
        return np.arange(len(self.arrival_s)) >= WARM_UP * len(self.arrival_s)

    @property
    def served(self) -> np.ndarray:
        return self.record.outcome == SERVED

    @property
    def left_line_s(self) -> FloatColumn:
        """When each began its service or gave up."""
        return np.where(self.served, self.record.start_s, self.record.finish_s)

    @property
    def waits_s(self) -> FloatColumn:
        """Time in the line, of the served and of those who gave up."""
        return self.left_line_s - self.arrival_s

    @property
    def stays_s(self) -> FloatColumn:
        """Time in line and service together."""
        return self.record.finish_s - self.arrival_s

    def share(self, outcome: int) -> float:
        """Share of the counted arrivals with this outcome."""
        return float(np.mean(self.record.outcome[self.counted] == outcome))

    @property
    def refused_share(self) -> float:
        return self.share(REFUSED)

    @property
    def gave_up_share(self) -> float:
        return self.share(TIMED_OUT)

    def mean_number(self, begin_s: FloatColumn, end_s: FloatColumn) -> float:
        """Mean number present after the warm-up, each from `begin_s` to `end_s`, until the last arrival."""
        first, last = self.arrival_s[self.counted][0], self.arrival_s[-1]
        present = np.clip(end_s, first, last) - np.clip(begin_s, first, last)
        return float(present.sum() / (last - first))

    def found(self) -> np.ndarray:
        """How many each counted arrival finds present: what a Poisson arrival sees is the time average."""
        ends = np.sort(self.record.finish_s)
        found = np.arange(len(self.arrival_s)) - np.searchsorted(ends, self.arrival_s, side="right")
        return found[self.counted]

    def present_at(self, times_s: FloatColumn) -> np.ndarray:
        """How many are present at each time."""
        begun = np.searchsorted(self.arrival_s, times_s, side="right")
        return begun - np.searchsorted(np.sort(self.record.finish_s), times_s, side="right")


def visit(queue: Queue, arrival_s: FloatColumn, *, draws: Draws, mean_patience_s: float = inf) -> Visits:
    """Everyone visits the queue, with patience that is exponential where it ends."""
    n = len(arrival_s)
    patience_s = np.full(n, inf) if mean_patience_s == inf else mean_patience_s * draws("patience").exponential(size=n)
    trace: Trace = make_trace(
        arrival_s=arrival_s,
        input_tokens=np.ones(n, dtype=np.int64),
        cached_tokens=np.zeros(n, dtype=np.int64),
        output_tokens=np.full(n, 2),
        patience_s=patience_s,
    )
    trace = replace(trace, api_pace_z=queue.service.draws(draws("service"), n))
    return Visits(arrival_s, simulate(single_api_world(queue.api), trace))


def switching_arrivals(
    draws: Draws, n: int, *, rates: tuple[float, float], leaving_rates: tuple[float, float]
) -> FloatColumn:
    """Arrivals at one of two rates, each held for exponential times: unit gaps read on the running sum of the rate."""
    unit_times = np.cumsum(draws("arrivals").standard_exponential(n))
    per_cycle = rates[0] / leaving_rates[0] + rates[1] / leaving_rates[1]
    spells_s = draws("spells").standard_exponential((int(1.5 * n / per_cycle) + 100, 2)) / leaving_rates
    expected = np.concatenate([[0.0], np.cumsum(spells_s * rates)])
    assert expected[-1] > unit_times[-1], "the spells end before the arrivals do"
    return np.interp(unit_times, expected, np.concatenate([[0.0], np.cumsum(spells_s)]))


def sine_rates(base: float, amp: float, *, phase: float, bins: int) -> FloatColumn:
    """Mean rate in each of equal parts of one period of base*(1 + amp*sin(2 pi (t - phase)))."""
    edges = 2 * pi * (np.arange(bins + 1) / bins - phase)
    return base * (1 - amp * np.diff(np.cos(edges)) * bins / (2 * pi))
