"""One busy hour request by request: what waited where, what became of it, who went where and why, read from the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import nan

import numpy as np
from numpy.typing import NDArray

from sim.scenario import Scenario
from sim.scenario.assumptions import catalogue_of
from sim.scenario.products import Promise
from sim.serving import REFUSED, SERVED, TIMED_OUT
from sim.strategy.areas import play_platform
from sim.strategy.asking import play_again
from sim.strategy.executors import Executor
from sim.strategy.outcome import Percentiles
from sim.strategy.replay_reading import Log, Platform
from sim.strategy.store import SurfaceStore
from sim.strategy.window import BUSIEST, busiest_mix, platform_in, requests_making
from sim.workload import draw_window

Times = NDArray[np.float64]
HOUR_S, STEP_S, MOST_CALLS = 3600.0, 30.0, 200_000
"""More calls than this are not kept in memory for a picture: a busier hour is shown from its beginning."""
FATES = ("in time", "late", "gave up waiting", "refused")


@dataclass(frozen=True, slots=True)
class HourEndpoint:
    """What one endpoint had to do, at the end of each step."""

    id: str
    region: str
    is_pool: bool
    size: float
    """Replicas, or tokens a minute of the quota."""
    answering: tuple[int, ...]
    waiting: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """Calls of one group of users that one endpoint took for one reason."""

    users: str
    needs_eu: bool
    endpoint: str
    """Empty where nothing was allowed to serve them."""
    reason: str
    """As the router gave it; empty where it did not choose."""
    calls: int


@dataclass(frozen=True, slots=True)
class Felt:
    """What some requests of one product felt, over those that were served."""

    product: str
    users: str
    """Region of the users; empty for everybody served by `endpoint`."""
    needs_eu: bool
    endpoint: str
    """Empty for everybody of the region."""
    requests: int
    promise: Promise
    first_words_s: Percentiles
    finished_s: Percentiles
    in_time: float
    """Share of the requests, served or not."""


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of the busiest kind, from an empty platform."""

    month: int
    rate_rps: float
    step_s: float
    asked: tuple[int, ...]
    """Requests since the beginning, at the end of each step."""
    fates: tuple[tuple[int, ...], ...]
    """The same by what became of them, in the order of `FATES`."""
    endpoints: tuple[HourEndpoint, ...]
    ways: tuple[Way, ...]
    felt: tuple[Felt, ...]

    @property
    def span_s(self) -> float:
        """How long it is; less than an hour where an hour is too much to keep."""
        return self.step_s * len(self.asked)


def busiest_hour(
    scenario: Scenario,
    *,
    month: int,
    most_calls: int = MOST_CALLS,
    store: SurfaceStore | None = None,
    executor: Executor | None = None,
) -> Hour:
    """The busiest hour of a month on the platform planned for it, played call by call.

    Args:
        month: from 0.
        most_calls: what is played at most; the hour ends early where it has more.

    Raises:
        ScenarioError: the platform is not launched by then.
    """
    played = play_again(scenario, fidelity="draft", store=store, executor=executor)
    platform = platform_in(played, month)
    mix, rate_rps = busiest_mix(played, month=month)
    most = requests_making(most_calls, platform, mix=mix, scenario=scenario)
    steps = max(1, int(min(HOUR_S, most / rate_rps) / STEP_S))
    requests = max(1, round(rate_rps * STEP_S * steps))
    trace = draw_window(
        mix, requests, rate_rps=rate_rps, seed=scenario.seed, replication=0, name=BUSIEST
    )
    log = play_platform(platform, trace, seed=scenario.seed, name=BUSIEST, catalogue=catalogue_of(scenario))
    names = tuple(product.label for product in played.states[month].products)
    return hour_of(platform, log, products=names, rate_rps=rate_rps, steps=steps)


def hour_of(platform: Platform, log: Log, *, products: tuple[str, ...], rate_rps: float, steps: int) -> Hour:
    """What a log says, step by step.

    Args:
        products: what people call them.
        rate_rps: requests a second that were offered.
        steps: of `STEP_S`, from the beginning.
    """
    ends_s: Times = np.arange(1, steps + 1, dtype=np.float64) * STEP_S
    requests = log.requests
    in_time = _in_time(platform, log)
    served = requests.outcome == SERVED
    fates = (
        in_time,
        served & ~in_time,
        requests.outcome == TIMED_OUT,
        (requests.outcome == REFUSED) | (~served & (requests.outcome > REFUSED)),
    )
    # Who nothing was allowed to serve leaves on arrival.
    left_s = np.where(np.isnan(requests.finish_s), requests.arrival_s, requests.finish_s)
    return Hour(
        month=platform.month,
        rate_rps=rate_rps,
        step_s=STEP_S,
        asked=_by(ends_s, requests.arrival_s),
        fates=tuple(_by(ends_s, left_s[rows]) for rows in fates),
        endpoints=_endpoints(platform, log, ends_s=ends_s),
        ways=_ways(platform, log),
        felt=_felt(platform, log, products=products, in_time=in_time),
    )


def _by(ends_s: Times, times_s: Times) -> tuple[int, ...]:
    """How many of the times lie before each end."""
    return tuple(np.searchsorted(np.sort(times_s), ends_s, side="right").tolist())


def _in_time(platform: Platform, log: Log) -> NDArray[np.bool_]:
    requests, product = log.requests, log.compound.requests.product
    promises = [product.promise for product in platform.built.products]
    limit_s = np.array([promise.limit_s for promise in promises])[product]
    finished = np.array([promise.measure == "finished" for promise in promises])[product]
    took_s = np.where(finished, requests.finish_s, requests.first_token_s) - requests.arrival_s
    kept: NDArray[np.bool_] = (requests.outcome == SERVED) & (took_s <= limit_s)
    return kept


def _endpoints(platform: Platform, log: Log, *, ends_s: Times) -> tuple[HourEndpoint, ...]:
    record = log.record
    asked_s = record.asked_s if len(record.asked_s) else log.compound.calls.arrival_s
    left_s = np.where(np.isnan(record.finish_s), np.inf, record.finish_s)
    # What left unserved never began: it waited until it left.
    began_s = np.where(np.isnan(record.start_s), left_s, np.minimum(record.start_s, left_s))
    found = []
    units = [unit for station in platform.built.stations for unit in station.units]
    sizes = [size for station in platform.sizes for size in station]
    for at, (unit, size) in enumerate(zip(units, sizes, strict=True)):
        here = (record.endpoint == at) & ~np.isnan(asked_s)
        asked, began, left = (np.array(_by(ends_s, times[here])) for times in (asked_s, began_s, left_s))
        found.append(
            HourEndpoint(
                unit.id,
                unit.region,
                unit.is_pool,
                size,
                answering=tuple((began - left).tolist()),
                waiting=tuple((asked - began).tolist()),
            )
        )
    return tuple(found)


def _ids(platform: Platform) -> list[str]:
    return [unit.id for station in platform.built.stations for unit in station.units]


def _ways(platform: Platform, log: Log) -> tuple[Way, ...]:
    record, groups, ids = log.record, platform.built.groups, _ids(platform)
    columns = np.stack([log.compound.calls.user_region, record.endpoint, record.reason], axis=1)
    kinds, counts = np.unique(columns, axis=0, return_counts=True)
    return tuple(
        Way(
            users=groups[group].region,
            needs_eu=groups[group].needs_eu,
            endpoint=ids[endpoint] if endpoint >= 0 else "",
            reason=record.reasons[reason] if reason >= 0 else "",
            calls=count,
        )
        for (group, endpoint, reason), count in zip(kinds.tolist(), counts.tolist(), strict=True)
    )


def _felt(
    platform: Platform, log: Log, *, products: tuple[str, ...], in_time: NDArray[np.bool_]
) -> tuple[Felt, ...]:
    """By product and by who served it, then by product and by where it was asked."""
    trace, groups, ids = log.compound.requests, platform.built.groups, _ids(platform)
    endpoint = _last_endpoint(log)
    found: list[Felt] = []
    for at, (name, sold) in enumerate(zip(products, platform.built.products, strict=True)):
        mine = trace.product == at
        of = partial(_one, log, name, promise=sold.promise, in_time=in_time)
        for number, id in enumerate(ids):
            found += of(rows=mine & (endpoint == number), endpoint=id)
        for number, group in enumerate(groups):
            rows = mine & (trace.user_region == number)
            found += of(rows=rows, users=group.region, needs_eu=group.needs_eu)
    return tuple(found)


def _last_endpoint(log: Log) -> NDArray[np.int64]:
    """By request: the endpoint of the last of its calls; -1 where none was made."""
    record = log.record
    last = np.full(len(log.compound), -1)
    made = np.flatnonzero(record.endpoint >= 0)
    last[log.compound.request[made]] = record.endpoint[made]
    return last


def _one(
    log: Log,
    product: str,
    *,
    promise: Promise,
    rows: NDArray[np.bool_],
    in_time: NDArray[np.bool_],
    users: str = "",
    needs_eu: bool = False,
    endpoint: str = "",
) -> Sequence[Felt]:
    """What these requests felt; nothing where there are none."""
    count = int(rows.sum())
    if not count:
        return ()
    requests = log.requests
    served = rows & (requests.outcome == SERVED)
    since_s = requests.arrival_s[served]
    return (
        Felt(
            product=product,
            users=users,
            needs_eu=needs_eu,
            endpoint=endpoint,
            requests=count,
            promise=promise,
            first_words_s=_percentiles(requests.first_token_s[served] - since_s),
            finished_s=_percentiles(requests.finish_s[served] - since_s),
            in_time=float(in_time[rows].mean()),
        ),
    )


def _percentiles(values_s: Times) -> Percentiles:
    if len(values_s) == 0:
        return Percentiles(nan, nan, nan)
    return Percentiles(*np.quantile(values_s, (0.5, 0.95, 0.99)).tolist())
