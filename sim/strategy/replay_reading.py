"""What a replay says: counts, percentiles, and what each endpoint did."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, nan
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.metrics import pace_s
from sim.serving import (
    FAILED,
    IN_FLIGHT,
    REFUSED,
    SERVED,
    TIMED_OUT,
    Endpoint,
    GpuPool,
    RequestRecord,
    RunRecord,
)
from sim.strategy.architecture import Architecture, Station, Unit, sized
from sim.strategy.compounds import SINGLE_CALL
from sim.strategy.outcome import Percentiles
from sim.workload import CompoundTrace, ReplayTrace, Trace

Times = NDArray[np.float64]
WHOLE: Final = -1


@dataclass(frozen=True, slots=True)
class EndpointReading:
    """What one endpoint did with the requests that came to it; with the calls of workflows, each from its turn on."""

    id: str
    size: float
    """Replicas of a pool, tokens a minute of an API's quota."""
    unit: str
    requests: int
    served: int
    timed_out: int
    refused: int
    in_flight: int
    ttft_s: Percentiles
    e2e_s: Percentiles
    fastest_prefill_ratio: float
    """Least time from admission to first token over FLOPs ÷ peak of the prompt; never below 1, `nan` for an API."""


@dataclass(frozen=True, slots=True)
class OutageReading:
    """One outage that a replay met."""

    endpoint: str
    replica: int | None
    """`None` where the whole endpoint was out."""
    from_s: float
    until_s: float


@dataclass(frozen=True, slots=True)
class Replayed:
    """A replay: requests = served + refused + timed_out + failed + in_flight.

    Percentiles are over served requests, at the user, searches included; of a
    workflow the first words are those of its last calls.
    """

    month: int
    recorded: int
    """Requests in the file; `requests` are those that had arrived when the clock stopped."""
    raised_to_one: int
    """Requests with an empty prompt or answer, played as one token."""
    requests: int
    served: int
    refused: int
    timed_out: int
    failed: int
    in_flight: int
    calls: int
    """Model calls made; one for each request that is no workflow."""
    ttft_s: Percentiles
    tpot_s: Percentiles
    e2e_s: Percentiles
    endpoints: tuple[EndpointReading, ...]
    reasons: dict[str, int]
    """Why requests went unserved, and how many."""
    preemptions: int
    events: int
    losses: int
    """Times that a request was on a replica that went out, and was sent to the router again."""
    outages: tuple[OutageReading, ...]
    """Those that began while requests were on the platform."""


@dataclass(frozen=True, slots=True, eq=False)
class Platform:
    """The platform of one month."""

    month: int
    built: Architecture
    sizes: tuple[tuple[float, ...], ...]
    """By station and unit."""
    shares: tuple[float, ...]
    """Of the month's requests, by product."""

    def endpoints(self, station: int) -> list[Endpoint]:
        """At their sizes; an autoscaled pool begins with all that is planned, the most it may hold."""
        units = self.built.stations[station].units
        return [_scaled(unit, sized(unit, size)) for unit, size in zip(units, self.sizes[station], strict=True)]


class DrawnOutage(NamedTuple):
    """Something is out between two times [s]."""

    from_s: float
    until_s: float
    endpoint: int
    replica: int
    """Number of the replica; `WHOLE` where the whole endpoint is out."""


def _scaled(unit: Unit, endpoint: Endpoint) -> Endpoint:
    if not isinstance(endpoint, GpuPool) or unit.fleet is None or unit.fleet.scaling is None:
        return endpoint
    scaling = unit.fleet.scaling
    return replace(endpoint, autoscaler=scaling.autoscaler(least=scaling.least, most=endpoint.replicas))


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """The log of a whole platform; its endpoints count over all stations."""

    record: RunRecord
    """By call."""
    way_s: Times
    """By call: one way from the user to the endpoint; 0 where there is none."""
    compound: CompoundTrace
    """What was played: requests and their calls, one each where there is no workflow."""
    requests: RequestRecord
    """By request, searches included."""
    outages: tuple[DrawnOutage, ...] = ()
    """Those drawn, in order of time."""


def search_s(platform: Platform, trace: Trace) -> Times:
    """How long each request's product searches before its answer begins; a workflow plays its own searches."""
    built = platform.built
    searches = [product.searches_per_request > 0 and product.workflow == SINGLE_CALL for product in built.products]
    by_product = built.search_s * np.array(searches)
    searched_s: Times = by_product[trace.product]
    return searched_s


def summary(rows: ReplayTrace, platform: Platform, *, log: Log) -> Replayed:
    """What a log says, by request; endpoints by call."""
    record, requests = log.record, log.requests
    served = requests.outcome == SERVED
    counts = Counter(requests.outcome.tolist())
    paces_s = pace_s(log.compound, record)[served]
    return Replayed(
        month=platform.month,
        recorded=len(rows),
        raised_to_one=rows.raised_to_one,
        requests=len(requests.outcome),
        served=counts[SERVED],
        refused=counts[REFUSED],
        timed_out=counts[TIMED_OUT],
        failed=counts[FAILED],
        in_flight=counts[IN_FLIGHT],
        calls=int(requests.calls.sum()),
        ttft_s=_percentiles((requests.first_token_s - requests.arrival_s)[served]),
        tpot_s=_percentiles(paces_s[~np.isnan(paces_s)]),
        e2e_s=_percentiles(requests.end_to_end_s[served]),
        endpoints=_endpoints(platform, log),
        reasons=_reasons(platform.built.stations, log),
        preemptions=record.preemptions,
        events=record.events,
        losses=record.losses,
        outages=_met(platform.built.stations, log),
    )


def _met(stations: Sequence[Station], log: Log) -> tuple[OutageReading, ...]:
    """Outages that began before the last request had left."""
    ids = [unit.id for station in stations for unit in station.units]
    record = log.record
    left_s = record.finish_s[np.isfinite(record.finish_s)]
    last_s = inf if record.count(IN_FLIGHT) else float(left_s.max(initial=0.0))
    return tuple(
        OutageReading(ids[each.endpoint], None if each.replica == WHOLE else each.replica, each.from_s, each.until_s)
        for each in log.outages
        if each.from_s <= last_s
    )


def _percentiles(values_s: Times) -> Percentiles:
    if len(values_s) == 0:
        return Percentiles(nan, nan, nan)
    return Percentiles(*np.quantile(values_s, (0.5, 0.95, 0.99)).tolist())


def _endpoints(platform: Platform, log: Log) -> tuple[EndpointReading, ...]:
    record = log.record
    searched_s = search_s(platform, log.compound.calls)
    # A workflow's call is asked for when its turn comes, which is not its request's arrival.
    asked_s = _asked_s(log)
    ttft_s, e2e_s = record.first_token_s - asked_s + searched_s, record.finish_s - asked_s + searched_s
    found: list[EndpointReading] = []
    for at, station in enumerate(platform.built.stations):
        for unit, size, endpoint in zip(station.units, platform.sizes[at], platform.endpoints(at), strict=True):
            here = record.endpoint == len(found)
            counts = Counter(record.outcome[here].tolist())
            found.append(
                EndpointReading(
                    id=unit.id,
                    size=size,
                    unit="replicas" if unit.is_pool else "tokens/min",
                    requests=int(here.sum()),
                    served=counts[SERVED],
                    timed_out=counts[TIMED_OUT],
                    refused=counts[REFUSED],
                    in_flight=counts[IN_FLIGHT],
                    ttft_s=_percentiles(ttft_s[here & (record.outcome == SERVED)]),
                    e2e_s=_percentiles(e2e_s[here & (record.outcome == SERVED)]),
                    fastest_prefill_ratio=_fastest_prefill(endpoint, log, here=here),
                )
            )
    return tuple(found)


def _asked_s(log: Log) -> Times:
    """When each call was made; on arrival, where its request is one call."""
    return log.record.asked_s if len(log.record.asked_s) else log.compound.calls.arrival_s


def _fastest_prefill(endpoint: Endpoint, log: Log, *, here: NDArray[np.bool_]) -> float:
    record, calls = log.record, log.compound.calls
    took_s = record.first_token_s - log.way_s - record.start_s
    # Who lost its memory after the first words was started once more: that start says nothing of them.
    rows = here & (record.outcome == SERVED) & (took_s > 0)
    if not isinstance(endpoint, GpuPool) or not rows.any():
        return nan
    floor_s = endpoint.step.prefill_floor_s_per_token * (calls.input_tokens[rows] - calls.cached_tokens[rows])
    return float((took_s[rows] / floor_s).min())


def _reasons(stations: Sequence[Station], log: Log) -> dict[str, int]:
    """Why requests went unserved, by the first of their calls that was not; the most frequent first, then by name."""
    ids = [unit.id for station in stations for unit in station.units]
    outcome, first = log.requests.outcome, _first_unserved(log)
    lost = Counter(zip(outcome.tolist(), np.where(first >= 0, log.record.endpoint[first], -1).tolist(), strict=True))
    why = {
        TIMED_OUT: "waited longer than the user's patience",
        REFUSED: "larger than a replica's memory, or the queue was full",
        FAILED: "the endpoint failed, or its batch expired",
    }
    elsewhere = {TIMED_OUT: why[TIMED_OUT], FAILED: "everything that may process it was out"}
    found: dict[str, int] = {}
    for (ended, endpoint), count in lost.items():
        if ended in why:
            nowhere = elsewhere.get(ended, "no endpoint may process it")
            said = f"{ids[endpoint]}: {why[ended]}" if endpoint >= 0 else nowhere
            found[said] = found.get(said, 0) + count
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _first_unserved(log: Log) -> NDArray[np.int64]:
    """By request: the first of its calls that was made and not served, -1 where there is none."""
    record = log.record
    broken = np.flatnonzero(np.isin(record.outcome, (TIMED_OUT, REFUSED, FAILED)))
    latest_first = broken[np.argsort(-record.finish_s[broken], kind="stable")]
    first = np.full(len(log.compound), -1)
    first[log.compound.request[latest_first]] = latest_first
    return first
