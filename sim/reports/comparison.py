"""Scenarios side by side: the decisions that differ, then the figures, with what is only noise marked as such."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from sim.metrics import Estimate
from sim.reports import words
from sim.reports.money import times
from sim.reports.sentences import Part
from sim.scenario import field_cards
from sim.strategy.compare import Comparison, Difference, Kpi
from sim.strategy.who_answers import AnswersMoved

KPI_WORDS = {
    "served_share": "Requests served, last month",
    "in_time_share": "Answers in time, last month",
    "usd_per_mtok_allocated": "Cost per 1M tokens, last month",
    "gross_margin": "Gross margin, last month",
    "exit_usd_cash": "Cash to leave, last month",
    "exit_months": "Months to leave, last month",
    "npv_usd": "Worth over the horizon",
    "deepest_cash_usd": "Deepest cash hole",
    "ceiling_multiplier": "Ceiling, times the load of month 13",
    "launch_month": "Launch month",
}
P95 = "p95_s "
LEAST_SHARE = 0.0005
"""Share of answers below which nobody would call it a difference."""
BASIS_WORDS = {"exact": "", "paired": "same requests", "unpaired": "intervals of both"}


def _write(unit: str) -> Callable[[float], str]:
    return {
        "s": words.seconds,
        "share": words.percent,
        "USD": words.money,
        "USD/1M tokens": words.money,
        "months": words.months,
        "ratio": times,
    }.get(unit, lambda value: f"{value:.0f}" if isfinite(value) else words.NONE)


def difference_rows(differences: Sequence[Difference]) -> list[tuple[str, ...]]:
    """One row a field that differs: its name as people read it, and its value in each scenario."""
    cards = {card.path: card for card in field_cards()}
    rows = []
    for difference in differences:
        card = cards.get(difference.field)
        title = card.title if card else difference.field
        unit = card.unit if card else ""
        options = card.options if card else {}
        rows.append((title, *(_value(value, unit, options) for value in difference.values)))
    return rows


def _value(value: Any, unit: str, options: dict[str, str]) -> str:
    if value is None:
        return words.NONE
    if isinstance(value, str):
        return options.get(value, value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return words.percent(float(value)) if unit == "share" else f"{value:g} {unit}".strip()
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


@dataclass(frozen=True, slots=True)
class KpiCell:
    """One scenario's figure: its value, its difference to the first, and whether nobody is better."""

    value: str
    difference: str
    best: bool


@dataclass(frozen=True, slots=True)
class KpiRow:
    """One figure of every scenario."""

    label: str
    cells: tuple[KpiCell, ...]


def kpi_rows(comparison: Comparison) -> tuple[KpiRow, ...]:
    """The figures in the comparison's order."""
    return tuple(_row(kpi) for kpi in comparison.kpis)


def _label(kpi: Kpi) -> str:
    if kpi.name.startswith(P95):
        return f"Slowest 5 %, {kpi.name.removeprefix(P95)}"
    return KPI_WORDS.get(kpi.name, kpi.name)


def _row(kpi: Kpi) -> KpiRow:
    write = _write(kpi.unit)
    known = [estimate.mean for estimate in kpi.values if isfinite(estimate.mean)]
    top = (max(known) if kpi.higher_is_better else min(known)) if known else None
    tied = len({write(value) for value in known}) <= 1
    # Months count from 0 in results and from 1 in what people read; a difference of two has no start.
    start = 1 if kpi.unit == "month" else 0
    cells = []
    for at, estimate in enumerate(kpi.values):
        best = top is not None and not tied and write(estimate.mean) == write(top)
        difference = "" if at == 0 else _difference(kpi, at, write)
        cells.append(KpiCell(write(estimate.mean + start), difference, best))
    return KpiRow(_label(kpi), tuple(cells))


def _difference(kpi: Kpi, at: int, write: Callable[[float], str]) -> str:
    """The difference to the first with its interval; a difference within its interval is called noise."""
    difference: Estimate = kpi.differences[at]
    if not isfinite(difference.mean):
        return ""
    if difference.mean == 0:
        return "the same"
    size = words.points(difference.mean) if kpi.unit == "share" else write(abs(difference.mean))
    sign = "+" if difference.mean > 0 else words.MINUS
    noise = difference.half_width
    if kpi.bases[at] == "exact" or noise == 0:
        return f"{sign}{size}"
    if not isfinite(noise):
        return f"{sign}{size}, interval unknown"
    within = ", within the noise" if abs(difference.mean) <= noise else ""
    return f"{sign}{size} ± {write(noise)}, {BASIS_WORDS[kpi.bases[at]]}{within}"


def dominance(comparison: Comparison, names: Sequence[str]) -> tuple[str, ...]:
    """Who is nowhere worse than whom and somewhere better."""
    said = [
        f"{names[better]} is nowhere worse than {' and '.join(names[worse] for worse in beaten)}, and somewhere better."
        for better, beaten in enumerate(comparison.dominates)
        if beaten
    ]
    return tuple(said) or ("None is better than another in everything: each choice gives something up.",)


def who_answers_sentence(moved: AnswersMoved) -> str:
    """Whether other models answer, whose answers may stand less often, or the same ones at another host."""
    model, host = moved.other_model_share, moved.other_host_share
    start = f"{moved.other} against {moved.one}"
    if max(model, host) < LEAST_SHARE:
        return f"{start}: the same models answer, at the same hosts."
    if model < LEAST_SHARE:
        return f"{start}: the same models answer; {words.percent(host)} of the answers come from another host."
    said = f"{start}: another model gives {words.percent(model)} of the answers, whose quality may differ"
    if host < LEAST_SHARE:
        return f"{said}."
    return f"{said}; {words.percent(host)} come from the same model at another host."


def compare_headline(comparison: Comparison, names: Sequence[str]) -> tuple[Part, ...]:
    """In how many decisions they differ, which is worth most, and which is cheapest to leave."""
    decided = len(comparison.decisions)
    worth = [outcome.npv_usd for outcome in comparison.outcomes]
    leave = [outcome.months[-1].exit["whole"].usd_cash for outcome in comparison.outcomes]
    richest, freest = worth.index(max(worth)), leave.index(min(leave))
    start = "They decide alike" if decided == 0 else f"They differ in {decided} of eight decisions"
    parts = [
        Part(f"{start}. {names[richest]} is worth most, "),
        Part(words.money(worth[richest]), True),
    ]
    if richest == freest:
        return (*parts, Part(", and is cheapest to leave, "), Part(words.money(leave[freest]), True), Part("."))
    parts.append(Part(f"; {names[freest]} is cheapest to leave, "))
    return (*parts, Part(words.money(leave[freest]), True), Part("."))
