"""What explains a figure is what it was computed from."""

from dataclasses import fields
from math import isclose

import pytest

from sim.economics import MonthStatement, Node, explain, figures, statement
from tests.unit.economics_months import CODING, EU, SUPPORT, bought, month, pool, scenario, served, shipped_book

CATALOGUE = shipped_book().catalogue
FIGURES = figures(["support", "coding"])


def stated() -> MonthStatement:
    flow = month(
        14, products=(served("support", 1e6, late=1e4, tokens=2e9), served("coding", 1e6, tokens=1e9, units=900)),
        pools=(pool(20, 0.4, region="eu_west"),), searches=1e6, egress_gb=70_000, cross_region_gb=10, data_gb=30_000,
        tokens=(bought("mid", new=1e9, cached=1e8, out=1e7, in_eu_zone=True),),
    )
    checked = SUPPORT | {"standing_share": 0.99, "usd_per_fallen_answer": 0.5, "credit_share": 0.3}
    platform = {"owned_share": 0.3, "reserved_share": 0.2, "spot_share": 0.2}
    of = scenario(EU, products=(checked, CODING), platform=platform)
    return statement(flow, of, book=shipped_book())


def value(node: Node) -> float:
    """Recompute a figure from the leaves up, by what each node says of itself."""
    if node.term is not None:
        return node.term.quantity * node.term.price
    if not node.children:
        return node.value
    parts = [value(child) for child in node.children]
    if node.how == "sum":
        return sum(parts)
    return {"(revenue - cost) ÷ revenue": lambda: (parts[0] - parts[1]) / parts[0],
            "revenue - cost": lambda: parts[0] - parts[1],
            "cost × share": lambda: parts[0] * parts[1],
            "cost ÷ amount": lambda: parts[0] / parts[1]}[node.how]()


def shown(of: MonthStatement, figure: str) -> float:
    """A figure as the statement itself says it."""
    kind, _, product = figure.partition(".")
    if product:
        by_product = of.revenue_by_product_usd if kind == "revenue" else of.contribution_by_product_usd
        return by_product[product]
    energy = {"energy_kwh": of.energy.kwh, "energy_kg_co2e": of.energy.kg_co2e}
    for found in (of.cost_usd.get(figure), energy.get(figure), getattr(of, f"{figure}_usd", None)):
        if found is not None:
            return float(found)
    return float(getattr(of, figure))


@pytest.mark.parametrize("figure", FIGURES)
def test_the_tree_adds_up_to_the_figure(figure: str) -> None:
    of = stated()
    node = explain(of, figure, catalogue=CATALOGUE)
    assert isclose(value(node), shown(of, figure), rel_tol=1e-9, abs_tol=1e-9)
    assert isclose(node.value, shown(of, figure), rel_tol=1e-12)


@pytest.mark.parametrize("figure", ["fallen", "gpu", "energy_kwh", "energy_kg_co2e", "contribution.coding"])
def test_no_tree_is_bare(figure: str) -> None:
    assert value(explain(stated(), figure, catalogue=CATALOGUE)) != 0


def test_every_amount_of_the_statement_can_be_explained() -> None:
    """A new figure of money, a ratio of it or an amount beside it has a tree."""
    names = {field.name for field in fields(MonthStatement)} | {
        name for name in dir(MonthStatement) if isinstance(getattr(MonthStatement, name), property)}
    explained = {figure.partition(".")[0] for figure in FIGURES}
    own = {"revenue_usd": "revenue", "revenue_by_product_usd": "revenue", "cost_usd": "total",
           "contribution_by_product_usd": "contribution", "energy": "energy_kwh"}
    amounts = {name for name in names if name.endswith("_usd") or name.startswith(("usd_", "gross_")) or name in own}
    assert amounts >= set(own)
    assert {own.get(name, name.removesuffix("_usd")) for name in amounts} <= explained


def leaves(node: Node) -> list[Node]:
    return [node] if not node.children else [leaf for child in node.children for leaf in leaves(child)]


def test_every_leaf_names_what_its_price_rests_on() -> None:
    found = [
        leaf for figure in ("total", "revenue", "energy_kg_co2e")
        for leaf in leaves(explain(stated(), figure, catalogue=CATALOGUE)) if leaf.value != 0
    ]
    assert len(found) > 12
    for leaf in found:
        assert leaf.facts or leaf.fields, leaf.label
        assert all(fact.source for fact in leaf.facts)


def test_an_unknown_figure_names_the_known_ones() -> None:
    with pytest.raises(LookupError, match="gross_margin"):
        explain(stated(), "margin", catalogue=CATALOGUE)
