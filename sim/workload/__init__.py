"""Offered load: who asks for what and when, drawn from named streams or replayed from a file."""

from sim.scenario.workflow_files import WorkflowError, load_workflow, preset_workflow, preset_workflows
from sim.workload.arrivals import (
    RateCurve,
    arrivals_along,
    flash_crowd,
    gaps_to_cover,
    modulated_rates,
    nonhomogeneous_poisson,
    poisson_arrivals,
    with_bursts,
)
from sim.workload.compound import CompoundTrace, Retrievals, single_calls
from sim.workload.lengths import LengthLaw, LognormalLaw, QuantileLaw, length_laws
from sim.workload.profiles import HourTypes, by_hour_type, hour_types, shift_from_home_h, weekly_rates
from sim.workload.replay import ReplayTrace, TraceError, as_trace, read_trace_csv
from sim.workload.streams import stream
from sim.workload.trace import Trace
from sim.workload.unfold import unfold
from sim.workload.window import EVERYWHERE, Mix, ProductLoad, draw_curve_window, draw_requests, draw_window

__all__ = [
    "EVERYWHERE",
    "CompoundTrace",
    "HourTypes",
    "LengthLaw",
    "LognormalLaw",
    "Mix",
    "ProductLoad",
    "QuantileLaw",
    "RateCurve",
    "ReplayTrace",
    "Retrievals",
    "Trace",
    "TraceError",
    "WorkflowError",
    "arrivals_along",
    "as_trace",
    "by_hour_type",
    "draw_curve_window",
    "draw_requests",
    "draw_window",
    "flash_crowd",
    "gaps_to_cover",
    "hour_types",
    "length_laws",
    "load_workflow",
    "modulated_rates",
    "nonhomogeneous_poisson",
    "poisson_arrivals",
    "preset_workflow",
    "preset_workflows",
    "read_trace_csv",
    "shift_from_home_h",
    "single_calls",
    "stream",
    "unfold",
    "weekly_rates",
    "with_bursts",
]
