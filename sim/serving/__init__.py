"""The SimPy world: endpoints, routing, and the log of one simulated window."""

from sim.serving.benchmark_files import BenchmarkFileError, BenchmarkPoint, read_benchmark
from sim.serving.calibration import Calibration, calibrate
from sim.serving.endpoints import DisaggregatedPool, Endpoint, FirstTry, GpuPool, LatencyLaw, ManagedApi
from sim.serving.record import FAILED, IN_FLIGHT, REFUSED, SERVED, TIMED_OUT, RunRecord
from sim.serving.routing import FixedShare, LeastLoaded, Router
from sim.serving.saturation import saturated_rps
from sim.serving.simulate import simulate
from sim.serving.speculation import Speculation
from sim.serving.step_time import StepTime, kv_capacity_blocks, step_time
from sim.serving.world import World, single_api_world, single_pool_world

__all__ = [
    "FAILED",
    "IN_FLIGHT",
    "REFUSED",
    "SERVED",
    "TIMED_OUT",
    "BenchmarkFileError",
    "BenchmarkPoint",
    "Calibration",
    "DisaggregatedPool",
    "Endpoint",
    "FirstTry",
    "FixedShare",
    "GpuPool",
    "LatencyLaw",
    "LeastLoaded",
    "ManagedApi",
    "Router",
    "RunRecord",
    "Speculation",
    "StepTime",
    "World",
    "calibrate",
    "kv_capacity_blocks",
    "read_benchmark",
    "saturated_rps",
    "simulate",
    "single_api_world",
    "single_pool_world",
    "step_time",
]
