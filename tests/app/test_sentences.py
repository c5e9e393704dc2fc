"""Sentences and key numbers say what the outcome says, and no more."""

from dataclasses import replace
from math import inf, nan

import pytest

from sim.metrics.estimate import Estimate
from sim.reports import words
from sim.reports.kpi import chips, kpi_cards
from sim.reports.levers import LEVER_LAYERS, inert_reason, lever_door
from sim.reports.palette import LIGHT
from sim.reports.running import running_headline
from sim.reports.running_figures import load_figure
from sim.reports.sentences import finding, headline, leaders, plain, tie
from sim.reports.series import SERIES, p95_range_s
from sim.strategy.operations import operations

PLAIN = "prototype_by_friday"
OWN = {"decisions.own_share": 0.3}


def test_headline_names_what_moved(build):
    plan, preset = build(PLAIN, OWN), build(PLAIN)
    parts = headline(plan, preset, month=36)
    said = plain(parts)
    assert said.startswith(f"On 30{words.NBSP}% own GPUs the platform opens a month later, keeps ")
    assert [p.text for p in parts if p.strong] == [
        words.percent(plan.months[35].gross_margin),
        words.money(plan.months[35].exit["whole"].usd_cash),
    ]


def test_headline_of_the_preset_compares_with_nothing(build):
    preset = build(PLAIN)
    assert "instead of" not in plain(headline(preset, preset, month=12))


def test_headline_before_revenue(build):
    preset = build(PLAIN)
    first = replace(preset.months[0], gross_margin=nan)
    early = replace(preset, months=(first, *preset.months[1:]))
    assert "earns nothing yet" in plain(headline(early, early, month=1))


@pytest.mark.parametrize(
    ("plan", "preset", "said"),
    [
        ((0.1, 0.3, 0.5), (0.2, 0.25, 0.4), f"Gross margin passes the preset in month{words.NBSP}2"),
        ((0.3, 0.2, 0.1), (0.1, 0.25, 0.3), f"Gross margin falls below the preset in month{words.NBSP}2"),
        ((0.5, 0.5, 0.58), (0.4, 0.4, 0.5), f"Margin stays 8{words.NBSP}points above the preset"),
        ((0.4, 0.4, 0.5), (0.4, 0.4, 0.5), f"Gross margin: 50{words.NBSP}% in month{words.NBSP}3"),
        ((nan, nan, nan), (0.4, 0.4, 0.5), f"Gross margin: nothing to show by month{words.NBSP}3"),
        ((0.4, nan, nan), (0.4, 0.4, 0.5), f"Gross margin can be read up to month{words.NBSP}1"),
    ],
)
def test_finding(plan, preset, said):
    assert finding(SERIES["margin"], plan=plan, preset=preset, month=3) == said


def test_leaders_follow_the_figures_not_the_thesis(build):
    low, high = build(PLAIN), build("own_the_platform")
    low, high = replace(low, npv_usd=9e6), replace(high, npv_usd=1e6)
    said = leaders({"A": low, "B": high}, month=36)
    assert "A is worth most ($9.0M)" in said
    assert "B has the highest margin" in said
    swapped = leaders({"A": replace(low, npv_usd=1e6), "B": replace(high, npv_usd=9e6)}, month=36)
    assert "B is worth most ($9.0M)" in swapped


def test_tie_admits_what_the_simulation_says(build):
    one = build(PLAIN)
    near, far = replace(one, npv_usd=one.npv_usd * 1.01), replace(one, npv_usd=one.npv_usd * 2)
    assert "agrees" in tie({"a": one, "b": near})
    assert "disagrees" in tie({"a": one, "b": far})


def test_cards_carry_the_outcome(build):
    plan, preset = build(PLAIN, OWN), build(PLAIN)
    p95, cost, margin, leave = kpi_cards(plan, preset, month=36)
    month = plan.months[35]
    assert p95.value == words.seconds(month.nearest_promise.p95_s.mean)
    assert cost.value == words.money(month.usd_per_mtok_allocated)
    assert margin.value == words.percent(month.gross_margin)
    assert leave.value == words.money(month.exit["whole"].usd_cash)
    assert margin.delta is not None and margin.delta.better and margin.delta.upward
    assert p95.delta is not None and not p95.delta.better and p95.delta.word == "slower than preset"
    assert p95.limit == month.nearest_promise.limit_s


@pytest.mark.parametrize("preset", [PLAIN, "own_the_platform"])
def test_cards_show_both_margins_growth_forgone_apart_and_what_is_only_assumed(build, preset):
    """Rules 4, 7 and 15: with and without people, cash before what is no cash, and a vendor's latency as assumed."""
    plan = build(preset)
    month = plan.months[35]
    p95, _, margin, leave = kpi_cards(plan, plan, month=36)
    assert margin.lines == (
        f"{words.percent(month.gross_margin_before_people)} before run people",
        f"{words.percent(month.gross_margin_after_build)} after build people",
    )
    assert leave.value == words.money(month.exit["whole"].usd_cash)
    assert leave.lines[0] == f"+ {words.money(month.exit['whole'].usd_growth_forgone)} growth forgone"
    assert p95.lines[-1].endswith("assumed, not simulated") == month.promises[0].assumed == (preset == PLAIN)


def test_cards_of_the_preset_have_no_difference(build):
    preset = build(PLAIN)
    assert all(card.delta is None for card in kpi_cards(preset, preset, month=24))


def test_cards_before_launch_say_so(build):
    plan = build("own_the_platform")
    p95, cost, margin, _ = kpi_cards(plan, plan, month=1)
    assert [p95.value, cost.value, margin.value] == [words.NONE] * 3
    assert p95.lines == ("not launched yet",)


def test_an_infinite_p95_is_no_answer(build):
    plan = build(PLAIN)
    reading = replace(plan.months[35].promises[0], p95_s=Estimate(inf, nan, 1))
    last = replace(plan.months[35], promises=(reading,))
    lost = replace(plan, months=(*plan.months[:35], last))
    assert kpi_cards(lost, plan, month=36)[0].value == "no answer"


def test_the_range_holds_model_error_and_noise(build):
    month = build(PLAIN).months[20]
    low, high = p95_range_s(month)
    reading = month.nearest_promise
    spread = reading.p95_s.mean * reading.model_error + reading.p95_s.half_width
    assert (low, high) == pytest.approx((reading.p95_s.mean - spread, reading.p95_s.mean + spread))


def test_chips(build):
    plan = build(PLAIN, OWN)
    found = {chip.name: chip for chip in chips(plan, build(PLAIN), month=36)}
    assert found["Launch"].note == ", preset 2"
    assert found["Ceiling"].figure == "2.9×"
    assert found["Deepest cash hole"].figure == words.money(min(plan.cumulative_cash_usd))
    unknown = replace(plan, ceiling=replace(plan.ceiling, multiplier=nan))
    assert "Ceiling" not in {chip.name for chip in chips(unknown, plan, month=36)}


def test_no_ceiling_is_claimed_where_nothing_gives_way(build):
    plan = build(PLAIN)
    nothing = replace(plan.ceiling, multiplier=64.0, month=None, binds="none", runner_up="none")
    boundless = replace(plan, ceiling=nothing)
    (chip,) = (chip for chip in chips(boundless, plan, month=36) if chip.name == "Ceiling")
    assert chip.figure == "above 64×" and chip.note.endswith("the most tried; nothing gives way")
    now = operations(plan.scenario)[35]
    assert "No ceiling up to 64× the load of month" in plain(running_headline(now, boundless))
    for outcome, walls in ((boundless, 0), (plan, 1)):
        strokes = load_figure(outcome, palette=LIGHT)["layout"]["shapes"]
        assert sum(stroke["line"]["color"] == LIGHT.signal for stroke in strokes) == walls


def test_figures_without_an_interval_say_why(build):
    plan = build(PLAIN)
    cards = {card.key: card for card in kpi_cards(plan, plan, month=36)}
    assert cards["p95"].band and "range" in cards["p95"].help
    assert all("No interval stands here" in cards[key].help for key in ("cost", "margin", "exit"))


def test_a_lever_wears_the_hardest_door_it_touches(build):
    outcome = build(PLAIN)
    assert lever_door(outcome, "api_tier") == "two_way"
    assert lever_door(outcome, "vector_store") == "compounding"
    assert lever_door(outcome, "residency") == "sticky"
    assert lever_door(outcome, "movable_share") == "compounding"
    assert lever_door(outcome, "spare_room") == "two_way"


def test_every_lever_has_its_layers(build):
    assert set(LEVER_LAYERS) == set(type(build(PLAIN).scenario.decisions).model_fields)


def test_inert_levers_say_why(build):
    scenario = build(PLAIN).scenario
    assert inert_reason(scenario, "small_first_share") == ""
    assert inert_reason(scenario, "gpu_price_drift_per_year")
    small = build(PLAIN, {"decisions.api_tier": "small"}).scenario
    assert inert_reason(small, "small_first_share")
    owned = build(PLAIN, {"decisions.own_share": 1.0}).scenario
    assert inert_reason(owned, "api_tier") and inert_reason(owned, "small_first_share")
    assert inert_reason(owned, "gpu_price_drift_per_year") == ""
