"""A managed API's tiers, quotas and retries, by hand and by their laws."""

from dataclasses import replace

import numpy as np
import pytest

from sim.serving import (
    BATCH,
    FAILED,
    PAY_AS_YOU_GO,
    PROVISIONED,
    REFUSED,
    SERVED,
    TIMED_OUT,
    BatchTier,
    LatencyLaw,
    LoadClass,
    Provisioned,
    RetryRule,
    RunRecord,
    saturated_rps,
    simulate,
    single_api_world,
)
from sim.workload import Trace
from tests.reference.workloads import Ask, trace_of
from tests.reference.worlds import api

FAST = LatencyLaw(0.1, 0.0, 0.01, 0.0)


def played(asks: list[Ask], **settings: object) -> RunRecord:
    return simulate(single_api_world(api(**settings)), trace_of(asks))


def ask_at(*times_s: float, patience: float = np.inf) -> list[Ask]:
    """Requests of 100 tokens, 90 asked and 10 answered."""
    return [Ask(at, 90, 10, patience=patience) for at in times_s]


def test_requests_wait_for_the_bucket_of_requests() -> None:
    record = played(ask_at(0, 0, 0), requests_per_min=60.0, burst_requests=1.0)
    np.testing.assert_allclose(record.start_s, [0, 1, 2])


def test_the_slower_bucket_decides() -> None:
    both = {"requests_per_min": 60.0, "burst_requests": 1.0, "burst_tokens": 100.0}
    np.testing.assert_allclose(played(ask_at(0, 0, 0), tokens_per_min=1500.0, **both).start_s, [0, 4, 8])
    np.testing.assert_allclose(played(ask_at(0, 0, 0), tokens_per_min=1e6, **both).start_s, [0, 1, 2])


def test_a_429_is_asked_again_after_its_jitter() -> None:
    rule = RetryRule(first_wait_s=2.0, growth=2.0, longest_wait_s=60.0, most_retries=8)
    record = played(ask_at(0, 0), requests_per_min=60.0, burst_requests=1.0, retry=rule)
    assert record.retries.tolist() == [0, 1]
    # The trace leaves the jitter at its middle: half of 2 s, when the bucket is just full again.
    np.testing.assert_allclose(record.start_s, [0, 1])


def test_retries_end_with_patience_or_with_the_rule() -> None:
    rule = RetryRule(first_wait_s=2.0, growth=2.0, longest_wait_s=60.0, most_retries=8)
    limits = {"requests_per_min": 1.0, "burst_requests": 1.0}
    impatient = played(ask_at(0, 0, patience=3.0), retry=rule, **limits)
    assert impatient.outcome.tolist() == [SERVED, TIMED_OUT] and impatient.finish_s[1] == 3.0
    stubborn = played(ask_at(0, 0), retry=replace(rule, most_retries=2), **limits)
    assert stubborn.outcome.tolist() == [SERVED, REFUSED] and stubborn.retries.tolist() == [0, 2]
    golden = (5**0.5 - 1) / 2
    np.testing.assert_allclose(stubborn.finish_s[1], 2 * 0.5 + 4 * ((0.5 + golden) % 1))


def test_jitter_is_uniform_and_the_requests_own() -> None:
    """All clients are turned away at once, and come back spread evenly over the first wait."""
    n = 2000
    trace = replace(trace_of(ask_at(*[0.0] * n)), retry_u=(np.arange(n) + 0.5) / n)
    rule = RetryRule(first_wait_s=10.0, growth=2.0, longest_wait_s=10.0, most_retries=1)
    record = simulate(single_api_world(api(tokens_per_min=60.0, burst_tokens=100.0, retry=rule)), trace)
    again_s = record.finish_s[record.outcome == REFUSED]
    assert len(again_s) > n - 10
    np.testing.assert_allclose(np.quantile(again_s, [0.25, 0.5, 0.75]), [2.5, 5.0, 7.5], atol=0.1)


def test_retry_rules_are_checked() -> None:
    with pytest.raises(ValueError, match=r"most_retries must lie in 0\.\.255"):
        RetryRule(1.0, 2.0, 10.0, 256)
    with pytest.raises(ValueError, match="never shrink"):
        RetryRule(1.0, 0.5, 10.0, 3)


def test_provisioned_throughput_spills_what_does_not_fit() -> None:
    bought = Provisioned(tokens_per_min=6000.0, burst_tokens=200.0, law=FAST)
    record = played(ask_at(0, 0, 0, 1), provisioned=bought)
    assert record.tier.tolist() == [PROVISIONED, PROVISIONED, PAY_AS_YOU_GO, PROVISIONED]
    np.testing.assert_allclose(record.finish_s, [0.19, 0.19, 0.48, 1.19])


def test_without_spilling_what_does_not_fit_is_answered_429() -> None:
    bought = Provisioned(tokens_per_min=6000.0, burst_tokens=100.0, law=FAST, spills=False)
    assert played(ask_at(0, 0), provisioned=bought).outcome.tolist() == [SERVED, REFUSED]
    rule = RetryRule(first_wait_s=2.0, growth=1.0, longest_wait_s=2.0, most_retries=3)
    record = played(ask_at(0, 0), provisioned=bought, retry=rule)
    assert record.tier.tolist() == [PROVISIONED, PROVISIONED] and record.retries.tolist() == [0, 1]


def test_the_batch_tier_defers_its_products_and_takes_no_quota() -> None:
    trace = replace(trace_of(ask_at(0, 0, 0)), product=np.array([1, 1, 0]))
    tier = BatchTier(products=(1,), turnaround_median_s=3600.0, turnaround_sigma=0.0)
    record = simulate(single_api_world(api(batch=tier, concurrency=1, requests_per_min=1.0)), trace)
    assert record.tier.tolist() == [BATCH, BATCH, PAY_AS_YOU_GO]
    np.testing.assert_allclose(record.first_token_s[:2], 3600.0)
    np.testing.assert_allclose(record.finish_s, [3600.0, 3600.0, 0.48])


def test_what_is_not_back_when_the_window_ends_has_expired_and_costs_nothing() -> None:
    trace = replace(trace_of(ask_at(0, 0)), api_first_z=np.array([0.0, 3.0]))
    tier = BatchTier(products=(0,), turnaround_median_s=3600.0, turnaround_sigma=1.0, window_s=7200.0)
    record = simulate(single_api_world(api(batch=tier)), trace)
    assert record.outcome.tolist() == [SERVED, FAILED]
    np.testing.assert_allclose(record.finish_s, [3600.0, 7200.0])
    assert np.isnan(record.start_s[1]), "no work was begun, so none is billed"
    with pytest.raises(ValueError, match="window above 0 s"):
        replace(tier, window_s=0.0)


def test_batches_take_nothing_of_a_quota_that_saturates() -> None:
    trace = replace(trace_of(ask_at(0, 0, 0, 0)), product=np.array([0, 1, 1, 1]))
    tier = BatchTier(products=(1,), turnaround_median_s=60.0, turnaround_sigma=0.0)
    # One call in four takes the quota, so four times as many get through.
    assert saturated_rps(api(requests_per_min=120.0, batch=tier), trace) == 8.0
    assert saturated_rps(api(tokens_per_min=6000.0, batch=tier), trace) == 4.0


def test_latency_follows_the_load() -> None:
    slow = LoadClass(0.5, LatencyLaw(1.0, 0.0, 0.02, 0.0))
    record = played(ask_at(0, 0, 0, 0, 10), concurrency=4, load_classes=(slow,))
    np.testing.assert_allclose(record.first_token_s, [0.3, 0.3, 1.0, 1.0, 10.3])
    with pytest.raises(ValueError, match="must rise"):
        api(load_classes=(slow, slow))


def test_saturation_counts_every_quota_and_what_was_provisioned() -> None:
    trace: Trace = trace_of(ask_at(0, 0))
    assert saturated_rps(api(requests_per_min=120.0), trace) == 2.0
    assert saturated_rps(api(requests_per_min=120.0, tokens_per_min=6000.0, burst_tokens=100.0), trace) == 1.0
    assert saturated_rps(api(requests_per_min=120.0, provisioned=Provisioned(6000.0, 100.0, FAST)), trace) == 3.0
    assert saturated_rps(api(provisioned=Provisioned(6000.0, 100.0, FAST, spills=False)), trace) == 1.0
