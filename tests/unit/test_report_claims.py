"""Sentences of a report: each wording is chosen by the interval, tested where it turns."""

from math import inf, nan

import pytest

from sim.reports.document.claims import (
    cheaper_to_leave,
    money_range,
    notice_words,
    signed,
    switches,
    worth_more,
    worth_more_unranged,
)
from sim.reports.document.evidence import Paired, Share
from sim.reports.words import as_clause
from tests.unit.report_evidence import paired

MINUS = "\u2212"
BANNED = ("proves", " will ", "guarantees", "significant", "optimal")


def gain(low, mean, high, count, n=500):
    return Paired(mean, low, high, Share.of(count, n))


def said(found):
    text = worth_more("Portable", "Vendor", gain=found, months=36, instead="choose on cash to leave")
    assert not any(word in text for word in BANNED)
    return text


def test_a_gain_above_its_range_is_stated_with_the_futures_in_which_it_is_not():
    text = said(gain(1e3, 6e5, 1.6e6, 478))
    assert text.startswith("Portable is worth $600k more than Vendor over 36\u00a0months (range +$1.0k to +$1.6M)")
    assert "no more than 5 futures of 100" in text


def test_a_range_that_touches_zero_is_a_likely_gain_only_where_the_whole_interval_of_its_share_is():
    # 350 of 500: the interval is 0.658 to 0.739, so all of it lies above 0.65.
    assert "a likely gain, not a sure one" in said(gain(0.0, 6e5, 1.6e6, 350))
    # 340 of 500: the interval begins at 0.638.
    assert "cannot be told apart" in said(gain(0.0, 6e5, 1.6e6, 340))


def test_without_a_difference_beyond_the_noise_nobody_is_ahead():
    text = said(gain(-9e5, 1e4, 9e5, 252))
    assert text.startswith("Portable and Vendor cannot be told apart on worth")
    assert f"{MINUS}$900k and +$900k; choose on cash to leave." in text
    assert "more than" not in text


def test_a_loss_is_the_other_ones_gain():
    text = said(gain(-1.6e6, -6e5, -1e3, 22))
    assert text.startswith("Vendor is worth $600k more than Portable")


def test_the_verb_comes_from_the_range_over_many_futures():
    assert "(range" in said(paired(5e5, 1e5)) and "likely gain" in said(paired(5e5, 6e5))
    assert "cannot be told apart" in said(paired(5e4, 6e5))


def test_a_single_case_claims_no_certainty():
    text = worth_more_unranged("A", "B", gain_usd=5e5, months=36)
    assert text.startswith("As planned, A is worth $500k more") and "remains open" in text


@pytest.mark.parametrize(("low", "wanted"), [(1.0, True), (0.0, False), (-1.0, False)])
def test_cheaper_to_leave_needs_the_whole_range(low, wanted):
    assert bool(cheaper_to_leave("A", "B", saved=gain(low, 5e5, 1e6, 450))) is wanted


@pytest.mark.parametrize(
    ("needed", "low", "high", "verdict"),
    [
        (2, 1, 6, "in time"),
        (2, 1, 6.1, "probably in time"),
        (6.1, 5, 9, "probably late"),
        (9, 6.1, 12, "too late"),
        (6, nan, nan, "in time"),
        (7, nan, nan, "too late"),
    ],
)
def test_notice_against_need(needed, low, high, verdict):
    assert notice_words(notice_months=6, needed=needed, low=low, high=high) == verdict


def test_small_words():
    assert as_clause("Growth a month") == "growth a month" and as_clause("API prices") == "API prices"
    assert signed(0) == "$0" and signed(5) == "+$5.00" and signed(-4e4) == f"{MINUS}$40k"
    assert money_range(1e6, 1.01e6) == "$1.0M" and money_range(nan, 1) == "" and money_range(1, inf) == ""
    text = switches("Vendor", input_words="growth", flip="2.6 %", below=True, likely="5 %", low="1 %", high="8 %")
    assert text == "Vendor would be the better choice if growth were below 2.6 % (we assume 5 %; range 1 % to 8 %)."


def test_a_share_carries_its_interval():
    share = Share.of(61, 100)
    # Wilson's interval of 61 of 100, as published calculators give it.
    assert (round(share.low, 3), round(share.high, 3)) == (0.512, 0.7)
    assert Share.of(0, 50).low == 0.0 and Share.of(50, 50).high == 1.0
    with pytest.raises(ValueError, match="at least one future"):
        Share.of(0, 0)
