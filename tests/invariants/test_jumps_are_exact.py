"""The engine, which jumps from change to change, gives what playing every single iteration gives."""

import numpy as np
from hypothesis import given, settings

from sim.serving import (
    FAILED,
    IN_FLIGHT,
    REFUSED,
    SERVED,
    TIMED_OUT,
    RunRecord,
    simulate,
    single_pool_world,
)
from tests.reference.cases import (
    Case,
    cases,
    cases_in_modes,
    disaggregated_cases,
    disrupted_cases,
    exact_clocks,
    jittered_clocks,
)
from tests.reference.disrupted import simulate_disrupted
from tests.reference.playing import Disruption, Played, play, play_disaggregated

RELATIVE = 1e-9


def by_engine(case: Case, until_s: float | None = None) -> RunRecord:
    return simulate(single_pool_world(case.pool), case.trace, until_s=until_s)


def column(played: Played, name: str) -> np.ndarray:
    return np.array([getattr(request, name) for request in played.requests], dtype=float)


def assert_agree(record: RunRecord, played: Played, *, relative: float) -> None:
    """Every request has the same end at the same times; `relative=0` means to the last bit."""
    np.testing.assert_array_equal(record.outcome, column(played, "outcome"))
    np.testing.assert_allclose(record.finish_s, column(played, "finish_s"), rtol=relative, atol=0)
    np.testing.assert_allclose(record.first_token_s, column(played, "first_token_s"), rtol=relative, atol=0)
    served = record.outcome == SERVED
    np.testing.assert_array_equal(record.replica[served], column(played, "replica")[served])
    np.testing.assert_allclose(record.start_s[served], column(played, "start_s")[served], rtol=relative, atol=0)
    assert record.preemptions == played.preemptions


def assert_lawful(case: Case, outcome: np.ndarray, first_token_s: np.ndarray, finish_s: np.ndarray) -> None:
    """Laws that hold whoever computed the run."""
    trace, step = case.trace, case.pool.step
    counts = [int(np.count_nonzero(outcome == code)) for code in (SERVED, TIMED_OUT, REFUSED, FAILED)]
    assert sum(counts) == len(trace)

    served, late, refused = (outcome == code for code in (SERVED, TIMED_OUT, REFUSED))
    slack = RELATIVE * (1 + np.abs(finish_s))
    assert np.all(np.isfinite(first_token_s) == served)
    assert np.all(trace.arrival_s[served] < first_token_s[served])
    assert np.all(first_token_s[served] <= finish_s[served])
    assert np.all(finish_s[refused] == trace.arrival_s[refused])

    deadline_s = trace.arrival_s + trace.patience_s
    assert np.all(first_token_s[served] < deadline_s[served] + slack[served])
    assert np.all(finish_s[late] >= deadline_s[late] - slack[late])

    to_read = trace.input_tokens - trace.cached_tokens
    rounds = np.ceil(to_read / case.pool.token_budget)
    fastest_s = np.maximum(step.prefill_s_per_token * to_read, 0) + step.overhead_s * rounds
    assert np.all(first_token_s[served] - trace.arrival_s[served] >= (fastest_s - slack)[served])
    assert np.all(
        (finish_s - first_token_s)[served]
        >= ((trace.output_tokens - 1) * (step.overhead_s + step.decode_s_per_token) - slack)[served]
    )


@settings(max_examples=400)
@given(cases(exact_clocks))
def test_agrees_to_the_last_bit_where_events_tie(case: Case) -> None:
    assert_agree(by_engine(case), play(case.pool, case.trace), relative=0)


@settings(max_examples=400)
@given(cases(jittered_clocks))
def test_agrees_where_times_are_arbitrary(case: Case) -> None:
    assert_agree(by_engine(case), play(case.pool, case.trace), relative=RELATIVE)


@settings(max_examples=300)
@given(cases_in_modes(exact_clocks))
def test_modes_agree_to_the_last_bit(case: Case) -> None:
    assert_agree(by_engine(case), play(case.pool, case.trace), relative=0)


@settings(max_examples=300)
@given(cases_in_modes(jittered_clocks))
def test_modes_agree_where_times_are_arbitrary(case: Case) -> None:
    assert_agree(by_engine(case), play(case.pool, case.trace), relative=RELATIVE)


@settings(max_examples=200)
@given(disaggregated_cases(exact_clocks))
def test_split_pools_agree_to_the_last_bit(case: Case) -> None:
    assert_agree(by_engine(case), play_disaggregated(case.pool, case.trace), relative=0)


@settings(max_examples=200)
@given(disaggregated_cases(jittered_clocks))
def test_split_pools_agree_where_times_are_arbitrary(case: Case) -> None:
    assert_agree(by_engine(case), play_disaggregated(case.pool, case.trace), relative=RELATIVE)


@settings(max_examples=200)
@given(disrupted_cases(exact_clocks))
def test_failures_and_drains_agree_to_the_last_bit(disrupted: tuple[Case, list[Disruption]]) -> None:
    case, disruptions = disrupted
    record = simulate_disrupted(case.pool, case.trace, disruptions)
    assert_agree(record, play(case.pool, case.trace, disruptions), relative=0)


@settings(max_examples=200)
@given(disrupted_cases(jittered_clocks))
def test_failures_and_drains_agree_where_times_are_arbitrary(disrupted: tuple[Case, list[Disruption]]) -> None:
    case, disruptions = disrupted
    record = simulate_disrupted(case.pool, case.trace, disruptions)
    assert_agree(record, play(case.pool, case.trace, disruptions), relative=RELATIVE)


@settings(max_examples=100)
@given(cases(jittered_clocks))
def test_laws_hold_in_the_reference_and_in_the_engine(case: Case) -> None:
    record, played = by_engine(case), play(case.pool, case.trace)
    assert_lawful(case, record.outcome, record.first_token_s, record.finish_s)
    assert_lawful(case, *(column(played, name) for name in ("outcome", "first_token_s", "finish_s")))


@settings(max_examples=100)
@given(cases(exact_clocks))
def test_a_run_cut_short_is_the_beginning_of_the_whole(case: Case) -> None:
    whole = by_engine(case)
    until_s = float(np.median(whole.finish_s)) + 0.001
    cut = by_engine(case, until_s)
    decided = whole.finish_s <= until_s
    np.testing.assert_array_equal(cut.outcome, np.where(decided, whole.outcome, IN_FLIGHT))
    np.testing.assert_array_equal(cut.finish_s, np.where(decided, whole.finish_s, np.nan))


@settings(max_examples=100)
@given(cases(exact_clocks))
def test_the_hour_of_the_day_does_not_matter(case: Case) -> None:
    from dataclasses import replace

    hour_s = 2.0**20
    later = Case(case.pool, replace(case.trace, arrival_s=case.trace.arrival_s + hour_s))
    now, then = by_engine(case), by_engine(later)
    np.testing.assert_array_equal(then.outcome, now.outcome)
    np.testing.assert_array_equal(then.first_token_s, now.first_token_s + hour_s)
    np.testing.assert_array_equal(then.finish_s, now.finish_s + hour_s)
