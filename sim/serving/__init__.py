"""The SimPy world: endpoints, routing, and the log of one simulated window."""

from sim.serving.cells import Cell, cell_of
from sim.serving.disruption import (
    DegradedState,
    Disruption,
    Hazards,
    Outages,
    ReplicaHazard,
    SpotInterruptions,
    degraded_states,
    degraded_world,
    draw_disruption,
)
from sim.serving.endpoints import Endpoint, FirstTry, GpuPool, LatencyLaw, ManagedApi
from sim.serving.fleet_time import FleetTime, fleet_time
from sim.serving.record import FAILED, IN_FLIGHT, REFUSED, SERVED, TIMED_OUT, FleetChange, RunRecord
from sim.serving.routing import FixedShare, LeastLoaded, Router
from sim.serving.saturation import saturated_rps
from sim.serving.scaling import Autoscaler, KvOccupancy, RequestsPerReplica, known_policies
from sim.serving.simulate import simulate
from sim.serving.step_time import StepTime, kv_capacity_blocks, step_time
from sim.serving.world import World, single_api_world, single_pool_world

__all__ = [
    "FAILED",
    "IN_FLIGHT",
    "REFUSED",
    "SERVED",
    "TIMED_OUT",
    "Autoscaler",
    "Cell",
    "DegradedState",
    "Disruption",
    "Endpoint",
    "FirstTry",
    "FixedShare",
    "FleetChange",
    "FleetTime",
    "GpuPool",
    "Hazards",
    "KvOccupancy",
    "LatencyLaw",
    "LeastLoaded",
    "ManagedApi",
    "Outages",
    "ReplicaHazard",
    "RequestsPerReplica",
    "Router",
    "RunRecord",
    "SpotInterruptions",
    "StepTime",
    "World",
    "cell_of",
    "degraded_states",
    "degraded_world",
    "draw_disruption",
    "fleet_time",
    "known_policies",
    "kv_capacity_blocks",
    "saturated_rps",
    "simulate",
    "single_api_world",
    "single_pool_world",
    "step_time",
]
