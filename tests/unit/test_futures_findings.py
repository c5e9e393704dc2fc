"""What is asked of many worlds on purpose: tornadoes, switch points, effects, searches, and how they are said."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from sim.reports.futures import box_sentence, kind_words, range_words, search_sentence, switch_sentence
from sim.scenario import set_fields
from sim.strategy import Serial, SurfaceStore
from sim.strategy.fidelity import EFFORTS
from sim.strategy.futures import FailingBox, FuturesResult, SwitchPoint, Uncertain, kinds_of, search, sensitivity
from sim.strategy.futures.outcome import Condition
from sim.strategy.futures.search import undominated
from tests.unit.strategy_small import LEAST, small


@pytest.fixture(autouse=True)
def _little(monkeypatch: Any) -> None:
    monkeypatch.setitem(EFFORTS, "draft", LEAST)


def test_assumptions_move_figures_the_way_they_must_and_rankings_turn_where_they_cross() -> None:
    """Two plans that differ in who pays for people: dear people turn the order where their costs cross."""
    lean = set_fields(small("prototype_by_friday"), {"name": "Few builders", "products.support.price.usd": 0.019})
    thick = set_fields(small("prototype_by_friday"), {"name": "Many builders", "company.build_people": 8})
    result = sensitivity([lean, thick], store=SurfaceStore())
    worth = next(t for t in result.tornadoes if t.figure == "npv_usd" and t.strategy == "Few builders")
    bars = {bar.id: bar for bar in worth.bars}
    assert bars["volume"].at_low < worth.likely < bars["volume"].at_high
    assert bars["people"].at_low > worth.likely > bars["people"].at_high
    assert bars["strike.security_incident"].at_high < bars["strike.security_incident"].at_low < worth.likely
    widths = [abs(bar.at_high - bar.at_low) for bar in worth.bars if bar.kind != "strike"]
    assert max(widths) > 0
    points = {point.id: point for point in result.switch_points}
    assert points["rework"].value is None, "what leaving takes moves no worth where nobody leaves"
    assert "none within its range" in switch_sentence(points["rework"])
    turning = [point for point in result.switch_points if point.value is not None]
    for point in turning:
        assert point.low <= point.value <= point.high
        assert point.before != point.after


def test_effects_come_from_the_library() -> None:
    pytest.importorskip("SALib")
    result = sensitivity([small("prototype_by_friday")], trajectories=2, store=SurfaceStore())
    effects = next(iter(result.effects.values()))
    assert {effect.id for effect in effects[:6]} >= {"volume"}
    assert [effect.mean_abs for effect in effects] == sorted((e.mean_abs for e in effects), reverse=True)
    assert result.switch_points == ()


class Backward:
    """Runs the last task first, as an executor may; results are in the order of the tasks all the same."""

    def map(self, function: Callable[[Any], Any], tasks: Sequence[Any]) -> list[Any]:
        return [function(task) for task in reversed(tasks)][::-1]


def test_a_search_finds_a_front_that_nothing_beats_and_finds_it_again() -> None:
    pytest.importorskip("optuna")
    fixed = {"decisions.residency": "anywhere", "decisions.small_first_share": 0.0}
    found, again = (
        search(small("prototype_by_friday"), trials=5, n=2, pass_share=0.5, fixed=fixed, executor=executor)
        for executor in (Serial(), Backward())
    )
    assert [point.levers for point in found.front] == [point.levers for point in again.front]
    assert all(point.levers["decisions.residency"] == "anywhere" for point in found.front)
    for point in found.front:
        beats = [
            o.margin >= point.margin and o.p95_ratio <= point.p95_ratio and o.exit_usd <= point.exit_usd
            for o in found.front
            if o.levers != point.levers
        ]
        assert not any(beats)
        assert point.checked_exit_usd == pytest.approx(point.exit_usd, rel=0.2)
    if found.cheapest is not None:
        assert found.cheapest.pass_share >= 0.5
    assert str(found.tried) in search_sentence(found)


def test_nothing_undominated_in_nothing() -> None:
    assert undominated([]) == []


def test_failing_conditions_are_said_in_words() -> None:
    box = FailingBox(
        conditions=(
            Condition("gpu_rent", "Rent of GPUs", "times what is likely", "rows", 1.4, None),
            Condition("growth", "Growth a month", "share", "setting", None, 0.02),
            Condition("strike.api_price_rise", "API price rises", "month", "strike", None, 11.0),
        ),
        density=0.78,
        coverage=0.61,
        mass=0.2,
    )
    said = box_sentence(box, months=36).replace("\u00a0", " ")
    assert said == (
        "Fails with rent of GPUs at least 40 % above what is likely, growth a month at most 2 % and "
        "“API price rises” striking by month 12: 78 % of those futures, 61 % of all failures."
    )


def test_kinds_of_futures_tell_who_is_ahead_where() -> None:
    """One plan is better by 10 where growth is low, and worse by 2 elsewhere, so it is ahead there only."""
    n = 200
    growth = np.arange(n) / n
    noise = np.random.default_rng(4).normal(size=n)
    slow = np.where(growth < 0.1, 10.0, -2.0)
    plans = [SimpleNamespace(npv_usd=noise), SimpleNamespace(npv_usd=noise + slow)]
    of = Uncertain("growth", "Growth a month", "share", "setting", 0.0, 0.5, 1.0, (), "", "")
    result = cast(FuturesResult, SimpleNamespace(strategies=plans, uncertain=(of,), inputs=growth[:, None], n=n))
    whole, first, _ = kinds_of(result)
    assert whole.end == "all" and whole.distance_usd[0] == 0
    assert whole.distance_usd[1] == pytest.approx(-slow.mean())
    assert (first.end, first.n) == ("low", 20)
    assert first.distance_usd == (pytest.approx(10.0), 0.0)
    assert first.ties == (False, False)
    assert kind_words(first) == "Lowest growth a month"


def test_ranges_and_switches_say_once_what_they_are_counted_from() -> None:
    def point(unit: str, low: float, likely: float, high: float, value: float) -> SwitchPoint:
        return SwitchPoint("x", "Cost of people", unit, "rows", low, likely, high, value, ("A", "B"), ("B", "A"))

    people = point("times what is likely", 0.5, 1.0, 1.5, 1.4)
    plain = switch_sentence(people).replace("\u00a0", " ")
    assert plain == "Cost of people: more than 40 % above what is likely, B becomes the best plan."
    volume = point("ratio", 0.5, 1.0, 2.0, 0.8)
    assert range_words(volume) == "0.50 to 2.00 times the plan's"
    assert "below 0.80 times the plan's" in switch_sentence(volume)
    cheap = point("times what is likely", 0.4, 1.0, 1.0, 0.6)
    assert range_words(cheap).replace("\u00a0", " ") == "60 % below up to what is likely"
