"""An outcome with invented numbers that follow the levers smoothly, for tests of what shows outcomes."""

from math import exp, nan

from sim.metrics.estimate import Estimate
from sim.scenario.schema import Scenario
from sim.strategy.outcome import (
    COST_LINES,
    LAYERS,
    Ceiling,
    Door,
    DoorClass,
    ExitCost,
    MonthResult,
    Outcome,
    Percentiles,
    PromiseReading,
)

LAUNCH_OF_STORE = {"vendor": 0, "open_hosted": 0, "open_self_run": 1}
LAUNCH_OF_RUN = {"vendor": 0, "open_hosted": 1, "we_run": 3}
CLASSES: tuple[DoorClass, ...] = ("two_way", "two_way", "compounding", "compounding", "sticky", "two_way")


def _exit(scenario: Scenario, month: int, weight: float) -> ExitCost:
    cash = weight * (50e3 + 62e3 * month * (1.05 - scenario.decisions.movable_share))
    return ExitCost(
        usd_cash=cash,
        usd_growth_forgone=cash * 0.8,
        months_of_profit=cash / 3e5,
        exit_months=1 + weight * month / 3,
        components={"rework": cash * 0.7, "dual": cash * 0.3},
    )


def _month(scenario: Scenario, month: int, launch: int) -> MonthResult:
    d = scenario.decisions
    open_now = month >= launch
    served = 12e6 * (1 + scenario.world.growth_per_month) ** month if open_now else 0.0
    margin = 0.45 + 0.3 * d.own_share - (0.6 + d.own_share) * exp(-(month - launch + 1) / 5) if open_now else nan
    revenue = served * 0.009
    cost = dict.fromkeys(COST_LINES, 0.0)
    cost |= {"api": revenue * (0.5 if open_now else 0), "people": 30e3, "build": 0.0 if open_now else 60e3}
    cost["total"] = sum(cost[line] for line in COST_LINES)
    p95_s = 2.1 + 0.5 * d.own_share + 0.01 * month
    none = Percentiles(nan, nan, nan)
    reading = PromiseReading(
        "Support answers", "first_words", 3.0, Estimate(p95_s, 0.1, 5), 0.97, 0.28, d.own_share == 0
    )
    return MonthResult(
        month=month,
        requests=served * 1.006,
        served=served,
        good=served * 0.97,
        late=served * 0.03,
        timed_out=0.0,
        refused=served * 0.006,
        failed=0.0,
        ttft_s=Percentiles(0.5, p95_s, 4.0) if open_now else none,
        tpot_s=Percentiles(0.01, 0.02, 0.03) if open_now else none,
        e2e_s=Percentiles(2.0, 5.0, 8.0) if open_now else none,
        promises=(reading,) if open_now else (),
        utilization=0.4 if d.own_share > 0 else nan,
        replicas={"us_east": 4} if d.own_share > 0 else {},
        saturated=False,
        tokens_delivered=served * 3000,
        revenue_usd=revenue,
        revenue_by_product_usd={"support": revenue},
        cost_usd=cost,
        gross_margin=margin,
        gross_margin_before_people=margin + 0.05,
        gross_margin_after_build=margin - 0.04,
        usd_per_mtok_allocated=1.2 + 2 * exp(-month / 8) - 0.3 * d.own_share if open_now else nan,
        usd_per_mtok_used=1.1 if open_now else nan,
        usd_per_served_request=0.0034 if open_now else nan,
        data_gb=20e3 + 1e3 * month,
        vectors=5e7,
        exit={
            **{layer: _exit(scenario, month, 0.1 + 0.03 * i) for i, layer in enumerate(LAYERS)},
            "whole": _exit(scenario, month, 1.0),
        },
    )


def _door(layer: str, kind: DoorClass) -> Door:
    return Door(
        decision=layer,
        door_class=kind,
        class_cash_only="sticky" if kind == "compounding" else kind,
        growth_of_burden=1.1,
        growth_of_burden_cash_only=1.1,
        payable=True,
        probability={"two_way": 0.1, "sticky": 0.1, "compounding": 0.1, kind: 0.8},
        usd={6: 1e5, 12: 2e5, 24: 4e5, 36: 8e5},
        exit_months=4.0,
        compounds_below_growth=0.078 if kind == "compounding" else 0.02,
        compounds_below_growth_cash_only=nan if kind == "sticky" else 0.01,
    )


def fake_outcome(scenario: Scenario, scenario_hash: str) -> Outcome:
    """Invented figures for a scenario: finite after launch, `nan` before, and moved by the levers."""
    d = scenario.decisions
    launch = 1 + (d.own_share > 0) + LAUNCH_OF_STORE[d.vector_store] + LAUNCH_OF_RUN[d.orchestration]
    months = tuple(_month(scenario, month, launch) for month in range(scenario.months))
    cash, total = [], 0.0
    for month in months:
        total += month.revenue_usd - month.cost_usd["total"]
        cash.append(total)
    return Outcome(
        scenario=scenario,
        scenario_hash=scenario_hash,
        version="0.0",
        fidelity="draft",
        launch_month=launch,
        months=months,
        doors=tuple(
            _door(layer, kind)
            for layer, kind in zip(LAYERS, CLASSES, strict=True)
        ),
        ceiling=Ceiling(2.9, 33, "rate_limit", "unit_economics"),
        npv_usd=total * 0.9,
        payback_month=next((i for i, c in enumerate(cash) if c >= 0 and all(x >= 0 for x in cash[i:])), None),
        cumulative_cash_usd=tuple(cash),
        warnings=("From month 34 the model vendor's rate limit refuses 4 % of requests in the busy hour.",),
        simulated_windows=6,
    )
