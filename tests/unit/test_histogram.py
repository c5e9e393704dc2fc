"""Latency histograms: what adding, shifting and reading quantiles must keep."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.metrics import latency_counts, quantile_s, share_at_most, shift
from sim.metrics.histogram import BINS, EDGES_S

BIN_RATIO = EDGES_S[1] / EDGES_S[0]

latencies = arrays(np.float64, st.integers(1, 60), elements=st.floats(0.0, 2e5))
counts = latencies.map(latency_counts)
shares = st.floats(0.0, 1.0)


@given(latencies)
def test_everyone_is_counted_once_on_the_right_side_of_every_edge(values: np.ndarray) -> None:
    histogram = latency_counts(values)
    assert histogram.sum() == len(values)
    np.testing.assert_array_equal(np.cumsum(histogram)[:-1], [np.sum(values <= edge) for edge in EDGES_S])


@given(latencies, latencies)
def test_merging_is_adding(one: np.ndarray, two: np.ndarray) -> None:
    merged = latency_counts(np.concatenate([one, two]))
    np.testing.assert_array_equal(merged, latency_counts(one) + latency_counts(two))


@given(latencies)
def test_a_weight_counts_like_so_many_requests(values: np.ndarray) -> None:
    weights = np.arange(len(values)) % 4
    np.testing.assert_array_equal(latency_counts(values, weights), latency_counts(np.repeat(values, weights)))


@given(latencies, shares)
def test_quantiles_are_within_a_bin_of_the_sorted_values(values: np.ndarray, q: float) -> None:
    exact = np.quantile(values, q, method="inverted_cdf")
    read = float(quantile_s(latency_counts(values), q))
    if exact > EDGES_S[-1]:
        assert read == np.inf
    elif exact <= EDGES_S[0]:
        assert 0 <= read <= EDGES_S[0]
    else:
        assert exact / BIN_RATIO * (1 - 1e-9) <= read <= exact * BIN_RATIO * (1 + 1e-9)


@given(counts, shares, shares)
def test_quantiles_rise(histogram: np.ndarray, p: float, q: float) -> None:
    low, high = sorted((p, q))
    assert quantile_s(histogram, low) <= quantile_s(histogram, high)


@given(counts, st.floats(0.01, 0.99))
def test_the_share_at_most_a_quantile_is_its_share(histogram: np.ndarray, q: float) -> None:
    limit_s = float(quantile_s(histogram, q))
    if np.isfinite(limit_s):
        assert share_at_most(histogram, limit_s) == pytest.approx(q, abs=1e-9)


@given(latencies)
def test_the_share_at_most_an_edge_is_exact(values: np.ndarray) -> None:
    histogram = latency_counts(values)
    for edge in EDGES_S[::97]:
        assert share_at_most(histogram, float(edge)) == pytest.approx(np.mean(values <= edge))


@given(counts, st.floats(-50.0, 50.0))
def test_a_shift_keeps_everyone(histogram: np.ndarray, by_s: float) -> None:
    moved = shift(histogram, by_s)
    assert moved.sum() == pytest.approx(histogram.sum())
    assert np.all(moved >= 0)


@given(arrays(np.float64, st.integers(1, 40), elements=st.floats(0.001, 900.0)), st.floats(0.001, 50.0), shares)
def test_a_shifted_histogram_reads_like_the_shifted_latencies(values: np.ndarray, by_s: float, q: float) -> None:
    exact = np.quantile(values, q, method="inverted_cdf") + by_s
    read = float(quantile_s(shift(latency_counts(values), by_s), q))
    # A bin before the shift and a bin after it.
    assert exact / BIN_RATIO**2 * (1 - 1e-9) <= read <= exact * BIN_RATIO**2 * (1 + 1e-9)


@given(counts)
def test_no_shift_is_none(histogram: np.ndarray) -> None:
    np.testing.assert_array_equal(shift(histogram, 0.0), histogram)


def test_whoever_got_no_answer_counts_as_beyond_every_limit() -> None:
    histogram = latency_counts([1.0, np.inf, np.inf, np.inf])
    assert histogram[-1] == 3
    assert quantile_s(histogram, 0.2) == pytest.approx(1.0, rel=0.03)
    assert quantile_s(histogram, 0.5) == np.inf
    assert share_at_most(histogram, 1e9) == 0.25
    assert share_at_most(histogram, np.inf) == 0.25
    assert shift(histogram, 5.0)[-1] == 3


def test_what_cannot_be_measured_is_left_out() -> None:
    np.testing.assert_array_equal(latency_counts([1.0, np.nan]), latency_counts([1.0]))
    np.testing.assert_array_equal(latency_counts([1.0, np.nan], [2.0, 5.0]), 2 * latency_counts([1.0]))


def test_an_empty_histogram_has_no_quantile_and_no_share() -> None:
    empty = latency_counts([])
    assert empty.shape == (BINS,)
    assert np.isnan(quantile_s(empty, 0.5)) and np.isnan(share_at_most(empty, 1.0))


def test_many_histograms_are_read_at_once() -> None:
    stacked = np.stack([latency_counts([0.1, 0.2]), latency_counts([5.0]), latency_counts([])])
    np.testing.assert_array_equal(quantile_s(stacked, 0.9), [quantile_s(row, 0.9) for row in stacked])
    np.testing.assert_array_equal(share_at_most(stacked, 1.0), [share_at_most(row, 1.0) for row in stacked])
    np.testing.assert_allclose(shift(stacked, 0.3), [shift(row, 0.3) for row in stacked])


@pytest.mark.parametrize("q", [-0.1, 1.1, np.nan])
def test_a_quantile_is_a_share(q: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        quantile_s(latency_counts([1.0]), q)
