"""An outcome as stable JSON, for the command line and for reports; months count from 0."""

from dataclasses import fields
from typing import Any

from sim.economics import Energy
from sim.reports.decisions import portability_sentences
from sim.strategy.dragged import Dragged, also_moved
from sim.strategy.outcome import Ceiling, Door, Migration, MonthResult, Outcome
from sim.strategy.worth_it import WorthOfPortability

SHOWN = (
    "month", "requests", "served", "good", "late", "timed_out", "refused", "failed", "ttft_s", "tpot_s", "e2e_s",
    "utilization", "replicas", "replicas_least", "saturated", "tokens_delivered", "revenue_usd",
    "revenue_by_product_usd",
    "cost_usd", "gross_margin", "gross_margin_before_people", "gross_margin_after_build", "usd_per_mtok_allocated",
    "usd_per_mtok_used", "usd_per_served_request", "data_gb", "vectors",
)  # fmt: skip
"""Figures of a month, in the order in which they are written."""


def outcome_object(outcome: Outcome) -> dict[str, Any]:
    """Everything `run --json` says. Cost lines sum to `total`; `gpu` is the working share of the pools."""
    return {
        "scenario": scenario_object(outcome),
        "launch_month": outcome.launch_month,
        "months": [
            month_object(month, energy=stated.energy)
            for month, stated in zip(outcome.months, outcome.statements, strict=True)
        ],
        "doors": [door_object(door) for door in outcome.doors],
        "also_moved": [dragged_object(dragged) for dragged in also_moved(outcome)],
        "ceiling": ceiling_object(outcome.ceiling),
        "npv_usd": outcome.npv_usd,
        "payback_month": outcome.payback_month,
        "cumulative_cash_usd": outcome.cumulative_cash_usd,
        "migrations": [migration_object(move) for move in outcome.migrations],
        "shocks": outcome.shocks,
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
        "changed_assumptions": [given.model_dump(mode="json") for given in outcome.scenario.assumptions],
    }


def month_object(month: MonthResult, *, energy: Energy) -> dict[str, Any]:
    figures: dict[str, Any] = {name: getattr(month, name) for name in SHOWN}
    return figures | {
        "energy": {"kwh": energy.kwh, "kg_co2e": energy.kg_co2e},
        "promises": [_object(reading, without="samples_s") for reading in month.promises],
        "exit": month.exit,
    }


def _object(record: Any, *, without: str) -> dict[str, Any]:
    """A record's fields but one."""
    return {field.name: getattr(record, field.name) for field in fields(record) if field.name != without}


def migration_object(move: Migration) -> dict[str, Any]:
    """A move: `done_month` is the first in which the new way serves, and may lie past the horizon."""
    return {"cash_usd": move.cash_usd, "done_month": move.done_month} | _object(move, without="")


def portability_object(worth: WorthOfPortability) -> dict[str, Any]:
    """The verdict in sentences, and the figures behind it; premiums below zero are gains."""
    verdict, premium = worth.verdict, worth.premium
    return {
        "sentences": portability_sentences(worth),
        "pays": worth.pays,
        "pays_cash_only": worth.pays_cash_only,
        "worth_usd": verdict.worth_usd,
        "worth_usd_cash_only": verdict.worth_usd_cash_only,
        "expected_avoided_usd": verdict.expected_avoided_usd,
        "expected_avoided_usd_cash_only": verdict.expected_avoided_usd_cash_only,
        "premium_usd": worth.premium_usd,
        "premium": {
            "once_usd": premium.once_usd,
            "usd_per_month": premium.usd_per_month,
            "delay_usd": premium.delay_usd,
        },
        "npv_usd": {"managed": worth.managed.npv_usd, "portable": worth.portable.npv_usd},
        "later_usd": None if worth.later is None else worth.later.value_usd,
    }


def dragged_object(dragged: Dragged) -> dict[str, Any]:
    """A layer whose leaving drags others along, at the end of the last month."""
    return {
        "layer": dragged.layer,
        "moves": sorted(dragged.together.layers),
        "alone": {"usd_cash": dragged.alone.usd_cash, "exit_months": dragged.alone.exit_months},
        "together": {"usd_cash": dragged.together.usd_cash, "exit_months": dragged.together.exit_months},
    }


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
        "compounds_below_growth_cash_only": door.compounds_below_growth_cash_only,
    }


def ceiling_object(ceiling: Ceiling) -> dict[str, Any]:
    """Without the volumes tried, which `ceiling --json` adds."""
    return _object(ceiling, without="volumes")
