"""A report that has every kind of chart, and the same with names that mean harm; each is made once."""

from dataclasses import replace
from functools import cache

from sim.reports.document.build import build_report
from sim.reports.document.report import Report
from sim.scenario import load, scenario_hash, set_fields
from sim.strategy import evaluate
from sim.strategy.outcome import Outcome
from tests.unit.report_evidence import evidence, waiting

HOSTILE = "=HYPERLINK(\"http://x\",\"y\") <script>alert(1)</script> שלום 🚀 & 'quoted'"
MIXED = {
    "platform.owned_share": 0.4,
    "platform.reserved_share": 0.3,
    "platform.spot_share": 0.2,
    "world.gpu_price_drift_per_year": -0.2,
}


@cache
def outcomes() -> tuple[Outcome, Outcome]:
    return evaluate(load("prototype_by_friday")), evaluate(set_fields(load("own_the_platform"), MIXED))


@cache
def report() -> Report:
    return build_report(outcomes(), evidence=replace(evidence(), waiting=waiting(*outcomes())))


@cache
def hostile() -> Report:
    names = ({"name": HOSTILE, "summary": "@SUM(1) " + "W" * 1800}, {"name": "+" + "A" * 119})
    renamed = []
    for outcome, fields in zip(outcomes(), names, strict=True):
        scenario = set_fields(outcome.scenario, fields)
        renamed.append(replace(outcome, scenario=scenario, scenario_hash=scenario_hash(scenario)))
    return build_report(renamed, evidence=replace(evidence(), waiting=waiting(*renamed)))
