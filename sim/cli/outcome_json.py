"""An outcome as the stable JSON of the command line; months count from 0."""

from dataclasses import fields
from typing import Any

from sim.strategy.outcome import Ceiling, Door, MonthResult, Outcome

SHOWN = (
    "month", "requests", "served", "good", "late", "timed_out", "refused", "failed", "ttft_s", "tpot_s", "e2e_s",
    "utilization", "replicas", "saturated", "tokens_delivered", "revenue_usd", "revenue_by_product_usd",
    "cost_usd", "gross_margin", "gross_margin_before_people", "gross_margin_after_build", "usd_per_mtok_allocated",
    "usd_per_mtok_used", "usd_per_served_request", "data_gb", "vectors",
)  # fmt: skip
"""Figures of a month, in the order in which they are written."""


def outcome_object(outcome: Outcome) -> dict[str, Any]:
    """Everything `run --json` says. Cost lines sum to `total`; `gpu` is the working share of the pools."""
    return {
        "scenario": scenario_object(outcome),
        "launch_month": outcome.launch_month,
        "months": [month_object(month) for month in outcome.months],
        "doors": [door_object(door) for door in outcome.doors],
        "ceiling": ceiling_object(outcome.ceiling),
        "npv_usd": outcome.npv_usd,
        "payback_month": outcome.payback_month,
        "cumulative_cash_usd": outcome.cumulative_cash_usd,
        "warnings": outcome.warnings,
    }


def scenario_object(outcome: Outcome) -> dict[str, Any]:
    """What was played, and with what."""
    return {
        "name": outcome.scenario.name,
        "hash": outcome.scenario_hash,
        "seed": outcome.scenario.seed,
        "version": outcome.version,
        "fidelity": outcome.fidelity,
    }


def month_object(month: MonthResult) -> dict[str, Any]:
    figures: dict[str, Any] = {name: getattr(month, name) for name in SHOWN}
    return figures | {
        "promises": [_object(reading, without="samples_s") for reading in month.promises],
        "exit": month.exit,
    }


def _object(record: Any, *, without: str) -> dict[str, Any]:
    """A record's fields but one."""
    return {field.name: getattr(record, field.name) for field in fields(record) if field.name != without}


def door_object(door: Door) -> dict[str, Any]:
    """`probability` is that of the class printed; `usd` is cash to leave after so many months."""
    return {
        "decision": door.decision,
        "class": door.door_class,
        "probability": door.class_share,
        "probability_by_class": door.probability,
        "class_cash_only": door.class_cash_only,
        "usd": door.usd,
        "exit_months": door.exit_months,
        "payable": door.payable,
        "compounds_below_growth": door.compounds_below_growth,
    }


def ceiling_object(ceiling: Ceiling) -> dict[str, Any]:
    """Without the volumes tried, which `ceiling --json` adds."""
    return _object(ceiling, without="volumes")
