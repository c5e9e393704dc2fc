"""The shape of a scenario changes, and what is left is sound."""

import pytest

from sim import scenario as scenarios
from sim.scenario import ScenarioError, editing
from sim.scenario.load import IN_ORDER

PLAN = scenarios.load(IN_ORDER[1])


@pytest.mark.parametrize("path, words", [(path, words) for path, words, _ in editing.kinds(PLAN)])
def test_every_kind_can_be_chosen(path, words):
    for kind in words:
        changed = editing.with_kind(PLAN, path, kind=kind)
        assert dict((p, k) for p, _, k in editing.kinds(changed))[path] == kind


def test_choosing_the_same_kind_changes_nothing():
    for path, _, kind in editing.kinds(PLAN):
        assert editing.with_kind(PLAN, path, kind=kind) == PLAN


def test_settings_of_both_kinds_are_kept():
    price = editing.with_kind(PLAN, "products.support.price", kind="per_mtok").products[0].price
    assert price.usd == PLAN.products[0].price.usd
    assert price.drift_per_year == PLAN.products[0].price.drift_per_year


def test_a_copy_is_a_product_of_its_own():
    twice = editing.with_product(editing.with_product(PLAN, "coding"), "coding")
    assert [product.id for product in twice.products] == ["support", "coding", "product_2", "product_3"]
    assert twice.products[2].price == PLAN.products[1].price
    assert editing.without_product(editing.without_product(twice, "product_3"), "product_2") == PLAN


def test_parts_that_may_be_absent_come_and_go():
    path = "platform.engine.speculation"
    there = editing.with_part(PLAN, path, present=True)
    assert dict((p, on) for p, _, _, on in editing.optional_parts(there))[path]
    assert editing.with_part(there, path, present=False) == PLAN


def test_what_cannot_be_is_refused():
    only = editing.without_product(PLAN, "support")
    with pytest.raises(ScenarioError):
        editing.without_product(only, "coding")
    with pytest.raises(ScenarioError):
        editing.with_part(PLAN, "products.support.patience", present=False)
    for wrong in (
        lambda: editing.with_kind(PLAN, "products.support.price", kind="gift"),
        lambda: editing.with_kind(PLAN, "products.nobody.price", kind="per_seat"),
        lambda: editing.with_part(PLAN, "world.growth_per_month", present=True),
        lambda: editing.with_product(PLAN, "nobody"),
    ):
        with pytest.raises(LookupError):
            wrong()


def test_names_that_a_setting_may_say_are_those_of_the_catalogue():
    assert "conversation" in editing.named_ids("lengths")
    assert set(scenarios.load(IN_ORDER[0]).users) <= set(editing.named_ids("regions"))
    for name in editing.named_ids("lockin"):
        scenarios.set_fields(PLAN, {f"lockin.{name}": 1.0})
