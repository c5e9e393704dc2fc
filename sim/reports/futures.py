"""Many futures in sentences: who passes where, what is regretted, and under which conditions a plan fails."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

from sim.reports import words
from sim.scenario import FieldCard, lever_cards
from sim.strategy.futures import (
    FailingBox,
    FrontPoint,
    FutureKind,
    FuturesResult,
    SearchResult,
    StrategyFutures,
    SwitchPoint,
    Threshold,
    Uncertain,
)
from sim.strategy.futures.findings import TornadoBar
from sim.strategy.futures.outcome import Condition, Kind
from sim.strategy.futures.uncertain import TIMES_LIKELY

FEW = 0.05
"""Share of futures below which a plan fails hardly anywhere, or passes hardly anywhere."""
SHARES = ("share", "share/year")
LIKELY, TIMES_PLAN, A_YEAR = "what is likely", " times the plan's", " a year"


def value_words(value: float, unit: str) -> str:
    """A value of an assumption as people read it."""
    if not isfinite(value):
        return words.NONE
    if unit in SHARES:
        return words.percent(value) + (A_YEAR if unit == "share/year" else "")
    if unit == TIMES_LIKELY:
        if abs(value - 1) < 0.005:
            return LIKELY
        return f"{words.percent(abs(value - 1))} {'above' if value > 1 else 'below'} {LIKELY}"
    if unit == "ratio":
        return f"{value:.2f}{TIMES_PLAN}"
    return f"{value:.2g} {unit}"


def condition_words(condition: Condition, *, months: int) -> str:
    """One condition as a clause of a sentence."""
    title = condition.title
    if condition.kind == "strike":
        return f"“{title}” {_strike_words(condition, months=months)}"
    low, high = condition.at_least, condition.at_most
    if low is not None and high is not None:
        ends = f"between {value_words(low, condition.unit)} and {value_words(high, condition.unit)}"
    elif low is not None:
        ends = f"at least {value_words(low, condition.unit)}"
    else:
        ends = f"at most {value_words(high if high is not None else float('nan'), condition.unit)}"
    return f"{words.as_clause(title)} {ends}"


def _strike_words(condition: Condition, *, months: int) -> str:
    low, high = condition.at_least, condition.at_most
    if low is not None and low >= months:
        return "never striking"
    if high is not None and high >= months - 1:
        high = None if low is not None else months
    if low is None and high == months:
        return "striking"
    if low is None:
        return f"striking by {words.month(int(high or 0) + 1)}"
    if high is None:
        return f"not striking before {words.month(int(low) + 1)}"
    return f"striking between {words.month(int(low) + 1)} and {words.month(int(high) + 1)}"


def box_sentence(box: FailingBox, *, months: int) -> str:
    """When a plan fails: the conditions, the share of those futures that fail, and of all failures that are there."""
    clauses = [condition_words(condition, months=months) for condition in box.conditions]
    joined = clauses[0] if len(clauses) == 1 else f"{', '.join(clauses[:-1])} and {clauses[-1]}"
    return (
        f"Fails with {joined}: {words.percent(box.density)} of those futures, "
        f"{words.percent(box.coverage)} of all failures."
    )


def failing_sentences(strategy: StrategyFutures) -> tuple[str, ...]:
    """Where a plan fails, box by box, or why there is nothing to say."""
    months = strategy.scenario.months
    if strategy.boxes:
        return tuple(box_sentence(box, months=months) for box in strategy.boxes)
    share = strategy.pass_share.mean
    if share >= 1 - FEW:
        return ("It fails hardly anywhere, so no condition tells its failures apart.",)
    if share <= FEW:
        return ("It passes hardly anywhere, so no condition tells its failures apart.",)
    return ("Its failures are spread over the futures: no few conditions hold most of them.",)


def pass_sentence(strategy: StrategyFutures) -> str:
    """In how many futures a plan passes, and the threshold that it misses most."""
    share, noise = strategy.pass_share.mean, strategy.pass_share.half_width
    about = f" (± {words.points(noise)})" if isfinite(noise) else ""
    missed = missed_most(strategy)
    tail = "" if missed is None else f" Most often missed: {words.as_clause(missed.title)}, in " + words.percent(
        1 - strategy.pass_by_threshold[missed.id]
    )
    return f"{strategy.name} passes everything in {words.percent(share)} of the futures{about}.{tail and tail + '.'}"


def missed_most(strategy: StrategyFutures) -> Threshold | None:
    """The threshold that fails in most futures; none where all pass everywhere."""
    worst = min(strategy.thresholds, key=lambda threshold: strategy.pass_by_threshold[threshold.id])
    return worst if strategy.pass_by_threshold[worst.id] < 1 else None


def laws_sentence(uncertain: Sequence[Uncertain]) -> str:
    """By which laws futures are drawn: ranges alone say nothing of how often their ends are met."""
    by_law: dict[str, int] = {}
    for one in uncertain:
        by_law[one.law] = by_law.get(one.law, 0) + 1
    said = "; ".join(f"{count} things {law}" for law, count in by_law.items())
    return f"Laws of the draws, a judgment as much as the ranges: {said}."


def regret_sentence(result: FuturesResult) -> str:
    """Which plan is least regretted at worst."""
    least = result.minimax
    if len(result.strategies) == 1:
        return "With one plan there is nothing to regret: name another to compare it with."
    others = [strategy for strategy in result.strategies if strategy is not least]
    said = ", ".join(f"{words.money(strategy.max_regret_usd)} for {strategy.name}" for strategy in others)
    return (
        f"At worst {least.name} is worth {words.money(least.max_regret_usd)} less than the best plan of that future, "
        f"against {said}: it has the smallest largest regret."
    )


def kind_words(kind: FutureKind) -> str:
    """What the futures of a kind have in common: `Lowest growth a month`, which is the lowest tenth."""
    if kind.parameter is None:
        return "All futures"
    title = kind.parameter.title
    if kind.end == "strikes":
        return f"“{title}” strikes"
    return f"{'Lowest' if kind.end == 'low' else 'Highest'} {words.as_clause(title)}"


def kinds_sentence(result: FuturesResult, kinds: Sequence[FutureKind]) -> str:
    """Which plan is worth most over all futures, and the first kind in which it clearly is not; ties are no lead."""
    names = [strategy.name for strategy in result.strategies]
    best = kinds[0].distance_usd.index(0.0)
    level = [name for name, tie in zip(names, kinds[0].ties, strict=True) if tie]
    said = f"{names[best]} is worth most over all futures"
    if level:
        said = f"{' and '.join([names[best], *level])} are worth about the same over all futures"
    # Where the best over all is itself clearly behind.
    behind = [kind for kind in kinds[1:] if kind.distance_usd[best] > 0 and not kind.ties[best]]
    if not behind:
        return said
    ahead = names[behind[0].distance_usd.index(0.0)]
    return f"{said}; {ahead} is ahead where it is about: {words.as_clause(kind_words(behind[0]))}"


def passes_finding(result: FuturesResult) -> str:
    """A headline: the plan that holds in most futures."""
    best = result.best_pass
    if best.pass_share.mean == 0:
        return "No plan passes everything in any future"
    return f"{best.name} passes in {words.percent(best.pass_share.mean)} of the futures"


def headline(result: FuturesResult) -> str:
    """Who passes in most futures, and who is least regretted."""
    if len(result.strategies) == 1:
        return f"{passes_finding(result)}."
    least = result.minimax
    also = "It is also" if least is result.best_pass else f"{least.name} is"
    return f"{passes_finding(result)}. {also} least regretted at worst, by {words.money(least.max_regret_usd)}."


def threshold_words(threshold: Threshold) -> str:
    """What is asked for: `Gross margin of the last year at least 50 %`."""
    if threshold.unit == "USD":
        limit = words.money(threshold.limit)
    elif threshold.unit == "months":
        limit = words.months(threshold.limit)
    else:
        limit = words.percent(threshold.limit)
    return f"{threshold.title} {'at least' if threshold.at_least else 'at most'} {limit}"


def switch_sentence(point: SwitchPoint) -> str:
    """Where an assumption turns the ranking, or that it does not."""
    if point.value is None:
        return f"{point.title}: none within its range ({range_words(point)})."
    order = ", ".join(point.after)
    turned = f"{point.after[0]} becomes the best plan" if point.changes_best else f"the order becomes {order}"
    side = "above" if point.value > point.likely else "below"
    value = value_words(point.value, point.unit)
    if point.unit != TIMES_LIKELY:
        where = f"{side} {value}"
    else:
        # The value says itself on which side it lies.
        where = f"{side} {LIKELY}" if value == LIKELY else f"more than {value}"
    return f"{point.title}: {where}, {turned}."


def range_words(item: SwitchPoint | TornadoBar) -> str:
    """The range of an assumption, from low to high."""
    low, high = value_words(item.low, item.unit), value_words(item.high, item.unit)
    # What both ends are counted in, or from, is said once.
    for tail in (f" {LIKELY}", TIMES_PLAN, A_YEAR):
        if low.endswith(tail) and high.endswith(tail):
            low = low.removesuffix(tail)
    if high == LIKELY:
        return f"{low.removesuffix(f' {LIKELY}')} up to {high}"
    return f"{low} to {high}"


def ends_words(kind: Kind) -> tuple[str, str]:
    """What the two ends of a tornado's bar are."""
    return ("mild", "grave") if kind == "strike" else ("low", "high")


def search_sentence(result: SearchResult) -> str:
    """What the search found cheapest."""
    asked = words.percent(result.required_pass_share)
    if result.cheapest is None:
        return f"None of the {result.tried} architectures tried holds margin and promise in {asked} of the futures."
    cheapest = result.cheapest
    return (
        f"The cheapest of {result.tried} architectures that holds margin and promise in at least {asked} of the "
        f"futures costs {words.money(cheapest.cost_usd)} over the horizon and holds in "
        f"{words.percent(cheapest.pass_share)}: {levers_words(cheapest)}."
    )


def levers_words(point: FrontPoint) -> str:
    """An architecture as a clause: each lever by its title, with its value."""
    cards = {card.path: card for card in lever_cards()}
    return ", ".join(f"{words.as_clause(cards[path].title)} {_lever(cards[path], value)}" for path, value in
                     point.levers.items() if path in cards)  # fmt: skip


def _lever(card: FieldCard, value: Any) -> str:
    if card.options:
        return f"“{card.options[value]}”"
    return words.percent(value)
