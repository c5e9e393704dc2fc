"""Bad service loses customers only where the world says so, and the months agree with what it leaves."""

import pytest

from sim import scenario as scenarios
from sim.strategy import Outcome, SurfaceStore, evaluate

CROWDED = {"world.growth_per_month": 0.08}
"""Growth at which the prototype meets its rate limit within three years."""


@pytest.fixture(scope="module")
def store() -> SurfaceStore:
    return SurfaceStore()


def outcome(store: SurfaceStore, **moved: object) -> Outcome:
    scenario = scenarios.load("prototype_by_friday")
    return evaluate(scenarios.set_fields(scenario, {**CROWDED, **moved}), store=store)


def test_customers_stay_unless_the_world_says_otherwise(store: SurfaceStore) -> None:
    told = outcome(store, **{"world.retention_on": False})
    assert [m.requests for m in outcome(store).months] == [m.requests for m in told.months]


def test_bad_service_shrinks_later_demand_and_good_service_does_not(store: SurfaceStore) -> None:
    stay, leave = outcome(store), outcome(store, **{"world.retention_on": True})
    lost = [1 - b.requests / a.requests for a, b in zip(stay.months, leave.months, strict=True) if a.requests]
    assert leave.simulated_windows == 0
    assert lost[0] == 0
    assert lost == sorted(lost)
    assert 0 < lost[-1] < 0.5
    # What is lost in a month was caused before it: the first bad month itself still has all its customers.
    first_bad = next(i for i, m in enumerate(leave.months) if m.requests and m.timed_out / m.requests > 0.001)
    assert leave.months[first_bad].requests == pytest.approx(stay.months[first_bad].requests, rel=0.01)
