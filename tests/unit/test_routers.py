"""Each routing policy chooses what it says, and says why."""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from sim.serving import (
    SERVED,
    Cascade,
    CheapestMeetingSlo,
    FixedShare,
    LeastLoaded,
    Nearest,
    PrefixAffine,
    SpillOver,
    Weighted,
    router,
    simulate,
)
from sim.serving.prefix_cache import PrefixCache
from sim.serving.routing import Registry, Route
from tests.reference.worlds import ROUTERS, api, load, pool, world


@dataclass
class Asked:
    escalate_u: float = 0.9
    again: bool = False
    rtt_s: tuple[float, ...] = (0.0, 0.0, 0.0)
    prompt_tokens: int = 100
    reused_tokens: int = 0
    mean_answer_tokens: float = 10.0
    prefix: int = -1


@dataclass
class Seen:
    load_share: float = 0.0
    cost_rank: int = 0
    first_s: float = 0.0
    held: set[int] = field(default_factory=set)

    def expected_first_s(self, prompt_tokens: int, answer_tokens: float) -> float:
        return self.first_s

    def holds(self, prefix: int) -> bool:
        return prefix in self.held


ALL = (0, 1, 2)
U = 0.5


def test_least_loaded_takes_the_lower_index_where_equal() -> None:
    seen = [Seen(0.5), Seen(0.2), Seen(0.2)]
    assert LeastLoaded().route(U, ALL, seen, Asked()) == Route(1, "least loaded")
    assert LeastLoaded().route(U, (0, 2), seen, Asked()).endpoint == 2


def test_nearest_weighs_distance_and_queue() -> None:
    asked = Asked(rtt_s=(0.01, 0.1, 0.2))
    idle = [Seen(first_s=0.3), Seen(first_s=0.3), Seen(first_s=0.3)]
    assert Nearest().route(U, ALL, idle, asked) == Route(0, "nearest")
    queued = [Seen(first_s=0.5), *idle[1:]]
    assert Nearest().route(U, ALL, queued, asked) == Route(1, "farther, and sooner all the same")


def test_cheapest_meeting_the_slo_counts_the_distance() -> None:
    seen = [Seen(cost_rank=0, first_s=0.4), Seen(cost_rank=1, first_s=0.4), Seen(cost_rank=2, first_s=0.1)]
    asked = Asked(rtt_s=(0.2, 0.05, 0.3))
    assert CheapestMeetingSlo(0.7).route(U, ALL, seen, asked) == Route(0, "cheapest expected in time")
    assert CheapestMeetingSlo(0.5).route(U, ALL, seen, asked).endpoint == 1
    assert CheapestMeetingSlo(0.3).route(U, ALL, seen, asked) == Route(2, "none is expected in time: fastest")


def test_who_is_not_asked_could_not_have_won() -> None:
    """Estimates are costly, so routers that seek the soonest skip some; they choose as if they had asked all."""
    rng = np.random.default_rng(7)
    for _ in range(2000):
        # Few different values, so that many tie; one without replicas is expected never.
        rtt_s, first_s = rng.choice([0.0, 0.1, 0.2, 0.3], 5), rng.choice([0.0, 0.1, 0.2, 0.4, np.inf], 5)
        seen = [Seen(cost_rank=int(rng.integers(3)), first_s=each_s) for each_s in first_s.tolist()]
        allowed = tuple(sorted(rng.choice(5, int(rng.integers(1, 6)), replace=False).tolist()))
        asked = Asked(rtt_s=tuple(rtt_s.tolist()))
        wait_s = {at: rtt_s[at] + first_s[at] for at in allowed}
        soonest = min(allowed, key=lambda at: (wait_s[at], at))
        assert Nearest().route(U, allowed, seen, asked).endpoint == soonest
        in_time = [(seen[at].cost_rank, wait_s[at], at) for at in allowed if wait_s[at] <= 0.35]
        assert CheapestMeetingSlo(0.35).route(U, allowed, seen, asked).endpoint == (
            min(in_time)[2] if in_time else soonest
        )


def test_prefix_affine_stays_unless_too_busy() -> None:
    seen = [Seen(0.1), Seen(0.3, held={7}), Seen(0.6, held={7, 8})]
    policy = PrefixAffine(most_extra_load=0.25)
    assert policy.route(U, ALL, seen, Asked(prefix=7)) == Route(1, "holds the prefix")
    assert policy.route(U, ALL, seen, Asked(prefix=8)) == Route(0, "who holds the prefix is too busy: least loaded")
    assert policy.route(U, ALL, seen, Asked(prefix=9)) == Route(0, "nobody holds the prefix: least loaded")


def test_spill_over_goes_elsewhere_only_when_ours_are_full() -> None:
    policy = SpillOver(own=(0, 1), threshold=0.8)
    assert policy.route(U, ALL, [Seen(0.9), Seen(0.5), Seen()], Asked()) == Route(1, "own pool has room")
    assert policy.route(U, ALL, [Seen(0.9), Seen(0.8), Seen()], Asked()) == Route(2, "own pool is full: spilled over")
    assert policy.route(U, (0,), [Seen(0.9)], Asked()).reason == "own pool is full, and nothing else is allowed"
    assert policy.route(U, (2,), [Seen(), Seen(), Seen(9.0)], Asked()).reason == "no own pool is allowed"


def test_weights_decide() -> None:
    seen = [Seen(0.8, 0, 0.1), Seen(0.2, 1, 0.4), Seen(0.4, 2, 0.2, {5})]
    asked = Asked(prefix=5)
    for weights, best in (("load", 1), ("latency", 0), ("cost", 0), ("prefix", 2)):
        assert Weighted(**{weights: 1.0}).route(U, ALL, seen, asked).endpoint == best
    assert Weighted(load=1.0, prefix=2.0).route(U, ALL, seen, asked).endpoint == 2
    with pytest.raises(ValueError, match="weights must be at least 0"):
        Weighted()


def test_cascade_asks_small_first_and_elsewhere_again() -> None:
    policy = Cascade(small=1, share=0.5, asked_again_share=0.4, then=LeastLoaded())
    seen = [Seen(0.5), Seen(), Seen(0.1)]
    assert policy.route(U, ALL, seen, Asked(escalate_u=0.49)) == Route(1, "small model first")
    assert policy.route(U, ALL, seen, Asked(escalate_u=0.51)) == Route(2, "least loaded")
    assert policy.route(U, ALL, seen, Asked(escalate_u=0.1, again=True)) == Route(2, "asked again: least loaded")
    assert policy.route(U, (0, 2), seen, Asked(escalate_u=0.1)).endpoint == 2
    assert policy.route(U, (1,), seen, Asked(escalate_u=0.9)).reason == "only the small model is allowed"
    with pytest.raises(ValueError, match="two stages"):
        Cascade(0, 0.5, 0.5, policy)


def test_names_are_unique_and_found() -> None:
    assert set(ROUTERS) == set(router.names())
    assert all(router.named(name) is type(policy) for name, policy in ROUTERS.items())
    registry = Registry()
    registry("mine")(FixedShare)
    with pytest.raises(ValueError, match=r"fixed_share\.FixedShare and .*least_loaded\.LeastLoaded"):
        registry("mine")(LeastLoaded)
    with pytest.raises(LookupError, match="There are: mine"):
        registry.named("yours")


def test_reasons_are_logged_as_codes() -> None:
    trace = load(400, rate_rps=40.0)
    record = simulate(world(SpillOver((0, 2), 0.3)), trace)
    assert set(record.reasons) == {"own pool has room", "own pool is full: spilled over"}
    spilled = record.reason == record.reasons.index("own pool is full: spilled over")
    assert 0 < spilled.sum() < 400
    assert np.array_equal(spilled, np.isin(record.endpoint, (1, 3)))


def test_stale_signals_herd() -> None:
    """All that decide between two reports see the same: they go to one endpoint until the next."""
    trace = replace(load(300, rate_rps=30.0), needs_eu=np.zeros(300, dtype=bool))
    same = (pool("a"), pool("b"), pool("c"), pool("d"))
    fresh = simulate(world(LeastLoaded(), *same), trace)
    delay_s = 2.0
    stale = simulate(world(LeastLoaded(), *same, signal_delay_s=delay_s), trace)
    runs = lambda record: np.count_nonzero(np.diff(record.endpoint))  # noqa: E731
    assert runs(stale) < runs(fresh) / 4
    # The first decision makes the first report; from then on they come at multiples of the delay.
    between = np.flatnonzero(np.diff(trace.arrival_s // delay_s) == 0)
    assert np.all(np.diff(stale.endpoint)[between] == 0)


def test_a_finite_cache_forgets_the_least_recently_used() -> None:
    cache = PrefixCache(100)
    assert [cache.touch(p, 40) for p in (1, 2, 1, 3, 1, 2)] == [False, False, True, False, True, False]
    assert list(cache.held) == [1, 2] and cache.tokens == 80
    assert not cache.touch(9, 101) and cache.tokens <= 100


def test_prefix_affinity_finds_more_of_the_prompts_remembered() -> None:
    trace = replace(load(1500, rate_rps=15.0, patience_s=None), needs_eu=np.zeros(1500, dtype=bool))
    pools = tuple(pool(name, prefix_cache_tokens=2500) for name in "abcd")
    by_load = simulate(world(LeastLoaded(), *pools), trace)
    by_prefix = simulate(world(PrefixAffine(0.5), *pools), trace)
    assert by_prefix.cached_tokens.sum() > 1.3 * by_load.cached_tokens.sum() > 0
    hit = by_load.cached_tokens > 0
    assert np.array_equal(by_load.cached_tokens[hit], trace.cached_tokens[hit])


def test_a_cascade_pays_both_and_waits_for_both() -> None:
    trace = replace(load(500, rate_rps=2.0, patience_s=None), needs_eu=np.zeros(500, dtype=bool))
    small, large = api("small"), api("large", first_try=None)
    record = simulate(world(Cascade(0, 0.6, 0.5, LeastLoaded()), small, large, large, large), trace)
    assert np.all(record.outcome == SERVED)
    again = trace.escalate_u < 0.3
    assert np.array_equal(record.tried == 0, again)
    assert np.array_equal(record.endpoint == 0, (trace.escalate_u < 0.6) & ~again)
    one_way_s = np.array([[0.001, 0.001, 0.045, 0.05], [0.045, 0.045, 0.001, 0.005]])
    whole_s = 0.3 + 0.02 * (trace.output_tokens - 1)
    way_s = 2 * one_way_s[trace.user_region, record.endpoint]
    alone_s = trace.arrival_s + way_s + whole_s
    first_s = np.where(again, 2 * one_way_s[trace.user_region, 0] + whole_s, 0.0)
    np.testing.assert_allclose(record.finish_s, alone_s + first_s)
    np.testing.assert_allclose(record.first_token_s, trace.arrival_s + first_s + way_s + 0.3)
