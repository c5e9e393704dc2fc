"""Availability: states weighed and outages drawn agree with k of n independent units."""

import json
from math import exp
from pathlib import Path

import numpy as np
import pytest

from sim.metrics import Estimate
from sim.serving import (
    Disruption,
    GpuPool,
    Hazards,
    Outages,
    ReplicaHazard,
    SpotInterruptions,
    degraded_states,
    draw_disruption,
    fleet_time,
    simulate,
    single_pool_world,
)
from sim.serving.disruption import up_law
from tests.reference.workloads import Ask, make_pool, make_step, trace_of
from tests.theory.formulas import birth_death, kofn

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "validation" / "queue_cases_public.json"
HOUR_S = 3600.0
PUBLISHED = {"n": 8, "k": 7, "mtbf": 2000.0, "mttr": 24.0}


def pool_of(replicas: int) -> GpuPool:
    return make_pool(make_step(), replicas=replicas)


def least_up(n: int, k: int, mtbf: float, mttr: float) -> tuple[float, float]:
    """Share of the hours with at least k of n replicas up, and the mean number up, by the degraded states."""
    hazards = Hazards((ReplicaHazard(Outages(mtbf, mttr)),))
    states = degraded_states((pool_of(n),), hazards, most_states=n + 1)
    return (
        sum(state.weight for state in states if state.up[0] >= k),
        sum(state.weight * state.up[0] for state in states),
    )


def test_states_have_the_hours_of_the_published_case() -> None:
    share, mean = least_up(**PUBLISHED)
    assert share == pytest.approx(0.9962456867263778, rel=1e-12)
    assert mean == pytest.approx(7.905138339920948, rel=1e-12)


def test_every_k_of_n_case_of_the_validation_file() -> None:
    if not SHARED.exists():
        pytest.skip("the shared validation data is not beside this checkout")
    cases = [case for case in json.loads(SHARED.read_text()) if case["function"] == "kofn"]
    assert cases
    for case in cases:
        share, mean = least_up(**case["parameters"])
        assert share == pytest.approx(case["exact"]["P_at_least_k_up"], rel=1e-6), case["id"]
        assert mean == pytest.approx(case["exact"]["expected_up"], rel=1e-6), case["id"]


def test_up_law_is_the_machine_repair_chain_with_a_crew_for_each() -> None:
    """Machines that fail at 1/mtbf each and are repaired at 1/mttr each: a birth-death chain of those down."""
    n, mtbf, mttr = 6, 300.0, 40.0
    failures = [(n - down) / mtbf for down in range(n)]
    repairs = [(down + 1) / mttr for down in range(n)]
    down_law = birth_death(births=failures, deaths=repairs)
    law = up_law(ReplicaHazard(Outages(mtbf, mttr)), n)
    assert np.allclose(law[::-1], down_law, rtol=1e-12)


def test_spot_and_owned_slots_make_a_poisson_binomial() -> None:
    spot = SpotInterruptions(mean_up_h=2.0, notice_s=0.1 * HOUR_S, replacement_s=0.4 * HOUR_S)
    law = up_law(ReplicaHazard(Outages(9.0, 1.0), spot, spot_from=1), 2)
    owned, bought = 0.9, 0.9 * 0.8
    assert law == pytest.approx(
        [(1 - owned) * (1 - bought), owned * (1 - bought) + bought * (1 - owned), owned * bought]
    )


def share_of_hours(disruption: Disruption, *, n: int, k: int, horizon_s: float) -> float:
    """Share of the horizon with at least k of n slots up, from the drawn outages."""
    changes = sorted(
        change
        for outage in disruption.replicas
        for change in ((outage.notice_s, -1), (min(outage.back_s, horizon_s), 1))
    )
    up, since_s, enough_s = n, 0.0, 0.0
    for at_s, change in [*changes, (horizon_s, 0)]:
        enough_s += (at_s - since_s) * (up >= k)
        up, since_s = up + change, at_s
    return enough_s / horizon_s


def test_drawn_outages_have_the_hours_of_the_published_case() -> None:
    n, k = PUBLISHED["n"], PUBLISHED["k"]
    hazards = Hazards((ReplicaHazard(Outages(PUBLISHED["mtbf"], PUBLISHED["mttr"])),))
    horizon_s = 100_000 * HOUR_S
    shares = [
        share_of_hours(
            draw_disruption((pool_of(n),), hazards, horizon_s=horizon_s, seed=11, replication=replication),
            n=n,
            k=k,
            horizon_s=horizon_s,
        )
        for replication in range(20)
    ]
    estimate = Estimate.of(shares, confidence=0.999)
    assert estimate.half_width < 1e-3
    assert abs(estimate.mean - kofn(**PUBLISHED)["P_at_least_k_up"]) < estimate.half_width


def test_outages_are_in_steady_state_from_the_first_hour() -> None:
    """A short window sees the long run's share out; one that began with everything up would see almost none."""
    hazards = Hazards((ReplicaHazard(Outages(100.0, 25.0)),))
    horizon_s = HOUR_S
    n = 50
    out = []
    for replication in range(40):
        drawn = draw_disruption((pool_of(n),), hazards, horizon_s=horizon_s, seed=5, replication=replication)
        out.append(sum(min(o.back_s, horizon_s) - o.lost_s for o in drawn.replicas) / (n * horizon_s))
    estimate = Estimate.of(out, confidence=0.999)
    assert estimate.half_width < 0.05
    assert abs(estimate.mean - 0.2) < estimate.half_width


def test_spot_interruptions_come_at_their_hazard() -> None:
    """Over a month a slot meets no notice with probability exp(-month / mean up), as the catalogue's share is read."""
    spot = SpotInterruptions(mean_up_h=500.0, notice_s=120.0, replacement_s=400.0)
    hazards = Hazards((ReplicaHazard(None, spot, spot_from=0),))
    month_h = 730.5
    spared = []
    for replication in range(30):
        drawn = draw_disruption((pool_of(40),), hazards, horizon_s=month_h * HOUR_S, seed=3, replication=replication)
        spared.append(1 - len({outage.slot for outage in drawn.replicas}) / 40)
    estimate = Estimate.of(spared, confidence=0.999)
    assert abs(estimate.mean - exp(-month_h / spot.mean_up_h)) < estimate.half_width


def test_the_run_plays_the_hours_that_were_drawn() -> None:
    """Replica-seconds out in the log of a run are those of the outages."""
    hazards = Hazards((ReplicaHazard(Outages(0.5, 0.1)),))
    pool = pool_of(4)
    horizon_s = 4 * HOUR_S
    drawn = draw_disruption((pool,), hazards, horizon_s=horizon_s, seed=1, replication=0)
    trace = trace_of([Ask(at=0.0, asked=1, answer=1), Ask(at=horizon_s, asked=1, answer=1)])
    world = single_pool_world(pool)
    record = simulate(type(world)(world.endpoints, world.router, world.rtt_s, disruption=drawn), trace)
    time = fleet_time(pool, record.changes, endpoint=0, opens_s=0.0, closes_s=horizon_s)
    planned_s = sum(min(o.back_s, horizon_s) - o.lost_s for o in drawn.replicas)
    assert len(drawn.replicas) > 10
    assert time.out_s == pytest.approx(planned_s)
    assert time.rented_s == 4 * horizon_s
