"""What endpoints report and routers read: loads as they were when last observed.

Without a delay a router sees the present: what it asks for is observed when it
asks. With one, all endpoints report at its multiples, so what a router reads is
up to that old, and all decisions between two reports see the same.
"""

from math import ceil, inf

from sim.serving.api import LiveApi
from sim.serving.disaggregated import LiveDisaggregatedPool
from sim.serving.endpoints import GpuPool
from sim.serving.fleet import LiveEndpoint
from sim.serving.pool import LivePool
from sim.serving.prefix_cache import PrefixCache

Seen = tuple[int, int, int, bool, int]
"""Requests held, those of them that wait and that run, whether a replica is blocked, and the replicas."""


class PoolSignals:
    """A pool's last report, or the present; `engine` says what its replicas are."""

    __slots__ = (
        "cache", "cost_rank", "engine", "held", "live", "places", "present", "report", "reported_share", "step_s",
    )  # fmt: skip

    def __init__(self, live: LivePool, cache: PrefixCache | None, *, present: bool) -> None:
        self.live = live
        self._begin(live.pool, cache, live.pool.cost_rank, present)

    def _begin(self, engine: GpuPool, cache: PrefixCache | None, cost_rank: int, present: bool) -> None:
        self.engine = engine
        self.places = engine.max_running
        step = engine.step
        self.step_s = [
            step.overhead_s + step.per_sequence_s * running + step.weights_s[running]
            for running in range(engine.max_running + 1)
        ]
        """Time of a decoding step by running answers, their context left out."""
        self.cache = cache
        self.cost_rank = cost_rank
        self.present = present
        self.observe(0.0)

    def observe(self, now_s: float) -> None:
        self.report = self._look()
        self.held = self.report[0]
        self.reported_share = self._share()

    def _look(self) -> Seen:
        held = running = 0
        blocked = False
        replicas = self.live.replicas
        for replica in replicas:
            held += replica.load
            running += replica.running
            if replica.blocked:
                blocked = True
        return held, held - running, running, blocked, len(replicas)

    @property
    def load_share(self) -> float:
        return self._share() if self.present else self.reported_share

    def _share(self) -> float:
        held = 0
        replicas = self.live.replicas
        for replica in replicas:
            held += replica.load
        places = self.places * len(replicas)
        return held / places if places else inf

    def holds(self, prefix: int) -> bool:
        return prefix < 0 or self.cache is None or prefix in self.cache.held

    def expected_first_s(self, prompt_tokens: int, answer_tokens: float) -> float:
        """Half a step, the own prompt, and those who wait on the same replica.

        One who waits costs the time of a prompt like ours, or, where memory or
        places are what is short, the time until the next answer ends:
        mean answer * step / running. The context of the running is left out of the step.
        """
        _, waiting, running, blocked, replicas = self._look() if self.present else self.report
        if not replicas:
            return inf
        engine = self.engine
        running //= replicas
        step_s = self.step_s[running]
        compute_s = engine.step.prefill_s_per_token * prompt_tokens
        budget = engine.token_budget - running
        passes = 1 if prompt_tokens <= budget else ceil(prompt_tokens / max(1, budget))
        first_s = passes * step_s + compute_s
        if running:
            first_s += 0.5 * step_s
        if waiting:
            turn_s = answer_tokens * step_s / max(1, running) if blocked else compute_s
            first_s += waiting / replicas * turn_s
        return first_s


class SplitPoolSignals(PoolSignals):
    """The last report of a pool split by phase: first tokens come from its prefill replicas, load from all."""

    __slots__ = ("split",)

    def __init__(self, live: LiveDisaggregatedPool, cache: PrefixCache | None, *, present: bool) -> None:
        self.split = live
        self._begin(live.pool.prefill, cache, live.pool.cost_rank, present)

    def observe(self, now_s: float) -> None:
        super().observe(now_s)
        self.held += sum(replica.load for replica in self.split.decode) + len(self.split.in_flight)

    def _look(self) -> Seen:
        prefill = self.split.prefill
        ahead = sum(replica.load for replica in prefill)
        running = sum(replica.running for replica in prefill)
        return ahead, ahead - running, running, any(replica.blocked for replica in prefill), len(prefill)

    def _share(self) -> float:
        return self.split.load_share


class ApiSignals:
    """An API's last report, or the present; it remembers no beginnings, since its latency law does not ask."""

    __slots__ = ("cost_rank", "held", "level_tokens", "live", "present", "queue_s", "reported_share", "strain")

    def __init__(self, live: LiveApi, *, present: bool) -> None:
        self.live = live
        self.cost_rank = live.api.cost_rank
        self.present = present
        self.observe(0.0)

    def observe(self, now_s: float) -> None:
        self.reported_share = self.live.load_at(now_s)
        self._observe_queue(now_s)

    def _observe_queue(self, now_s: float) -> None:
        live = self.live
        self.held = live.busy + live.queued
        self.strain = live.strain(now_s) if live.by_load else 0.0
        quota = live.quota_tokens
        if quota is not None:
            self.queue_s = max(0.0, quota.at_s - now_s)
            self.level_tokens = quota.level_at(now_s + self.queue_s)

    @property
    def load_share(self) -> float:
        if not self.present:
            return self.reported_share
        live = self.live
        return (live.busy + live.queued) / live.slots if live.only_slots else live.load_at(live.clock.now)

    def holds(self, prefix: int) -> bool:
        return True

    def expected_first_s(self, prompt_tokens: int, answer_tokens: float) -> float:
        """The median of the law in force, the wait for the quota and, where no slot is free, for those ahead to end."""
        live = self.live
        quota = live.quota_tokens
        api = live.api
        first_s, pace_s = api.first_token_median_s, api.token_pace_median_s
        if self.present:
            if quota is None and not live.by_load:
                held = live.busy + live.queued
                if held < live.slots:
                    return first_s
            self._observe_queue(live.clock.now)
        for each in api.load_classes:
            if self.strain >= each.from_share:
                first_s, pace_s = each.law.first_token_median_s, each.law.token_pace_median_s
        wait_s = 0.0
        if quota is not None:
            missing = min(prompt_tokens + answer_tokens, quota.capacity) - self.level_tokens
            wait_s = self.queue_s + max(0.0, missing / quota.per_s)
        if self.held >= live.slots:
            whole_s = first_s + answer_tokens * pace_s
            wait_s += (self.held + 1 - live.slots) / live.slots * whole_s
        return wait_s + first_s


Signals = PoolSignals | ApiSignals


def signals_of(live: LiveEndpoint, cache: PrefixCache | None, *, present: bool) -> Signals:
    """What a live endpoint will report, or shows of the `present` whenever it is asked."""
    if isinstance(live, LivePool):
        return PoolSignals(live, cache, present=present)
    if isinstance(live, LiveDisaggregatedPool):
        return SplitPoolSignals(live, cache, present=present)
    return ApiSignals(live, present=present)
