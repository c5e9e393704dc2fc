"""The one seam between the pages and the simulator: a scenario in, its outcome out, remembered by content."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from time import perf_counter
from typing import Any

import streamlit as st

from app_pages.memory import keeper
from app_pages.own_code import from_code
from app_pages.view import DECISIONS
from sim import scenario as scenarios
from sim import strategy
from sim.scenario import ScenarioError
from sim.scenario.fields import FieldCard
from sim.scenario.schema import Scenario
from sim.strategy.operations import OperationsMonth, operations
from sim.strategy.outcome import Fidelity, Outcome
from sim.strategy.waiting import taken_in

LOG = logging.getLogger(__name__)


@st.cache_resource(max_entries=256, show_spinner=False)
def _outcome(scenario_hash: str, _scenario: Scenario) -> Outcome:
    outcome = strategy.evaluate(_scenario, fidelity="draft")
    keeper().remember()
    return outcome


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


@st.cache_resource(max_entries=64, show_spinner=False)
def _run(scenario_hash: str, fidelity: Fidelity, _scenario: Scenario) -> tuple[OperationsMonth, ...]:
    return operations(_scenario, fidelity=fidelity)


def run_of(outcome: Outcome) -> tuple[OperationsMonth, ...]:
    """How every month of an outcome ran, read from the surfaces of its evaluation."""
    return _run(outcome.scenario_hash, outcome.fidelity, outcome.scenario)


def base(name: str) -> Scenario:
    """The scenario a view starts from: a shipped preset by its name, or somebody's own by its code.

    Raises:
        ValueError: neither.
    """
    presets = preset_scenarios()
    return presets[name] if name in presets else _own(name)


@st.cache_resource(max_entries=64, show_spinner=False)
def _own(code: str) -> Scenario:
    return from_code(code)


def is_base(name: str) -> bool:
    """Whether a name or a code stands for a scenario."""
    try:
        base(name)
    except ValueError:
        return False
    return True


def planned(name: str, moved: Mapping[str, Any], *, decide: int = 0) -> Scenario:
    """A base with some fields moved; the levers among them are decided in month `decide`.

    Raises:
        ScenarioError: the fields do not go together.
    """
    scenario = base(name)
    levers = {path: value for path, value in moved.items() if path.startswith(DECISIONS)}
    if not decide or not levers:
        return scenarios.set_fields(scenario, dict(moved)) if moved else scenario
    rest = {path: value for path, value in moved.items() if path not in levers}
    return taken_in(scenarios.set_fields(scenario, rest) if rest else scenario, levers, month=decide)


def preset_outcome(name: str) -> Outcome:
    """The outcome of a shipped preset as it stands."""
    scenario = base(name)
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


def _broken(preset: str, moved: Mapping[str, Any], started_s: float) -> Attempt:
    """The room must keep its screen: the fault goes to the log in full, a sentence to the page."""
    LOG.exception("evaluating %s with %s failed", preset, dict(moved))
    return Attempt(None, perf_counter() - started_s, ("The simulator stopped on a fault of its own.",))


def attempt(preset: str, moved: Mapping[str, Any], *, decide: int = 0) -> Attempt:
    """Evaluate a preset with some fields moved. Never raises: a fault comes back as plain sentences."""
    started_s = perf_counter()
    scenario = base(preset)
    try:
        scenario = planned(preset, moved, decide=decide)
        outcome = evaluated(scenarios.scenario_hash(scenario), scenario)
    except ScenarioError as error:
        return Attempt(None, perf_counter() - started_s, tuple(str(fault) for fault in error.faults))
    except (ValueError, LookupError, ArithmeticError) as error:
        # Values of somebody's own may contradict one another in ways that only playing them shows.
        if not scenario.assumptions:
            return _broken(preset, moved, started_s)
        LOG.warning("playing %s with changed catalogue rows failed", preset, exc_info=error)
        return Attempt(None, perf_counter() - started_s, (f"The changed catalogue rows cannot be played: {error}",))
    except Exception:
        return _broken(preset, moved, started_s)
    return Attempt(outcome, perf_counter() - started_s)
