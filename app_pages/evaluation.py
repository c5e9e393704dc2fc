"""The one seam between the pages and the simulator: a scenario in, its outcome out, remembered by content."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from time import perf_counter
from typing import Any

import streamlit as st

from sim import scenario as scenarios
from sim import strategy
from sim.scenario import ScenarioError
from sim.scenario.fields import FieldCard
from sim.scenario.schema import Scenario
from sim.strategy.outcome import Outcome

LOG = logging.getLogger(__name__)


@st.cache_resource(max_entries=256, show_spinner=False)
def _outcome(scenario_hash: str, _scenario: Scenario) -> Outcome:
    return strategy.evaluate(_scenario, fidelity="draft")


def evaluated(scenario_hash: str, scenario: Scenario) -> Outcome:
    """The outcome of a scenario; equal scenarios of any user share one evaluation."""
    return _outcome(scenario_hash, scenario)


@st.cache_resource(max_entries=1, show_spinner=False)
def preset_scenarios() -> dict[str, Scenario]:
    """The shipped presets by name, loaded once."""
    return {name: scenarios.load(name) for name in scenarios.presets()}


@st.cache_resource(max_entries=1, show_spinner=False)
def cards_by_path() -> dict[str, FieldCard]:
    """Declared fields by their dotted path."""
    return {card.path: card for card in scenarios.field_cards()}


def preset_outcome(name: str) -> Outcome:
    """The outcome of a shipped preset as it stands."""
    scenario = preset_scenarios()[name]
    return evaluated(scenarios.scenario_hash(scenario), scenario)


def field_value(scenario: Scenario, path: str) -> Any:
    """The value at a dotted path of a scenario."""
    return reduce(getattr, path.split("."), scenario)


@dataclass(frozen=True, slots=True)
class Attempt:
    """An evaluation that may have failed: its outcome, or sentences that say why there is none."""

    outcome: Outcome | None
    took_s: float
    faults: tuple[str, ...] = ()


def attempt(preset: str, moved: Mapping[str, Any]) -> Attempt:
    """Evaluate a preset with some fields moved. Never raises: a fault comes back as plain sentences."""
    started_s = perf_counter()
    try:
        scenario = preset_scenarios()[preset]
        if moved:
            scenario = scenarios.set_fields(scenario, dict(moved))
        outcome = evaluated(scenarios.scenario_hash(scenario), scenario)
    except ScenarioError as error:
        return Attempt(None, perf_counter() - started_s, tuple(str(fault) for fault in error.faults))
    except Exception:
        # The room must keep its screen: the fault goes to the log in full, a sentence to the page.
        LOG.exception("evaluating %s with %s failed", preset, dict(moved))
        return Attempt(None, perf_counter() - started_s, ("The simulator stopped on a fault of its own.",))
    return Attempt(outcome, perf_counter() - started_s)
