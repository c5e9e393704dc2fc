"""What a lever touches: which layers it locks, how hard it is to undo, and when it moves nothing."""

from sim.scenario.schema import Scenario
from sim.strategy.outcome import LAYERS, DoorClass, Outcome

LEVER_LAYERS: dict[str, tuple[str, ...]] = {
    "own_share": ("model_api", "network"),
    "spare_room": (),
    "api_tier": ("model_api",),
    "small_first_share": ("agent_framework",),
    "residency": ("network",),
    "vector_store": ("data",),
    "orchestration": ("orchestration",),
    "movable_share": LAYERS,
}
"""The layers that must be rewritten to reverse a lever; capacity is planned anew each quarter and touches none."""

_HARDNESS: dict[DoorClass, int] = {"two_way": 0, "sticky": 1, "compounding": 2}


def lever_door(outcome: Outcome, lever: str) -> DoorClass:
    """The class of the hardest layer the lever touches, as computed for this outcome."""
    touched = [door.door_class for door in outcome.doors if door.decision in LEVER_LAYERS.get(lever, ())]
    return max(touched, key=lambda door_class: _HARDNESS[door_class], default="two_way")


def inert_reason(scenario: Scenario, field: str) -> str:
    """Why moving a lever or a world setting changes nothing here; empty when it does change something."""
    decisions = scenario.decisions
    nothing_bought = "All answers run on our own GPUs; none are bought."
    if decisions.own_share >= 1 and field in ("api_tier", "small_first_share", "api_price_drift_per_year"):
        return nothing_bought
    if field == "small_first_share" and decisions.api_tier == "small":
        return "The model we buy is the small one already."
    if field == "gpu_price_drift_per_year" and decisions.own_share <= 0:
        return "No answers run on our own GPUs."
    return ""
