"""Sentences computed from outcomes: the headline, the finding over each chart, who leads.

Every sentence has a neutral form for the case in which there is nothing to
say, so that a title never claims what its picture does not show.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from sim.reports import words
from sim.reports.series import Series
from sim.scenario import Scenario
from sim.strategy.outcome import Outcome

TIE_SHARE = 0.02
"""Two figures this close count as equal in a sentence; it is how the presets' base volume was chosen."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a sentence; `strong` marks the numbers that move."""

    text: str
    strong: bool = False


def plain(parts: Sequence[Part]) -> str:
    """The sentence without marks."""
    return "".join(part.text for part in parts)


API_WORDS = {
    "top": "a vendor's top model",
    "mid": "a vendor's mid model",
    "small": "a vendor's small model",
    "open_hosted": "an open model bought by the token",
}


def _served_by(outcome: Outcome) -> str:
    decisions = outcome.scenario.decisions
    if decisions.own_share >= 1:
        return "On our own GPUs alone"
    if decisions.own_share > 0:
        return f"On {words.percent(decisions.own_share)} own GPUs"
    return f"On {API_WORDS[decisions.api_tier]}"


def _opens(outcome: Outcome, preset: Outcome) -> str:
    later = outcome.launch_month - preset.launch_month
    if later == 0:
        return f"the platform opens in {words.month(outcome.launch_month + 1)}"
    size = "a month" if abs(later) == 1 else words.months(abs(later))
    return f"the platform opens {size} {'later' if later > 0 else 'earlier'}"


def headline(outcome: Outcome, preset: Outcome, *, month: int) -> tuple[Part, ...]:
    """The page's live sentence for the end of `month` (1 is the first month played)."""
    now = outcome.months[month - 1]
    when = words.year_end(month)
    parts = [Part(f"{_served_by(outcome)} {_opens(outcome, preset)}, ")]
    if not isfinite(now.gross_margin):
        parts.append(Part(f"earns nothing yet at {when}, "))
    elif now.gross_margin < 0:
        parts += [Part("loses "), Part(words.percent(-now.gross_margin), True), Part(f" of revenue at {when}, ")]
    else:
        parts += [Part("keeps "), Part(words.percent(now.gross_margin), True), Part(f" of revenue at {when}, ")]
    cash = words.money(now.exit["whole"].usd_cash)
    before = words.money(preset.months[month - 1].exit["whole"].usd_cash)
    parts += [Part("and can be left for "), Part(cash, True)]
    parts.append(Part("." if cash == before else f" instead of {before}."))
    return tuple(parts)


def _last_crossing(plan: Sequence[float], preset: Sequence[float], through: int) -> tuple[int, bool] | None:
    """Month number of the last change of side up to `through`, and whether the plan is above after it."""
    side: bool | None = None
    crossing: tuple[int, bool] | None = None
    for number, (ours, theirs) in enumerate(zip(plan[:through], preset[:through], strict=True), start=1):
        if not (isfinite(ours) and isfinite(theirs)) or ours == theirs:
            continue
        above = ours > theirs
        if side is not None and above != side:
            crossing = (number, above)
        side = above
    return crossing


def finding(series: Series, *, plan: Sequence[float], preset: Sequence[float], month: int) -> str:
    """What the chart of one series shows at the end of `month`, as its title.

    A crossing of the preset is the finding when there is one; else how far
    the plan ends from the preset; else where the plan itself ends.
    """
    ours, theirs = plan[month - 1], preset[month - 1]
    if not isfinite(ours):
        return _without_value(series, plan, month)
    if not isfinite(theirs) or series.write(ours) == series.write(theirs):
        return f"{series.title}: {series.write(ours)} in {words.month(month)}"
    crossing = _last_crossing(plan, preset, month)
    if crossing is not None:
        verb = "passes" if crossing[1] else "falls below"
        return f"{series.title} {verb} the preset in {words.month(crossing[0])}"
    side = series.above if ours > theirs else series.below
    return f"{series.subject} {series.write_difference(abs(ours - theirs))} {side}"


def _without_value(series: Series, plan: Sequence[float], month: int) -> str:
    known = [number for number, value in enumerate(plan[:month], start=1) if isfinite(value)]
    if not known:
        return f"{series.title}: nothing to show by {words.month(month)}"
    return f"{series.title} can be read up to {words.month(known[-1])}"


def _leader(figures: Mapping[str, float], *, highest: bool) -> list[str]:
    known = {name: value for name, value in figures.items() if isfinite(value)}
    if not known:
        return []
    best = max(known.values()) if highest else min(known.values())
    near = [name for name, value in known.items() if abs(value - best) <= TIE_SHARE * abs(best)]
    return sorted(near, key=lambda name: known[name], reverse=highest)


def _names(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def leaders(outcomes: Mapping[str, Outcome], *, month: int) -> str:
    """Which of the named scenarios leads by worth, by margin and by cash to leave, as simulated."""
    ends = {name: o.months[month - 1] for name, o in outcomes.items()}
    worth = {name: o.npv_usd for name, o in outcomes.items()}
    margin = {name: end.gross_margin for name, end in ends.items()}
    leave = {name: end.exit["whole"].usd_cash for name, end in ends.items()}
    said: dict[tuple[str, ...], list[str]] = {}
    for best, one, several, write, figures in (
        (_leader(worth, highest=True), "is worth most", "are worth most", words.money, worth),
        (_leader(margin, highest=True), "has the highest margin", "have the highest margin", words.percent, margin),
        (_leader(leave, highest=False), "is cheapest to leave", "are cheapest to leave", words.money, leave),
    ):
        if best:
            figure = write(figures[best[0]])
            said.setdefault(tuple(best), []).append(f"{one if len(best) == 1 else several} ({figure})")
    if not said:
        return "None of the presets earns anything yet."
    clauses = [f"{_names(names)} {' and '.join(predicates)}" for names, predicates in said.items()]
    return f"As simulated, {'; '.join(clauses)}."


def tie(outcomes: Mapping[str, Outcome]) -> str:
    """Whether the named scenarios tie by worth, and how far apart they are."""
    worths = [o.npv_usd for o in outcomes.values()]
    low, high = min(worths), max(worths)
    if high - low <= TIE_SHARE * abs(high):
        return f"the simulation agrees: they lie within {words.percent(TIE_SHARE)} of each other"
    return f"the simulation disagrees: it puts them between {words.money(low)} and {words.money(high)}"


def catalogue_note(scenario: Scenario) -> str:
    """How many catalogue rows a scenario puts its own values in place of; empty where it is none."""
    count = len(scenario.assumptions)
    return f"{count} catalogue row{'' if count == 1 else 's'} changed" if count else ""
