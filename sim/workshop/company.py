"""Where a team's company stands when a round begins: what it sees before it decides."""

from dataclasses import dataclass
from math import nan

from sim.lockin import WHOLE
from sim.strategy import Outcome


@dataclass(frozen=True, slots=True)
class Company:
    """A company at the start of a round; `nan` where a figure does not exist, as a margin before the launch."""

    month: int
    """The month that the figures are of: the last before the round, or 0 where nothing came before."""
    launch_month: int
    """When it launches, by what was decided so far."""
    gross_margin: float
    p95_s: float
    """Slowest 5% of the product nearest its limit; `inf` where more than 5% got no answer."""
    p95_assumed: bool
    """Taken from a vendor's stated latency, not simulated."""
    exit_usd: float
    """Cash to leave everything, decided at the end of the month."""
    exit_months: float
    cash_usd: float
    """Cash made or spent so far."""

    @property
    def launched(self) -> bool:
        return self.month >= self.launch_month


def company_at(outcome: Outcome, *, first_month: int) -> Company:
    """The company of an outcome when a round begins.

    Args:
        first_month: of the round. Nothing of it or later is told; before month 0 there is nothing to tell, so a
            first round is begun with what holds in month 0: what the company brings along.
    """
    month = max(0, first_month - 1)
    at = outcome.months[month]
    promise = at.nearest_promise if at.promises else None
    return Company(
        month=month,
        launch_month=outcome.launch_month,
        gross_margin=at.gross_margin,
        p95_s=promise.p95_s.mean if promise else nan,
        p95_assumed=promise is not None and promise.assumed,
        exit_usd=at.exit[WHOLE].usd_cash,
        exit_months=at.exit[WHOLE].exit_months,
        cash_usd=outcome.cumulative_cash_usd[month],
    )
