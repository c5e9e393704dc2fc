"""What explains the cash and the months to leave, and the slowest answers, is what they were computed from."""

from math import isclose, isnan, prod

import pytest

from sim.economics import Node
from sim.lockin import LAYERS, WHOLE
from sim.scenario import Scenario, load, set_fields
from sim.strategy import Outcome, SurfaceStore, evaluate
from sim.strategy.explain_exit import explain_exit, explain_exit_months
from sim.strategy.explain_latency import explain_in_time, explain_latency
from sim.strategy.operations import operations

EVERYTHING = {
    "decisions.own_share": 0.5,
    "platform.reserved_share": 1.0,
    "platform.commitment_months": 12,
    "lockin.usd_per_prompt": 200.0,
    "changes": [{"month": 8, "because": "An exit is tested.", "set": {"lockin.overrun": 0.07}}],
}
"""Own GPUs under contract and an API, so that every part of the bill is above zero; values of its own, one dated."""


def scenario() -> Scenario:
    return set_fields(load("one_year_managed"), EVERYTHING)


@pytest.fixture(scope="module")
def store() -> SurfaceStore:
    return SurfaceStore()


@pytest.fixture(scope="module")
def outcome(store: SurfaceStore) -> Outcome:
    return evaluate(scenario(), store=store, asked="months")


def value(node: Node) -> float:
    """Recompute a figure from the leaves up, by what each node says of itself."""
    parts = [value(child) for child in node.children]
    if node.how == "sum":
        return sum(parts)
    if node.how == "product":
        return prod(parts) / (1e6 if node.unit.startswith("1M") else 1)
    if node.how == "longest":
        return max(parts)
    if node.how == "work ÷ people":
        return parts[0] / parts[1]
    if node.how == "work of a place × places ^ exponent":
        return parts[0] * parts[1] ** parts[2]
    if node.how == "work × price × (1 + overrun)":
        return parts[0] * parts[1] * (1 + parts[2])
    return node.value


def leaves(node: Node) -> list[Node]:
    return [leaf for child in node.children for leaf in leaves(child)] if node.children else [node]


@pytest.mark.parametrize("name", [*LAYERS, WHOLE])
@pytest.mark.parametrize("month", [0, 7, 11])
def test_cash_and_months_to_leave_follow_from_their_trees(outcome: Outcome, name: str, month: int) -> None:
    said = outcome.months[month].exit[name]
    cash = explain_exit(outcome, month=month, name=name)
    assert cash.value == said.usd_cash and isclose(value(cash), said.usd_cash, rel_tol=1e-9)
    months = explain_exit_months(outcome, month=month, name=name)
    assert months.value == said.exit_months and isclose(value(months), said.exit_months, rel_tol=1e-9)


def test_every_part_of_the_bill_is_in_the_tree_with_its_rows(outcome: Outcome) -> None:
    tree = explain_exit(outcome, month=11)
    parts = outcome.months[11].exit[WHOLE].components
    assert [child.value for child in tree.children] == pytest.approx([usd for usd in parts.values() if usd > 0])
    rows = {fact.id for leaf in leaves(tree) for fact in leaf.facts} | {
        fact.id for part in tree.children for child in part.children for fact in child.facts
    }
    assert {"internet_tier_1", "usd_per_person_month", "rework_pm_per_point", "evaluation_usd", "dual_share"} <= rows


def test_a_value_of_the_scenarios_own_is_named_in_place_of_the_row(outcome: Outcome) -> None:
    def source(month: int, label: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        leaf = next(leaf for leaf in leaves(explain_exit(outcome, month=month)) if leaf.label == label)
        return tuple(fact.id for fact in leaf.facts), leaf.fields

    assert source(11, "To tune one to another model") == ((), ("lockin.usd_per_prompt",))
    assert source(11, "Overrun") == ((), ("lockin.overrun",))
    assert source(7, "Overrun") == (("overrun",), ())


def test_the_slowest_answers_name_products_endpoints_and_ways(outcome: Outcome, store: SurfaceStore) -> None:
    operated = operations(scenario(), store=store)[11]
    tree = explain_latency(outcome, month=11, operated=operated)
    now = outcome.months[11]
    assert tree.value == now.nearest_promise.p95_s.mean
    *products, who = tree.children
    assert [product.value for product in products] == [promise.p95_s.mean for promise in now.promises]
    assert [child.value for child in who.children] == [endpoint.p95_s for endpoint in operated.endpoints]
    assert [child.label for child in who.children] == ["Our GPUs, US East", "Mid model of a vendor, US East"]
    assert sum(child.children[0].value for child in who.children) == pytest.approx(1.0)
    bought = who.children[-1]
    assert {fact.quantity for fact in bought.facts} == {"first_token_median_s", "token_pace_median_s"}
    assert any(child.label.startswith("Way from") for child in bought.children)
    before = explain_latency(outcome, month=0)
    assert isnan(before.value) and before.children == ()


def test_the_share_in_time_is_weighted_by_requests(outcome: Outcome) -> None:
    tree = explain_in_time(outcome, month=11)
    good, asked = (sum(getattr(month, name) for month in outcome.months) for name in ("good", "requests"))
    assert tree.value == pytest.approx(good / asked)
    assert len(tree.children) == 12 - outcome.launch_month


def test_an_outcome_kept_without_its_lockin_says_what_to_do(outcome: Outcome) -> None:
    from dataclasses import replace

    with pytest.raises(LookupError, match="Evaluate the scenario again"):
        explain_exit(replace(outcome, lockin=None), month=3)
