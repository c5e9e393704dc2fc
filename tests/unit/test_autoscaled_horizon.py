"""An autoscaler in the months: sizes follow the hour, what is held is billed, and whole days show what lags."""

from dataclasses import fields, replace
from typing import Any, get_args

import numpy as np
import pytest

from sim.catalogue import load_catalogue
from sim.metrics import quantile_s
from sim.scenario import ScenarioError
from sim.scenario.scaling import ScalingRule
from sim.scenario.schema import Scenario
from sim.serving import Autoscaler, KvOccupancy, RequestsPerReplica, known_policies, simulate, single_pool_world
from sim.serving.scaling.policy import PoolState, Wanted
from sim.strategy.days import HOURS, DayKey, DayShape, Segment
from sim.strategy.fleets import Scaling
from sim.strategy.months import flow_of
from sim.strategy.play import Played
from sim.strategy.scaling import apart, settled_replicas, signal_by_load, spans
from sim.strategy.surface import SurfaceKey
from sim.strategy.units import sized
from sim.workload import Trace, draw_window
from tests.unit.strategy_small import LEAST, last_service, played, small

FOLLOWS = {"requests_per_replica": 8.0, "settle_s": 30.0}


def slow(**settings: Any) -> Scenario:
    """An engine so slow that few requests fill many replicas."""
    return small(
        platform__engine__calibration=20.0, platform__min_replicas=1, decisions__own_share=1.0, **settings
    )


@pytest.fixture(scope="module")
def runs() -> dict[str, Played]:
    with pytest.MonkeyPatch.context() as patch:
        return {
            "fixed": played(slow(), patch),
            "scaled": played(slow(platform__autoscaling=FOLLOWS), patch),
            "days": played(
                slow(platform__autoscaling=FOLLOWS),
                patch,
                effort=replace(LEAST, most_states=4, day_replicas=2, day_replications=1),
            ),
        }


def test_every_policy_can_be_chosen() -> None:
    assert set(get_args(ScalingRule)) == set(known_policies())


def test_what_does_not_fit_is_told_together() -> None:
    with pytest.raises(ScenarioError) as told:
        small(platform__engine__prefill_share=0.5, platform__autoscaling={"requests_per_replica": 300.0})
    assert "a pool split by phase keeps its size" in str(told.value)
    assert "platform.autoscaling.requests_per_replica: must be at most" in str(told.value)


# --- settled sizes -----------------------------------------------------------------------------------------------

AT_ONCE = Scaling(RequestsPerReplica(5.0), target=5.0, least=2, interval_s=10.0, start_s=60.0, settle_s=0.0)
"""With one look in its settling time a policy goes by the median."""


def settled_at(rates: list[float], *, scaling: Scaling = AT_ONCE, most: float = 50.0) -> list[float]:
    """A replica takes a second a request, and has ten times as many requests as its load says."""
    curve = np.array([[5.0, 10.0]])
    return settled_replicas(
        np.array([rates]),
        position=np.zeros((1, len(rates))),
        work_s=np.array([1.0]),
        loads=np.array([0.5, 1.0]),
        requests=curve,
        signal=curve,
        scaling=scaling,
        most=np.array([most]),
    )[0].tolist()


def test_settled_is_the_fewest_that_keep_the_target() -> None:
    """Ten requests for each unit of load and five for each replica: a load of a half, within the limits."""
    assert settled_at([0.1, 3.0, 3.2, 10.0]) == [2.0, 6.0, 7.0, 20.0]
    assert settled_at([10.0], most=12.0) == [12.0]


def test_holding_on_for_longer_holds_more() -> None:
    patient = replace(AT_ONCE, settle_s=600.0)
    once, longer = settled_at([3.0, 10.0]), settled_at([3.0, 10.0], scaling=patient)
    assert all(a < b <= 2 * a for a, b in zip(once, longer, strict=True))


class Watch:
    """Holds what there is, and writes down what it sees."""

    kind = "watch"

    def __init__(self, replicas: int) -> None:
        self.replicas = replicas
        self.seen: list[PoolState] = []

    def wanted(self, pool: PoolState) -> Wanted:
        self.seen.append(pool)
        return Wanted(self.replicas, "watching")


def test_the_signal_by_littles_law_is_what_a_policy_sees(runs: dict[str, Played]) -> None:
    """Requests there, and the KV memory they hold, at a tabulated load."""
    epoch = runs["scaled"].epochs[0]
    model, unit = epoch.operator.models[0], epoch.operator.models[0].station.units[0]
    cell = model.unit_cell(unit, 2)
    surface = epoch.operator._surfaces([cell.key])[cell.key]
    assert isinstance(cell.key, SurfaceKey)
    requests, _ = signal_by_load(unit, surface, cell=cell, policy=RequestsPerReplica(1.0))
    _, memory = signal_by_load(unit, surface, cell=cell, policy=KvOccupancy(1.0))
    at = surface.loads.tolist().index(0.8)
    rate_rps = 0.8 / surface.work_s[0]
    trace = draw_window(cell.key.mixes[0], 3000, rate_rps=rate_rps, seed=3, replication=0, name="watched")
    watch = Watch(2)
    scaler = Autoscaler(watch, 2, 2, interval_s=10.0, start_s=1.0, settle_s=0.0)
    simulate(single_pool_world(replace(sized(unit, 2), autoscaler=scaler)), trace)
    looks = [state for state in watch.seen if state.now_s < trace.arrival_s[-1]][len(watch.seen) // 5 :]
    assert np.mean([s.waiting + s.running for s in looks]) / 2 == pytest.approx(requests[0, at], rel=0.25)
    assert np.mean([s.kv_share for s in looks]) == pytest.approx(memory[0, at], rel=0.25)


def test_hours_of_equal_sizes_are_read_together() -> None:
    found = spans(np.array([[[1.0, 2.0, 1.0]], [[3.0, 3.0, 3.0]]]))
    assert found.case.tolist() == [0, 0, 1] and found.sizes[:, 0].tolist() == [1.0, 2.0, 3.0]
    assert found.hours.tolist() == [[True, False, True], [False, True, False], [True, True, True]]
    assert [part.tolist() for part in apart(np.array([4, 5, 4, 4]))] == [[0, 1], [2], [3]]


# --- months ------------------------------------------------------------------------------------------------------


def test_sizes_follow_the_load_of_the_hour(runs: dict[str, Played]) -> None:
    service, row = last_service(runs["scaled"])
    pool = service.stations[0]
    held, most = pool.day[row, 0], pool.sizes[row, 0]
    work = held * pool.load[row]
    assert held.shape == (HOURS,) and held.min() < held.max() <= most
    assert (np.diff(held[np.argsort(work)]) >= -1).all()
    fixed, at = last_service(runs["fixed"])
    assert fixed.stations[0].day.shape[-1] == 1 and fixed.stations[0].sizes[at, 0] == most
    assert pool.utilization[row, 0] > fixed.stations[0].utilization[at, 0]


@pytest.mark.parametrize("name", ["scaled", "days"])
def test_an_autoscaler_changes_no_request_and_loses_none(runs: dict[str, Played], name: str) -> None:
    fixed, _ = last_service(runs["fixed"])
    service, row = last_service(runs[name])
    assert runs[name].market.tobytes() == runs["fixed"].market.tobytes()
    assert service.requests.tobytes() == fixed.requests.tobytes()
    np.testing.assert_allclose(service.outcomes[row].sum(axis=-1), service.requests[row], rtol=1e-5)
    np.testing.assert_allclose(service.promised[row].sum(axis=-1), service.requests[row], rtol=1e-4)


def test_a_pool_that_is_held_by_the_hour_is_a_smaller_month_of_gpus(runs: dict[str, Played]) -> None:
    catalogue = load_catalogue()
    flows = {
        name: flow_of(run.months[-1], catalogue, data_gb=0.0, vectors=0.0).pools[0] for name, run in runs.items()
    }
    assert flows["fixed"].held == () and flows["fixed"].mean_gpus == flows["fixed"].gpus
    for name in ("scaled", "days"):
        pool = flows[name]
        assert sum(share for _, share in pool.held) == pytest.approx(1)
        assert pool.least_gpus < pool.mean_gpus < pool.most_gpus <= pool.gpus == flows["fixed"].gpus
        # The work is the same; less of what is held is idle.
        done = pool.utilization * pool.mean_gpus
        assert done == pytest.approx(flows["fixed"].utilization * flows["fixed"].gpus, rel=0.05)


# --- whole days --------------------------------------------------------------------------------------------------


QUIET = 0.1


def day_key(runs: dict[str, Played], *, start_s: float) -> DayKey:
    """Quiet until four o'clock, then busy; all hours have the mix with the most of the first product."""
    model = runs["scaled"].epochs[0].operator.models[0]
    unit = model.station.units[0]
    assert unit.fleet is not None and unit.fleet.scaling is not None
    assert model.near[0].products[0].share < model.near[-1].products[0].share
    scaling = replace(unit.fleet.scaling, start_s=start_s, settle_s=60.0)
    work_s = runs["scaled"].epochs[0].operator._unit_work_s(model, unit)
    busy = tuple(1.0 if 4 <= hour % 24 < 8 else QUIET for hour in range(HOURS))
    return DayKey(
        unit=replace(unit, fleet=replace(unit.fleet, scaling=scaling)),
        replicas=3,
        least=1,
        mixes=model.near,
        work_s=tuple(work_s.tolist()),
        shape=DayShape(busy, (1.0,) * HOURS),
        load=0.8,
        effort=replace(LEAST, day_replicas=4, day_replications=1),
        seed=7,
    )


def p95_s(key: DayKey) -> tuple[float, float]:
    """First words in the ramp of the first busy hour, and replicas held in it."""
    measured, held = Segment(key, 0, 4).play()
    return float(quantile_s(measured.ttft[: key.classes].sum(axis=0), 0.95)), float(held[0])


def test_replicas_that_come_too_late_worsen_the_ramp(runs: dict[str, Played]) -> None:
    """The same requests meet replicas that serve at once, or twenty minutes after they were called for."""
    (quick_s, _), (late_s, held) = (p95_s(day_key(runs, start_s=start_s)) for start_s in (1.0, 1200.0))
    assert late_s > 2 * quick_s
    assert 1.0 < held <= 3.0


def test_an_hour_counts_whole_however_little_of_it_is_played(runs: dict[str, Played]) -> None:
    key = day_key(runs, start_s=240.0)
    assert key.played_s < 3600 and key.ramp_s + key.tail_weight * (key.played_s - key.ramp_s) == pytest.approx(3600)
    surface = key.assembled([task.play() for task in key.tasks])
    arrived = surface.measured.outcomes.sum(axis=(1, 2, 3, 4))
    expected = np.array([key.rate_rps(hour) for hour in range(HOURS)]) * 3600
    assert arrived.shape == (HOURS,) and arrived.sum() == pytest.approx(expected.sum(), rel=0.05)
    assert (surface.held >= 1 - 1e-9).all() and (surface.held <= 3 + 1e-9).all()
    assert surface.held[4:8].mean() > surface.held[10:24].mean() + 0.5


def test_the_busiest_hour_has_the_load_it_is_named_by(runs: dict[str, Played]) -> None:
    key = day_key(runs, start_s=240.0)
    assert key.rate_rps(4) * key.work_s[-1] / key.replicas == pytest.approx(0.8)
    assert key.rate_rps(0) == pytest.approx(QUIET * key.rate_rps(4))


def test_a_day_is_the_same_in_every_process(runs: dict[str, Played]) -> None:
    """Equal keys give byte-equal segments."""
    (first, held), (again, held_again) = (Segment(day_key(runs, start_s=1.0), 0, 8).play() for _ in range(2))
    assert first.e2e.tobytes() == again.e2e.tobytes() and held.tobytes() == held_again.tobytes()


def test_fewer_replicas_or_another_policy_face_the_same_requests(runs: dict[str, Played]) -> None:
    """Policies and limits leave arrivals, lengths and patience untouched to the bit."""
    key = day_key(runs, start_s=240.0)
    assert key.unit.fleet is not None and key.unit.fleet.scaling is not None
    by_memory = replace(key.unit.fleet.scaling, policy=KvOccupancy(0.5), target=0.5)
    other = replace(key, least=2, unit=replace(key.unit, fleet=replace(key.unit.fleet, scaling=by_memory)))
    ours, theirs = (Segment(each, 0, 4)._offered()[0] for each in (key, other))
    for column in fields(Trace):
        assert getattr(ours, column.name).tobytes() == getattr(theirs, column.name).tobytes()
