"""Degraded states of the horizon: what is out for which share of the hours.

A window of minutes never sees a failure that comes once in 2,000 hours, so the
horizon simulates the states themselves, each with its share of the hours.
Equations in docs/model.md, "Degraded states".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sim.serving.disruption.hazards import Hazards, Outages, ReplicaHazard
from sim.serving.disruption.outages import check_fit
from sim.serving.endpoints import Endpoint, GpuPool

if TYPE_CHECKING:
    from sim.serving.world import World

Up = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DegradedState:
    """One state of a world and its share of the hours.

    Attributes:
        up: replicas up in each endpoint; 1 or 0 for an API or a pool split by phase.
        weight: share of the hours that the state stands for, `folded` included.
        folded: the part of it in which more is out than the state shows.
    """

    up: Up
    weight: float
    folded: float


def degraded_states(endpoints: Sequence[Endpoint], hazards: Hazards, *, most_states: int) -> tuple[DegradedState, ...]:
    """The likeliest states of a world, by falling weight; the weights sum to 1.

    Independent parts: each region, each API, each replica. Replicas of a pool
    are alike, so its states are numbers of replicas up, with the hours of a
    binomial (of a Poisson binomial where some slots are spot). A state beyond
    `most_states` is folded into the kept state that shows most of what is out
    in it and nothing else: that hour is taken to be better than it was, and
    `folded` states how much of this there is. The state with everything up is
    always kept.

    Args:
        endpoints: those of the world.
        hazards: what can go out.
        most_states: how many states are simulated, at least 1.

    Raises:
        ValueError: `most_states` is below 1, or the hazards do not fit the endpoints.
    """
    if most_states < 1:
        raise ValueError(f"at least one state must be kept (got most_states={most_states})")
    check_fit(endpoints, hazards)
    full = tuple(endpoint.replicas if isinstance(endpoint, GpuPool) else 1 for endpoint in endpoints)
    kept = {full: DegradedState(full, 1.0, 0.0)}
    if hazards.region is not None:
        for region in sorted({endpoint.region for endpoint in endpoints}):
            there = [index for index, endpoint in enumerate(endpoints) if endpoint.region == region]
            kept = _fold(_with_outage(kept.values(), there, hazards.region), full, most_states)
    for index, hazard in enumerate(hazards.endpoints):
        if isinstance(hazard, Outages):
            kept = _fold(_with_outage(kept.values(), [index], hazard), full, most_states)
        elif isinstance(hazard, ReplicaHazard):
            kept = _fold(_with_failures(kept.values(), index, up_law(hazard, full[index])), full, most_states)
    return tuple(sorted(kept.values(), key=lambda state: (-state.weight, state.up)))


def up_law(hazard: ReplicaHazard, slots: int) -> tuple[float, ...]:
    """Share of time with 0, 1, ... `slots` replicas up: the sum of independent slots, by convolution."""
    law = np.ones(1)
    for slot in range(slots):
        up = hazard.availability(slot)
        law = np.convolve(law, [1 - up, up])
    return tuple(law.tolist())


def degraded_world(world: "World", state: DegradedState) -> "World":
    """The world with what a state leaves up; endpoints keep their indices, those that are out take nothing.

    A request whose every permitted endpoint is out fails.
    """
    endpoints = tuple(
        replace(endpoint, replicas=up) if isinstance(endpoint, GpuPool) and up else endpoint
        for endpoint, up in zip(world.endpoints, state.up, strict=True)
    )
    return replace(world, endpoints=endpoints, out=tuple(e for e, up in enumerate(state.up) if up == 0))


def _with_outage(states: Iterable[DegradedState], there: Sequence[int], outages: Outages) -> list[DegradedState]:
    """Every state twice: as it was, and with some endpoints out."""
    up = outages.availability
    split = []
    for state in states:
        split.append(_scaled(state, state.up, up))
        split.append(_scaled(state, tuple(0 if e in there else n for e, n in enumerate(state.up)), 1 - up))
    return split


def _with_failures(states: Iterable[DegradedState], pool: int, law: Sequence[float]) -> list[DegradedState]:
    """Every state once for each number of the pool's replicas that may be up; one that is out stays so."""
    split = []
    for state in states:
        if state.up[pool] == 0:
            split.append(state)
            continue
        for up, share in enumerate(law):
            split.append(_scaled(state, (*state.up[:pool], up, *state.up[pool + 1 :]), share))
    return split


def _scaled(state: DegradedState, up: Up, share: float) -> DegradedState:
    return DegradedState(up, state.weight * share, state.folded * share)


def _fold(states: Iterable[DegradedState], full: Up, most: int) -> dict[Up, DegradedState]:
    """Merge equal states, keep the heaviest, and fold the rest into the kept states that are nearest and no worse."""
    merged: dict[Up, DegradedState] = {}
    for state in states:
        if state.weight > 0:
            same = merged.get(state.up)
            merged[state.up] = state if same is None else _sum(same, state.weight, state.folded)
    ranked = sorted(merged.values(), key=lambda state: (state.up != full, -state.weight, state.up))
    kept = {state.up: state for state in ranked[:most]}
    for state in ranked[most:]:
        nearest = min(
            (up for up in kept if all(a >= b for a, b in zip(up, state.up, strict=True))),
            key=lambda up: (_shown_better(up, state.up, full), up),
        )
        kept[nearest] = _sum(kept[nearest], state.weight, state.weight)
    return kept


def _shown_better(shown: Up, really: Up, full: Up) -> float:
    """What a state shows as up that is out, summed over endpoints as a share of each."""
    return sum((a - b) / n for a, b, n in zip(shown, really, full, strict=True))


def _sum(state: DegradedState, weight: float, folded: float) -> DegradedState:
    return DegradedState(state.up, state.weight + weight, state.folded + folded)
