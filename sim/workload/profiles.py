"""Load by hour of the week: when users ask, in UTC."""

from dataclasses import dataclass
from math import floor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.workload.trace import FloatColumn, IntColumn

HOURS_PER_DAY: Final = 24
WORKING_DAYS: Final = 5
DAYS_PER_WEEK: Final = 7
HOURS_PER_WEEK: Final = HOURS_PER_DAY * DAYS_PER_WEEK

PROFILE_HOME: Final = "us_east"
"""Catalogue region whose users the measured profiles are taken to show; users elsewhere live them at their own hour."""


def weekly_rates(profile_id: str, catalogue: Catalogue, *, shift_h: float = 0.0) -> FloatColumn:
    """Load in each UTC hour of the week as a multiple of the week's mean.

    Args:
        profile_id: a profile of the catalogue (table 'profiles').
        catalogue: where the weekday and weekend hours come from.
        shift_h: hours by which the users' clock runs ahead of the profile's
            home (`shift_from_home_h`); what home sees at an hour they see
            `shift_h` hours earlier. A fraction mixes the two hours it covers.

    Returns:
        shape (168,), from Monday 00:00 UTC, with mean 1 whatever the shift.

    Raises:
        LookupError: no such profile, or an hour is missing.
        ValueError: the profile has a negative hour or no load at all.
    """
    weekday, weekend = (
        [catalogue.value("profiles", profile_id, f"{day}_{hour:02d}") for hour in range(HOURS_PER_DAY)]
        for day in ("weekday", "weekend")
    )
    week = np.array(weekday * WORKING_DAYS + weekend * (DAYS_PER_WEEK - WORKING_DAYS))
    if week.min() < 0 or week.sum() <= 0:
        raise ValueError(f"profile '{profile_id}' must have no hour below 0 and some load: correct its catalogue rows")
    whole_h = floor(shift_h)
    fraction = shift_h - whole_h
    shifted = (1 - fraction) * np.roll(week, -whole_h) + fraction * np.roll(week, -whole_h - 1)
    return shifted / shifted.mean()


def shift_from_home_h(region: str, catalogue: Catalogue) -> float:
    """Hours by which a user region's clock runs ahead of the profiles' home; standard time, all year."""
    return catalogue.value("regions", region, "utc_offset_h") - catalogue.value("regions", PROFILE_HOME, "utc_offset_h")


@dataclass(frozen=True, slots=True, eq=False)
class HourTypes:
    """The 48 representative hours a month stands for: 24 UTC hours of a weekday, then 24 of a weekend day."""

    is_weekend: NDArray[np.bool_]
    """Shape (48,)."""
    utc_hour: IntColumn
    """0 to 23, shape (48,)."""
    weight_h: FloatColumn
    """Hours of a month that each stands for, shape (48,); they sum to the hours of a month."""


def hour_types(catalogue: Catalogue) -> HourTypes:
    """The representative hours, weighted for the catalogue's mean month."""
    is_weekend = np.repeat([False, True], HOURS_PER_DAY)
    days = np.where(is_weekend, DAYS_PER_WEEK - WORKING_DAYS, WORKING_DAYS)
    return HourTypes(
        is_weekend=is_weekend,
        utc_hour=np.tile(np.arange(HOURS_PER_DAY), 2),
        weight_h=days * (catalogue.value("business", "rules", "hours_per_month") / HOURS_PER_WEEK),
    )


def by_hour_type(weekly: FloatColumn) -> FloatColumn:
    """Mean of an hourly quantity over the days of each hour type.

    Args:
        weekly: shape (..., 168), from Monday 00:00 UTC.

    Returns:
        shape (..., 48), in the order of `hour_types`; its mean weighted by
        `weight_h` is the week's mean. For shifted users a UTC weekday hour
        averages days of which one may be their Sunday or Saturday.
    """
    days = weekly.reshape(*weekly.shape[:-1], DAYS_PER_WEEK, HOURS_PER_DAY)
    return np.concatenate(
        [days[..., :WORKING_DAYS, :].mean(axis=-2), days[..., WORKING_DAYS:, :].mean(axis=-2)], axis=-1
    )
