"""What one evaluated scenario says, month by month: the only thing that pages and reports read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import nan
from typing import Literal

from sim.economics import COST_LINES, COST_TO_SERVE, MonthStatement
from sim.lockin import LAYERS, Door, DoorClass, LockinResult
from sim.metrics import Estimate, MonthFlow
from sim.scenario.schema import Scenario
from sim.strategy.schedule import Migration

__all__ = [
    "COST_LINES",
    "COST_TO_SERVE",
    "LAYERS",
    "Ceiling",
    "Door",
    "DoorClass",
    "ExitCost",
    "Fidelity",
    "Migration",
    "MonthResult",
    "Outcome",
    "Percentiles",
    "PromiseReading",
    "ShockResult",
    "Volume",
]

Fidelity = Literal["draft", "standard", "full"]


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
    `samples_s` is the p95 of each replication or batch: scenarios that face the
    same requests are compared sample by sample.
    """

    product: str
    measure: str
    limit_s: float
    p95_s: Estimate
    in_time_share: float
    model_error: float
    assumed: bool
    samples_s: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class ExitCost:
    """What leaving would cost if the decision were taken at the end of the month.

    `months_of_profit` is of cash and growth forgone together, and `inf` when gross profit is too small to pay from.
    `components` splits `usd_cash`: move, embed, rework, dual, reval, compliance, commitment.
    """

    usd_cash: float
    usd_growth_forgone: float
    months_of_profit: float
    exit_months: float
    components: dict[str, float]

    @property
    def months_of_profit_cash_only(self) -> float:
        """The same without growth forgone, which rests on a judgment; `nan` where leaving costs nothing at all."""
        in_full = self.usd_cash + self.usd_growth_forgone
        return self.months_of_profit * self.usd_cash / in_full if in_full > 0 else nan


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
    """Most that each pool held in any hour."""
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
    replicas_least: dict[str, int] = field(default_factory=dict)
    """Fewest that each pool held in any hour; below `replicas` only where an autoscaler moves it."""

    @property
    def cost_to_serve_usd(self) -> float:
        return sum(self.cost_usd[line] for line in COST_TO_SERVE)

    @property
    def nearest_promise(self) -> PromiseReading:
        """The product closest to, or furthest past, its limit."""
        return max(self.promises, key=lambda p: (p.p95_s.mean / p.limit_s, p.product))


@dataclass(frozen=True, slots=True)
class Volume:
    """What one multiple of the demand would be like, with capacity planned for it."""

    multiplier: float
    in_time_share: float
    """Of the product that keeps its promise worst."""
    p95_s: float
    """Of the product nearest its promise."""
    gross_margin: float
    requests_per_s: float
    """In the busiest hour."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Largest multiple of the reference month's demand served within promise, before growth costs the margin target.

    0 where no volume reaches the margin target. `month` is when growth gets
    there, `None` if not within the horizon. `binds` is what gives way first:
    compute, rate_limit, network, residency, unit_economics, or none within the
    volumes tried; `runner_up` is what would be next. Margin first rises with
    volume, so it has a floor and a ceiling of its own; both `nan` where it is
    never reached. Where the floor lies above the multiplier no volume has both.

    Residency gives way at the volume from which who is refused for it breaks
    the promise. It also binds first where growth reaches no ceiling within the
    horizon while part of the market may not be processed here and stays away:
    the multiplier is then that of the runner-up.
    """

    multiplier: float
    month: int | None
    binds: str
    runner_up: str
    reference_month: int = 12
    service_multiplier: float = float("nan")
    margin_floor: float = float("nan")
    margin_ceiling: float = float("nan")
    out_of_reach_share: float = 0.0
    """Part of the market that may not be processed where we process, and does not ask."""
    volumes: tuple[Volume, ...] = ()

    @property
    def held_back(self) -> bool:
        """Whether growth ends below what can be served, since part of the market stays away for residency."""
        return self.binds == "residency" and self.month is None and self.out_of_reach_share > 0

    @property
    def gives_way(self) -> str:
        """Cause that gives way at the multiplier, whether or not growth gets there."""
        return self.runner_up if self.held_back else self.binds


@dataclass(frozen=True, slots=True)
class ShockResult:
    """One shock of a scenario, and what it did."""

    shock: str
    """Id in the catalogue's table `shocks`."""
    label: str
    month: int
    gravity: str
    because: str
    notice_months: float
    must_leave: tuple[str, ...]
    """Layers that were left because of it; empty where the company was not exposed, or stayed."""
    exit_months: float
    """From the strike until they are left, waiting and frozen weeks included; `nan` where nothing is."""
    late_months: float
    """By which that overruns the notice."""
    captured_share: float
    """Of a fall of prices: share of what it would have saved that is earned; `nan` for any other shock."""
    lost_requests: float
    """Requests that were not answered because of it."""
    consequence_usd: float
    """Profit over the horizon, less what it would have been without this shock; below zero it cost money."""


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
    """Of each layer in the order of LAYERS, then of the whole."""
    ceiling: Ceiling
    npv_usd: float
    payback_month: int | None
    """First month from which cumulative cash stays at or above zero; `None` if never."""
    cumulative_cash_usd: tuple[float, ...]
    warnings: tuple[str, ...]
    simulated_windows: int
    """Windows simulated for this outcome; 0 when every one was already known."""
    flows: tuple[MonthFlow, ...] = ()
    statements: tuple[MonthStatement, ...] = ()
    lockin: LockinResult | None = None
    extra: Mapping[str, float] = field(default_factory=dict)
    migrations: tuple[Migration, ...] = ()
    """Moves that were decided or forced, in order."""
    shocks: tuple[ShockResult, ...] = ()
    warned_from: tuple[int, ...] = ()
    """For each warning, the month that it tells of at the latest: before it, nobody can know."""
