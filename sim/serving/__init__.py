"""The SimPy world: endpoints, routing, and the log of one simulated window."""

from sim.scenario.memory import kv_capacity_blocks
from sim.serving.endpoints import Endpoint, FirstTry, GpuPool, LatencyLaw, ManagedApi
from sim.serving.record import FAILED, IN_FLIGHT, REFUSED, SERVED, TIMED_OUT, RunRecord
from sim.serving.routing import FixedShare, LeastLoaded, Router
from sim.serving.saturation import saturated_rps
from sim.serving.simulate import simulate
from sim.serving.step_time import StepTime, step_time
from sim.serving.world import World, single_api_world, single_pool_world

__all__ = [
    "FAILED",
    "IN_FLIGHT",
    "REFUSED",
    "SERVED",
    "TIMED_OUT",
    "Endpoint",
    "FirstTry",
    "FixedShare",
    "GpuPool",
    "LatencyLaw",
    "LeastLoaded",
    "ManagedApi",
    "Router",
    "RunRecord",
    "StepTime",
    "World",
    "kv_capacity_blocks",
    "saturated_rps",
    "simulate",
    "single_api_world",
    "single_pool_world",
    "step_time",
]
