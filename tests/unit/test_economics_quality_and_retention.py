"""Answers that do not stand, and customers who leave."""

from dataclasses import replace
from math import inf

import pytest

from sim.catalogue import load_catalogue
from sim.economics import PriceBook, Retention, break_even_share, fallen_answers_usd, next_retention
from tests.unit.economics_months import EMPTY, served


def test_break_even_is_where_the_cheaper_model_loses_its_lead() -> None:
    """Rule 12: at the break-even share the cost of fallen answers equals the gain."""
    share = break_even_share(2.95e6, answers=5e8, usd_per_fallen_answer=4)
    assert fallen_answers_usd(5e8, standing_share=1 - share, usd_per_fallen_answer=4) == pytest.approx(2.95e6)
    assert break_even_share(1.0, answers=5, usd_per_fallen_answer=0) == inf
    assert fallen_answers_usd(100, standing_share=1, usd_per_fallen_answer=4) == 0


def retention(*, applies: bool = True) -> Retention:
    shipped = Retention.read(PriceBook(load_catalogue()).on(EMPTY.on))
    return replace(shipped, applies=applies)


def test_retention_is_off_as_shipped() -> None:
    shipped = Retention.read(PriceBook(load_catalogue()).on(EMPTY.on))
    bad = served("support", 1000, late=300, timed_out=500)
    assert not shipped.applies
    assert next_retention(1.0, bad, retention=shipped) == 1.0


def test_late_answers_beyond_what_is_tolerated_and_timeouts_cost_customers() -> None:
    flow = served("support", 1000, timed_out=100, late=90)
    assert next_retention(0.9, flow, retention=retention()) == pytest.approx(
        0.9 * (1 - 0.02 * (0.1 - 0.01) - 0.5 * 0.1))


def test_good_service_loses_nobody() -> None:
    assert next_retention(1.0, served("support", 1000, late=9), retention=retention()) == 1.0
    assert next_retention(0.7, served("support", 0), retention=retention()) == 0.7
