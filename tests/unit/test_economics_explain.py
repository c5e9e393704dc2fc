"""What explains a figure is what it was computed from."""

from math import isclose

import pytest

from sim.economics import FIGURES, MonthStatement, Node, explain, statement
from tests.unit.economics_months import EU, bought, month, pool, scenario, served, shipped_book

CATALOGUE = shipped_book().catalogue


def stated() -> MonthStatement:
    flow = month(
        14, products=(served("support", 1e6, late=1e4, tokens=2e9), served("coding", 1e6, tokens=1e9, units=900)),
        pools=(pool(4, 0.4, region="eu_west"),), searches=1e6, egress_gb=70_000, cross_region_gb=10, data_gb=30_000,
        tokens=(bought("mid", new=1e9, cached=1e8, out=1e7, in_eu_zone=True),),
    )
    return statement(flow, scenario(EU), book=shipped_book())


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
            "cost ÷ amount": lambda: parts[0] / parts[1]}[node.how]()


@pytest.mark.parametrize("figure", FIGURES)
def test_the_tree_adds_up_to_the_figure(figure: str) -> None:
    of = stated()
    node = explain(of, figure, catalogue=CATALOGUE)
    shown = of.cost_usd.get(figure) if figure in of.cost_usd else getattr(of, figure, of.revenue_usd)
    assert shown is not None
    assert isclose(value(node), shown, rel_tol=1e-9, abs_tol=1e-9)
    assert node.value == shown or isclose(node.value, shown, rel_tol=1e-12)


def leaves(node: Node) -> list[Node]:
    return [node] if node.term else [leaf for child in node.children for leaf in leaves(child)]


def test_every_leaf_names_what_its_price_rests_on() -> None:
    found = leaves(explain(stated(), "total", catalogue=CATALOGUE))
    assert len(found) > 12
    for leaf in found:
        assert leaf.facts or leaf.fields, leaf.label
        assert all(fact.source for fact in leaf.facts)


def test_an_unknown_figure_names_the_known_ones() -> None:
    with pytest.raises(LookupError, match="gross_margin"):
        explain(stated(), "margin", catalogue=CATALOGUE)
