"""Laws of lock-in that hold for every platform."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.catalogue import load_catalogue
from sim.lockin import LAYERS, WHOLE, LockinInputs, LockinResult, Premium, deck, lock_in, portability
from sim.lockin.exit_cost import ExitBasis, exit_costs
from tests.unit.lockin_example import MONTHS, example_inputs, example_parameters

shares = st.floats(0, 1)
monthly_growth = st.floats(-0.05, 0.15)


@st.composite
def platforms(draw: st.DrawFn) -> LockinInputs:
    """The worked example, at another growth, openness, egress rule and embedding model."""
    inputs = example_inputs(tuple(draw(shares) for _ in LAYERS), growth=draw(monthly_growth))
    owed = {name: np.full(MONTHS, draw(st.floats(0, 1e6))) for name in (*LAYERS, WHOLE)}
    return replace(
        inputs,
        launch_month=draw(st.integers(0, MONTHS)),
        egress_factor=np.full(MONTHS, draw(shares)),
        embedding_ties=np.tile([draw(st.booleans()) for _ in LAYERS], (MONTHS, 1)),
        commitment_usd=owed,
    )


layer_sets = st.sets(st.sampled_from(LAYERS), min_size=1)


def found(inputs: LockinInputs) -> LockinResult:
    return lock_in(inputs, example_parameters())


def in_full(result: LockinResult, layers: set[str]) -> np.ndarray:
    return result.leaving(layers).costs.usd_with_growth_forgone


def never_falls(before: np.ndarray, after: np.ndarray) -> bool:
    return bool((after >= before * (1 - 1e-12)).all())


@given(platforms(), layer_sets, st.floats(1, 100))
def test_more_data_never_makes_leaving_cheaper(inputs: LockinInputs, layers: set[str], times: float) -> None:
    more = replace(inputs, data_gb=inputs.data_gb * times, vectors=inputs.vectors * times)
    assert never_falls(in_full(found(inputs), layers), in_full(found(more), layers))


@given(platforms(), layer_sets, st.floats(1, 100))
def test_neither_more_data_nor_more_vectors_alone_make_leaving_cheaper(
    inputs: LockinInputs, layers: set[str], times: float
) -> None:
    """Apart, since what more vectors cost would hide a fee that falls with the data."""
    before = found(inputs).leaving(layers).costs
    for more in (
        replace(inputs, data_gb=inputs.data_gb * times), replace(inputs, vectors=inputs.vectors * times)
    ):  # fmt: skip
        after = found(more).leaving(layers).costs
        assert never_falls(before.usd_with_growth_forgone, after.usd_with_growth_forgone)
        assert never_falls(before.exit_months, after.exit_months)
        for name, usd in before.components.items():
            assert never_falls(usd, after.components[name]), name


@given(platforms(), layer_sets, st.floats(1, 10))
def test_more_points_never_make_leaving_cheaper(inputs: LockinInputs, layers: set[str], times: float) -> None:
    basis = found(inputs).basis
    more = replace(basis.stocks, points=basis.stocks.points * times)
    dearer = ExitBasis.of(stocks=more, inputs=inputs, parameters=basis.parameters)
    before, after = (exit_costs(b, frozenset(layers)) for b in (basis, dearer))
    assert never_falls(before.usd_with_growth_forgone, after.usd_with_growth_forgone)
    assert never_falls(before.exit_months, after.exit_months)


@given(platforms(), layer_sets, st.floats(0, 1e6))
def test_more_commitment_never_makes_leaving_cheaper(inputs: LockinInputs, layers: set[str], usd: float) -> None:
    more = replace(inputs, commitment_usd={name: owed + usd for name, owed in inputs.commitment_usd.items()})
    assert never_falls(in_full(found(inputs), layers), in_full(found(more), layers))


@given(platforms(), layer_sets, st.sampled_from(LAYERS))
def test_leaving_one_layer_more_never_takes_less_time(inputs: LockinInputs, layers: set[str], extra: str) -> None:
    result = found(inputs)
    assert never_falls(result.leaving(layers).exit_months, result.leaving(layers | {extra}).exit_months)


@given(platforms())
def test_points_only_shrink_where_all_new_work_can_move(inputs: LockinInputs) -> None:
    points = found(replace(inputs, open_share=np.ones((MONTHS, len(LAYERS))))).basis.stocks.points
    assert (np.diff(points, axis=0) < 0).all()


@given(platforms(), layer_sets, shares)
def test_the_egress_rule_changes_only_the_move(inputs: LockinInputs, layers: set[str], factor: float) -> None:
    other = replace(inputs, egress_factor=np.full(MONTHS, factor))
    before, after = (found(i).leaving(layers) for i in (inputs, other))
    for name, usd in before.costs.components.items():
        if name != "move":
            assert (usd == after.costs.components[name]).all()
    assert (before.usd_growth_forgone == after.usd_growth_forgone).all()
    assert (before.exit_months == after.exit_months).all()


@given(platforms())
def test_the_egress_rule_frees_the_move(inputs: LockinInputs) -> None:
    free = found(replace(inputs, egress_factor=np.zeros(MONTHS)))
    assert (free.by_set["data"].costs.components["move"] == 0).all()


@given(platforms(), st.floats(0, 1e6))
def test_equal_platforms_differ_by_nothing(inputs: LockinInputs, once_usd: float) -> None:
    one, other = found(inputs), found(inputs)
    premium = Premium(once_usd=once_usd, usd_per_month=0, delay_usd=0)
    judged = portability(one, other, premium=premium, shocks=deck(load_catalogue()), discount_per_year=0.1)
    assert judged.expected_avoided_usd == 0
    assert judged.worth_usd == -once_usd
    assert (judged.whole.break_even_probability == np.inf).all()
    for name in one.by_set:
        assert (one.by_set[name].usd_cash == other.by_set[name].usd_cash).all()


@given(platforms())
def test_the_planned_growth_replayed_is_the_scenario_itself(inputs: LockinInputs) -> None:
    planned = inputs.growth_per_month[:1]
    replayed = inputs.grown(planned[:, None], np.zeros(()))
    assert np.allclose(replayed.data_gb[0], inputs.data_gb, rtol=1e-12)
    assert np.allclose(replayed.gross_profit_usd[0], inputs.gross_profit_usd, rtol=1e-12)


@given(platforms())
def test_draws_and_likely_values_follow_one_law(inputs: LockinInputs) -> None:
    """A single draw over ranges of no width is the likely answer, layer by layer and month by month."""
    parameters = example_parameters()
    pinned = replace(
        parameters,
        ranges={
            name: (float(getattr(parameters, name)),) * 2
            for name in parameters.ranges
            if "." not in name and name != "growth_per_month"
        },
    ).draws(3, seed=1)
    likely, drawn = lock_in(inputs, parameters).basis, lock_in(inputs, pinned).basis
    for layers in ({"data"}, {"orchestration", "network"}, set(LAYERS)):
        one, many = (exit_costs(basis, frozenset(layers)) for basis in (likely, drawn))
        assert many.usd_cash.shape == (3, MONTHS)
        assert np.allclose(many.usd_cash, one.usd_cash, rtol=1e-12)
        assert np.allclose(many.usd_growth_forgone, one.usd_growth_forgone, rtol=1e-12)
