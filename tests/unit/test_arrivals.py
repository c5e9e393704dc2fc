"""Arrivals: unit gaps stretched to a rate that is constant or follows the hours."""

import numpy as np
import pytest
from scipy import stats

from sim.workload import gaps_to_cover, nonhomogeneous_poisson, poisson_arrivals, stream


def test_a_constant_rate_stretches_the_running_sum() -> None:
    assert poisson_arrivals(np.array([1.0, 2.0, 1.0]), 2.0).tolist() == [0.5, 1.5, 2.0]


@pytest.mark.parametrize("rate", [0.0, -1.0, np.inf, np.nan])
def test_a_rate_that_is_no_rate_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="positive number"):
        poisson_arrivals(np.ones(3), rate)


def test_hours_are_inverted_exactly() -> None:
    """2 an hour, none, 4 an hour: the third event falls half an hour into the third hour."""
    gaps = np.array([1.0, 0.5, 2.5, 1.0, 9.0])
    times = nonhomogeneous_poisson(gaps, np.array([2.0, 0.0, 4.0]), hour_s=1.0)
    np.testing.assert_allclose(times, [0.5, 0.75, 2.5, 2.75])


def test_equal_hours_are_a_constant_rate() -> None:
    gaps = gaps_to_cover(stream(1, 0, name="gaps"), 300.0)
    hourly = nonhomogeneous_poisson(gaps, np.full(3, 100.0), hour_s=1.0)
    constant = poisson_arrivals(gaps, 100.0)
    np.testing.assert_allclose(hourly, constant[constant < 3.0])


def test_no_arrival_falls_into_an_hour_without_load_nor_past_the_end() -> None:
    rates = np.array([0.0, 50.0, 0.0, 80.0, 0.0])
    times = nonhomogeneous_poisson(gaps_to_cover(stream(1, 0, name="g"), 130.0), rates, hour_s=1.0)
    assert len(times) > 80
    assert np.all(np.diff(times) >= 0)
    assert set(np.minimum(np.floor(times), 4).astype(int)) <= {1, 3}


def test_counts_of_an_hour_are_poisson() -> None:
    rates = np.tile([3.0, 9.0], 1500)
    times = nonhomogeneous_poisson(gaps_to_cover(stream(5, 0, name="g"), rates.sum()), rates, hour_s=1.0)
    counts = np.bincount(times.astype(int), minlength=len(rates))[1::2]
    expected = stats.poisson(9.0).pmf(np.arange(4, 16)) * len(counts)
    seen = np.array([np.sum(counts == k) for k in range(4, 16)])
    assert np.sum((seen - expected) ** 2 / expected) < stats.chi2(12).ppf(0.9999)
    # Neighboring hours are independent.
    pairs = np.bincount(times.astype(int), minlength=len(rates)).reshape(-1, 2)
    assert abs(np.corrcoef(pairs.T)[0, 1]) < 4 / np.sqrt(len(pairs))


def test_no_load_gives_no_arrivals() -> None:
    assert len(nonhomogeneous_poisson(np.ones(5), np.zeros(24))) == 0
    assert len(nonhomogeneous_poisson(np.ones(0), np.zeros(24))) == 0


@pytest.mark.parametrize("rates", [[-1.0], [np.nan], [np.inf]])
def test_a_faulty_hour_is_refused(rates: list[float]) -> None:
    with pytest.raises(ValueError, match="finite and at least 0"):
        nonhomogeneous_poisson(np.ones(5), np.array(rates))


def test_too_few_gaps_are_refused_with_the_way_out() -> None:
    with pytest.raises(ValueError, match="gaps_to_cover"):
        nonhomogeneous_poisson(np.ones(5), np.array([100.0]), hour_s=1.0)


@pytest.mark.parametrize("expected", [0.0, 1.0, 10.0, 5000.0])
def test_gaps_cover_and_a_longer_window_begins_like_a_shorter_one(expected: float) -> None:
    short = gaps_to_cover(stream(3, 0, name="g"), expected)
    long = gaps_to_cover(stream(3, 0, name="g"), 3 * expected + 1)
    assert short.sum() > expected
    assert np.array_equal(short, long[: len(short)])
