"""What stands behind a key number: the tree of lines, quantities, prices and their sources."""

from dataclasses import dataclass
from math import isfinite

from sim.economics.explain import Node, explain
from sim.lockin import LAYERS
from sim.reports import words
from sim.reports.lockin import COMPONENT_WORDS, layer_name
from sim.scenario.assumptions import catalogue_of
from sim.strategy.outcome import MonthResult, Outcome

FIGURE_OF = {"cost": "usd_per_mtok_allocated", "margin": "gross_margin"}
"""Figure of the statement behind a key number."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A figure, how it is made of the branches under it, and where it comes from."""

    label: str
    value: str
    how: str = ""
    sources: tuple[str, ...] = ()
    parts: tuple["Branch", ...] = ()


def behind(outcome: Outcome, key: str, *, month: int) -> Branch:
    """The tree behind a key number at the end of a month.

    Raises:
        LookupError: there is no such key number.
    """
    now = outcome.months[month - 1]
    if key in FIGURE_OF:
        if not outcome.statements:
            raise LookupError("this outcome was kept without its statements. Evaluate the scenario again.")
        stated, catalogue = outcome.statements[month - 1], catalogue_of(outcome.scenario)
        return branch_of(explain(stated, FIGURE_OF[key], catalogue=catalogue))
    if key == "exit":
        return _exit(now)
    if key == "p95":
        return _latency(now)
    raise LookupError(f"there is no key number '{key}'")


def branch_of(node: Node) -> Branch:
    """The tree of an explained figure, in words."""
    sources = tuple(
        f"{fact.table}: {fact.id}, {fact.quantity.replace('_', ' ')} {fact.likely:g} {fact.unit} "
        f"({'changed in this scenario; ' if fact.changed else ''}{fact.as_of}, grade {fact.grade}; {fact.source})"
        for fact in node.facts
    )
    fields = tuple(f"scenario: {field}" for field in node.fields)
    return Branch(
        node.label, _written(node.value, node.unit), node.how, sources + fields, tuple(map(branch_of, node.children))
    )


def _written(value: float, unit: str) -> str:
    if unit.startswith("USD"):
        return words.money(value)
    if unit == "share":
        return words.percent(value)
    return f"{words.count(value)} {unit}" if isfinite(value) else words.NONE


def _exit(now: MonthResult) -> Branch:
    whole = now.exit["whole"]
    parts = tuple(
        Branch(COMPONENT_WORDS[name], words.money(usd)) for name, usd in whole.components.items() if usd > 0
    )
    layers = tuple(
        Branch(
            f"{layer_name(layer)}, left alone",
            f"{words.money(now.exit[layer].usd_cash)}, {words.months(now.exit[layer].exit_months)}",
        )
        for layer in LAYERS
    )
    alone = Branch("Each layer alone", "", "not a sum: shared work is counted once", (), layers)
    return Branch("Cash to leave everything", words.money(whole.usd_cash), "sum", (), (*parts, alone))


def _latency(now: MonthResult) -> Branch:
    parts = tuple(
        Branch(
            f"{reading.product}: {words.MEASURE_WORDS.get(reading.measure, reading.measure)}",
            f"{words.seconds(reading.p95_s.mean)} of {words.seconds(reading.limit_s)} promised",
            "assumed, not simulated" if reading.assumed else "simulated",
            (
                f"{words.percent(reading.in_time_share)} in time; refused and timed-out requests count as late",
                f"model error {words.percent(reading.model_error)}, from validation against measured servers",
            ),
        )
        for reading in now.promises
    )
    return Branch(
        "Slowest 5 % of answers", words.seconds(now.nearest_promise.p95_s.mean) if now.promises else words.NONE,
        "the product nearest its promise", (), parts,
    )  # fmt: skip
