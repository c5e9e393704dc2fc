"""What stands behind a key number: the tree of lines, quantities, prices and their sources."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isfinite

from sim.economics.explain import Node, explain
from sim.lockin import LAYERS
from sim.reports import words
from sim.reports.lockin import layer_name
from sim.scenario.assumptions import catalogue_of
from sim.strategy.explain_exit import explain_exit
from sim.strategy.explain_latency import explain_latency
from sim.strategy.outcome import Outcome

FIGURE_OF = {"cost": "usd_per_mtok_allocated", "margin": "gross_margin"}
"""Figure of the statement behind a key number."""
WHOLE_FROM = 100.0
"""Amounts below it are written with three digits, as a count of places or a work in months needs."""


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
    if key in FIGURE_OF:
        if not outcome.statements:
            raise LookupError("this outcome was kept without its statements. Evaluate the scenario again.")
        stated, catalogue = outcome.statements[month - 1], catalogue_of(outcome.scenario)
        return branch_of(explain(stated, FIGURE_OF[key], catalogue=catalogue))
    if key == "exit":
        return _exit(outcome, month - 1)
    if key == "p95":
        return branch_of(explain_latency(outcome, month=month - 1))
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
        per = unit.removeprefix("USD")
        return f"{words.money(value)}{per}"
    if unit in _WRITTEN:
        return _WRITTEN[unit](value)
    if not isfinite(value):
        return words.NONE
    amount = words.count(value) if abs(value) >= WHOLE_FROM else f"{value:.3g}"
    return f"{amount} {unit.removesuffix('s') if value == 1 else unit}"


_WRITTEN: dict[str, Callable[[float], str]] = {"share": words.percent, "s": words.seconds, "months": words.months}


def _exit(outcome: Outcome, month: int) -> Branch:
    """The whole, part by part, and each layer alone."""
    whole = branch_of(explain_exit(outcome, month=month))
    now = outcome.months[month].exit
    layers = []
    for layer in LAYERS:
        tree = branch_of(explain_exit(outcome, month=month, name=layer))
        both = f"{tree.value}, {words.months(now[layer].exit_months)}"
        layers.append(replace(tree, label=f"{layer_name(layer)}, left alone", value=both))
    alone = Branch("Each layer alone", "", "not a sum: shared work is counted once", (), tuple(layers))
    return replace(whole, parts=(*whole.parts, alone))
