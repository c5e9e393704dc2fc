"""Outcomes with invented numbers for the shipped presets."""

from collections.abc import Callable

import pytest

from sim import scenario as scenarios
from sim.strategy.outcome import Outcome
from tests.app.fake_outcome import fake_outcome

Build = Callable[..., Outcome]


@pytest.fixture
def build() -> Build:
    """Build the invented outcome of a preset with some fields moved: `build("own_the_platform", {...})`."""

    def _build(preset: str, moved: dict[str, object] | None = None) -> Outcome:
        scenario = scenarios.load(preset)
        if moved:
            scenario = scenarios.set_fields(scenario, moved)
        return fake_outcome(scenario, scenarios.scenario_hash(scenario))

    return _build
