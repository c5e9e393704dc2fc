"""Autoscaling: policies, and the limits that a pool puts on them."""

from sim.serving.scaling.autoscaler import Autoscaler
from sim.serving.scaling.policies import KvOccupancy, RequestsPerReplica, known_policies
from sim.serving.scaling.policy import PoolState, ScalingPolicy, Wanted, scaling_policy

__all__ = [
    "Autoscaler",
    "KvOccupancy",
    "PoolState",
    "RequestsPerReplica",
    "ScalingPolicy",
    "Wanted",
    "known_policies",
    "scaling_policy",
]
