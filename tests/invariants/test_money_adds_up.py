"""Laws of money that hold for any month."""

from dataclasses import replace
from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from sim.economics import COST_LINES, MonthStatement, PurchaseMix, cash_flows, split, statement
from sim.metrics.flows import MonthFlow
from tests.unit.economics_months import (
    CODING,
    EU,
    OWN,
    PROTOTYPE,
    bought,
    month,
    pool,
    product,
    scenario,
    served,
    shipped_book,
)

amounts = st.floats(0, 1e9)
shares = st.floats(0, 1)


@st.composite
def months(draw: st.DrawFn) -> MonthFlow:
    requests = draw(amounts)
    late, timed_out = draw(shares), draw(shares)
    kept = requests * (1 - timed_out)
    return month(
        draw(st.integers(0, 35)),
        launched=draw(st.booleans()),
        products=(
            served("support", requests, timed_out=requests - kept, late=kept * late, tokens=kept * 1700),
            served("coding", draw(amounts), units=draw(st.floats(0, 1e5)), tokens=draw(amounts)),
        ),
        pools=(pool(draw(st.integers(0, 50)), draw(st.floats(0, 1.5))),),
        tokens=(bought("mid", new=draw(amounts), cached=draw(amounts), out=draw(amounts),
                       in_eu_zone=draw(st.booleans())),),
        searches=draw(amounts), egress_gb=draw(st.floats(0, 1e6)), cross_region_gb=draw(st.floats(0, 1e6)),
        data_gb=draw(st.floats(0, 1e7)),
    )


decisions = st.sampled_from([PROTOTYPE, OWN, EU])
PRICES = (
    {"kind": "per_request", "usd": 0.02},
    {"kind": "per_mtok", "usd": 3},
    {"kind": "per_seat", "usd_per_month": 5},
)


@st.composite
def ways_of_paying(draw: st.DrawFn) -> dict[str, object]:
    """Shares of GPUs by how they are paid for, at most all of them."""
    a, b, c = draw(shares), draw(shares), draw(shares)
    whole = max(1.0, a + b + c)
    return {
        "owned_share": a / whole, "reserved_share": b / whole, "spot_share": c / whole,
        "commitment_months": draw(st.sampled_from([12, 36])),
        "seller": draw(st.sampled_from(["specialist", "hyperscaler"])),
    }  # fmt: skip


@st.composite
def products_sold(draw: st.DrawFn) -> list[dict[str, object]]:
    support = product("support", draw(st.sampled_from(PRICES)))
    support |= {"standing_share": draw(shares), "usd_per_fallen_answer": draw(st.floats(0, 9)),
                "credit_share": draw(shares)}
    return [support, CODING]


def stated(flow: MonthFlow, of: dict[str, object], **also: object) -> MonthStatement:
    return statement(flow, scenario(of, **also), book=shipped_book(), migration_usd=1234.5)


def close(a: float, b: float) -> bool:
    return isclose(a, b, rel_tol=1e-9, abs_tol=1e-4)


@given(months(), decisions, ways_of_paying(), products_sold())
def test_lines_are_never_negative_and_sum_to_the_total(
    flow: MonthFlow, of: dict[str, object], platform: dict[str, object], sold: list[dict[str, object]]
) -> None:
    cost = stated(flow, of, platform=platform, products=sold).cost_usd
    assert all(cost[line] >= 0 for line in COST_LINES)
    assert close(sum(cost[line] for line in COST_LINES), cost["total"])


@given(months(), decisions, ways_of_paying(), products_sold())
def test_every_line_is_the_sum_of_its_terms(
    flow: MonthFlow, of: dict[str, object], platform: dict[str, object], sold: list[dict[str, object]]
) -> None:
    found = stated(flow, of, platform=platform, products=sold)
    for line in COST_LINES:
        assert close(sum(term.quantity * term.price for term in found.cost_terms[line]), found.cost_usd[line])


@given(months(), decisions, products_sold(), st.tuples(amounts, amounts))
def test_contributions_share_out_revenue_less_what_serves_the_products(
    flow: MonthFlow, of: dict[str, object], sold: list[dict[str, object]], gpu_s: tuple[float, float]
) -> None:
    timed = tuple(replace(p, gpu_s=busy) for p, busy in zip(flow.products, gpu_s, strict=True))
    found = stated(replace(flow, products=timed), of, products=sold)
    cost = found.cost_usd
    shared = sum(cost[line] for line in ("gpu", "idle", "api", "search", "storage", "egress", "support", "fallen"))
    assert close(sum(found.contribution_by_product_usd.values()), found.revenue_usd - shared)


@given(months(), st.integers(0, 20), decisions)
def test_an_idle_pool_changes_nothing_but_idle_cost(flow: MonthFlow, gpus: int, of: dict[str, object]) -> None:
    more = replace(flow, pools=(*flow.pools, pool(gpus, 0.0, id="spare")))
    without, with_pool = stated(flow, of), stated(more, of)
    assert without.revenue_usd == with_pool.revenue_usd
    assert {line for line in COST_LINES if without.cost_usd[line] != with_pool.cost_usd[line]} <= {"idle"}
    assert with_pool.cost_usd["idle"] >= without.cost_usd["idle"]


@given(months(), decisions)
def test_slower_answers_never_earn_more(flow: MonthFlow, of: dict[str, object]) -> None:
    slow = replace(flow, products=tuple(replace(p, good=0.0, late=p.good + p.late) for p in flow.products))
    assert stated(slow, of).revenue_usd <= stated(flow, of).revenue_usd * (1 + 1e-12)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=40), ways_of_paying())
def test_owning_moves_cash_in_time_and_never_makes_any(gpus: list[int], platform: dict[str, object]) -> None:
    """What is bought is lost as value or sold: over the horizon cash and profit agree."""
    own = scenario(OWN, platform=platform)
    statements = [
        statement(month(number, pools=(pool(count, 0.5),)), own, book=shipped_book())
        for number, count in enumerate(gpus)
    ]
    assert close(sum(cash_flows(statements, book=shipped_book())), sum(stated.profit_usd for stated in statements))


@given(st.integers(0, 500), ways_of_paying(), st.sampled_from([1, 4, 8]), st.sampled_from([1, 8]))
def test_ways_of_paying_fill_whole_servers_and_never_a_server_too_many(
    gpus: int, shares: dict[str, float], owned_node: int, rented_node: int
) -> None:
    mix = PurchaseMix(
        owned=shares["owned_share"], reserved=shares["reserved_share"], spot=shares["spot_share"],
        commitment_months=12, owned_node_gpus=owned_node, rented_node_gpus=rented_node,
    )
    parts = split(gpus, mix)
    rented = (parts.reserved, parts.spot, parts.on_demand)
    assert parts.owned % owned_node == 0
    assert all(count >= 0 and count % rented_node == 0 for count in rented)
    assert gpus <= parts.gpus < gpus + owned_node + rented_node - 1


@given(st.integers(0, 500), shares, shares, shares)
def test_ways_of_paying_always_add_up_in_whole_gpus(gpus: int, a: float, b: float, c: float) -> None:
    whole = max(1.0, a + b + c)
    parts = split(gpus, PurchaseMix(owned=a / whole, reserved=b / whole, spot=c / whole, commitment_months=12))
    counts = (parts.owned, parts.reserved, parts.spot, parts.on_demand)
    assert sum(counts) == gpus
    assert all(count >= 0 and count == int(count) for count in counts)
