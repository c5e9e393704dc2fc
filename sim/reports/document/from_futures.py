"""Evidence of a report from futures that were drawn and assumptions that were moved."""

from collections.abc import Sequence
from math import isfinite

from sim.reports.document.evidence import Evidence, FailsWhen, FuturesFound, Pulled, Sensitivity
from sim.reports.document.facts import LeavingDraws, chosen
from sim.reports.futures import condition_words, ends_words, kind_words, threshold_words, value_words
from sim.strategy.futures import FuturesResult, SensitivityResult, StrategyFutures, SwitchPoint, TornadoResult, kinds_of
from sim.strategy.futures.findings import TornadoBar
from sim.strategy.outcome import Outcome

WORTH = "npv_usd"
STRIKE = "strike"


def evidence_of(
    outcomes: Sequence[Outcome], *, drawn: FuturesResult, moved: SensitivityResult | None = None
) -> Evidence:
    """What futures and sensitivities say of some outcomes; all were made of the same scenarios in the same order.

    Raises:
        ValueError: they are of other scenarios, or in another order.
    """
    if [strategy.scenario for strategy in drawn.strategies] != [outcome.scenario for outcome in outcomes]:
        raise ValueError("futures and outcomes are of different scenarios, or in another order. Draw them again.")
    found = _found(drawn)
    known = Evidence(futures=found)
    ours, theirs = chosen(outcomes, known, leaving=[LeavingDraws.of(outcome) for outcome in outcomes])
    if moved is None or theirs is None:
        return known
    # A gain is told from doing nothing's side: what is proposed less what it is set against.
    return Evidence(futures=found, sensitivity=_difference(moved, ours=ours, theirs=theirs))


def _found(drawn: FuturesResult) -> FuturesFound:
    kinds = kinds_of(drawn)
    distances = zip(*(kind.distance_usd for kind in kinds), strict=True)
    return FuturesFound(
        n=drawn.n,
        tests=tuple(threshold_words(threshold) for threshold in drawn.strategies[0].thresholds),
        passing=tuple(int(strategy.passed.sum()) for strategy in drawn.strategies),
        fails_when=tuple(_fails(strategy, drawn.n) for strategy in drawn.strategies),
        npv_usd=tuple(tuple(strategy.npv_usd.tolist()) for strategy in drawn.strategies),
        regret_usd=tuple(distances),
        named=tuple(kind_words(kind) for kind in kinds),
        ties=tuple(zip(*(kind.ties for kind in kinds), strict=True)),
        by_month=tuple(strategy.by_month for strategy in drawn.strategies),
        by_year_usd=tuple(strategy.by_year_usd for strategy in drawn.strategies),
    )


def _fails(strategy: StrategyFutures, n: int) -> tuple[FailsWhen, ...]:
    failures = n - int(strategy.passed.sum())
    months = strategy.scenario.months
    return tuple(
        FailsWhen(
            " and ".join(condition_words(condition, months=months) for condition in box.conditions),
            round(box.coverage * failures),
        )
        for box in strategy.boxes
    )


def _difference(moved: SensitivityResult, *, ours: int, theirs: int) -> Sensitivity:
    worth = [tornado for tornado in moved.tornadoes if tornado.figure == WORTH]
    one, other = worth[ours], worth[theirs]
    bars = {bar.id: bar for bar in other.bars}
    points = {point.id: point for point in moved.switch_points}
    pulls = [_pulled(bar, bars[bar.id], points.get(bar.id), one=one, other=other) for bar in one.bars if bar.id in bars]
    known = [pull for pull in pulls if isfinite(pull.at_low_usd) and isfinite(pull.at_high_usd)]
    known.sort(key=lambda pull: -abs(pull.at_high_usd - pull.at_low_usd))
    return Sensitivity(ours, theirs, one.likely - other.likely, tuple(pull for pull in known if _pulls(pull)))


def _pulls(pull: Pulled) -> bool:
    return pull.at_low_usd != pull.at_high_usd


def _pulled(
    ours: TornadoBar, theirs: TornadoBar, point: SwitchPoint | None, *, one: TornadoResult, other: TornadoResult
) -> Pulled:
    strikes = ours.kind == STRIKE
    low, high = ends_words(ours.kind)
    flip = _flip(point, one.strategy, other.strategy)
    return Pulled(
        label=ours.title,
        low_input=low if strikes else value_words(ours.low, ours.unit),
        likely_input="does not strike" if strikes else value_words(ours.likely, ours.unit),
        high_input=high if strikes else value_words(ours.high, ours.unit),
        at_low_usd=ours.at_low - theirs.at_low,
        at_high_usd=ours.at_high - theirs.at_high,
        flip_input=value_words(flip, ours.unit) if flip is not None else "",
        flips_below=flip is not None and flip < ours.likely,
    )


def _flip(point: SwitchPoint | None, ours: str, theirs: str) -> float | None:
    """Where the order of the two turns; `None` where it does not within the range."""
    if point is None or point.value is None:
        return None
    before, after = (order.index(ours) < order.index(theirs) for order in (point.before, point.after))
    return point.value if before != after else None
