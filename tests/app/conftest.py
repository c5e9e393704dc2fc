"""Outcomes with invented numbers for the shipped presets."""

from collections.abc import Callable

import plotly.graph_objects as go
import pytest

from app_pages.follow import SWITCH
from sim import scenario as scenarios
from sim.reports import drawing, hour_figures, running_figures
from sim.strategy.outcome import Outcome
from tests.app.fake_outcome import fake_outcome
from tests.app.workshop_seats import evaluations, own_store, played  # noqa: F401

Build = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def _no_full_runs(monkeypatch):
    """Full runs would start worker processes under every page."""
    monkeypatch.setenv(SWITCH, "0")


@pytest.fixture(autouse=True)
def _figures_are_checked(monkeypatch):
    """The app draws figures without Plotly's check of every value; here each one is checked."""
    plain = drawing.drawn

    def checked(traces, whole):
        go.Figure(plain(traces, whole))
        return plain(traces, whole)

    for module in (drawing, running_figures, hour_figures):
        monkeypatch.setattr(module, "drawn", checked)


@pytest.fixture
def build() -> Build:
    """Build the invented outcome of a preset with some fields moved: `build("own_the_platform", {...})`."""

    def _build(preset: str, moved: dict[str, object] | None = None) -> Outcome:
        scenario = scenarios.load(preset)
        if moved:
            scenario = scenarios.set_fields(scenario, moved)
        return fake_outcome(scenario, scenarios.scenario_hash(scenario))

    return _build
