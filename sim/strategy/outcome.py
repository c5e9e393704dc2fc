"""What one evaluated scenario says, month by month: the only thing that pages and reports read."""

from dataclasses import dataclass, field
from typing import Literal

from sim.metrics.estimate import Estimate
from sim.scenario.schema import Scenario

Fidelity = Literal["draft", "standard", "full"]
DoorClass = Literal["two_way", "sticky", "compounding"]

LAYERS = ("model_api", "agent_framework", "orchestration", "data", "network", "identity")
"""The six lock-in layers, in the order in which they are shown."""

COST_LINES = ("gpu", "idle", "api", "search", "storage", "egress", "people", "support",
              "compliance", "build", "migration")
"""Monthly cost lines; they add up to the total.

`gpu` is the working share of the pools' cost and `idle` the rest; `people` run
the platform, `build` is people who build it and the portability investment.
"""

COST_TO_SERVE = ("gpu", "idle", "api", "search", "storage", "egress", "people", "support", "compliance")
"""The lines inside gross margin."""


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Percentiles over served requests [s]; `nan` when none was served or the month is saturated."""

    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class PromiseReading:
    """How one product kept its latency promise in one month, at the user.

    `p95_s` counts refused and timed-out requests as infinitely late (so it can
    be `inf`); `model_error` is the relative error of the serving model from
    validation, to be shown beside the replication noise. `assumed` is true
    where a managed API's stated latency law, not a simulation, sets the figure.
    """

    product: str
    measure: str
    limit_s: float
    p95_s: Estimate
    in_time_share: float
    model_error: float
    assumed: bool


@dataclass(frozen=True, slots=True)
class ExitCost:
    """What leaving would cost if the decision were taken at the end of the month.

    `months_of_profit` is `inf` when gross profit is too small to pay from.
    `components` splits `usd_cash`: move, embed, rework, dual, reval, compliance, commitment.
    """

    usd_cash: float
    usd_growth_forgone: float
    months_of_profit: float
    exit_months: float
    components: dict[str, float]


@dataclass(frozen=True, slots=True)
class MonthResult:
    """One month: flows over the month, stocks at its end."""

    month: int
    requests: float
    served: float
    good: float
    late: float
    timed_out: float
    refused: float
    failed: float
    ttft_s: Percentiles
    tpot_s: Percentiles
    e2e_s: Percentiles
    promises: tuple[PromiseReading, ...]
    utilization: float
    """Offered load over saturated throughput of our own pools; `nan` without pools."""
    replicas: dict[str, int]
    saturated: bool
    tokens_delivered: float
    revenue_usd: float
    revenue_by_product_usd: dict[str, float]
    cost_usd: dict[str, float]
    """One entry per line of COST_LINES, and `total`."""
    gross_margin: float
    """(revenue - cost to serve) / revenue; `nan` before launch."""
    gross_margin_before_people: float
    gross_margin_after_build: float
    usd_per_mtok_allocated: float
    usd_per_mtok_used: float
    usd_per_served_request: float
    data_gb: float
    vectors: float
    exit: dict[str, ExitCost]
    """One entry per layer of LAYERS, and `whole`."""

    @property
    def cost_to_serve_usd(self) -> float:
        return sum(self.cost_usd[line] for line in COST_TO_SERVE)

    @property
    def nearest_promise(self) -> PromiseReading:
        """The product closest to, or furthest past, its limit."""
        return max(self.promises, key=lambda p: (p.p95_s.mean / p.limit_s, p.product))


@dataclass(frozen=True, slots=True)
class Door:
    """How hard one layer's decision is to undo, computed from exit cost over the horizon.

    `probability` is the share of draws over the parameter ranges that give the
    same class; `usd` is cash to leave at months 6, 12, 24 and 36.
    `compounds_below_growth` is the monthly growth under which the class turns
    to compounding, `nan` where it never does in 0-10 %.
    """

    decision: str
    door_class: DoorClass
    class_cash_only: DoorClass
    probability: float
    usd: dict[int, float]
    exit_months: float
    compounds_below_growth: float


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Largest multiple of the month-12 demand that is served within promise and at the margin target.

    `month` is when growth reaches it, `None` if not within the horizon;
    `binds` is what gives way first: compute, rate_limit, latency, unit_economics or none.
    """

    multiplier: float
    month: int | None
    binds: str
    runner_up: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One scenario, evaluated."""

    scenario: Scenario
    scenario_hash: str
    version: str
    fidelity: Fidelity
    launch_month: int
    months: tuple[MonthResult, ...]
    doors: tuple[Door, ...]
    ceiling: Ceiling
    npv_usd: float
    payback_month: int | None
    """First month from which cumulative cash stays at or above zero; `None` if never."""
    cumulative_cash_usd: tuple[float, ...]
    warnings: tuple[str, ...]
    simulated_windows: int
    """Windows simulated for this outcome; 0 when every one was already known."""
    extra: dict[str, float] = field(default_factory=dict)
