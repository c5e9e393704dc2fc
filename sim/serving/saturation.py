"""Saturated throughput: what an endpoint serves under permanent backlog.

Utilization is offered load over this figure. A busy fraction would say
nothing: a continuously batching replica is busy most of the time at a
twentieth of its capacity.
"""

from dataclasses import replace

import numpy as np

from sim.serving.endpoints import Endpoint, GpuPool
from sim.serving.record import SERVED
from sim.serving.simulate import simulate
from sim.serving.world import single_pool_world
from sim.workload.trace import Trace

STEADY = (0.3, 0.8)
"""Between these shares of the completions neither the cold start nor the emptying batch shows."""


def saturated_rps(endpoint: Endpoint, trace: Trace) -> float:
    """Requests per second that an endpoint completes when it is never short of work.

    For a pool one replica is probed with all requests of the trace present at
    once, and the replicas add up: under backlog no dispatcher matters. For an
    API it is the quota over the mean tokens of a request; infinite without a quota.
    """
    if not isinstance(endpoint, GpuPool):
        if endpoint.tokens_per_min is None:
            return float("inf")
        return endpoint.tokens_per_min / 60 / float(np.mean(trace.input_tokens + trace.output_tokens))
    backlog = replace(
        trace,
        arrival_s=np.zeros(len(trace)),
        patience_s=np.full(len(trace), np.inf),
        user_region=np.zeros(len(trace), dtype=np.int64),
    )
    record = simulate(single_pool_world(replace(endpoint, replicas=1)), backlog)
    finish_s = np.sort(record.finish_s[record.outcome == SERVED])
    first, last = (int(share * (len(finish_s) - 1)) for share in STEADY)
    return float((last - first) / (finish_s[last] - finish_s[first])) * endpoint.replicas
