"""The tree behind a figure: lines, quantities, prices and the catalogue rows they rest on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sim.catalogue import Catalogue, Fact
from sim.economics.lines import COST_PER_TOKEN, COST_TO_SERVE, LINES
from sim.economics.statement import MonthStatement
from sim.economics.term import Term


@dataclass(frozen=True, slots=True)
class Node:
    """A figure and what it is made of.

    `how` says how the children combine: a sum, a difference or a ratio of them
    in order. A leaf of money has a `term` and the facts its price rests on.
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

_OF_PRODUCT = {"revenue": "Revenue", "contribution": "Contribution"}
"""Figures of each product: `revenue.ID` and `contribution.ID`."""
_ENERGY = {"energy_kwh": ("Electricity of our GPUs", "kWh"), "energy_kg_co2e": ("Emissions of our GPUs", "kgCO2e")}
_PROFITS: dict[str, tuple[str, tuple[str, ...]]] = {
    "gross_profit": ("Gross profit", COST_TO_SERVE),
    "profit": ("Profit", tuple(_LABELS)),
}

FIGURES = ("revenue", "total", "cost_to_serve", *_PROFITS, *_MARGINS, *_UNIT_COSTS, *_ENERGY, *_LABELS)
"""Names of the figures that can be explained in any scenario."""


def figures(products: Iterable[str]) -> tuple[str, ...]:
    """Names of all figures that can be explained where these products are sold."""
    return (*FIGURES, *(f"{figure}.{product}" for product in products for figure in _OF_PRODUCT))


def explain(stated: MonthStatement, figure: str, *, catalogue: Catalogue) -> Node:
    """The tree behind one figure of a month's statement.

    Its leaves are the very terms that the figure was added up from.

    Raises:
        LookupError: there is no such figure.
    """
    found = _MAKERS.get(figure)
    kind, _, product = figure.partition(".")
    if found is not None:
        return found(stated, figure, catalogue)
    if kind in _OF_PRODUCT and product in stated.revenue_by_product_usd:
        of_product = _revenue_of if kind == "revenue" else _contribution
        return of_product(stated, product, catalogue)
    known = ", ".join(figures(stated.revenue_by_product_usd))
    raise LookupError(f"no figure '{figure}' can be explained. There are: {known}.")


def _margin(stated: MonthStatement, figure: str, catalogue: Catalogue) -> Node:
    label, lines = _MARGINS[figure]
    parts = (_revenue(stated, figure, catalogue), _lines("Cost", stated, lines, catalogue))
    return Node(label, getattr(stated, figure), "share", "(revenue - cost) ÷ revenue", parts)


def _profit(stated: MonthStatement, figure: str, catalogue: Catalogue) -> Node:
    label, lines = _PROFITS[figure]
    parts = (_revenue(stated, figure, catalogue), _lines("Cost", stated, lines, catalogue))
    return Node(label, getattr(stated, f"{figure}_usd"), "USD", "revenue - cost", parts)


def _unit_cost(stated: MonthStatement, figure: str, catalogue: Catalogue) -> Node:
    label, unit, lines = _UNIT_COSTS[figure]
    amount = (
        Node("Answers served", stated.served, "answers")
        if figure == "usd_per_served_request"
        else Node("Tokens of delivered answers", stated.delivered_mtok, "1M tokens")
    )
    parts = (_lines("Cost", stated, lines, catalogue), amount)
    return Node(label, getattr(stated, figure), unit, "cost ÷ amount", parts)


def _total(stated: MonthStatement, figure: str, catalogue: Catalogue) -> Node:
    return _lines("Total cost", stated, tuple(_LABELS), catalogue)


def _cost_to_serve(stated: MonthStatement, figure: str, catalogue: Catalogue) -> Node:
    return _lines("Cost to serve", stated, COST_TO_SERVE, catalogue)


def _energy(stated: MonthStatement, figure: str, catalogue: Catalogue) -> Node:
    label, unit = _ENERGY[figure]
    quantity = figure.removeprefix("energy_")
    leaves = tuple(
        Node(
            label=f"{part.gpus:g} × {catalogue.label('gpus', part.gpu)}, {part.pool}",
            value=getattr(part, quantity),
            unit=unit,
            facts=_facts(getattr(part, f"{quantity}_rows"), stated, catalogue),
        )
        for part in stated.energy.parts
    )
    return Node(label, getattr(stated.energy, quantity), unit, "sum", leaves)


def _contribution(stated: MonthStatement, product: str, catalogue: Catalogue) -> Node:
    shares = tuple(
        Node(
            f"{_LABELS[line]}, this product's part", stated.cost_usd[line] * share, "USD", "cost × share",
            (_line(stated, line, catalogue), Node("Share", share, "share")),
        )
        for line, share in stated.cost_shares_by_product[product].items()
    )  # fmt: skip
    cost = Node("Cost", sum(node.value for node in shares), "USD", "sum", shares)
    parts = (_revenue_of(stated, product, catalogue), cost)
    return Node("Contribution", stated.contribution_by_product_usd[product], "USD", "revenue - cost", parts)


def _lines(label: str, stated: MonthStatement, lines: Iterable[str], catalogue: Catalogue) -> Node:
    children = tuple(_line(stated, line, catalogue) for line in lines)
    return Node(label, sum(child.value for child in children), "USD", "sum", children)


def _line(stated: MonthStatement, line: str, catalogue: Catalogue) -> Node:
    leaves = tuple(_leaf(term, stated, catalogue) for term in stated.cost_terms[line])
    return Node(_LABELS[line], stated.cost_usd[line], "USD", "sum", leaves)


def _revenue(stated: MonthStatement, figure: str, catalogue: Catalogue) -> Node:
    leaves = tuple(_leaf(term, stated, catalogue) for terms in stated.revenue_terms.values() for term in terms)
    return Node("Revenue after credits", stated.revenue_usd, "USD", "sum", leaves)


def _revenue_of(stated: MonthStatement, product: str, catalogue: Catalogue) -> Node:
    leaves = tuple(_leaf(term, stated, catalogue) for term in stated.revenue_terms[product])
    return Node("Revenue after credits", stated.revenue_by_product_usd[product], "USD", "sum", leaves)


def _leaf(term: Term, stated: MonthStatement, catalogue: Catalogue) -> Node:
    return Node(
        label=term.label,
        value=term.usd,
        unit="USD",
        how="quantity × price",
        term=term,
        facts=_facts((row for row in term.rows if "/" in row), stated, catalogue),
        fields=tuple(row for row in term.rows if "/" not in row),
    )


def _facts(rows: Iterable[str], stated: MonthStatement, catalogue: Catalogue) -> tuple[Fact, ...]:
    parts = (row.split("/") for row in rows)
    return tuple(catalogue.fact(table, id, quantity, stated.day) for table, id, quantity in parts)


_MAKERS: dict[str, Callable[[MonthStatement, str, Catalogue], Node]] = {
    "revenue": _revenue,
    "total": _total,
    "cost_to_serve": _cost_to_serve,
    **dict.fromkeys(_PROFITS, _profit),
    **dict.fromkeys(_MARGINS, _margin),
    **dict.fromkeys(_UNIT_COSTS, _unit_cost),
    **dict.fromkeys(_ENERGY, _energy),
    **dict.fromkeys(_LABELS, _line),
}
