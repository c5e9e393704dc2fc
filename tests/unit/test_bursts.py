"""Bursts, crowds and shifts change when requests come, and not how many."""

import numpy as np
import pytest

from sim.catalogue import load_catalogue
from sim.workload import (
    RateCurve,
    arrivals_along,
    draw_curve_window,
    draw_window,
    flash_crowd,
    gaps_to_cover,
    hour_types,
    modulated_rates,
    nonhomogeneous_poisson,
    stream,
    weekly_rates,
    with_bursts,
)
from sim.workload.profiles import by_hour_type
from tests.reference.worlds import load, mix, trace_columns

CATALOGUE = load_catalogue()
N = 200_000


def gaps(n: int = N) -> np.ndarray:
    return stream(3, 0, name="gaps").standard_exponential(n)


@pytest.mark.parametrize("cv", [0.5, 1.0, 2.0, 4.0])
def test_bursts_keep_the_mean_and_have_the_cv_asked_for(cv: float) -> None:
    bursty = with_bursts(gaps(), cv)
    assert bursty.mean() == pytest.approx(1.0, abs=4 * cv / N**0.5)
    assert bursty.std() / bursty.mean() == pytest.approx(cv, rel=0.05)


def test_bursts_keep_every_quantile_and_leave_poisson_alone() -> None:
    drawn = gaps(1000)
    assert with_bursts(drawn, 1.0) is drawn
    assert np.array_equal(np.argsort(with_bursts(drawn, 3.0)), np.argsort(drawn))
    with pytest.raises(ValueError, match="positive number"):
        with_bursts(drawn, 0.0)


def test_a_bursty_window_changes_arrival_times_and_no_other_draw() -> None:
    calm = load(500, rate_rps=5.0)
    bursty = load(500, rate_rps=5.0, cv=3.0)
    assert not np.array_equal(calm.arrival_s, bursty.arrival_s)
    for column, same in zip(trace_columns(calm)[1:], trace_columns(bursty)[1:], strict=True):
        np.testing.assert_array_equal(column, same)


def test_a_curve_of_steps_is_the_hourly_process() -> None:
    rates = [2.0, 0.0, 5.0]
    drawn = gaps(60_000)
    curve = RateCurve((0.0, 3600.0, 3600.0, 7200.0, 7200.0, 10800.0), (2.0, 2.0, 0.0, 0.0, 5.0, 5.0))
    np.testing.assert_allclose(arrivals_along(drawn, curve), nonhomogeneous_poisson(drawn, np.array(rates)))


def test_a_slope_is_inverted_exactly() -> None:
    """Along r(t) = 2t the k-th arrival stands where t^2 is the k-th event of a unit Poisson process."""
    drawn = gaps(2000)
    events = np.cumsum(drawn)
    curve = RateCurve((0.0, 30.0), (0.0, 60.0))
    np.testing.assert_allclose(arrivals_along(drawn, curve), np.sqrt(events[events < 900]))


def test_a_flash_crowd_brings_what_its_curve_says() -> None:
    curve = flash_crowd(
        2.0, peak_multiple=10.0, begins_s=1000.0, rises_s=100.0, holds_s=300.0, falls_s=100.0, window_s=4000.0
    )
    assert curve.expected_arrivals == pytest.approx(2.0 * 4000 + 18.0 * (300 + 100))
    counts = [
        len(arrivals_along(gaps_to_cover(stream(1, rep, name="crowd"), curve.expected_arrivals), curve))
        for rep in range(20)
    ]
    assert np.mean(counts) == pytest.approx(curve.expected_arrivals, abs=4 * (curve.expected_arrivals / 20) ** 0.5)
    with pytest.raises(ValueError, match="must fit the window"):
        flash_crowd(2.0, peak_multiple=2.0, begins_s=10.0, rises_s=0.0, holds_s=10.0, falls_s=0.0, window_s=15.0)


def test_a_modulated_rate_keeps_its_mean_and_scatters_more_than_poisson() -> None:
    curve = modulated_rates(
        stream(1, 0, name="mmpp"), mean_rps=3.0, busy_multiple=3.0, busy_s=60.0, quiet_s=240.0, window_s=1_000_000.0
    )
    assert set(np.round(curve.rates_rps, 12)) == {1.5, 9.0}
    # Share of time busy: variance 2*pi*(1-pi)*s/T with s the relaxation time busy*quiet/(busy+quiet).
    deviation = (2 * 0.2 * 0.8 * 48 / 1e6) ** 0.5 * (9.0 - 1.5)
    assert curve.mean_rps == pytest.approx(3.0, abs=4 * deviation)
    times_s = arrivals_along(gaps_to_cover(stream(1, 0, name="gaps"), curve.expected_arrivals), curve)
    per_minute = np.bincount((times_s // 60).astype(int))
    assert per_minute.var() / per_minute.mean() > 5
    with pytest.raises(ValueError, match="more than the mean"):
        modulated_rates(
            stream(1, 0, name="m"), mean_rps=1.0, busy_multiple=9.0, busy_s=60.0, quiet_s=60.0, window_s=9.0
        )


def test_a_window_along_a_curve_begins_like_a_shorter_one() -> None:
    short = draw_curve_window(mix(), RateCurve((0.0, 50.0), (4.0, 4.0)), seed=1, replication=0, name="c")
    long = draw_curve_window(mix(), RateCurve((0.0, 90.0), (4.0, 4.0)), seed=1, replication=0, name="c")
    for column, longer in zip(trace_columns(short), trace_columns(long), strict=True):
        np.testing.assert_array_equal(column, longer[: len(column)])
    again = draw_window(mix(), len(short), rate_rps=4.0, seed=1, replication=0, name="c")
    np.testing.assert_allclose(short.arrival_s, again.arrival_s)


@pytest.mark.parametrize("shift_h", [0.0, 6.0, -7.0, 5.5, 13.25])
def test_a_shift_of_time_zone_conserves_the_mean_rate(shift_h: float) -> None:
    for profile in CATALOGUE.ids("profiles"):
        week = weekly_rates(profile, CATALOGUE, shift_h=shift_h)
        assert week.mean() == pytest.approx(1.0)
        month = by_hour_type(week)
        weight_h = hour_types(CATALOGUE).weight_h
        assert month @ weight_h / weight_h.sum() == pytest.approx(1.0)
        if shift_h == round(shift_h):
            np.testing.assert_allclose(np.sort(week), np.sort(weekly_rates(profile, CATALOGUE)))
