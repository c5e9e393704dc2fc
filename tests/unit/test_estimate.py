"""Estimates: Student's interval over replications."""

from math import isnan, sqrt

import numpy as np
import pytest
from scipy import stats

from sim.metrics import Estimate


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99, 0.999])
def test_the_interval_is_students(confidence: float) -> None:
    samples = [1.0, 2.0, 4.0, 8.0]
    estimate = Estimate.of(samples, confidence=confidence)
    low, high = stats.t.interval(confidence, 3, loc=np.mean(samples), scale=stats.sem(samples))
    assert estimate.mean == pytest.approx(3.75)
    assert estimate.half_width == pytest.approx((high - low) / 2)
    assert estimate.n == 4


def test_by_hand() -> None:
    """Two samples two apart: deviation sqrt(2), t of one degree of freedom at 95 % 12.7062."""
    assert Estimate.of([1.0, 3.0]).half_width == pytest.approx(12.706205 * sqrt(2) / sqrt(2))


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    samples = np.random.default_rng(1).normal(5.0, 2.0, size=(4000, 6))
    held = [abs(e.mean - 5.0) <= e.half_width for e in map(Estimate.of, samples.tolist())]
    assert np.mean(held) == pytest.approx(0.95, abs=4 * sqrt(0.95 * 0.05 / 4000))


def test_one_replication_leaves_the_width_unknown() -> None:
    estimate = Estimate.of([3.0])
    assert (estimate.mean, estimate.n) == (3.0, 1)
    assert isnan(estimate.half_width)


def test_equal_replications_and_exact_figures_have_no_width() -> None:
    assert Estimate.of([2.0, 2.0, 2.0]).half_width == 0.0
    assert Estimate.exact(2.0) == Estimate(mean=2.0, half_width=0.0, n=1)


def test_no_sample_is_no_estimate() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Estimate.of([])


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0])
def test_a_confidence_is_a_share(confidence: float) -> None:
    with pytest.raises(ValueError, match="confidence"):
        Estimate.of([1.0, 2.0], confidence=confidence)
