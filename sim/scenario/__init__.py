"""What is asked: a scenario's fields, its files, its checks, and its state in each month."""

from sim.scenario.cards import field_cards, json_schema, lever_cards
from sim.scenario.changes import change_months, in_month
from sim.scenario.faults import ScenarioError
from sim.scenario.fields import FieldCard
from sim.scenario.identity import scenario_hash, to_yaml
from sim.scenario.load import load, parse, presets
from sim.scenario.schema import Scenario
from sim.scenario.validate import set_fields

__all__ = [
    "FieldCard",
    "Scenario",
    "ScenarioError",
    "change_months",
    "field_cards",
    "in_month",
    "json_schema",
    "lever_cards",
    "load",
    "parse",
    "presets",
    "scenario_hash",
    "set_fields",
    "to_yaml",
]
