"""What a plan's own figures warn of: one sentence each, with its cause."""

from collections.abc import Callable, Sequence
from math import floor, isfinite
from typing import NamedTuple

from sim.strategy.outcome import Migration, MonthResult, PromiseReading, ShockResult
from sim.strategy.play import Played

Mark = Callable[[MonthResult], bool]

KEPT_SHARE = 0.95
"""A promise is about the 95th percentile: kept while so many are in time."""


class Warned(NamedTuple):
    """A sentence, and the month that it tells of at the latest."""

    month: int
    sentence: str


def warnings_of(
    months: Sequence[MonthResult],
    played: Played,
    *,
    target_margin: float,
    migrations: Sequence[Migration] = (),
    shocks: Sequence[ShockResult] = (),
) -> tuple[Warned, ...]:
    """What there is to warn of, the gravest first."""
    found = [
        *(_struck(shock) for shock in shocks),
        *(_unfinished(move, len(months)) for move in migrations),
        _saturated(months),
        _unserved(months, played),
        *_late(months),
        _unreached(played),
        _paid_anyway(played),
        _thin_margin(months, target_margin),
    ]
    return tuple(warned for warned in found if warned is not None)


def _struck(shock: ShockResult) -> Warned | None:
    """What could not be met in time, or was not answered."""
    said = []
    if shock.late_months > 0:
        said.append(
            f"leaving takes {shock.exit_months:.1f} months and the notice is {shock.notice_months:g}, "
            f"so we are {shock.late_months:.1f} months late"
        )
    if shock.lost_requests >= 1:
        said.append(f"{shock.lost_requests:,.0f} requests are not answered")
    if not said:
        return None
    return Warned(shock.month, f"{shock.label} in month {shock.month + 1}: {', and '.join(said)}.")


def _unfinished(move: Migration, months: int) -> Warned | None:
    if move.done_month < months:
        return None
    return Warned(
        move.decided_month,
        f"The move decided in month {move.decided_month + 1} takes {move.exit_months:.1f} months "
        "and is not done when the horizon ends.",
    )


def _first(months: Sequence[MonthResult], mark: Mark) -> MonthResult | None:
    return next((month for month in months if month.requests > 0 and mark(month)), None)


def _saturated(months: Sequence[MonthResult]) -> Warned | None:
    first = _first(months, lambda month: month.saturated)
    if first is None:
        return None
    said = f"From month {first.month + 1} work that can wait is no longer caught up with: capacity is below its load."
    return Warned(first.month, said)


def _unserved(months: Sequence[MonthResult], played: Played) -> Warned | None:
    """The month in which users are turned away most, and where the load is fullest then."""
    struck = {outage.month for outage in played.pressure.outages}
    lost = {
        m.month: (m.refused + m.timed_out + m.failed) / m.requests
        for m in months
        if m.requests > 0 and m.month not in struck
    }
    over = [month for month, share in lost.items() if share >= 0.005]
    if not over:
        return None
    worst = max(over, key=lambda month: lost[month])
    cause = _fullest(played, worst)
    share = f"{100 * lost[worst]:.1f} % of them"
    return Warned(worst, f"From month {over[0] + 1} requests are lost {cause}; in month {worst + 1} it is {share}.")


def _fullest(played: Played, month: int) -> str:
    served = played.months[month]
    if served.service is None:
        return ""
    station = max(served.service.stations, key=lambda station: float(station.load[served.row].max()))
    pools = all(unit.is_pool for unit in station.model.station.units)
    return "in busy hours because our GPUs are full" if pools else "in busy hours at the API's rate limit"


def _late(months: Sequence[MonthResult]) -> list[Warned]:
    """One sentence a product that misses its promise, the first to miss it first."""
    missed: dict[str, tuple[int, PromiseReading]] = {}
    for month in months:
        for reading in month.promises:
            if isfinite(reading.in_time_share) and reading.in_time_share < KEPT_SHARE:
                missed.setdefault(reading.product, (month.month, reading))
    return [
        Warned(
            month,
            f"{reading.product} misses its promise of {reading.limit_s:g} s from month {month + 1}: "
            f"{_below(reading.in_time_share)} % of answers are in time, and {100 * KEPT_SHARE:g} % are promised.",
        )
        for month, reading in missed.values()
    ]


def _below(share: float) -> str:
    """Percent, with a digit more where rounding would say that the promise is kept."""
    text = f"{100 * share:.0f}"
    # Cut, for the digit must not round up to the promise either.
    return text if float(text) < 100 * KEPT_SHARE else f"{floor(1000 * share) / 10:.1f}"


def _unreached(played: Played) -> Warned | None:
    state = played.states[-1]
    share = state.world.eu_required_share
    if state.decisions.residency != "anywhere" or share == 0:
        return None
    return Warned(0, f"{100 * share:.0f} % of demand must be processed in the EU and is not sold to.")


def _paid_anyway(played: Played) -> Warned | None:
    """An autoscaler over GPUs that are paid for whether or not they are held."""
    platform = played.states[-1].platform
    if platform.autoscaling is None or platform.owned_share + platform.reserved_share < 1:
        return None
    return Warned(
        0,
        "The autoscaler saves nothing: all GPUs are owned or reserved, and paid for at every hour. "
        "Reserve fewer of them for it to pay.",
    )


def _thin_margin(months: Sequence[MonthResult], target: float) -> Warned | None:
    last = months[-1]
    if not isfinite(last.gross_margin) or last.gross_margin >= target:
        return None
    return Warned(
        last.month,
        f"Gross margin ends at {100 * last.gross_margin:.0f} % of revenue, "
        f"{100 * (target - last.gross_margin):.0f} points below its target.",
    )
