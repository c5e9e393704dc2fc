"""The tree behind a figure: lines, quantities, prices and the catalogue rows they rest on."""

from collections.abc import Iterable
from dataclasses import dataclass

from sim.catalogue import Catalogue, Fact
from sim.economics.lines import COST_PER_TOKEN, COST_TO_SERVE, LINES
from sim.economics.statement import MonthStatement
from sim.economics.term import Term


@dataclass(frozen=True, slots=True)
class Node:
    """A figure and what it is made of.

    `how` says how the children combine: a sum, or a ratio of them in order. A
    leaf of money has a `term` and the facts its price rests on.
    """

    label: str
    value: float
    unit: str
    how: str = ""
    children: tuple["Node", ...] = ()
    term: Term | None = None
    facts: tuple[Fact, ...] = ()
    fields: tuple[str, ...] = ()
    """Scenario fields behind it, as dotted names."""


_MARGINS: dict[str, tuple[str, tuple[str, ...]]] = {
    "gross_margin": ("Gross margin", COST_TO_SERVE),
    "gross_margin_before_people": (
        "Gross margin before run people", tuple(line for line in COST_TO_SERVE if line != "people")),
    "gross_margin_after_build": ("Gross margin after build people", (*COST_TO_SERVE, "build")),
}
_UNIT_COSTS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "usd_per_mtok_allocated": ("Cost per 1M tokens, all in", "USD/1M tokens", COST_PER_TOKEN),
    "usd_per_mtok_used": (
        "Cost per 1M tokens, only while working", "USD/1M tokens",
        tuple(line for line in COST_PER_TOKEN if line != "idle")),
    "usd_per_served_request": ("Cost per answer", "USD/answer", COST_PER_TOKEN),
}
_LABELS = {line.name: line.label for line in LINES}

FIGURES = ("revenue", "total", *_MARGINS, *_UNIT_COSTS, *_LABELS)
"""Names of the figures that can be explained."""


def explain(stated: MonthStatement, figure: str, *, catalogue: Catalogue) -> Node:
    """The tree behind one figure of a month's statement.

    Its leaves are the very terms that the figure was added up from.

    Raises:
        LookupError: there is no such figure.
    """
    if figure in _LABELS:
        return _line(stated, figure, catalogue)
    if figure == "revenue":
        return _revenue(stated, catalogue)
    if figure == "total":
        return _lines("Total cost", stated, tuple(_LABELS), catalogue)
    if figure in _MARGINS:
        label, lines = _MARGINS[figure]
        parts = (_revenue(stated, catalogue), _lines("Cost", stated, lines, catalogue))
        return Node(label, getattr(stated, figure), "share", "(revenue - cost) ÷ revenue", parts)
    if figure in _UNIT_COSTS:
        label, unit, lines = _UNIT_COSTS[figure]
        amount = (
            Node("Answers served", stated.served, "answers")
            if figure == "usd_per_served_request"
            else Node("Tokens of delivered answers", stated.delivered_mtok, "1M tokens")
        )
        parts = (_lines("Cost", stated, lines, catalogue), amount)
        return Node(label, getattr(stated, figure), unit, "cost ÷ amount", parts)
    raise LookupError(f"no figure '{figure}' can be explained. There are: {', '.join(FIGURES)}.")


def _lines(label: str, stated: MonthStatement, lines: Iterable[str], catalogue: Catalogue) -> Node:
    children = tuple(_line(stated, line, catalogue) for line in lines)
    return Node(label, sum(child.value for child in children), "USD", "sum", children)


def _line(stated: MonthStatement, line: str, catalogue: Catalogue) -> Node:
    leaves = tuple(_leaf(term, stated, catalogue) for term in stated.cost_terms[line])
    return Node(_LABELS[line], stated.cost_usd[line], "USD", "sum", leaves)


def _revenue(stated: MonthStatement, catalogue: Catalogue) -> Node:
    leaves = tuple(_leaf(term, stated, catalogue) for terms in stated.revenue_terms.values() for term in terms)
    return Node("Revenue after credits", stated.revenue_usd, "USD", "sum", leaves)


def _leaf(term: Term, stated: MonthStatement, catalogue: Catalogue) -> Node:
    rows = [row.split("/") for row in term.rows if "/" in row]
    return Node(
        label=term.label,
        value=term.usd,
        unit="USD",
        how="quantity × price",
        term=term,
        facts=tuple(catalogue.fact(table, id, quantity, stated.day) for table, id, quantity in rows),
        fields=tuple(row for row in term.rows if "/" not in row),
    )
