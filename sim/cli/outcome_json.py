"""An outcome as the stable JSON of the command line; reports write the same, so it stands with them."""

from sim.reports.outcome_json import (
    ceiling_object,
    door_object,
    migration_object,
    month_object,
    outcome_object,
    portability_object,
    scenario_object,
)

__all__ = [
    "ceiling_object",
    "door_object",
    "migration_object",
    "month_object",
    "outcome_object",
    "portability_object",
    "scenario_object",
]
