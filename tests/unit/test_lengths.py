"""Token lengths: laws read at quantiles."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim.catalogue import load_catalogue
from sim.workload import LengthLaw, LognormalLaw, QuantileLaw
from sim.workload.lengths import quantile_law

MIDDLES = (np.arange(200_000) + 0.5) / 200_000
"""The middles of equal slices of the unit interval: the mean over them is an integral."""

LAWS = [
    QuantileLaw((0.0, 0.5, 1.0), (1.0, 100.0, 1000.0)),
    QuantileLaw((0.0, 0.3, 0.6, 1.0), (0.0, 0.0, 8.0, 8.0)),
    QuantileLaw((0.0, 1.0), (0.5, 20.0)),
    LognormalLaw(1000.0, 1.0),
    LognormalLaw(200.0, 3.0),
    LognormalLaw(2.0, 1.0),
    LognormalLaw(50.0, 0.0),
]


@pytest.mark.parametrize("law", LAWS)
def test_the_mean_is_that_of_the_draws(law: LengthLaw) -> None:
    assert law.sample(MIDDLES).mean() == pytest.approx(law.mean_tokens, rel=2e-3, abs=0.1)


@pytest.mark.parametrize("law", LAWS)
def test_lengths_are_whole_at_least_one_and_rise_with_the_quantile(law: LengthLaw) -> None:
    tokens = law.sample(np.linspace(0.0, 1.0, 5000, endpoint=False))
    assert tokens.dtype == np.int64
    assert tokens.min() >= 1
    assert np.all(np.diff(tokens) >= 0)


def test_measured_quantiles_come_out_as_they_went_in() -> None:
    law = QuantileLaw((0.0, 0.25, 0.5, 1.0), (1.0, 10.0, 300.0, 900.0))
    assert law.sample(np.array([0.0, 0.25, 0.5])).tolist() == [1, 10, 300]
    assert law.sample(np.array([0.375])).tolist() == [155]


def test_lognormal_lengths_have_the_mean_and_spread_asked_for() -> None:
    tokens = LognormalLaw(1000.0, 0.5).sample(MIDDLES)
    assert tokens.mean() == pytest.approx(1000.0, rel=1e-3)
    assert tokens.std() / tokens.mean() == pytest.approx(0.5, rel=2e-3)
    assert np.median(tokens) == pytest.approx(1000.0 / np.sqrt(1.25), rel=2e-3)


@settings(max_examples=10)
@given(st.floats(0.5, 5000.0), st.floats(0.01, 3.0))
def test_the_mean_above_one_token_is_the_integral(mean: float, cv: float) -> None:
    sigma = np.sqrt(np.log1p(cv**2))
    law = stats.lognorm(sigma, scale=mean / np.sqrt(1 + cv**2))
    above = law.expect(lambda x: np.maximum(x, 1.0), lb=0, ub=np.inf, epsabs=0, epsrel=1e-9, limit=400)
    assert LognormalLaw(mean, cv).mean_tokens == pytest.approx(above, rel=1e-4)


@pytest.mark.parametrize(
    ("shares", "tokens"),
    [
        ((0.0, 1.0), (1.0,)),
        ((0.0,), (1.0,)),
        ((0.1, 1.0), (1.0, 2.0)),
        ((0.0, 0.9), (1.0, 2.0)),
        ((0.0, 0.5, 0.5, 1.0), (1.0, 2.0, 3.0, 4.0)),
        ((0.0, 1.0), (2.0, 1.0)),
        ((0.0, 1.0), (-1.0, 1.0)),
    ],
)
def test_quantiles_that_are_no_law_are_refused(shares: tuple[float, ...], tokens: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="share"):
        QuantileLaw(shares, tokens)


@pytest.mark.parametrize(("mean", "cv"), [(0.0, 1.0), (-5.0, 1.0), (10.0, -0.1), (float("nan"), 1.0)])
def test_a_lognormal_law_needs_a_mean_and_a_spread(mean: float, cv: float) -> None:
    with pytest.raises(ValueError, match="mean above 0"):
        LognormalLaw(mean, cv)


@pytest.mark.parametrize("workload", ["conversation", "coding"])
@pytest.mark.parametrize("side", ["input", "output"])
def test_the_catalogue_gives_laws(workload: str, side: str) -> None:
    catalogue = load_catalogue()
    law = quantile_law(f"{workload}.{side}", catalogue)
    median = law.sample(np.array([0.5]))[0]
    assert median == round(catalogue.value("lengths", f"{workload}.{side}", "p50"))


def test_an_unknown_workload_is_named() -> None:
    with pytest.raises(LookupError, match=r"conversation\.input"):
        quantile_law("conversatoin.input", load_catalogue())
