"""Saturated throughput: what an endpoint serves under permanent backlog.

Utilization is offered load over this figure. A busy fraction would say
nothing: a continuously batching replica is busy most of the time at a
twentieth of its capacity.
"""

from dataclasses import replace
from math import inf
from typing import Final

import numpy as np

from sim.serving.endpoints import Endpoint, GpuPool, ManagedApi
from sim.serving.record import SERVED
from sim.serving.simulate import simulate
from sim.serving.world import single_pool_world
from sim.workload.trace import Trace

STEADY = (0.3, 0.8)
"""Between these shares of the completions neither the cold start nor the emptying batch shows."""
LEAST_TAKEN: Final = 1.0
"""Tokens of a quota that a call counts with at least."""


def saturated_rps(endpoint: Endpoint, trace: Trace) -> float:
    """Requests per second that an endpoint completes when it is never short of work.

    For a pool one replica is probed with all requests of the trace present at
    once, and the replicas add up: under backlog no dispatcher matters. A
    disaggregated pool is probed whole, since its phases share the work. For an
    API it is the tighter quota and what was provisioned; infinite without a quota.
    Calls of its batch tier take no quota.
    """
    if isinstance(endpoint, ManagedApi):
        return _quota_rps(endpoint, *_quota_taken(endpoint, trace))
    backlog = replace(
        trace,
        arrival_s=np.zeros(len(trace)),
        patience_s=np.full(len(trace), np.inf),
        user_region=np.zeros(len(trace), dtype=np.int64),
    )
    probed = replace(endpoint, replicas=1, autoscaler=None) if isinstance(endpoint, GpuPool) else endpoint
    record = simulate(single_pool_world(probed), backlog)
    finish_s = np.sort(record.finish_s[record.outcome == SERVED])
    first, last = (int(share * (len(finish_s) - 1)) for share in STEADY)
    rate_rps = float((last - first) / (finish_s[last] - finish_s[first]))
    return rate_rps * endpoint.replicas if isinstance(endpoint, GpuPool) else rate_rps


def _quota_taken(api: ManagedApi, trace: Trace) -> tuple[float, float]:
    """What the mean call takes of an API's two quotas: tokens and calls.

    At least one call's token, or an API whose calls all go to the batch tier would have no load to be read at.
    """
    tokens = trace.input_tokens + trace.output_tokens
    if api.batch is None:
        return float(np.mean(tokens)), 1.0
    at_once = ~np.isin(trace.product, api.batch.products)
    return max(LEAST_TAKEN, float(np.mean(tokens * at_once))), max(LEAST_TAKEN / len(trace), float(np.mean(at_once)))


def _quota_rps(api: ManagedApi, tokens: float, calls: float) -> float:
    """Requests per second that an API's limits let through, each of which takes so many tokens and calls."""
    by_tokens = inf if api.tokens_per_min is None else api.tokens_per_min / 60 / tokens
    by_requests = inf if api.requests_per_min is None else api.requests_per_min / 60 / calls
    if api.provisioned is None:
        return min(by_tokens, by_requests)
    provisioned_rps = api.provisioned.tokens_per_min / 60 / tokens
    return provisioned_rps + min(by_tokens, by_requests) if api.provisioned.spills else provisioned_rps
