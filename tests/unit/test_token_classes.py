"""Tokens bought are kept in their classes: what a provider stores and what a model reasons is apart."""

import numpy as np
import pytest

from sim.catalogue import Catalogue, load_catalogue
from sim.metrics import TokenFlow
from sim.scenario import load
from sim.strategy.architecture import architecture
from sim.strategy.months import bought_of
from tests.unit.economics_months import catalogue_with

STATE = load("prototype_by_friday")
ALL = np.array([[10.0, 800.0, 300.0, 200.0], [4.0, 100.0, 0.0, 50.0], [0.0] * 4, [0.0] * 4])
"""Calls, new prompt tokens, prompt tokens from the cache and answer tokens of the main and the small model."""
SHARES = np.array([0.75, 0.25])
"""Of two products in each of these."""


def bought(catalogue: Catalogue) -> tuple[TokenFlow, TokenFlow]:
    (station,) = architecture(STATE, catalogue).stations
    main, small = bought_of(
        station.units[0], (SHARES[:, None, None] * ALL).tolist(), state=STATE, ahead_per_min=0.0, catalogue=catalogue
    )
    return main, small


def test_as_shipped_nothing_is_stored_at_a_price_or_reasoned() -> None:
    main, small = bought(load_catalogue())
    assert (main.api, small.api) == (STATE.decisions.api_tier, "small")
    assert (main.uncached_in_tokens, main.cached_in_tokens, main.output_tokens) == (800, 300, 200)
    assert main.cache_write_tokens == main.reasoning_tokens == small.reasoning_tokens == 0


def test_stored_tokens_are_no_longer_new_ones_and_reasoning_comes_on_top() -> None:
    main, small = bought(catalogue_with(apis__mid__cache_write_share=0.25, apis__mid__reasoning_per_answer_token=3))
    assert (main.uncached_in_tokens, main.cache_write_tokens) == pytest.approx((600, 200))
    assert (main.output_tokens, main.reasoning_tokens) == pytest.approx((200, 600))
    assert (small.cache_write_tokens, small.reasoning_tokens) == (0, 0)
