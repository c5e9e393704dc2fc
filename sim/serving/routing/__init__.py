"""Routing policies: one small class in one file each, given a read-only view.

A policy answers with the index of an endpoint and a reason. Whether an
endpoint may serve a request at all is not the policy's business: residency
filters what every policy sees (`residency.py`). How old the loads are that it
sees is not either: `World.signal_delay_s` says so.
"""

from sim.serving.routing.cascade import Cascade
from sim.serving.routing.cheapest_meeting_slo import CheapestMeetingSlo
from sim.serving.routing.fixed_share import FixedShare
from sim.serving.routing.least_loaded import LeastLoaded
from sim.serving.routing.nearest import Nearest
from sim.serving.routing.policy import Asked, Candidate, Route, Router
from sim.serving.routing.prefix_affine import PrefixAffine
from sim.serving.routing.registry import Registry, router
from sim.serving.routing.residency import allowed_endpoints
from sim.serving.routing.spill_over import SpillOver
from sim.serving.routing.weighted import Weighted

__all__ = [
    "Asked",
    "Candidate",
    "Cascade",
    "CheapestMeetingSlo",
    "FixedShare",
    "LeastLoaded",
    "Nearest",
    "PrefixAffine",
    "Registry",
    "Route",
    "Router",
    "SpillOver",
    "Weighted",
    "allowed_endpoints",
    "router",
]
