"""The worked month T7: five buckets of a week, once bought by the token and once on own GPUs."""

from math import isclose

import pytest

from sim.economics import PriceBook, PurchaseMix, statement
from sim.economics.statement import MonthStatement
from tests.unit.economics_months import (
    HOURS_PER_MONTH,
    OWN,
    PROTOTYPE,
    bought,
    catalogue_with,
    month,
    pool,
    product,
    scenario,
    served,
)

HOURS = (56, 42, 50, 18, 2)
RATE_RPS = (1, 3, 6, 10, 20)
TIMEOUTS = (0, 0, 0.001, 0.01, 0.10)
MISSES = (0, 0.002, 0.01, 0.06, 0.25)
BUCKETS = [
    (hours / 168 * HOURS_PER_MONTH * 3600 * rate, timeouts, misses)
    for hours, rate, timeouts, misses in zip(HOURS, RATE_RPS, TIMEOUTS, MISSES, strict=True)
]
REQUESTS = sum(r for r, _, _ in BUCKETS)
SERVED = sum(r * (1 - t) for r, t, _ in BUCKETS)
LATE = sum(r * (1 - t) * m for r, t, m in BUCKETS)
TOKENS = SERVED * 1000
PRODUCT = product("knowledge", {"kind": "per_request", "usd": 0.004})
FLOW = served("knowledge", REQUESTS, late=LATE, timed_out=REQUESTS - SERVED, tokens=TOKENS)
OTHER = {
    "business__rules__credit_share": 0.5,
    "business__rules__support_share_of_revenue": 0,
    "choices__base__compliance_usd_per_month": 13_500,
    "choices__movable_share__usd_per_month_per_point": 0,
}
NOBODY = {"choices__base__run_fte": 0, "choices__own_share__run_fte": 0,
          "choices__vector_store_open_self_run__run_fte": 0, "choices__orchestration_we_run__run_fte": 0}


def by_the_token() -> MonthStatement:
    book = PriceBook(catalogue_with(
        **OTHER, **NOBODY, apis__mid__usd_per_mtok_in=0.25, apis__mid__usd_per_mtok_out=2.0))
    flow = month(3, products=(FLOW,), tokens=(bought("mid", new=SERVED * 800, cached=0, out=SERVED * 200),))
    return statement(flow, scenario(PROTOTYPE, products=[PRODUCT]), book=book)


def on_own_gpus(utilization: float) -> MonthStatement:
    """6 GPUs reserved at $1.95, and on demand at $2.95: 4 in the peak bucket and 10 in the spike."""
    book = PriceBook(catalogue_with(
        **OTHER, **NOBODY | {"choices__base__run_fte": 2},
        gpu_prices__h200_specialist_us__on_demand_usd_per_gpu_hour=2.95,
        gpu_prices__h200_specialist_us__reserved_ratio=1.95 / 2.95))
    gpus = 6 + 4 * 18 / 168 + 10 * 2 / 168
    flow = month(6, products=(FLOW,), pools=(pool(gpus, utilization),))
    mix = PurchaseMix(owned=0, reserved=6 / gpus, spot=0, commitment_months=12)
    return statement(flow, scenario(OWN, products=[PRODUCT]), book=book, mix=mix)


def test_flows_of_the_month() -> None:
    assert round(REQUESTS) == 10_988_807
    assert round(SERVED) == 10_893_320
    assert round((REQUESTS - SERVED) / REQUESTS, 5) == 0.00869
    assert round(LATE / SERVED, 5) == 0.03297


def test_bought_by_the_token() -> None:
    stated = by_the_token()
    assert round(stated.revenue_usd, 2) == 42_855.06
    assert round(stated.cost_usd["api"], 2) == 6_535.99
    assert round(stated.cost_usd["total"]) == 20_036
    assert round(stated.gross_margin, 3) == 0.532
    assert round(stated.usd_per_mtok_allocated, 3) == 1.839
    assert round(stated.usd_per_served_request, 6) == 0.001839


@pytest.mark.parametrize("utilization", [0.1, 0.6, 1.0, 1.4])
def test_on_own_gpus(utilization: float) -> None:
    stated = on_own_gpus(utilization)
    assert round(stated.cost_usd["gpu"] + stated.cost_usd["idle"], 2) == 9_726.96
    assert round(stated.cost_usd["people"], 2) == 30_000
    assert round(stated.cost_usd["total"]) == 53_227
    assert round(stated.gross_margin, 3) == -0.242
    assert round(stated.gross_margin_before_people, 3) == 0.458
    assert round(stated.usd_per_mtok_allocated, 3) == 4.886


def test_only_while_working_leaves_idle_out() -> None:
    stated = on_own_gpus(0.6)
    assert isclose(stated.cost_usd["idle"], 9_726.96 * 0.4, rel_tol=1e-6)
    assert isclose(stated.usd_per_mtok_used, (53_227 - 9_726.96 * 0.4) / (TOKENS / 1e6), rel_tol=1e-4)
