"""Worth by month, and what being able to move is worth between two options."""

from collections.abc import Sequence

import numpy as np

from sim.economics.prices import MONTHS_PER_YEAR
from sim.reports.document.facts import Facts
from sim.strategy.outcome import Outcome
from sim.strategy.worth_it import WorthOfPortability, is_open, judged


def discounted_cash(outcome: Outcome) -> np.ndarray:
    """Cash of each month in money of the start, shape (months,); it adds up to the worth of the plan [USD]."""
    cash = np.diff(outcome.cumulative_cash_usd, prepend=0.0)
    rate = outcome.scenario.company.discount_per_year
    return np.asarray(cash * (1 + rate) ** (-np.arange(len(cash)) / MONTHS_PER_YEAR))


def break_even_month(gain: Sequence[float]) -> int | None:
    """First month (1 is the first played) from which a gain stays above zero after it was below; `None` without one."""
    if not gain or gain[-1] <= 0 or min(gain) >= 0:
        return None
    return max(at for at, value in enumerate(gain) if value <= 0) + 2


def portability(facts: Facts) -> WorthOfPortability | None:
    """What being able to move is worth: as handed in, or between an open option and a counterpart that is not.

    `None` where the two do not differ in that.
    """
    if facts.evidence.portability is not None:
        return facts.evidence.portability
    if facts.against is None:
        return None
    ours, theirs = facts.plan, facts.outcomes[facts.against]
    if is_open(ours.scenario) == is_open(theirs.scenario) or len(ours.months) != len(theirs.months):
        return None
    managed, portable = (theirs, ours) if is_open(ours.scenario) else (ours, theirs)
    if managed.lockin is None or portable.lockin is None or not managed.flows:
        return None
    return judged(managed, portable)
