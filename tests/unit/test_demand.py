"""What is asked in each month: market time, growth, launch and lateness (product rules 1 and 2)."""

from collections import Counter
from datetime import date

import numpy as np
import pytest

from sim import scenario as scenarios
from sim.catalogue import load_catalogue
from sim.scenario.load import IN_ORDER
from sim.scenario.schema import Scenario
from sim.strategy.architecture import user_groups
from sim.strategy.demand import forecasts, growth_factors, hour_weights, hourly_shape, monthly_requests, volume
from sim.strategy.months import first_day
from tests.unit.strategy_small import OWN, small

CATALOGUE = load_catalogue()
GROWTH, LATE = 0.05, 0.02


def market(launch: int, **settings: object) -> np.ndarray:
    """Requests of the support product by month."""
    state = small(world__growth_per_month=GROWTH, **settings)
    return monthly_requests([state] * 12, CATALOGUE, launch_month=launch)[:, 0]


def at_start(state: Scenario) -> float:
    return volume(state.products[0], CATALOGUE)


@pytest.mark.parametrize("name", IN_ORDER)
def test_a_preset_is_three_years_of_twelve_months_from_january_2027(name: str) -> None:
    """Rule 1: flows run over months 0..35, and what is read by date is read on the first day of a month."""
    preset = scenarios.load(name)
    days = [first_day(preset.start, month) for month in range(preset.months)]
    assert len(days) == 36 and (days[0], days[-1]) == (date(2027, 1, 1), date(2029, 12, 1))
    assert Counter(day.year for day in days) == {2027: 12, 2028: 12, 2029: 12}
    assert {day.day for day in days} == {1} and sorted(set(days)) == days
    assert first_day("2026-11", 2) == date(2027, 1, 1)


def test_the_market_grows_by_the_month_and_nothing_is_asked_before_the_launch() -> None:
    found = market(4)
    assert (found[:4] == 0).all()
    np.testing.assert_allclose(found[5:] / found[4:-1], 1 + GROWTH)


@pytest.mark.parametrize("launch", [0, 1, 6])
def test_each_month_of_delay_loses_a_share_of_the_market_and_growth_goes_on_meanwhile(launch: int) -> None:
    first = market(launch)[launch]
    assert first == pytest.approx(at_start(small()) * (1 + GROWTH) ** launch * (1 - LATE * launch))


def test_demand_that_waits_begins_with_the_launch_and_loses_nobody() -> None:
    """Never both: growth from the launch on, or market time with the late share."""
    for launch in (0, 6):
        waits = market(launch, world__demand_waits=True)
        assert waits[launch] == pytest.approx(at_start(small()))
        np.testing.assert_allclose(waits[launch + 1 :] / waits[launch:-1], 1 + GROWTH)


def test_a_market_is_never_less_than_lost() -> None:
    state = small(months=60)
    assert (monthly_requests([state] * 60, CATALOGUE, launch_month=55) == 0).all()


def test_each_month_grows_by_its_own_rate() -> None:
    slow, fast = small(world__growth_per_month=0.0), small(world__growth_per_month=0.1)
    found = growth_factors([slow, slow, fast, slow], 0, product=0)
    np.testing.assert_allclose(found, [1.0, 1.0, 1.1, 1.1])


def test_a_product_may_grow_slower_than_the_market() -> None:
    state = small(world__growth_per_month=0.1, products__coding__growth_ratio=0.5)
    np.testing.assert_allclose(growth_factors([state] * 3, 0, product=1), [1.0, 1.05, 1.05**2])


def test_what_is_not_known_yet_is_expected_to_stay_as_it_is() -> None:
    slow, fast = small(world__growth_per_month=0.0), small(world__growth_per_month=0.1)
    for states, launch in (([slow, fast, fast, slow, fast], 0), ([fast, fast, slow, fast, fast], 3)):
        for waits in (False, True):
            states = [state.model_copy(update={"world": state.world.model_copy(update={"demand_waits": waits})})
                      for state in states]  # fmt: skip
            wanted = [(known_at, month) for known_at in range(5) for month in range(launch, 5)]
            found = forecasts(states, wanted, launch_month=launch, catalogue=CATALOGUE)
            for known_at, month in wanted:
                as_it_looks = [states[min(at, known_at)] for at in range(5)]
                expected = monthly_requests(as_it_looks, CATALOGUE, launch_month=launch)[month]
                assert found[known_at, month].tobytes() == expected.tobytes()


def test_the_hours_of_a_month_ask_what_the_month_asks() -> None:
    """Who requires the EU is part of the market, and asks only where there is processing for them."""
    everywhere = scenarios.load("regulated_in_the_eu")
    for state, share in ((small(OWN), 0.8), (everywhere, 1.0)):
        shape = hourly_shape(state.products, user_groups(state), catalogue=CATALOGUE)
        month = np.einsum("hpg,h->p", shape, hour_weights(CATALOGUE) * 3600)
        np.testing.assert_allclose(month, share, rtol=1e-9)
