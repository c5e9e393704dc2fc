"""`loadbearing compare`: how scenarios differ, then what follows."""

from argparse import Namespace
from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

from sim.cli.executing import executor_of
from sim.cli.faults import InputError
from sim.cli.inputs import scenario_of
from sim.cli.outcome_json import scenario_object
from sim.cli.output import print_json, table
from sim.metrics import Estimate
from sim.reports import words
from sim.reports.comparison import who_answers_sentence
from sim.reports.decisions import quality_sentence
from sim.reports.money import times
from sim.scenario.faults import short
from sim.strategy import compare
from sim.strategy.answers import QualityBreakEven, quality_break_even
from sim.strategy.compare import Comparison, Difference, Kpi
from sim.strategy.who_answers import AnswersMoved, answers_moved

WRITTEN: dict[str, Callable[[float], str]] = {
    "s": words.seconds,
    "share": words.percent,
    "USD": words.money,
    "USD/1M tokens": words.money,
    "months": lambda months: f"{months:.1f}" if isfinite(months) else words.NONE,
    "ratio": lambda multiplier: times(multiplier) if isfinite(multiplier) else words.NONE,
}
LABELS = {
    "served_share": "Served",
    "in_time_share": "In time",
    "usd_per_mtok_allocated": "Per 1M tokens, all in",
    "gross_margin": "Gross margin",
    "exit_usd_cash": "Cash to leave",
    "exit_months": "Months to leave",
    "npv_usd": "Worth (NPV)",
    "deepest_cash_usd": "Deepest cash hole",
    "ceiling_multiplier": "Ceiling, times month 13",
    "launch_month": "Launch month",
}


def command(arguments: Namespace) -> None:
    sources = arguments.scenarios
    if len(sources) < 2:
        raise InputError(f"compare: one scenario ({sources[0]}) has nothing to be compared with. Name two or more.")
    scenarios = [scenario_of(source, arguments) for source in sources]
    with executor_of(arguments) as executor:
        comparison = compare(scenarios, fidelity=arguments.fidelity, executor=executor)
    if arguments.json:
        print_json(comparison_object(comparison, sources))
    else:
        print(comparison_text(comparison, sources))


def comparison_object(comparison: Comparison, sources: Sequence[str]) -> dict[str, Any]:
    """Differences first; figures and dominance follow, in the order of the scenarios."""
    return {
        "scenarios": [
            {"source": source, **scenario_object(outcome)}
            for source, outcome in zip(sources, comparison.outcomes, strict=True)
        ],
        "decisions": comparison.decisions,
        "other_differences": comparison.others,
        "kpis": comparison.kpis,
        "dominates": comparison.dominates,
        "who_answers": _moved(comparison),
        "quality_break_even": _evens(comparison),
    }


def _evens(comparison: Comparison) -> list[QualityBreakEven]:
    """The first scenario against each other one."""
    first, *others = comparison.outcomes
    return [quality_break_even(first, other) for other in others]


def _moved(comparison: Comparison) -> list[AnswersMoved]:
    """Likewise: which answers come from another model, and which from another host of the same one."""
    first, *others = comparison.outcomes
    return [answers_moved(first.scenario, other.scenario) for other in others]


def comparison_text(comparison: Comparison, sources: Sequence[str]) -> str:
    names = [f"{chr(ord('A') + at)}  {source}" for at, source in enumerate(sources)]
    parts = ["\n".join(names), "Decisions\n" + _differences(comparison.decisions)]
    moved = [f"  {who_answers_sentence(each)}" for each in _moved(comparison)]
    parts.append("\n".join(("Who answers", *moved)))
    if comparison.others:
        parts.append("Everything else that differs\n" + _differences(comparison.others))
    parts.append("What follows, in the last month\n" + _kpis(comparison.kpis))
    parts.append(_dominance(comparison))
    evens = [f"  {quality_sentence(even)}" for even in _evens(comparison)]
    parts.append("\n".join(("How good the answers must be", *evens)))
    return "\n\n".join(parts)


def _differences(found: Sequence[Difference]) -> str:
    if not found:
        return "  none"
    return "\n".join(f"  {d.field}: {' → '.join(_value(value) for value in d.values)}" for d in found)


def _value(value: Any) -> str:
    return "not set" if value is None else value if isinstance(value, str) else short(value)


def _kpis(kpis: Sequence[Kpi]) -> str:
    letters = [chr(ord("A") + at) for at in range(len(kpis[0].values))]
    head = ("", *letters, *(f"{letter} {words.MINUS} A" for letter in letters[1:]))
    return table([head, *(_kpi_row(kpi) for kpi in kpis)], indent="  ")


def _kpi_row(kpi: Kpi) -> tuple[str, ...]:
    write = WRITTEN.get(kpi.unit, _amount)
    label = LABELS.get(kpi.name, kpi.name.replace("p95_s ", "p95, "))
    # Months count from 0 in results and from 1 in what people read.
    start = 1 if kpi.unit == "month" else 0
    marked = [f"{write(value.mean + start)}{'*' if at in _best(kpi) else ''}" for at, value in enumerate(kpi.values)]
    return (label, *marked, *(_difference(difference, kpi) for difference in kpi.differences[1:]))


def _amount(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isfinite(value) else words.NONE


def _best(kpi: Kpi) -> set[int]:
    """Scenarios whose figure is the best, where they differ at all."""
    means = {at: value.mean for at, value in enumerate(kpi.values) if value.mean == value.mean}
    if len(set(means.values())) < 2:
        return set()
    best = (max if kpi.higher_is_better else min)(means.values())
    return {at for at, mean in means.items() if mean == best}


def _difference(difference: Estimate, kpi: Kpi) -> str:
    mean = difference.mean
    if not isfinite(mean):
        return words.NONE
    size = abs(mean)
    if kpi.unit == "share":
        text = words.points(size)
    elif kpi.unit == "s":
        noise = f" ± {difference.half_width:.2g}" if isfinite(difference.half_width) else ""
        text = f"{size:.2f}{noise} s"
    else:
        text = WRITTEN.get(kpi.unit, _amount)(size)
    # What rounds to nothing has no sign.
    sign = "" if not any(digit in text for digit in "123456789") else "+" if mean > 0 else words.MINUS
    return f"{sign}{text}"


def _dominance(comparison: Comparison) -> str:
    said = [
        f"{chr(ord('A') + one)} is nowhere worse than {chr(ord('A') + other)} and somewhere better."
        for one, beaten in enumerate(comparison.dominates)
        for other in beaten
    ]
    pairing = "paired samples" if any("paired" in kpi.bases[1:] for kpi in comparison.kpis) else "unpaired samples"
    note = f"* the best where they differ. Intervals of 95 % are over {pairing}, where there is one."
    return "\n".join([*(said or ["None dominates another."]), note])
