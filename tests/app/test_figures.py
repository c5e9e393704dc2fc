"""Figures hold the data they were given, and nothing they were not."""

import itertools
import json
from math import isfinite, nan

import plotly.graph_objects as go
import plotly.io
import pytest
from plotly.tools import return_figure_from_figure_or_data

from sim.reports.axes import axis_ticks, spread, tick_text
from sim.reports.drawing import Picture
from sim.reports.figures import Line, compare_figure, month_lines, series_figure, series_table
from sim.reports.palette import DARK, LIGHT, faded
from sim.reports.series import SERIES
from sim.reports.sparkline import HEIGHT, WIDTH, sparkline

PLAIN = "prototype_by_friday"
MOVED = {"decisions.own_share": 0.3}


def trace(figure, name):
    return next(t for t in figure.data if t.name == name)


@pytest.mark.parametrize("key", list(SERIES))
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda p: p.name)
def test_every_series_draws_the_plan_month_by_month(build, key, palette):
    plan, preset = build(PLAIN, MOVED), build(PLAIN)
    figure = go.Figure(series_figure(key, plan=plan, preset=preset, palette=palette))
    name = "revenue" if key == "revenue" else "this plan"
    line = trace(figure, name)
    assert tuple(line.x) == tuple(range(1, 37))
    assert [v if v is not None else nan for v in line.y] == pytest.approx(SERIES[key].values(plan), nan_ok=True)
    assert line.line.color == palette.accent
    assert trace(figure, "preset").line.dash == "dash"


@pytest.mark.parametrize("key", list(SERIES))
def test_a_page_sends_what_plotly_would_send(build, key):
    drawn = series_figure(key, plan=build(PLAIN, MOVED), preset=build(PLAIN), palette=DARK)
    sent = plotly.io.to_json(return_figure_from_figure_or_data(Picture(drawn), validate_figure=True), validate=False)
    whole = go.Figure(drawn, _validate=False)
    assert json.loads(sent) == json.loads(plotly.io.to_json(whole, validate=False))


def test_the_preset_alone_draws_no_second_line(build):
    preset = build(PLAIN)
    figure = go.Figure(series_figure("margin", plan=preset, preset=preset, palette=LIGHT))
    assert "preset" not in [t.name for t in figure.data]


def test_the_band_encloses_the_line(build):
    plan = build(PLAIN, MOVED)
    figure = go.Figure(series_figure("p95", plan=plan, preset=build(PLAIN), palette=LIGHT))
    band = trace(figure, "range")
    known = [v for v in SERIES["p95"].values(plan) if isfinite(v)]
    assert min(band.y) < min(known) and max(band.y) > max(known)
    assert len(band.y) == 2 * len(known)


def test_months_before_launch_are_gaps():
    figure = go.Figure(month_lines([Line("a", (nan, 1.0, 2.0), "plan", "a")], palette=LIGHT, write=str))
    assert trace(figure, "a").y[0] is None
    assert trace(figure, "a").connectgaps is False


def test_a_series_without_any_value_still_draws():
    figure = go.Figure(month_lines([Line("a", (nan, nan), "plan", "a")], palette=LIGHT, write=str))
    assert len(figure.data) == 1
    assert not figure.layout.annotations


def test_end_labels_never_touch(build):
    outcomes = {name: build(name) for name in (PLAIN, "own_the_platform", "regulated_in_the_eu")}
    figure = go.Figure(compare_figure(outcomes, "cash", leader=PLAIN, palette=LIGHT))
    places = sorted(a.y for a in figure.layout.annotations)
    plot_px = figure.layout.height - figure.layout.margin.t - figure.layout.margin.b
    assert len(places) == len(outcomes)
    assert all((b - a) * plot_px >= 17.99 for a, b in itertools.pairwise(places))


def test_a_long_name_at_the_end_of_a_line_is_cut_and_whole_in_the_hover(build):
    long = "A platform for everybody in the whole company"
    figure = go.Figure(compare_figure({long: build(PLAIN)}, "cash", leader=long, palette=LIGHT))
    (label,) = figure.layout.annotations
    assert label.text == "<b>A platform for everybod…</b>"
    assert trace(figure, long).name == long


def test_spread_keeps_order_and_moves_nothing_that_has_room():
    assert spread([0.0, 10.0], 3) == [0.0, 10.0]
    assert spread([5.0, 5.0], 4) == [3.0, 7.0]
    assert spread([], 4) == []
    crowded = spread([1.0, 1.1, 1.2, 9.0], 2)
    assert sorted(crowded) == crowded
    assert min(b - a for a, b in itertools.pairwise(crowded)) >= 2 - 1e-9


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-0.2, 0.6), (0, 2.4e6), (3.1, 3.2), (5, 5), (-8e5, -1e5)])
def test_ticks_are_few_and_inside(low, high):
    ticks = axis_ticks(low, high)
    assert 1 <= len(ticks) <= 6
    assert all(low - 1e-9 <= t <= max(high, low + 5) + 1e-9 for t in ticks)


def test_only_the_top_tick_carries_the_unit():
    assert tick_text([-0.2, 0.0, 0.2], scale=0.01, unit="%") == ["\u221220", "0", "20\u00a0%"]
    assert tick_text([0, 1e6], scale=1e6, unit="M") == ["0", "1\u00a0M"]
    assert tick_text([1, 2], scale=1, unit="$") == ["1", "$2"]


def test_table_says_what_the_chart_draws(build):
    plan, preset = build(PLAIN, MOVED), build(PLAIN)
    header, rows = series_table("margin", plan=plan, preset=preset)
    assert header == ("Month", "preset", "this plan")
    assert len(rows) == 36
    assert rows[35][2] == SERIES["margin"].write(plan.months[35].gross_margin)


def test_sparkline_ends_where_the_series_ends():
    drawn = sparkline((0.0, 1.0, 2.0), (0.0, 0.5, 1.0), palette=LIGHT, through=3)
    assert drawn.end == pytest.approx((1.0, 3.0 / HEIGHT))
    assert drawn.svg.startswith("<svg") and f"{WIDTH:g}" in drawn.svg
    assert LIGHT.accent in drawn.svg and LIGHT.reference in drawn.svg


def test_sparkline_of_nothing_has_no_end():
    assert sparkline((nan, nan), (nan, nan), palette=LIGHT, through=2).end is None


def test_faded():
    assert faded("#0A5C94", 0.14) == "rgba(10,92,148,0.14)"
