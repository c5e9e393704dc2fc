"""A scenario as a text that reloads, and as a name for its content."""

import json
from hashlib import sha256
from typing import Any

from sim.scenario.schema import Scenario
from sim.scenario.yaml_text import write_mapping


def scenario_hash(scenario: Scenario) -> str:
    """SHA-256 of everything the scenario says, as 64 hex digits; equal scenarios have equal hashes.

    Names and summaries count too: a remembered outcome carries them.
    """
    canonical = json.dumps(_canonical(scenario.model_dump(mode="json")), sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()


def _canonical(value: Any) -> Any:
    """Equal numbers written alike: 1.0 as 1, -0.0 as 0."""
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def to_yaml(scenario: Scenario) -> str:
    """The scenario as a file that stands alone: loading it gives an equal scenario."""
    return write_mapping(scenario.model_dump(mode="json"))
