"""How GPUs are paid for: whole GPUs, commitments that outlive their need, spot, and GPUs that we own."""

from dataclasses import replace
from datetime import date

import pytest

from sim.economics import (
    Commitment,
    Energy,
    PurchaseMix,
    cash_flows,
    contracts,
    owed_usd,
    purchase_mix,
    split,
    statement,
)
from sim.economics.capital import capital_cash
from sim.economics.statement import MonthStatement
from sim.economics.worth import cumulative, deepest_hole, payback_month
from sim.metrics.flows import PoolFlow
from tests.unit.economics_months import OWN, month, pool, promised, scenario, shipped_book

PRICES = shipped_book().on(date(2027, 1, 1))
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


def of_pools(pools: tuple[PoolFlow, ...], *, commitments: tuple[Commitment, ...]) -> MonthStatement:
    return statement(month(12, pools=pools), scenario(OWN), book=shipped_book(), mix=RESERVED, commitments=commitments)


@pytest.mark.parametrize(("gpus", "share", "reserved"), [(4, 1, 4), (3, 0.5, 2), (4, 0.3, 1), (6.5, 6 / 6.5, 6)])
def test_reserved_gpus_are_whole_and_the_rest_is_on_demand(gpus: float, share: float, reserved: float) -> None:
    parts = split(gpus, PurchaseMix(owned=0, reserved=share, spot=0, commitment_months=12))
    assert parts.reserved == reserved
    assert parts.on_demand == pytest.approx(gpus - reserved)


def test_the_mix_is_what_the_scenario_says_in_the_servers_gpus_come_in() -> None:
    shares = {"owned_share": 0.4, "reserved_share": 0.3, "spot_share": 0.2, "commitment_months": 36}
    mixed = scenario(OWN, platform=shares | {"seller": "hyperscaler"})
    assert purchase_mix(mixed.platform, PRICES) == PurchaseMix(
        owned=0.4, reserved=0.3, spot=0.2, commitment_months=36, owned_node_gpus=8, rented_node_gpus=8)
    single = purchase_mix(scenario(OWN).platform, PRICES)
    assert (single.owned, single.spot, single.rented_node_gpus) == (0, 0, 1)


def test_a_month_is_paid_for_by_the_scenario_s_mix() -> None:
    mixed = scenario(OWN, platform={"reserved_share": 0.5})
    cost = statement(month(12, pools=(pool(4, 0.5),)), mixed, book=shipped_book()).cost_usd
    assert cost["gpu"] + cost["idle"] == pytest.approx((2 * RENT * 0.692 + 2 * RENT) * HOURS)


@pytest.mark.parametrize(
    ("gpus", "owned", "reserved", "spot", "counts"),
    [
        (20, 1, 0, 0, (24, 0, 0, 0)),
        (20, 0.5, 0.5, 0, (16, 8, 0, 0)),
        (20, 0.3, 0.4, 0.3, (8, 8, 8, 0)),
        (20, 0, 0, 0, (0, 0, 0, 24)),
        (3, 0.1, 0.9, 0, (8, 0, 0, 0)),
        (6.5, 0, 1, 0, (0, 8, 0, 0)),
        (0, 0.5, 0.5, 0, (0, 0, 0, 0)),
    ],
)
def test_owned_and_hyperscaler_gpus_come_in_whole_servers(
    gpus: float, owned: float, reserved: float, spot: float, counts: tuple[float, ...]
) -> None:
    mix = PurchaseMix(
        owned=owned, reserved=reserved, spot=spot, commitment_months=12, owned_node_gpus=8, rented_node_gpus=8)
    parts = split(gpus, mix)
    assert (parts.owned, parts.reserved, parts.spot, parts.on_demand) == counts


def test_a_server_that_is_not_filled_waits() -> None:
    """Three GPUs at full load in a server of eight: five of them are idle cost."""
    dear = scenario(OWN, platform={"seller": "hyperscaler"})
    cost = statement(month(12, pools=(pool(3, 1.0, region="eu_west"),)), dear, book=shipped_book()).cost_usd
    per_gpu = 13.25 * 0.6 * HOURS
    assert cost["gpu"] == pytest.approx(3 * per_gpu)
    assert cost["idle"] == pytest.approx(5 * per_gpu)


def test_three_years_are_cheaper_than_one() -> None:
    longer = PurchaseMix(owned=0, reserved=1, spot=0, commitment_months=36)
    assert pools_usd(4, longer) == pytest.approx(pools_usd(4, RESERVED) * 0.8)


def test_spot_pays_for_work_done_again_and_for_gpus_in_its_place() -> None:
    """0.15 of the GPUs are taken back in a month, each replaced on demand for a day."""
    spot = PurchaseMix(owned=0, reserved=0, spot=1, commitment_months=12)
    away_h = 0.15 * 24
    assert pools_usd(4, spot) == pytest.approx(4 * RENT * ((HOURS - away_h) * 0.558 * 1.1 + away_h))


def signed(needs: list[tuple[float, ...]], platform: dict[str, object] | None = None) -> list[tuple[Commitment, ...]]:
    """Contracts of each month, for the GPUs that pools "a", "b", ... need in it."""
    of = scenario(OWN, platform=platform).platform
    held: tuple[Commitment, ...] = ()
    found = []
    for number, gpus in enumerate(needs):
        pools = tuple(pool(count, 0.5, id=id) for id, count in zip("ab", gpus, strict=False))
        held = contracts(month(number, pools=pools), of, held=held, prices=PRICES, price_level=1.0)
        found.append(held)
    return found


def test_a_commitment_runs_its_term_and_grows_with_need() -> None:
    months = [2.0, 4.0, *[4.0] * 9, 1.0, 1.0, 1.0]
    gpus = [sum(c.gpus for c in held) for held in signed([(need,) for need in months])]
    assert gpus == [2, *[4] * 11, 2, 1]


def test_a_commitment_outlives_its_pool_and_is_never_another_pool_s() -> None:
    gone = signed([(4.0, 2.0), (4.0,), (), (3.0,)])
    assert [[(c.pool, c.gpus) for c in held] for held in gone] == [[("a", 4), ("b", 2)]] * 4


def test_gpus_of_another_kind_need_a_new_commitment() -> None:
    of = scenario(OWN).platform
    old = (promised(4),)
    new = contracts(month(7, pools=(pool(3, 0.5, gpu="b200"),)), of, held=old, prices=PRICES, price_level=1.0)
    assert [(c.gpu, c.gpus) for c in new] == [("h200", 4), ("b200", 3)]
    stated = of_pools((pool(3, 1.0, gpu="b200"),), commitments=new)
    assert stated.cost_usd["idle"] == pytest.approx(4 * RENT * 0.692 * HOURS)


def test_a_longer_term_is_cheaper_a_month_and_owed_for_longer() -> None:
    (one,), (three,) = (signed([(4.0,)], {"commitment_months": term})[0] for term in (12, 36))
    assert (one.until_month, three.until_month) == (12, 36)
    month_usd = 4 * RENT * 0.692 * HOURS
    assert owed_usd([one], month=0, prices=PRICES) == pytest.approx(11 * month_usd)
    assert owed_usd([three], month=0, prices=PRICES) == pytest.approx(35 * month_usd * 0.8)


def test_a_running_contract_keeps_the_price_of_its_own_term() -> None:
    """The platform has turned to a year's terms; what was signed for three years is paid as signed."""
    cost = of(4, RESERVED, commitments=(promised(4, until=36),)).cost_usd
    assert cost["gpu"] + cost["idle"] == pytest.approx(4 * RENT * 0.692 * 0.8 * HOURS)


def test_what_is_still_owed_falls_to_nothing_at_the_end_of_the_term() -> None:
    held = (promised(4, since=0, until=12, level=0.9),)
    owed = [owed_usd(held, month=m, prices=PRICES) for m in (0, 10, 11, 12)]
    month_usd = 4 * RENT * 0.692 * 0.9 * HOURS
    assert owed == pytest.approx([11 * month_usd, month_usd, 0, 0])


def test_a_commitment_nobody_needs_is_idle_cost_at_its_signing_price() -> None:
    stated = of(4, RESERVED, commitments=(promised(6, level=0.5),), utilization=1.0)
    per_gpu = RENT * 0.692 * 0.5 * HOURS
    assert stated.cost_usd["gpu"] == pytest.approx(4 * per_gpu)
    assert stated.cost_usd["idle"] == pytest.approx(2 * per_gpu)


def test_a_commitment_is_paid_when_its_pool_is_gone() -> None:
    stated = of_pools((), commitments=(promised(6),))
    assert stated.cost_usd["gpu"] == 0
    assert stated.cost_usd["idle"] == pytest.approx(6 * RENT * 0.692 * HOURS)
    assert stated.energy.kwh == 0


def test_need_beyond_the_commitment_is_on_demand() -> None:
    assert pools_usd(5, RESERVED, commitments=(promised(3),)) == pytest.approx((3 * RENT * 0.692 + 2 * RENT) * HOURS)


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


def test_owned_servers_are_bought_sold_and_replaced_whole() -> None:
    """The scenario owns half: 12 GPUs need one server at first, then two, then one."""
    half = scenario(OWN, platform={"owned_share": 0.5, "reserved_share": 0})
    statements = [
        statement(month(number, pools=(pool(gpus, 0.5),)), half, book=shipped_book())
        for number, gpus in enumerate([12, 20, 12])
    ]
    assert [stated.owned_gpus["h200"] for stated in statements] == [8, 16, 8]
    cash = cash_flows(statements, book=shipped_book())
    assert cash[1] == pytest.approx(statements[1].profit_usd - 8 * 54_248 + 16 * 54_248 * 0.7 / 36)
    assert sum(cash) == pytest.approx(sum(stated.profit_usd for stated in statements))


def test_energy_counts_idle_power_the_building_and_the_grid() -> None:
    def used(utilization: float) -> Energy:
        flow = month(12, pools=(pool(4, utilization, region="eu_north"),))
        return statement(flow, scenario(OWN), book=shipped_book()).energy

    kwh = 4 * 0.7 * 1.82 * (0.3 + 0.7 * 0.5) * HOURS * 1.42
    assert used(0.5).kwh == pytest.approx(kwh)
    assert used(0.5).kg_co2e == pytest.approx(kwh * 0.01939)
    assert used(0.0).kwh == pytest.approx(kwh * 0.3 / 0.65)


def test_energy_is_that_of_the_house_the_gpus_stand_in_and_of_whole_servers() -> None:
    half = scenario(OWN, platform={"owned_share": 0.5, "reserved_share": 0, "seller": "hyperscaler"})
    flow = month(12, pools=(pool(12, 1.0, region="us_east"),))
    parts = statement(flow, half, book=shipped_book()).energy.parts
    assert [(part.house, part.gpus) for part in parts] == [("own", 8), ("hyperscaler", 8)]
    kwh = 8 * 0.7 * 1.82 * (0.3 + 0.7 * 12 / 16) * HOURS
    assert [part.kwh for part in parts] == pytest.approx([kwh * 1.42, kwh * 1.15])


def test_electricity_that_owned_gpus_pay_for_is_the_energy_stated() -> None:
    all_owned = scenario(OWN, platform={"owned_share": 1, "reserved_share": 0})
    stated = statement(month(12, pools=(pool(11, 0.4),)), all_owned, book=shipped_book())
    paid = sum(
        term.quantity for line in ("gpu", "idle") for term in stated.cost_terms[line] if term.unit == "kWh")
    assert paid == pytest.approx(stated.energy.kwh)


# --- pools that an autoscaler moves --------------------------------------------------------------------------------

HALF_RESERVED = PurchaseMix(owned=0, reserved=0.5, spot=0, commitment_months=12)
BY_THE_HOUR = replace(pool(8, 0.5), held=((2.0, 0.25), (6.0, 0.5), (8.0, 0.25)))
"""Eight GPUs planned; two held for a quarter of the month, six for half of it, eight for a quarter."""


def held_usd(mix: PurchaseMix, *, commitments: tuple[Commitment, ...] = ()) -> dict[str, float]:
    """Pools of a month, by how they are paid for."""
    stated = statement(
        month(12, pools=(BY_THE_HOUR,)), scenario(OWN), book=shipped_book(), mix=mix, commitments=commitments)
    terms = (*stated.cost_terms["gpu"], *stated.cost_terms["idle"])
    return {kind: sum(term.usd for term in terms if term.kind == kind) for kind in ("reserved", "on_demand", "spot")}


def test_what_is_held_is_billed_by_the_hour() -> None:
    assert BY_THE_HOUR.mean_gpus == pytest.approx(5.5)
    assert held_usd(ON_DEMAND)["on_demand"] == pytest.approx(5.5 * HOURS * RENT)


@pytest.mark.parametrize("commitments", [(), (promised(4),)])
def test_what_is_reserved_is_billed_at_all_hours(commitments: tuple[Commitment, ...]) -> None:
    """Four of eight are promised: beyond them two are rented for half of the month, and four for a quarter."""
    billed = held_usd(HALF_RESERVED, commitments=commitments)
    assert billed["on_demand"] == pytest.approx((0.5 * 2 + 0.25 * 4) * HOURS * RENT)
    assert billed["reserved"] == pytest.approx(pools_usd(4, RESERVED, commitments=commitments))


def test_spot_is_rented_before_what_is_on_demand() -> None:
    """Two of eight may be on spot; hours with more than those rent the rest on demand."""
    spot = held_usd(PurchaseMix(owned=0, reserved=0, spot=0.25, commitment_months=12))
    away = held_usd(PurchaseMix(owned=0, reserved=0, spot=1.0, commitment_months=12))
    assert 0 < spot["spot"] < away["spot"]
    assert spot["on_demand"] > (0.5 * 4 + 0.25 * 6) * HOURS * RENT
    assert sum(spot.values()) < held_usd(ON_DEMAND)["on_demand"]


def test_less_that_is_held_stands_less_idle() -> None:
    """The share that works is of what is ready: half of what is held here."""
    stated = statement(month(12, pools=(BY_THE_HOUR,)), scenario(OWN), book=shipped_book(), mix=ON_DEMAND)
    assert stated.cost_usd["gpu"] == pytest.approx(stated.cost_usd["idle"])
    labels = {term.label for term in stated.cost_terms["gpu"]}
    assert any("of 2 to 8 GPUs held by the hour" in label for label in labels)
