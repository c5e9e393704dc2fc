"""The engine's replicas under failures and drains, with a dispatcher as plain as the reference's."""

from collections.abc import Sequence

import numpy as np

from sim.serving import GpuPool, RunRecord
from sim.serving.clock import ARRIVAL, Call, Clock
from sim.serving.ledger import Ledger
from sim.serving.replica import Replica
from sim.workload.trace import Trace
from tests.reference.playing import Disruption

DISRUPTION = ARRIVAL - 1
"""At equal times a disruption comes before all else."""


def simulate_disrupted(pool: GpuPool, trace: Trace, disruptions: Sequence[Disruption]) -> RunRecord:
    """Play a trace on the engine's replicas; what a failure interrupts is offered again at once."""
    clock = Clock()
    ledger = Ledger(trace)
    replicas = [Replica(clock, pool, ledger, index) for index in range(pool.replicas)]

    def dispatch(request: int, now_s: float) -> None:
        accepting = [replica for replica in replicas if replica.accepting]
        min(accepting, key=lambda replica: replica.load).offer(request, now_s)

    def disrupt(disruption: Disruption) -> None:
        replica = replicas[disruption.replica]
        if disruption.kind == "drain":
            replica.drain()
            return
        for request in replica.fail(disruption.at_s):
            dispatch(request, disruption.at_s)

    for disruption in disruptions:
        clock.at(disruption.at_s, DISRUPTION, Call(lambda _, it=disruption: disrupt(it)))
    for request, at_s in enumerate(trace.arrival_s.tolist()):
        clock.at(at_s, ARRIVAL, Call(lambda _, request=request, at_s=at_s: dispatch(request, at_s)))
    clock.run()
    assert all(replica.load == 0 and replica.running == 0 for replica in replicas)
    return ledger.record(return_trip_s=np.zeros(len(trace)), events=clock.events)
