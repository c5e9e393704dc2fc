"""What a team reads at the end of a round: figures of one month and of all months so far, beside its guess."""

import re
from dataclasses import dataclass
from math import isfinite, nan

import numpy as np

from sim.lockin import SHOWN_SETS, WHOLE
from sim.lockin.doors import basis_of
from sim.lockin.exit_cost import exit_costs
from sim.metrics import Estimate
from sim.strategy import Outcome
from sim.strategy.outcome import ShockResult
from sim.workshop.actions import Prediction
from sim.workshop.session import Play
from sim.workshop.setup import Team

BAND_DRAWS = 100
BAND = (10, 90)
"""Percentiles of the band of the cash to leave: 80 of 100 futures lie within."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Result less guess; above zero the team guessed low. `nan` where there is no such result."""

    gross_margin: float
    p95_s: float
    exit_usd: float


@dataclass(frozen=True, slots=True)
class TeamResult:
    """One team at the end of a month; `nan` where a figure does not exist, as a margin before the launch."""

    team: Team
    plays: tuple[Play, ...]
    month: int
    launch_month: int
    gross_margin: float
    """Of the month."""
    margin_so_far: float
    """Of all months up to it."""
    p95_s: Estimate
    """Slowest 5% of the product nearest its limit; `inf` where more than 5% got no answer."""
    p95_product: str
    """Id of that product; empty before the launch."""
    p95_limit_s: float
    p95_assumed: bool
    """Taken from a vendor's stated latency, not simulated."""
    in_time_so_far: float
    """Share of all requests so far that were answered in time."""
    exit_usd: float
    """Cash to leave everything, if it were decided at the end of the month."""
    exit_low_usd: float
    exit_high_usd: float
    """80 of 100 draws of the lock-in values lie between these."""
    exit_months: float
    cash_usd: float
    """Cash made or spent so far."""
    npv_usd: float
    """Of the whole horizon, if nothing more were decided."""
    margins: tuple[float, ...]
    """Of each month so far."""
    exits_usd: tuple[float, ...]
    cash_by_month_usd: tuple[float, ...]
    shocks: tuple[ShockResult, ...]
    """Those up to the month."""
    warnings: tuple[str, ...]
    scenario_hash: str
    prediction: Prediction | None
    gap: Gap | None
    """`None` where the team predicted nothing."""


def read(
    outcome: Outcome, team: Team, *, month: int, plays: tuple[Play, ...], prediction: Prediction | None
) -> TeamResult:
    """A team's figures at the end of a month; nothing of later months is told but the net present value."""
    at, months = outcome.months[month], outcome.months[: month + 1]
    whole = at.exit[WHOLE]
    promise = at.nearest_promise if at.promises else None
    low_usd, high_usd = exit_band_usd(outcome, month)
    requests = sum(m.requests for m in months)
    revenue_usd = sum(m.revenue_usd for m in months)
    serve_usd = sum(m.cost_to_serve_usd for m in months)
    p95_s = promise.p95_s if promise else Estimate(nan, nan, 0)
    return TeamResult(
        team=team,
        plays=plays,
        month=month,
        launch_month=outcome.launch_month,
        gross_margin=at.gross_margin,
        margin_so_far=(revenue_usd - serve_usd) / revenue_usd if revenue_usd > 0 else nan,
        p95_s=p95_s,
        p95_product=promise.product if promise else "",
        p95_limit_s=promise.limit_s if promise else nan,
        p95_assumed=promise is not None and promise.assumed,
        in_time_so_far=sum(m.good for m in months) / requests if requests > 0 else nan,
        exit_usd=whole.usd_cash,
        exit_low_usd=low_usd,
        exit_high_usd=high_usd,
        exit_months=whole.exit_months,
        cash_usd=outcome.cumulative_cash_usd[month],
        npv_usd=outcome.npv_usd,
        margins=tuple(m.gross_margin for m in months),
        exits_usd=tuple(m.exit[WHOLE].usd_cash for m in months),
        cash_by_month_usd=outcome.cumulative_cash_usd[: month + 1],
        shocks=tuple(shock for shock in outcome.shocks if shock.month <= month),
        warnings=tuple(
            from_month_zero(warning)
            for warning, since in zip(outcome.warnings, outcome.warned_from, strict=True)
            if since <= month
        ),
        scenario_hash=outcome.scenario_hash,
        prediction=prediction,
        gap=None
        if prediction is None
        else Gap(
            gross_margin=at.gross_margin - prediction.gross_margin,
            p95_s=p95_s.mean - prediction.p95_s,
            exit_usd=whole.usd_cash - prediction.exit_usd,
        ),
    )


def from_month_zero(warning: str) -> str:
    """A sentence of the simulator, which counts months from 1, as a room counts them: its rounds begin with month 0."""
    return re.sub(r"\bmonth (\d+)", lambda found: f"month {int(found[1]) - 1}", warning)


def exit_band_usd(outcome: Outcome, month: int) -> tuple[float, float]:
    """Between which amounts the cash to leave everything lies in 80 of 100 draws of what is known least."""
    if outcome.lockin is None:
        return nan, nan
    basis = outcome.lockin.basis
    drawn = basis_of(basis.inputs, basis.parameters.draws(BAND_DRAWS, outcome.scenario.seed))
    usd = exit_costs(drawn, SHOWN_SETS[WHOLE]).usd_cash[:, month]
    low_usd, high_usd = np.percentile(usd, BAND)
    return float(low_usd), float(high_usd)


@dataclass(frozen=True, slots=True)
class Medals:
    """Ids of the teams that are best on each of four; several where no shown digit tells them apart.

    Freedom is the lowest cash and months to leave: ranks on both are added.
    There is no total: what a company should want is for the room to say.
    """

    margin: tuple[str, ...]
    service: tuple[str, ...]
    freedom: tuple[str, ...]
    speed: tuple[str, ...]


SHARE_DIGITS, USD_DIGITS, MONTH_DIGITS = 3, -4, 1


def medals(results: tuple[TeamResult, ...]) -> Medals:
    """Who is best on what, of figures as they are shown; a team without a figure gets no medal for it."""
    usd = [round(result.exit_usd, USD_DIGITS) for result in results]
    months = [round(result.exit_months, MONTH_DIGITS) for result in results]
    ranks = [sum(o < u for o in usd) + sum(o < m for o in months) for u, m in zip(usd, months, strict=True)]
    return Medals(
        margin=_best(results, [-round(result.margin_so_far, SHARE_DIGITS) for result in results]),
        service=_best(results, [-round(result.in_time_so_far, SHARE_DIGITS) for result in results]),
        freedom=_best(results, [float(rank) for rank in ranks]),
        speed=_best(results, [float(result.launch_month) for result in results]),
    )


def _best(results: tuple[TeamResult, ...], figures: list[float]) -> tuple[str, ...]:
    least = min((figure for figure in figures if isfinite(figure)), default=nan)
    return tuple(result.team.id for result, figure in zip(results, figures, strict=True) if figure == least)
