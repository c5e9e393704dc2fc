"""Offered load: who asks for what and when, drawn from named streams or replayed from a file."""

from sim.workload.arrivals import gaps_to_cover, nonhomogeneous_poisson, poisson_arrivals
from sim.workload.lengths import LengthLaw, LognormalLaw, QuantileLaw, length_laws
from sim.workload.profiles import HourTypes, by_hour_type, hour_types, shift_from_home_h, weekly_rates
from sim.workload.replay import ReplayTrace, TraceError, as_trace, read_trace_csv
from sim.workload.streams import stream
from sim.workload.trace import Trace
from sim.workload.window import Mix, ProductLoad, draw_requests, draw_window

__all__ = [
    "HourTypes",
    "LengthLaw",
    "LognormalLaw",
    "Mix",
    "ProductLoad",
    "QuantileLaw",
    "ReplayTrace",
    "Trace",
    "TraceError",
    "as_trace",
    "by_hour_type",
    "draw_requests",
    "draw_window",
    "gaps_to_cover",
    "hour_types",
    "length_laws",
    "nonhomogeneous_poisson",
    "poisson_arrivals",
    "read_trace_csv",
    "shift_from_home_h",
    "stream",
    "weekly_rates",
]
