"""How much is simulated for an answer: a quick estimate, a full run, or a full run with more repetitions."""

from dataclasses import dataclass, replace

from sim.strategy.outcome import Fidelity


@dataclass(frozen=True, slots=True)
class Effort:
    """What one fidelity simulates.

    `loads` are multiples of saturated throughput, ascending; each is held for
    `calls` requests at each extreme mix, or `api_calls` at an endpoint whose
    latency is a stated law, starting from the state the one before left.
    `cell_replicas` bounds the replicas simulated for a pool: a larger one is
    read from this many with their share of the load.
    """

    loads: tuple[float, ...]
    calls: int
    api_calls: int
    replications: int
    cell_replicas: int
    probe_calls: int
    batches: int
    """Parts a replication is cut into, to know the noise where there is only one replication."""
    most_states: int = 1
    """States of a station that count: with 1 nothing ever fails."""
    day_replicas: int = 0
    """Most replicas of an autoscaled pool whose whole days are played; with 0 every hour is read as it settles."""
    day_replications: int = 0


DRAFT_LOADS = (0.15, 0.4, 0.6, 0.75, 0.85, 0.95, 1.0, 1.1)
STANDARD_LOADS = (0.1, 0.25, 0.4, 0.55, 0.7, 0.8, 0.9, 0.95, 1.0, 1.1)

EFFORTS: dict[Fidelity, Effort] = {
    "draft": Effort(
        DRAFT_LOADS, calls=3000, api_calls=2000, replications=1, cell_replicas=8, probe_calls=1000, batches=8
    ),
    "standard": Effort(
        STANDARD_LOADS, calls=10000, api_calls=4000, replications=5, cell_replicas=8, probe_calls=4000, batches=1
    ),
    "full": Effort(
        STANDARD_LOADS, calls=20000, api_calls=8000, replications=10, cell_replicas=16, probe_calls=4000, batches=1,
        most_states=4, day_replicas=4, day_replications=4
    ),
}


def repeated(effort: Effort, replications: int) -> Effort:
    """The same with another number of replications, of days too where they are played."""
    return replace(
        effort, replications=replications, day_replications=replications if effort.day_replications else 0
    )
