"""What goes out: hazards, drawn outages of one window, and the degraded states of the horizon."""

from sim.serving.disruption.degraded import DegradedState, degraded_states, degraded_world, up_law
from sim.serving.disruption.hazards import (
    Hazards,
    Outages,
    ReplicaHazard,
    SpotInterruptions,
    api_outages,
    gpu_failures,
    region_outages,
    replica_start_s,
    spot_interruptions,
)
from sim.serving.disruption.outages import Disruption, EndpointOutage, ReplicaOutage, draw_disruption

__all__ = [
    "DegradedState",
    "Disruption",
    "EndpointOutage",
    "Hazards",
    "Outages",
    "ReplicaHazard",
    "ReplicaOutage",
    "SpotInterruptions",
    "api_outages",
    "degraded_states",
    "degraded_world",
    "draw_disruption",
    "gpu_failures",
    "region_outages",
    "replica_start_s",
    "spot_interruptions",
    "up_law",
]
