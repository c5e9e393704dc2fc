"""Work that can wait is moved, never lost, until a week has no room for it."""

import numpy as np
import pytest

from sim.strategy.backlog import defer, week_hours

DAYS = np.concatenate([np.full(24, 5.0), np.full(24, 2.0)])


def by_type(weekday, weekend):
    return np.concatenate([np.broadcast_to(weekday, 24), np.broadcast_to(weekend, 24)])[None, :]


def test_a_week_has_168_hours_of_48_types():
    hours = week_hours()
    assert len(hours) == 168
    assert np.bincount(hours).tolist() == [5] * 24 + [2] * 24


def test_what_fits_is_done_at_once():
    held = defer(by_type(0.2, 0.2), by_type(0.3, 0.1), cap=0.9)
    np.testing.assert_allclose(held.executed, by_type(0.3, 0.1))
    assert held.wait_h[0] == 0 and not held.saturated[0]


def test_a_busy_day_is_caught_up_with_at_night():
    waiting = np.where(np.arange(24) < 12, 1.2, 0.0)
    held = defer(by_type(0.0, 0.0), by_type(waiting, 0.0), cap=0.9)
    assert held.executed.max() == pytest.approx(0.9)
    assert (held.executed * DAYS).sum() == pytest.approx((by_type(waiting, 0.0) * DAYS).sum())
    assert not held.saturated[0]
    # Twelve hours gain 0.3 each and are worked off at 0.9 an hour: a triangle of height 3.6 over 16 hours.
    backlog = sum(0.3 * (h + 1) for h in range(12)) + sum(3.6 - 0.9 * (h + 1) for h in range(4))
    assert held.wait_h[0] == pytest.approx(backlog / (12 * 1.2))


def test_the_weekend_clears_what_the_working_days_left():
    held = defer(by_type(0.5, 0.1), by_type(0.45, 0.0), cap=0.9)
    assert not held.saturated[0] and 0 < held.wait_h[0] < np.inf
    assert (held.executed * DAYS).sum() == pytest.approx(5 * 24 * 0.45)


def test_a_week_without_room_is_saturated_and_does_what_it_can():
    held = defer(by_type(0.5, 0.5), by_type(0.6, 0.6), cap=0.9)
    assert held.saturated[0] and held.wait_h[0] == np.inf
    np.testing.assert_allclose(held.executed, 0.4)
