"""What endpoints report and routers read: loads as they were when last observed.

Without a delay a router sees the present: what it asks for is observed when it
asks. With one, all endpoints report at its multiples, so what a router reads is
up to that old, and all decisions between two reports see the same.
"""

from math import ceil, inf

from sim.serving.api import LiveApi
from sim.serving.disaggregated import LiveDisaggregatedPool
from sim.serving.fleet import LiveEndpoint
from sim.serving.pool import LivePool
from sim.serving.prefix_cache import PrefixCache


class PoolSignals:
    """A pool's last report, or the present; `engine` says what its replicas are."""

    __slots__ = (
        "blocked", "cache", "cost_rank", "engine", "held", "live", "present", "replicas", "reported_share", "running",
        "waiting",
    )  # fmt: skip

    def __init__(self, live: LivePool, cache: PrefixCache | None, *, present: bool) -> None:
        self.live = live
        self.engine = live.pool
        self.cache = cache
        self.cost_rank = live.pool.cost_rank
        self.present = present
        self.observe(0.0)

    def observe(self, now_s: float) -> None:
        held = running = 0
        blocked = False
        replicas = self.live.replicas
        for replica in replicas:
            held += replica.load
            running += replica.running
            if replica.blocked:
                blocked = True
        self.held = held
        self.running = running
        self.waiting = held - running
        self.blocked = blocked
        self.replicas = len(replicas)
        self.reported_share = self._share(held)

    @property
    def load_share(self) -> float:
        if not self.present:
            return self.reported_share
        held = 0
        for replica in self.live.replicas:
            held += replica.load
        return self._share(held)

    def _share(self, held: int) -> float:
        places = self.engine.max_running * len(self.live.replicas)
        return held / places if places else inf

    def holds(self, prefix: int) -> bool:
        return prefix < 0 or self.cache is None or prefix in self.cache.held

    def expected_first_s(self, prompt_tokens: int, answer_tokens: float) -> float:
        """Half a step, the own prompt, and those who wait on the same replica.

        One who waits costs the time of a prompt like ours, or, where memory or
        places are what is short, the time until the next answer ends:
        mean answer * step / running. The context of the running is left out of the step.
        """
        if self.present:
            self.observe(0.0)
        if not self.replicas:
            return inf
        engine = self.engine
        step = engine.step
        running = self.running // self.replicas
        step_s = step.overhead_s + step.per_sequence_s * running + step.weights_s[running]
        compute_s = step.prefill_s_per_token * prompt_tokens
        budget = engine.token_budget - running
        passes = 1 if prompt_tokens <= budget else ceil(prompt_tokens / max(1, budget))
        first_s = passes * step_s + compute_s
        if running:
            first_s += 0.5 * step_s
        if self.waiting:
            turn_s = answer_tokens * step_s / max(1, running) if self.blocked else compute_s
            first_s += self.waiting / self.replicas * turn_s
        return first_s


class SplitPoolSignals(PoolSignals):
    """The last report of a pool split by phase: first tokens come from its prefill replicas, load from all."""

    __slots__ = ("split",)

    def __init__(self, live: LiveDisaggregatedPool, cache: PrefixCache | None, *, present: bool) -> None:
        self.split = live
        self.engine = live.pool.prefill
        self.cache = cache
        self.cost_rank = live.pool.cost_rank
        self.present = present
        self.observe(0.0)

    def observe(self, now_s: float) -> None:
        split = self.split
        ahead = sum(replica.load for replica in split.prefill)
        self.running = sum(replica.running for replica in split.prefill)
        self.waiting = ahead - self.running
        self.blocked = any(replica.blocked for replica in split.prefill)
        self.replicas = len(split.prefill)
        self.held = ahead + sum(replica.load for replica in split.decode) + len(split.in_flight)
        self.reported_share = split.load_share

    @property
    def load_share(self) -> float:
        return self.split.load_share if self.present else self.reported_share


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
        return self.live.load_at(self.live.clock.now) if self.present else self.reported_share

    def holds(self, prefix: int) -> bool:
        return True

    def expected_first_s(self, prompt_tokens: int, answer_tokens: float) -> float:
        """The median of the law in force, the wait for the quota and, where no slot is free, for those ahead to end."""
        if self.present:
            self._observe_queue(self.live.clock.now)
        api = self.live.api
        first_s, pace_s = api.first_token_median_s, api.token_pace_median_s
        for each in api.load_classes:
            if self.strain >= each.from_share:
                first_s, pace_s = each.law.first_token_median_s, each.law.token_pace_median_s
        wait_s = 0.0
        quota = self.live.quota_tokens
        if quota is not None:
            missing = min(prompt_tokens + answer_tokens, quota.capacity) - self.level_tokens
            wait_s = self.queue_s + max(0.0, missing / quota.per_s)
        if self.held >= self.live.slots:
            whole_s = first_s + answer_tokens * pace_s
            wait_s += (self.held + 1 - self.live.slots) / self.live.slots * whole_s
        return wait_s + first_s


Signals = PoolSignals | ApiSignals


def signals_of(live: LiveEndpoint, cache: PrefixCache | None, *, present: bool) -> Signals:
    """What a live endpoint will report, or shows of the `present` whenever it is asked."""
    if isinstance(live, LivePool):
        return PoolSignals(live, cache, present=present)
    if isinstance(live, LiveDisaggregatedPool):
        return SplitPoolSignals(live, cache, present=present)
    return ApiSignals(live, present=present)
