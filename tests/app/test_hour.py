"""The busy hour adds up at every step, and what is shown of it is what the log has."""

from dataclasses import replace

import plotly.graph_objects as go
import pytest

from app_pages.hour import hour_key
from app_pages.jobs import jobs
from sim import scenario as scenarios
from sim.reports import hour as told
from sim.reports.hour_figures import ways_figure
from sim.reports.palette import LIGHT
from sim.strategy.hour import STEP_S, busiest_hour
from tests.app.test_pages import opened as open_page

PRESET, MONTH = "prototype_by_friday", 36


@pytest.fixture(scope="module")
def hour():
    """Short: the API's quota of a minute is used up within the first steps of the last month."""
    return busiest_hour(scenarios.load(PRESET), month=MONTH - 1, most_calls=8000)


def test_every_request_that_left_has_one_fate(hour):
    for step in range(len(hour.asked)):
        gone = sum(counts[step] for counts in hour.fates)
        assert gone <= hour.asked[step]
    waiting = sum(e.waiting[-1] + e.answering[-1] for e in hour.endpoints)
    # Each request of this preset is one call at most.
    assert hour.asked[-1] - sum(counts[-1] for counts in hour.fates) == waiting


def test_counts_never_fall_and_nothing_waits_below_zero(hour):
    for counts in (hour.asked, *hour.fates):
        assert list(counts) == sorted(counts)
    for endpoint in hour.endpoints:
        assert min(endpoint.waiting) >= 0 and min(endpoint.answering) >= 0
        assert len(endpoint.waiting) == len(hour.asked) == round(hour.span_s / STEP_S)


def test_ways_hold_every_call_and_places_every_request(hour):
    calls = sum(way.calls for way in hour.ways)
    by_endpoint = sum(felt.requests for felt in hour.felt if felt.endpoint)
    by_users = sum(felt.requests for felt in hour.felt if felt.users)
    assert calls == by_endpoint == by_users >= hour.asked[-1]


def test_in_time_is_what_the_percentiles_say(hour):
    for felt in hour.felt:
        read = felt.first_words_s if felt.promise.measure == "first_words" else felt.finished_s
        if felt.in_time >= 0.99:
            assert read.p95 <= felt.promise.limit_s
        if read.p50 > felt.promise.limit_s:
            assert felt.in_time <= 0.5


def test_the_picture_and_its_table_hold_the_log(hour):
    picture = told.picture(hour)
    assert [row["waiting"] for row in picture["rows"]] == [list(e.waiting) for e in hour.endpoints]
    most = max(a + w for e in hour.endpoints for a, w in zip(e.answering, e.waiting, strict=True))
    assert most <= picture["each"] * told.MOST_DOTS
    header, rows = told.hour_table(hour)
    assert all(len(row) == len(header) for row in rows)
    assert rows[-1][0] == f"{hour.span_s / 60:g}"
    assert all(len(row) == len(told.FELT_HEADER) for row in told.felt_rows(hour))


def test_the_ways_are_drawn_with_the_routers_reasons(hour):
    figure = go.Figure(ways_figure(hour, palette=LIGHT))
    assert any("a fixed share" in label for label in figure.data[0].node.label)
    reasons = {told.reason_words(replace(way, needs_eu=True)) for way in hour.ways}
    assert reasons == {"must stay in the EU, then a fixed share"}
    assert sum(figure.data[0].link.value) == 2 * sum(way.calls for way in hour.ways)


def test_operations_shows_an_hour_that_was_played(hour):
    key = hour_key(scenarios.scenario_hash(scenarios.load(PRESET)), MONTH)
    asked = open_page("operations", p=PRESET)
    assert any(button.label == "Play the busiest hour" for button in asked.button)
    job = jobs().start(key, lambda _: hour, follower="test")
    while not job.finished:
        pass
    shown = open_page("operations", p=PRESET)
    jobs().forget(key)
    assert not shown.exception
    assert not any(button.label == "Play the busiest hour" for button in shown.button)
