"""Service feeds back on demand in order: a month's bad service is felt in the next month and never before."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from sim.metrics import ProductFlow
from sim.scenario.schema import Scenario
from sim.strategy.retention import TOLERANCE, Array, kept_shares, settle
from tests.unit.economics_months import CODING, SUPPORT, scenario, served, shipped_book

BOOK = shipped_book()
MONTHS = 36
Flows = Sequence[Sequence[ProductFlow]]


def states(*, on: Callable[[int], bool] = lambda month: True) -> tuple[Scenario, ...]:
    sensitive = SUPPORT | {"loss_per_late_share": 0.1}
    return tuple(
        scenario(products=(sensitive, CODING), world={"retention_on": on(month)}) for month in range(MONTHS))


def crowded(kept: Array) -> Flows:
    """Demand grows 5 % a month against a fixed capacity; the nearer it comes, the more is late and abandoned."""
    flows = []
    for month, shares in enumerate(kept):
        load = 0.5 * 1.05**month * shares.mean()
        late, away = 0.3 * min(1.0, load) ** 4, 0.2 * max(0.0, 1 - 1 / max(load, 1e-9))
        flows.append([
            served(id, requests, timed_out=requests * away, late=requests * (1 - away) * late)
            for id, requests in (("support", 1e6 * shares[0]), ("coding", 1e6 * shares[1]))
        ])
    return flows


def in_order(of: Sequence[Scenario]) -> Array:
    """The same months one after the other, each served at what the one before left."""
    kept = np.ones((MONTHS, 2))
    for _ in range(MONTHS):
        kept = kept_shares(crowded(kept), of, book=BOOK)
    return kept


def test_off_as_shipped_demand_is_the_market_s_and_served_once() -> None:
    served_at: list[Array] = []

    def serve(kept: Array) -> Flows:
        served_at.append(kept)
        return crowded(kept)

    settled = settle(serve, states(on=lambda month: False), book=BOOK)
    assert settled.passes == len(served_at) == 1
    assert (settled.kept == 1).all()


def test_demand_and_service_agree_within_few_passes() -> None:
    settled = settle(crowded, states(), book=BOOK)
    found = kept_shares(crowded(settled.kept), states(), book=BOOK)
    assert np.abs(found - settled.kept).max() <= TOLERANCE
    assert settled.kept[-1].max() < 0.95
    assert np.abs(settled.kept - in_order(states())).max() < 10 * TOLERANCE
    assert settled.passes < MONTHS / 2


def test_where_few_are_late_three_passes_do() -> None:
    """The shipped parameters: one in fifty is late at first, and fewer as customers leave."""
    def roomy(kept: Array) -> Flows:
        return [
            [served(id, 1e6 * share, late=2e4 * share**3)
             for id, share in zip(("support", "coding"), shares, strict=True)]
            for shares in kept
        ]

    mild = tuple(scenario(world={"retention_on": True}) for _ in range(MONTHS))
    settled = settle(roomy, mild, book=BOOK)
    assert settled.passes <= 3
    assert 0.98 < settled.kept[-1].max() < 0.999


def test_bad_service_is_felt_in_the_next_month_and_never_before() -> None:
    flows = [[served("support", 1000), served("coding", 1000)] for _ in range(MONTHS)]
    flows[5] = [served("support", 1000, timed_out=200), served("coding", 1000)]
    kept = kept_shares(flows, states(), book=BOOK)
    assert kept[:6, 0] == pytest.approx(1)
    assert kept[6:, 0] == pytest.approx(1 - 0.5 * 0.2)
    assert (kept[:, 1] == 1).all()


def test_customers_are_lost_only_in_months_whose_world_lets_them_go() -> None:
    flows = [[served("support", 1000, timed_out=100), served("coding", 1000)] for _ in range(MONTHS)]
    kept = kept_shares(flows, states(on=lambda month: month >= 30), book=BOOK)
    assert (kept[:31, 0] == 1).all()
    assert kept[-1, 0] == pytest.approx(0.95**5)


def test_a_feedback_that_never_settles_ends_when_every_month_is_right() -> None:
    """Each month's service swings from perfect to useless with the least demand lost before it."""
    def brittle(kept: Array) -> Flows:
        return [
            [served("support", 1000, timed_out=900 if shares[0] > 0.9 or 0.2 < shares[0] < 0.4 else 0),
             served("coding", 1000)]
            for shares in kept
        ]

    settled = settle(brittle, states(), book=BOOK)
    assert (kept_shares(brittle(settled.kept), states(), book=BOOK) == settled.kept).all()
