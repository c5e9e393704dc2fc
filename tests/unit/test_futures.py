"""Futures: drawn so that more extend fewer, read as an evaluation reads them, and judged by what they come to."""

import pickle
from dataclasses import astuple, fields, replace
from typing import Any

import numpy as np
import pytest

from sim.catalogue import load_catalogue
from sim.cli.futures import futures_object, futures_text
from sim.scenario import set_fields
from sim.scenario.changes import with_settings
from sim.scenario.schema import Scenario
from sim.strategy import Processes, Serial, SurfaceStore, evaluate
from sim.strategy.fidelity import EFFORTS
from sim.strategy.futures import futures
from sim.strategy.futures.draws import BLOCK, as_drawn, draw, levels
from sim.strategy.futures.judge import regrets, share_of
from sim.strategy.futures.lean import Figures
from sim.strategy.futures.outcome import LAWS, TRIANGULAR
from sim.strategy.futures.prim import find_boxes
from sim.strategy.futures.run import figures_of, gathered, read_futures, scout, tasks_of
from sim.strategy.futures.uncertain import place, uncertain_of, value_at
from sim.strategy.futures.worlds import catalogue_in, scenario_in
from sim.strategy.months import product_flows
from sim.strategy.play import Played, play_months
from sim.strategy.pressure import CALM
from tests.unit.strategy_small import LEAST, small

CATALOGUE = load_catalogue()
DRAFT = EFFORTS["draft"]


@pytest.fixture(autouse=True)
def _little(monkeypatch: Any) -> None:
    monkeypatch.setitem(EFFORTS, "draft", LEAST)


def drawn(scenario: Scenario, *, n: int) -> Any:
    parameters = uncertain_of([scenario], CATALOGUE)
    return parameters, *draw(parameters, n=n, seed=7, months=scenario.months, catalogue=CATALOGUE)


def test_rows_of_a_scenarios_own_hold_in_its_futures() -> None:
    """A value that is stated without a range is no longer uncertain, and a threshold of one's own is what is passed."""
    cash = "futures/thresholds/deepest_cash_usd"
    rows = next(one.paths for one in uncertain_of([small()], CATALOGUE) if one.id == "search")
    given = [{"row": row, "likely": 9.0} for row in rows] + [{"row": cash, "likely": 9000.0}]
    shipped, stated = (
        futures([scenario], n=1) for scenario in (small(), set_fields(small(), {"assumptions": given}))
    )
    assert "search" in {one.id for one in shipped.uncertain} - {one.id for one in stated.uncertain}
    assert next(one.limit for one in stated.strategies[0].thresholds if one.id == "cash") == 9000.0
    assert stated.strategies[0].npv_likely_usd != shipped.strategies[0].npv_likely_usd


# --- the design ---------------------------------------------------------------------------------------------------


def test_the_first_of_more_futures_are_the_same() -> None:
    _, few, few_inputs = drawn(small(), n=BLOCK + 30)
    _, many, many_inputs = drawn(small(), n=2 * BLOCK)
    assert np.array_equal(few_inputs, many_inputs[: BLOCK + 30])
    assert [(one.values, one.shocks) for one in few] == [(one.values, one.shocks) for one in many[: BLOCK + 30]]


def test_every_block_is_a_latin_hypercube() -> None:
    parameters = uncertain_of([small()], CATALOGUE)
    share = levels(parameters, n=2 * BLOCK, seed=3)
    for block in (share[:BLOCK], share[BLOCK:]):
        cells = np.sort(np.floor(block * BLOCK), axis=0)
        assert np.array_equal(cells, np.tile(np.arange(BLOCK)[:, None], len(parameters)))


def test_another_parameter_moves_no_draw_of_the_others() -> None:
    parameters = uncertain_of([small()], CATALOGUE)
    whole, without = (levels(of, n=BLOCK, seed=3) for of in (parameters, parameters[1:]))
    assert np.array_equal(whole[:, 1:], without)


def test_shocks_strike_as_often_as_their_hazard_says() -> None:
    """Over 10 blocks the mean number of strikes is the hazard's, within four standard errors."""
    scenario = small()
    parameters = tuple(p for p in uncertain_of([scenario], CATALOGUE) if p.id != "hazards")
    found, _ = draw(parameters, n=10 * BLOCK, seed=7, months=36, catalogue=CATALOGUE)
    for shock in ("model_retired", "gpu_price_spike"):
        expected = 3 * CATALOGUE.value("shocks", shock, "hazard_per_year")
        mean = np.mean([sum(event.shock == shock for event in future.shocks) for future in found])
        assert abs(mean - expected) < 4 * np.sqrt(expected / (10 * BLOCK)), shock


def test_every_law_is_stated_and_is_the_one_that_is_drawn() -> None:
    """Rule 16: a reader is told of each uncertain thing by which law futures draw it."""
    parameters, _, inputs = drawn(small(), n=10 * BLOCK)
    assert {one.law for one in parameters} == set(LAWS.values())
    for column, one in enumerate(parameters):
        if one.kind not in ("strike", "gravity"):
            assert one.law == TRIANGULAR, one.id
            # The stratified mean of a triangular law is the mean of its three values; a uniform one's is another.
            mean = (one.low + one.likely + one.high) / 3
            assert inputs[:, column].mean() == pytest.approx(mean, abs=2e-3 * (one.high - one.low)), one.id
    result = futures([small()], n=2)
    said, written = futures_text(result), futures_object(result, ["small"])
    for one, row in zip(result.uncertain, written["uncertain"], strict=True):
        assert row["law"] == one.law and f"things {one.law}" in said


def test_values_stay_in_their_ranges_and_places_invert() -> None:
    parameters, _, inputs = drawn(small(), n=BLOCK)
    for column, parameter in enumerate(parameters):
        assert parameter.low <= inputs[:, column].min() <= inputs[:, column].max() <= parameter.high
        for at in (-1.0, -0.3, 0.0, 0.6):
            known = value_at(parameter, at)
            if value_at(parameter, -1) < parameter.likely < value_at(parameter, 1):
                assert place(parameter, known) == pytest.approx(at)


def test_a_future_makes_a_scenario_that_is_sound() -> None:
    scenario = small()
    parameters, found, _ = drawn(scenario, n=20)
    for future in found:
        world = scenario_in(scenario, future, parameters=parameters)
        assert set_fields(world, {}) == world
    rents = [row for row in CATALOGUE.rows("gpu_prices") if row.quantity == "on_demand_usd_per_gpu_hour"]
    row = next(row for row in rents if row.id.startswith("h200.specialist"))
    rent = next(p for p in parameters if p.id == "gpu_rent")
    prices = catalogue_in(CATALOGUE, as_drawn({"gpu_rent": rent.high}), parameters=parameters)
    assert prices.value(row.table, row.id, row.quantity) == pytest.approx(row.high)
    assert CATALOGUE.value(row.table, row.id, row.quantity) == row.likely


# --- reading ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["own_the_platform", "prototype_by_friday"])
def test_a_future_is_read_as_an_evaluation_reads_it(name: str) -> None:
    """The lean path leaves work out, and no figure changes for it."""
    scenario, store = small(name), SurfaceStore()
    parameters, found, _ = drawn(scenario, n=40)
    # Futures with many strikes, and the one where nothing strikes.
    grave = sorted(found, key=lambda future: -len(future.shocks))[:2]
    for future in (as_drawn({}), *grave):
        [figures] = figures_of(scenario, [future], parameters=parameters, fidelity="draft", store=store)
        outcome = evaluate(
            scenario_in(scenario, future, parameters=parameters),
            store=store,
            catalogue=catalogue_in(CATALOGUE, future, parameters=parameters),
        )
        assert figures.npv_usd == pytest.approx(outcome.npv_usd, rel=1e-9)
        assert figures.cash_usd == pytest.approx(np.array(outcome.cumulative_cash_usd), rel=1e-9)
        margins = np.array([month.gross_margin for month in outcome.months])
        assert figures.margin == pytest.approx(margins, rel=1e-9, nan_ok=True)
        leaving = np.array([month.exit["whole"].usd_cash for month in outcome.months])
        assert figures.exits_usd == pytest.approx(leaving, rel=1e-9)
        revenue = [sum(m.revenue_usd for m in outcome.months)]
        assert figures.lines_usd[0] == pytest.approx(np.array(revenue), rel=1e-9)
        last = outcome.months[-1]
        if not last.saturated:
            nearest = last.nearest_promise
            assert figures.p95_ratio == pytest.approx(nearest.p95_s.mean / nearest.limit_s, rel=1e-6)


def test_processes_read_the_same_bytes(monkeypatch: Any) -> None:
    monkeypatch.setitem(EFFORTS, "draft", DRAFT)  # Workers know nothing of a patch.
    scenario, store = small("prototype_by_friday"), SurfaceStore()
    parameters, found, _ = drawn(scenario, n=4)
    scout(scenario, found[:4], parameters=parameters, fidelity="draft", store=store, executor=Serial())
    tasks = [
        replace(task, futures=task.futures[half])
        for task in tasks_of([scenario], found, parameters=parameters, fidelity="draft", surfaces=store.all_pooled())
        for half in (slice(0, 2), slice(2, 4))
    ]
    serial = gathered(Serial().map(read_futures, tasks), strategies=1)[0]
    with Processes(2) as processes:
        spread = gathered(processes.map(read_futures, tasks), strategies=1)[0]
    assert len(serial) == 4
    for ours, theirs in zip(serial, spread, strict=True):
        for field in fields(Figures):
            assert np.asarray(getattr(ours, field.name)).tobytes() == np.asarray(getattr(theirs, field.name)).tobytes()


# --- judging ------------------------------------------------------------------------------------------------------


def test_identical_strategies_have_no_regret() -> None:
    one = small("prototype_by_friday")
    other = set_fields(one, {"name": "The same by another name"})
    result = futures([one, other], n=12, store=SurfaceStore())
    for strategy in result.strategies:
        assert np.array_equal(strategy.regret_usd, np.zeros(12))
        assert strategy.best_share == 1
    assert result.minimax is result.strategies[0]
    assert 0 <= result.strategies[0].pass_share.mean <= 1
    for fan in result.strategies[0].fans:
        assert fan.values.shape == (5, 12)
        assert (np.diff(fan.values, axis=0)[:, -1] >= 0).all()


def test_regret_is_against_the_best_of_each_future() -> None:
    found = regrets([[3.0, 1.0, 5.0], [2.0, 4.0, 5.0]])
    assert found.tolist() == [[0.0, 3.0, 0.0], [1.0, 0.0, 0.0]]


def test_a_share_knows_its_interval_from_independent_blocks() -> None:
    every = np.concatenate([np.repeat([True, False], [60, 40]), np.repeat([True, False], [40, 60])])
    share = share_of(every)
    assert share.mean == pytest.approx(0.5)
    assert share.half_width > 0 and share.n == 2
    assert np.isnan(share_of(every[:150]).half_width)


def test_strategies_must_play_one_horizon_and_have_names_of_their_own() -> None:
    with pytest.raises(ValueError, match="share one"):
        futures([small(), small()], n=2)
    with pytest.raises(ValueError, match="one horizon"):
        futures([small(), small("prototype_by_friday", months=24)], n=2)


# --- scenario discovery -------------------------------------------------------------------------------------------


def test_a_planted_box_is_found() -> None:
    """Failures in a box of two of ten inputs, with a little noise: coverage and density of at least 0.9."""
    random = np.random.default_rng(11)
    points = random.random((1000, 10))
    planted = (points[:, 2] > 0.6) & (points[:, 7] < 0.5)
    fails = planted ^ (random.random(1000) < 0.01)
    box, *others = find_boxes(points, fails)
    inside = box.holds(points)
    assert fails[inside].mean() >= 0.9
    assert fails[inside].sum() / fails.sum() >= 0.9
    assert box.restricted() == [2, 7]
    assert not others


def test_two_planted_boxes_are_found_one_after_the_other() -> None:
    points = np.random.default_rng(5).random((2000, 6))
    fails = ((points[:, 0] > 0.7) & (points[:, 1] > 0.4)) | (points[:, 4] < 0.12)
    found = find_boxes(points, fails)
    inside = np.logical_or.reduce([box.holds(points) for box in found[:2]])
    assert fails[inside].sum() / fails.sum() >= 0.9
    assert {tuple(box.restricted()) for box in found[:2]} == {(0, 1), (4,)}


def test_failures_without_a_reason_make_no_box() -> None:
    random = np.random.default_rng(2)
    assert find_boxes(random.random((800, 8)), random.random(800) < 0.3) == []
    assert find_boxes(random.random((100, 3)), np.ones(100, dtype=bool)) == []


def test_figures_can_be_shipped() -> None:
    scenario = small("prototype_by_friday")
    parameters, found, _ = drawn(scenario, n=1)
    [figures] = figures_of(scenario, found, parameters=parameters, fidelity="draft", store=SurfaceStore())
    back = pickle.loads(pickle.dumps(figures))
    assert isinstance(back, Figures) and back.npv_usd == figures.npv_usd


def test_epochs_that_a_later_move_leaves_as_they_were_are_not_served_again() -> None:
    """And what they are read as is what playing all of it anew says."""
    scenario, store = small("own_the_platform"), SurfaceStore()
    moved = with_settings(scenario, {"decisions.residency": "customer_region"})
    cut = replace(CALM, quota={month: 0.5 for month in range(5, 8)})

    def play(at: int, before: Played | None) -> Played:
        return play_months(
            scenario,
            fidelity="draft",
            store=store,
            executor=Serial(),
            catalogue=CATALOGUE,
            states=[scenario] * at + [moved] * (scenario.months - at),
            pressure=cut,
            in_full=False,
            before=before,
        )

    first = play(scenario.months, None)
    again, anew = play(9, first), play(9, None)
    assert [epoch.months for epoch in again.epochs] == [epoch.months for epoch in anew.epochs]
    assert again.epochs[0].operator is first.epochs[0].operator
    assert again.epochs[1].operator is not first.epochs[0].operator
    for ours, theirs in zip(again.months, anew.months, strict=True):
        assert ours.state is theirs.state
        for flow, other in zip(product_flows(ours, CATALOGUE), product_flows(theirs, CATALOGUE), strict=True):
            assert astuple(flow)[1:] == pytest.approx(astuple(other)[1:], rel=1e-9)
    longer = with_settings(scenario, {"world.growth_per_month": 0.2})
    other = play_months(
        longer, fidelity="draft", store=store, executor=Serial(), catalogue=CATALOGUE, pressure=cut, before=first
    )
    assert all(epoch.operator is not first.epochs[0].operator for epoch in other.epochs)
