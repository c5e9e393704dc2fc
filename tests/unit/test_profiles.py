"""Load by hour of the week, as users in other regions live it."""

import numpy as np
import pytest

from sim.catalogue import load_catalogue
from sim.workload import by_hour_type, hour_types, shift_from_home_h, weekly_rates

CATALOGUE = load_catalogue()
PROFILES = ["conversation", "coding"]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("shift_h", [0.0, 6.0, -3.0, 5.5, 170.0])
def test_the_mean_is_one_whatever_the_shift(profile: str, shift_h: float) -> None:
    week = weekly_rates(profile, CATALOGUE, shift_h=shift_h)
    assert week.shape == (168,)
    assert week.mean() == pytest.approx(1.0)
    assert week.min() >= 0


def test_the_week_is_five_working_days_and_a_weekend() -> None:
    days = weekly_rates("coding", CATALOGUE).reshape(7, 24)
    assert np.all(days[:5] == days[0]) and np.all(days[5:] == days[5])
    assert days[0].sum() > days[6].sum()


def test_users_to_the_east_are_earlier() -> None:
    """What home sees at an hour, they saw six hours before."""
    home, east = weekly_rates("coding", CATALOGUE), weekly_rates("coding", CATALOGUE, shift_h=6.0)
    np.testing.assert_allclose(east, np.roll(home, -6))
    np.testing.assert_allclose(
        weekly_rates("coding", CATALOGUE, shift_h=5.5), (np.roll(home, -5) + np.roll(home, -6)) / 2
    )


def test_shifts_are_differences_of_clocks() -> None:
    assert shift_from_home_h("us_east", CATALOGUE) == 0.0
    assert shift_from_home_h("eu_west", CATALOGUE) == 6.0
    assert shift_from_home_h("us_west", CATALOGUE) == -3.0


def test_hour_types_stand_for_every_hour_of_a_month() -> None:
    types = hour_types(CATALOGUE)
    assert types.weight_h.sum() == pytest.approx(CATALOGUE.value("business", "rules", "hours_per_month"))
    assert types.weight_h[types.is_weekend].sum() == pytest.approx(2 / 7 * types.weight_h.sum())
    assert types.utc_hour.tolist() == [*range(24), *range(24)]


@pytest.mark.parametrize("shift_h", [0.0, 9.0])
def test_representative_hours_keep_the_weeks_mean(shift_h: float) -> None:
    week = weekly_rates("conversation", CATALOGUE, shift_h=shift_h)
    assert np.average(by_hour_type(week), weights=hour_types(CATALOGUE).weight_h) == pytest.approx(1.0)
    stacked = by_hour_type(np.stack([week, 2 * week]))
    np.testing.assert_allclose(stacked[1], 2 * by_hour_type(week))


def test_an_unknown_profile_is_named() -> None:
    with pytest.raises(LookupError, match="conversation"):
        weekly_rates("conversations", CATALOGUE)
