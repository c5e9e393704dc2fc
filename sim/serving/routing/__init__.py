"""Routing policies: one small class in one file each, given a read-only view.

A policy answers with the index of an endpoint and a reason. Whether an
endpoint may serve a request at all is not the policy's business: residency
filters what every policy sees (`residency.py`).
"""

from sim.serving.routing.fixed_share import FixedShare
from sim.serving.routing.least_loaded import LeastLoaded
from sim.serving.routing.policy import Candidate, Route, Router
from sim.serving.routing.residency import allowed_endpoints

__all__ = ["Candidate", "FixedShare", "LeastLoaded", "Route", "Router", "allowed_endpoints"]
