"""One representative window, call by call: the busiest hour of the launch month, on the platform planned for it."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sim.scenario import Scenario, ScenarioError
from sim.scenario.assumptions import catalogue_of
from sim.serving import RequestRecord, RunRecord
from sim.strategy.areas import play_platform
from sim.strategy.asking import play_again
from sim.strategy.compounds import compounds_of, request_size
from sim.strategy.executors import Executor
from sim.strategy.failures import Failures
from sim.strategy.fidelity import EFFORTS
from sim.strategy.mixes import MixAxis, mixes
from sim.strategy.outcome import Fidelity
from sim.strategy.play import Epoch, Played
from sim.strategy.replay_reading import Log, Platform
from sim.strategy.store import SurfaceStore
from sim.strategy.surface import requests_played
from sim.workload import CompoundTrace, Mix, draw_window

BUSIEST = "busiest hour"


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """A window as it was played, one row per model call and one per request, in order of arrival."""

    month: int
    endpoints: tuple[str, ...]
    """Ids that the log's endpoints point into."""
    calls: RunRecord
    requests: RequestRecord
    compound: CompoundTrace
    """What was played: whose call a row is, and which step of its workflow."""

    def write(self, path: Path) -> tuple[Path, Path]:
        """Write the calls to a Parquet file and the requests to one beside it; returns both.

        Raises:
            ModuleNotFoundError: pyarrow is not installed.
        """
        beside = path.with_name(f"{path.stem}.requests{path.suffix}")
        calls = len(self.calls.outcome)
        whose = {"request": self.compound.request[:calls], "step": self.compound.step[:calls]}
        self.calls.to_parquet(path, endpoints=self.endpoints, more=whose)
        self.requests.to_parquet(beside)
        return path, beside


def busiest_window(
    scenario: Scenario,
    *,
    fidelity: Fidelity = "draft",
    store: SurfaceStore | None = None,
    executor: Executor | None = None,
) -> Window:
    """The launch month's busiest hour: as many requests as a window of the fidelity has, from an empty platform.

    Raises:
        ScenarioError: the platform is not launched within the horizon.
    """
    played = play_again(scenario, fidelity=fidelity, store=store, executor=executor)
    month = played.launch_month
    platform = platform_in(played, month)
    mix, rate_rps = busiest_mix(played, month=month)
    trace = draw_window(
        mix,
        requests_making(EFFORTS[fidelity].calls, platform, mix=mix, scenario=scenario),
        rate_rps=rate_rps,
        seed=scenario.seed,
        replication=0,
        name=BUSIEST,
    )
    failures: Failures = "random" if fidelity == "full" else "none"
    log = play_platform(
        platform, trace, seed=scenario.seed, name=BUSIEST, catalogue=catalogue_of(scenario), failures=failures
    )
    return window_of(platform, log)


def requests_making(calls: int, platform: Platform, *, mix: Mix, scenario: Scenario) -> int:
    """Requests that make about so many calls."""
    compounds = compounds_of(platform.built.products, catalogue_of(scenario))
    return requests_played(calls, request_size(compounds, mix, seed=scenario.seed)[0]) if compounds else calls


def window_of(platform: Platform, log: Log) -> Window:
    """A platform's log by call and by request."""
    ids = tuple(unit.id for station in platform.built.stations for unit in station.units)
    return Window(platform.month, ids, log.record, log.requests, log.compound)


def platform_in(played: Played, month: int, *, replicas: int | None = None) -> Platform:
    """The platform of one month, at the sizes planned for it.

    Args:
        replicas: of every pool, in place of those planned.

    Raises:
        ScenarioError: the platform is not launched by then.
    """
    epoch = _epoch(played, month)
    served = played.months[month]
    assert served.service is not None
    sizes = tuple(
        tuple(
            float(replicas) if replicas is not None and unit.is_pool else float(size)
            for unit, size in zip(station.model.station.units, station.sizes[served.row], strict=True)
        )
        for station in served.service.stations
    )
    market = played.market[month]
    whole = market.sum()
    shares = market / whole if whole > 0 else np.full(len(market), 1 / len(market))
    return Platform(month, epoch.operator.built, sizes, tuple(shares.tolist()))


def _epoch(played: Played, month: int) -> Epoch:
    for epoch in played.epochs:
        if month in epoch.months:
            return epoch
    fault = f"months: {len(played.months)} end before the launch in month {played.launch_month}. Play more of them."
    raise ScenarioError(played.states[0].name, (fault,))


def busiest_mix(played: Played, *, month: int) -> tuple[Mix, float]:
    """Who asks what in the busiest of the month's hours, and how often a second.

    Raises:
        ScenarioError: nobody asks anything in the month.
    """
    epoch = _epoch(played, month)
    rates_rps = played.market[month][None, :, None] * epoch.shape
    busiest = rates_rps[np.argmax(rates_rps.sum(axis=(1, 2)))]
    rate_rps = float(busiest.sum())
    if rate_rps <= 0:
        raise ScenarioError(played.states[0].name, (f"products: nobody asks anything in month {month}.",))
    by_product = busiest.sum(axis=1)
    built = epoch.operator.built
    axis = MixAxis((tuple((by_product / rate_rps).tolist()),))
    whole = mixes(axis, built.products, groups=built.groups, catalogue=catalogue_of(played.states[0]))[0]
    users = busiest / np.where(by_product > 0, by_product, 1.0)[:, None]
    asked = [replace(load, user_shares=tuple(users[load.index].tolist())) for load in whole.products if load.share > 0]
    return Mix(tuple(asked)), rate_rps
