"""Petabytes: what stored vectors make of leaving the data layer, and whether the link, the embedding or rework binds.

Equations: docs/model_decisions.md, "Petabytes".
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.lockin import LAYERS, LockinResult, lock_in
from sim.scenario import Scenario, set_fields
from sim.scenario.assumptions import catalogue_of
from sim.strategy.asking import Progress, evaluate_each, leaving_of
from sim.strategy.executors import Executor
from sim.strategy.outcome import Fidelity, Outcome
from sim.strategy.store import SurfaceStore

STORED_VECTORS = (50e6, 1e9, 10e9, 110e9)
"""Sizes a room tries: the presets' own, and up to a petabyte of vectors."""
BYTES_PER_GB = 1e9
DATA = frozenset({"data"})


@dataclass(frozen=True, slots=True)
class LeavingData:
    """Leaving the data layer at the end of a month."""

    usd_cash: float
    usd_growth_forgone: float
    exit_months: float
    binds: str
    """What takes longest: `move`, `embed` or `rework`."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One number of vectors at the start."""

    vectors_start: float
    month: int
    vectors: float
    """At the end of that month."""
    data_gb: float
    """All data at the end of that month, the vectors' own in it."""
    move_usd: float
    """Fee to move the data out."""
    embed_usd: float
    """Price of making every vector again."""
    move_months: float
    embed_months: float
    rework_months: float
    kept: LeavingData
    """With vectors that are taken along."""
    made_again: LeavingData
    """With vectors that another model has to make."""
    must_be_made_again: bool
    """Which of the two this scenario's store forces."""
    npv_usd: float

    @property
    def forced(self) -> LeavingData:
        """Leaving as this scenario would have to."""
        return self.made_again if self.must_be_made_again else self.kept


def petabytes(
    scenario: Scenario,
    *,
    vectors: Sequence[float] = STORED_VECTORS,
    month: int | None = None,
    fidelity: Fidelity = "draft",
    store: SurfaceStore | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> tuple[Stored, ...]:
    """Leave the data layer with ever more vectors in it. One evaluation a size; none simulates anything new.

    Args:
        vectors: numbers at the start.
        month: index of the month at whose end leaving is decided; the last unless given.
    """
    at = scenario.months - 1 if month is None else month
    outcomes = evaluate_each(
        [holding(scenario, amount) for amount in vectors],
        fidelity=fidelity,
        store=store,
        executor=executor,
        progress=progress,
    )
    return tuple(_stored(outcome, at) for outcome in outcomes)


def holding(scenario: Scenario, vectors: float) -> Scenario:
    """The scenario with so many vectors at the start, and the bytes that they take among its data."""
    bytes_each = catalogue_of(scenario).value("business", "rules", "bytes_per_vector")
    more_gb = (vectors - scenario.company.vectors_start) * bytes_each / BYTES_PER_GB
    data_gb = max(0.0, scenario.company.data_start_gb + more_gb)
    return set_fields(scenario, {"company.vectors_start": vectors, "company.data_start_gb": data_gb})


def _stored(outcome: Outcome, at: int) -> Stored:
    leaving = leaving_of(outcome)
    basis = leaving.basis
    move, embed, rework = (
        float(np.broadcast_to(months, basis.inputs.months)[at])
        for months in (
            basis.move_months,
            basis.embed_months,
            basis.person_months[..., LAYERS.index("data")] / basis.parameters.team_people,
        )
    )
    return Stored(
        vectors_start=outcome.scenario.company.vectors_start,
        month=at,
        vectors=float(basis.stocks.vectors[at]),
        data_gb=float(basis.stocks.data_gb[at]),
        move_usd=float(basis.move_usd[at]),
        embed_usd=float(basis.embed_usd[at]),
        move_months=move,
        embed_months=embed,
        rework_months=rework,
        kept=_leave(leaving, at, again=False, times={"move": move, "rework": rework}),
        made_again=_leave(leaving, at, again=True, times={"move": move, "embed": embed, "rework": rework}),
        must_be_made_again=bool(basis.inputs.reembeds(DATA)[at]),
        npv_usd=outcome.npv_usd,
    )


def _leave(leaving: LockinResult, at: int, *, again: bool, times: dict[str, float]) -> LeavingData:
    inputs = leaving.basis.inputs
    tied = replace(inputs, embedding_ties=np.full_like(inputs.embedding_ties, again))
    data = lock_in(tied, leaving.basis.parameters).leaving(DATA)
    return LeavingData(
        usd_cash=float(data.usd_cash[at]),
        usd_growth_forgone=float(data.usd_growth_forgone[at]),
        exit_months=float(data.exit_months[at]),
        binds=max(times, key=lambda name: times[name]),
    )
