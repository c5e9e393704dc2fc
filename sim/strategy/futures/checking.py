"""Checking what a search found: the same architecture simulated on requests that the search has not read."""

from dataclasses import dataclass
from math import nan

from sim.scenario import Scenario, set_fields
from sim.strategy.evaluate import evaluate
from sim.strategy.outcome import Fidelity, Outcome
from sim.strategy.store import SurfaceStore

CHECK_SEED = 1
"""Added to a scenario's seed for the simulation that checks a point: other requests, so other surfaces."""
MONTHS_PER_YEAR = 12


@dataclass(frozen=True, slots=True)
class Check:
    """An architecture to be simulated on other requests than those that the search has read."""

    scenario: Scenario
    fidelity: Fidelity


@dataclass(frozen=True, slots=True)
class Checked:
    """What that simulation says."""

    margin: float
    p95_ratio: float
    exit_usd: float


def check(asked: Check) -> Checked:
    """Evaluate an architecture with another seed, on surfaces of its own."""
    scenario = set_fields(asked.scenario, {"seed": asked.scenario.seed + CHECK_SEED})
    outcome = evaluate(scenario, fidelity=asked.fidelity, store=SurfaceStore())
    nearest = outcome.months[-1].nearest_promise if outcome.months[-1].promises else None
    return Checked(
        margin=_margin_last_year(outcome),
        p95_ratio=nearest.p95_s.mean / nearest.limit_s if nearest else nan,
        exit_usd=outcome.months[-1].exit["whole"].usd_cash,
    )


def _margin_last_year(outcome: Outcome) -> float:
    year = outcome.statements[-MONTHS_PER_YEAR:]
    revenue = sum(statement.revenue_usd for statement in year)
    return 1 - sum(s.cost_to_serve_usd for s in year) / revenue if revenue > 0 else nan
