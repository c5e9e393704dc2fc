"""Networks of the textbooks on the real endpoints: customers who go from station to station are workflows.

A station is a managed API (`stations.Queue`), a customer a compound request
whose calls follow one another; before each a tool takes the time to think.
Which station a call goes to is its routing draw: the fixed share of every
station is the same, so the draw names one. Customers of a closed network
arrive at time 0 and go around many times.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.serving import FixedShare, GpuPool, World, simulate, simulate_requests, single_pool_world
from sim.workload import CompoundTrace, Retrievals
from sim.workload.trace import FloatColumn, IntColumn, Trace
from tests.reference.workloads import make_pool, make_step, make_trace
from tests.theory.stations import WARM_UP, Draws, Queue, Service

Measures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Travels:
    """Every customer's calls; columns by call, in order of customer and then of the way."""

    customer: IntColumn
    station: IntColumn
    asked_s: FloatColumn
    start_s: FloatColumn
    finish_s: FloatColumn

    def at(self, station: int, first_s: float, last_s: float) -> Measures:
        """What a station does to those who come to it in a stretch of time."""
        here = (self.station == station) & (self.asked_s >= first_s) & (self.asked_s <= last_s)
        waits = self.start_s[here] - self.asked_s[here]
        return {
            "P_wait": float(np.mean(waits > 0)),
            "Wq": float(waits.mean()),
            "W": float((self.finish_s - self.asked_s)[here].mean()),
            "L": self._present(self.asked_s, station, first_s, last_s),
            "rho": self._present(self.start_s, station, first_s, last_s),
        }

    def _present(self, begin_s: FloatColumn, station: int, first_s: float, last_s: float) -> float:
        here = self.station == station
        stays = np.clip(self.finish_s[here], first_s, last_s) - np.clip(begin_s[here], first_s, last_s)
        return float(stays.sum() / (last_s - first_s))


def travel(
    stations: Sequence[Queue], *, arrival_s: FloatColumn, ways: Sequence[NDArray[np.int64]], think_s: FloatColumn,
    draws: Draws,
) -> Travels:  # fmt: skip
    """Send customers through the stations.

    Args:
        ways: the stations that each customer visits, in their order.
        think_s: before each call.
    """
    steps = np.array([len(way) for way in ways])
    station, calls = np.concatenate(list(ways)), int(steps.sum())
    customer = np.repeat(np.arange(len(ways)), steps)
    ends = np.cumsum(steps)
    inner = np.setdiff1d(np.arange(calls), ends - 1)
    whole = np.ones(calls, dtype=np.int64)

    def asks(n: int, at_s: FloatColumn) -> Trace:
        return make_trace(
            arrival_s=at_s,
            input_tokens=np.ones(n, dtype=np.int64),
            cached_tokens=np.zeros(n, dtype=np.int64),
            output_tokens=np.full(n, 2),
            patience_s=np.full(n, np.inf),
        )

    service = np.empty(calls)
    for index, queue in enumerate(stations):
        here = station == index
        service[here] = queue.service.draws(draws(f"service/{index}"), int(here.sum()))
    none = np.zeros(0, dtype=np.int64)
    compound = CompoundTrace(
        requests=asks(len(ways), arrival_s),
        calls=replace(
            asks(calls, arrival_s[customer]), api_pace_z=service, route_u=(station + 0.5) / len(stations)
        ),
        request=np.concatenate([customer, customer]),
        step=np.concatenate([whole, whole]),
        tool_s=think_s,
        # Each call waits for its own tool, and the next tool for the call.
        before=np.concatenate([calls + np.arange(calls), inner]),
        then=np.concatenate([np.arange(calls), calls + inner + 1]),
        retrievals=Retrievals(none, none, np.zeros(0), none, np.zeros(0)),
        stores=(),
    )
    apis = tuple(replace(queue.api, id=f"station {index}") for index, queue in enumerate(stations))
    world = World(apis, FixedShare((1.0,) * len(apis)), ((0.0,) * len(apis),))
    record, _ = simulate_requests(world, compound)
    np.testing.assert_array_equal(record.endpoint, station)
    return Travels(customer, station, record.asked_s, record.start_s, record.finish_s)


def closed_network(draws: Draws, rounds: int, *, N: int, Z: float, S: Sequence[float]) -> Measures:
    """N customers think and visit every station once, again and again."""
    stations = [Queue(Service(mean)) for mean in S]
    visits = N * rounds
    think_s = np.zeros((visits, len(S)))
    think_s[:, 0] = Z * draws("think").standard_exponential(visits)
    way = np.tile(np.arange(len(S)), rounds)
    found = travel(stations, arrival_s=np.zeros(N), ways=[way] * N, think_s=think_s.ravel(), draws=draws)
    asked_s, done_s = found.asked_s[:: len(S)], found.finish_s[len(S) - 1 :: len(S)]
    last_s = float(done_s.reshape(N, rounds)[:, -1].min())
    first_s = WARM_UP * last_s
    counted = (done_s >= first_s) & (done_s <= last_s)
    by_station = [found.at(index, first_s, last_s) for index in range(len(S))]
    return {
        "throughput": float(counted.sum() / (last_s - first_s)),
        "response": float((done_s - asked_s)[counted].mean()),
        **{f"Q_{index}": each["L"] for index, each in enumerate(by_station)},
        **{f"util_{index}": each["rho"] for index, each in enumerate(by_station)},
    }


def open_network(
    draws: Draws,
    customers: int,
    *,
    ext: Sequence[float],
    P: Sequence[Sequence[float]],
    mu: Sequence[float],
    c: Sequence[int],
) -> Measures:
    """Customers come from outside and are sent on by the odds of a row of `P`, or leave."""
    stations = [Queue(Service(1 / rate), servers=servers) for rate, servers in zip(mu, c, strict=True)]
    rng = draws("ways")
    enter = rng.choice(len(ext), customers, p=np.array(ext) / sum(ext))
    reach = np.cumsum(np.array(P), axis=1)
    ways = []
    for first in enter.tolist():
        way = [first]
        while (following := int(np.searchsorted(reach[way[-1]], rng.random(), side="right"))) < len(ext):
            way.append(following)
        ways.append(np.array(way))
    arrival_s = np.cumsum(draws("arrivals").standard_exponential(customers)) / sum(ext)
    calls = sum(map(len, ways))
    found = travel(stations, arrival_s=arrival_s, ways=ways, think_s=np.zeros(calls), draws=draws)
    left_s = np.zeros(customers)
    np.maximum.at(left_s, found.customer, found.finish_s)
    counted = np.arange(customers) >= WARM_UP * customers
    first_s, last_s = float(arrival_s[counted][0]), float(arrival_s[-1])
    measures: Measures = {"sojourn_total": float((left_s - arrival_s)[counted].mean()), "L_total": 0.0}
    for index, servers in enumerate(c):
        each = found.at(index, first_s, last_s)
        each["rho"] /= servers
        measures["L_total"] += each["L"]
        measures |= {f"{name}_{index}": value for name, value in each.items()}
    return measures


def priorities(draws: Draws, n: int, *, lams: Sequence[float], mu: float, c: int) -> Measures:
    """A replica with c places whose steps all take one small time: who runs is finished, who ranks first is next.

    A service is a number of steps, of exponential length to a few thousandths of its mean.
    """
    step_s = 1 / mu / 4000
    pool: GpuPool = make_pool(
        make_step(overhead_s=step_s, most_tokens=64),
        token_budget=64,
        max_running=c,
        kv_blocks=10**9,
        block_tokens=16,
        product_priority=tuple(range(len(lams), 0, -1)),
    )
    arrival_s = np.cumsum(draws("arrivals").standard_exponential(n)) / sum(lams)
    kind = draws("class").choice(len(lams), n, p=np.array(lams) / sum(lams))
    steps = np.maximum(1, np.rint(draws("service").standard_exponential(n) / mu / step_s)).astype(np.int64)
    trace = make_trace(
        arrival_s=arrival_s,
        input_tokens=np.ones(n, dtype=np.int64),
        cached_tokens=np.zeros(n, dtype=np.int64),
        output_tokens=steps,
        patience_s=np.full(n, np.inf),
    )
    record = simulate(single_pool_world(pool), replace(trace, product=kind))
    waits = record.start_s - arrival_s
    counted = np.arange(n) >= WARM_UP * n
    # Who finds a place free still waits for the step under way to end.
    queued = waits > step_s
    waits = np.where(queued, waits - step_s / 2, 0.0)
    return {
        "P_wait": float(queued[counted].mean()),
        "Wq_overall": float(waits[counted].mean()),
        **{f"Wq_by_class_{k}": float(waits[counted & (kind == k)].mean()) for k in range(len(lams))},
    }
