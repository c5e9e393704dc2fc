"""How GPUs are paid for: whole GPUs, commitments that outlive their need, spot, and GPUs that we own."""

from datetime import date

import pytest

from sim.economics import (
    Commitment,
    PurchaseMix,
    carry,
    cash_flows,
    energy,
    purchase_mix,
    remaining_usd,
    split,
    statement,
)
from sim.economics.capital import capital_cash
from sim.economics.statement import MonthStatement
from sim.economics.worth import cumulative, deepest_hole, payback_month
from tests.unit.economics_months import OWN, month, pool, scenario, shipped_book

RENT = 5.29
HOURS = 730.5
ON_DEMAND = PurchaseMix(owned=0, reserved=0, spot=0, commitment_months=12)
RESERVED = PurchaseMix(owned=0, reserved=1, spot=0, commitment_months=12)


def pools_usd(gpus: float, mix: PurchaseMix, *, commitments: tuple[Commitment, ...] = (), gpu: str = "h200") -> float:
    cost = of(gpus, mix, commitments=commitments, gpu=gpu).cost_usd
    return cost["gpu"] + cost["idle"]


def of(
    gpus: float, mix: PurchaseMix, *, commitments: tuple[Commitment, ...] = (), gpu: str = "h200",
    utilization: float = 0.5, number: int = 12,
) -> MonthStatement:
    return statement(
        month(number, pools=(pool(gpus, utilization, gpu=gpu),)), scenario(OWN), book=shipped_book(), mix=mix,
        commitments=commitments)


@pytest.mark.parametrize(("gpus", "share", "reserved"), [(4, 1, 4), (3, 0.5, 2), (4, 0.3, 1), (6.5, 6 / 6.5, 6)])
def test_reserved_gpus_are_whole_and_the_rest_is_on_demand(gpus: float, share: float, reserved: float) -> None:
    parts = split(gpus, PurchaseMix(owned=0, reserved=share, spot=0, commitment_months=12))
    assert parts.reserved == reserved
    assert parts.on_demand == pytest.approx(gpus - reserved)


def test_the_scenario_s_own_mix_is_its_reserved_share() -> None:
    mixed = scenario(OWN, platform={"reserved_share": 0.5})
    assert purchase_mix(mixed.platform).reserved == 0.5
    flow = month(12, pools=(pool(4, 0.5),))
    cost = statement(flow, mixed, book=shipped_book()).cost_usd
    assert cost["gpu"] + cost["idle"] == pytest.approx((2 * RENT * 0.692 + 2 * RENT) * HOURS)


def test_seller_and_region_set_the_price() -> None:
    dear = scenario(OWN, platform={"seller": "hyperscaler"})
    flow = month(12, pools=(pool(1, 1.0, region="eu_west"),))
    assert statement(flow, dear, book=shipped_book()).cost_usd["gpu"] == pytest.approx(13.25 * 0.6 * HOURS)


def test_three_years_are_cheaper_than_one() -> None:
    longer = PurchaseMix(owned=0, reserved=1, spot=0, commitment_months=36)
    assert pools_usd(4, longer) == pytest.approx(pools_usd(4, RESERVED) * 0.8)


def test_spot_pays_for_work_done_again() -> None:
    spot = PurchaseMix(owned=0, reserved=0, spot=1, commitment_months=12)
    assert pools_usd(4, spot) == pytest.approx(4 * RENT * 0.558 * HOURS * 1.1)


def test_a_commitment_runs_its_term_and_grows_with_need() -> None:
    held: tuple[Commitment, ...] = ()
    gpus = []
    for number, needed in enumerate([2.0, 4.0, 4.0, 1.0, 1.0]):
        held = carry(held, pool="own", needed_gpus=needed, month=number, term_months=3, price_level=1.0)
        gpus.append(sum(c.gpus for c in held))
    assert gpus == [2, 4, 4, 2, 1]


def test_what_is_still_owed_falls_to_nothing_at_the_end_of_the_term() -> None:
    held = (Commitment("own", 4, 0, 12, 0.9),)
    owed = [remaining_usd(held, month=m, usd_per_gpu_month=1000.0) for m in (0, 10, 11, 12)]
    assert owed == pytest.approx([4 * 11 * 900, 4 * 900, 0, 0])


def test_a_commitment_nobody_needs_is_idle_cost_at_its_signing_price() -> None:
    held = (Commitment("own", 6, 0, 24, 0.5),)
    stated = of(4, RESERVED, commitments=held, utilization=1.0)
    per_gpu = RENT * 0.692 * 0.5 * HOURS
    assert stated.cost_usd["gpu"] == pytest.approx(4 * per_gpu)
    assert stated.cost_usd["idle"] == pytest.approx(2 * per_gpu)


def test_need_beyond_the_commitment_is_on_demand() -> None:
    held = (Commitment("own", 3, 0, 24, 1.0),)
    assert pools_usd(5, RESERVED, commitments=held) == pytest.approx((3 * RENT * 0.692 + 2 * RENT) * HOURS)


def test_owned_gpus_cost_value_power_and_a_place() -> None:
    owned = PurchaseMix(owned=1, reserved=0, spot=0, commitment_months=12)
    terms = {term.unit: term for line in ("gpu", "idle") for term in of(4, owned, utilization=0.5).cost_terms[line]}
    assert set(terms) == {"GPU-months", "kWh", "kW"}
    kw = 4 * 0.7 * 1.82
    assert pools_usd(4, owned) == pytest.approx(
        4 * 54_248 * 0.7 / 36 + kw * (0.3 + 0.7 * 0.5) * HOURS * 1.42 * 0.08 + kw * 200)


def test_cash_pays_owned_gpus_when_bought_and_ends_with_their_book_value() -> None:
    """Over any time, cash and loss of value agree; only the months differ."""
    owned = PurchaseMix(owned=1, reserved=0, spot=0, commitment_months=12)
    statements = [of(gpus, owned, number=number) for number, gpus in enumerate([2, 2, 4, 4, 1, 1])]
    cash = cash_flows(statements, book=shipped_book())
    assert cash[0] == pytest.approx(statements[0].profit_usd - 2 * 54_248 + 2 * 54_248 * 0.7 / 36)
    assert sum(cash) == pytest.approx(sum(stated.profit_usd for stated in statements))


def test_owned_gpus_are_replaced_at_the_end_of_their_life() -> None:
    cash = capital_cash([1.0] * 40, gpu="h200", catalogue=shipped_book().catalogue)
    assert cash[36] == pytest.approx(54_248 * 0.7 / 36 - 54_248 * 0.7)
    assert sum(cash) == pytest.approx(0, abs=1e-6)


def test_owned_gpus_need_a_price_book() -> None:
    owned = PurchaseMix(owned=1, reserved=0, spot=0, commitment_months=12)
    with pytest.raises(ValueError, match="price book"):
        cash_flows([of(2, owned)])


def test_payback_is_the_month_from_which_cash_stays_above_zero() -> None:
    assert payback_month([-10, 12, -5, 2, 2]) == 4
    assert payback_month([5, 1]) == 0
    assert payback_month([-5, 4]) is None
    assert payback_month([-10, 5, 20], against=[0, 0, 5]) == 2
    assert cumulative([-10, 12, -5]) == (-10, 2, -3)
    assert deepest_hole([-10, 12, -15, 30]) == -13
    assert deepest_hole([3, -1]) == 0


def test_energy_counts_idle_power_the_building_and_the_grid() -> None:
    prices = shipped_book().on(date(2027, 1, 1))
    used = energy([pool(4, 0.5, region="eu_north")], house="hyperscaler", prices=prices)
    kwh = 4 * 0.7 * 1.82 * (0.3 + 0.7 * 0.5) * HOURS * 1.15
    assert used.kwh == pytest.approx(kwh)
    assert used.kg_co2e == pytest.approx(kwh * 0.01939)
    idle = energy([pool(4, 0.0, region="eu_north")], house="hyperscaler", prices=prices)
    assert 0 < idle.kwh < used.kwh
