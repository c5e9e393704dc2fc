"""One long run: the warm-up that MSER-5 finds, batch means, and how many samples a width takes."""

import numpy as np
import pytest
from scipy import stats

from sim.metrics import Estimate, batch_means, mser5


def marginal_error(averages: np.ndarray, cut: int) -> float:
    """The rule as it is published, one cut at a time."""
    rest = averages[cut:]
    return float(((rest - rest.mean()) ** 2).sum() / len(rest) ** 2)


def test_the_cut_minimizes_the_marginal_standard_error() -> None:
    rng = np.random.default_rng(4)
    for settling in (3.0, 40.0, 150.0):
        series = 10 * np.exp(-np.arange(1003) / settling) + rng.normal(size=1003)
        averages = series[:1000].reshape(-1, 5).mean(axis=1)
        best = min(range(100), key=lambda cut: marginal_error(averages, cut))
        assert mser5(series) == 5 * best
        assert settling < 5 * best < 12 * settling


def test_a_run_that_never_settles_has_no_cut() -> None:
    assert mser5(np.linspace(0.0, 1.0, 200)) is None
    assert mser5(np.ones(200)) == 0


def test_too_little_to_look_at() -> None:
    with pytest.raises(ValueError, match="20 finite"):
        mser5(np.ones(19))
    with pytest.raises(ValueError, match="20 finite"):
        mser5([float("inf")] * 30)


def test_batch_means_by_hand() -> None:
    found = batch_means([1.0, 3.0, 5.0, 7.0, 100.0], batches=2)
    assert found == Estimate.of([2.0, 6.0])
    with pytest.raises(ValueError, match="parts"):
        batch_means([1.0, 2.0], batches=1)


def test_as_many_samples_as_the_width_takes() -> None:
    estimate = Estimate.of([9.0, 10.0, 11.0, 10.5, 9.5])
    spread = float(np.std([9.0, 10.0, 11.0, 10.5, 9.5], ddof=1))

    def relative(n: int) -> float:
        return float(stats.t.ppf(0.975, n - 1)) * spread / np.sqrt(n) / 10

    for asked in (0.5, 0.05, 0.01, 0.001):
        n = estimate.samples_for(asked)
        assert relative(n) <= asked and (n == 2 or relative(n - 1) > asked)
    assert Estimate.exact(4.0).samples_for(0.01) == 1
    with pytest.raises(ValueError, match="wanted"):
        Estimate.of([3.0]).samples_for(0.05)
