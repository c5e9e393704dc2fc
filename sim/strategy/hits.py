"""What each shock did: whom it hit, notice against months to leave, and what it came to in money."""

from collections.abc import Callable, Sequence
from math import nan

from sim.scenario.schema import Scenario
from sim.strategy.carrying import NO_EXIT, late_months, without
from sim.strategy.outcome import ShockResult
from sim.strategy.pressure import API_FALLS, api_factors, api_fall
from sim.strategy.pricing import Priced
from sim.strategy.schedule import Schedule
from sim.strategy.strikes import Strike, overlap

Replay = Callable[[Sequence[Strike], Schedule], Priced]
"""Prices the scenario with other strikes and another schedule."""


def shock_results(
    strikes: Sequence[Strike], schedule: Schedule, *, priced: Priced, states: Sequence[Scenario], replay: Replay
) -> tuple[ShockResult, ...]:
    """Every strike of a scenario, in order.

    What a strike came to is the profit of the whole horizon with it, less the
    profit without it, all other moves being as they were.
    """
    return tuple(
        _result(strike, schedule, at=at, strikes=strikes, priced=priced, states=states, replay=replay)
        for at, strike in enumerate(strikes)
    )


def _result(
    strike: Strike,
    schedule: Schedule,
    *,
    at: int,
    strikes: Sequence[Strike],
    priced: Priced,
    states: Sequence[Scenario],
    replay: Replay,
) -> ShockResult:
    exit = schedule.exits[at]
    spared = replay([other for other in strikes if other is not strike], without(schedule, at))
    return ShockResult(
        shock=strike.shock,
        label=strike.label,
        month=strike.month,
        gravity=strike.gravity,
        because=strike.because,
        notice_months=strike.notice_months,
        must_leave=tuple(exit.migration.layers) if exit is not NO_EXIT and exit.migration is not None else (),
        exit_months=exit.months,
        late_months=late_months(strike, exit) if strike.shock not in API_FALLS else 0.0,
        captured_share=_captured(strike, exit.months, priced, states) if strike.shock in API_FALLS else nan,
        lost_requests=max(0.0, _unserved(priced) - _unserved(spared)),
        consequence_usd=_profit_usd(priced) - _profit_usd(spared),
    )


def _profit_usd(priced: Priced) -> float:
    return sum(month.profit_usd for month in priced.statements)


def _unserved(priced: Priced) -> float:
    return sum(flow.requests - flow.served for flow in priced.flows)


def _captured(strike: Strike, exit_months: float, priced: Priced, states: Sequence[Scenario]) -> float:
    """Share of what a fall of prices would save, from its strike to the end, that is earned; 0 where nothing is."""
    fall = api_fall(strike)
    earned = api_factors(strike, states, gone=strike.month + exit_months)
    saved = possible = 0.0
    for month in range(strike.month, len(states)):
        before_usd = priced.statements[month].cost_usd["api"] / earned.get(month, 1.0)
        saved += before_usd * (1 - earned.get(month, 1.0))
        lasts = overlap(month, from_month=float(strike.month), until_month=strike.ends)
        possible += before_usd * (1 - fall) * lasts
    return saved / possible if possible > 0 else 0.0
