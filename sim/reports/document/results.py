"""Results as JSON and scenarios as YAML: what reloads to the same numbers, to the last digit."""

import json
from collections.abc import Iterator
from typing import Any

from sim.reports.document.formats import File
from sim.reports.document.report import Report
from sim.reports.outcome_json import outcome_object
from sim.reports.plain_json import plain
from sim.scenario import to_yaml

NAME = "results.json"
SCHEMA = "loadbearing-report/1"


def write(report: Report) -> Iterator[File]:
    """One JSON file for the report, and one scenario file for each option."""
    text = json.dumps(plain(results_object(report)), indent=1, ensure_ascii=False, allow_nan=False)
    yield File(NAME, f"{text}\n".encode())
    for option, outcome in zip(report.options, report.outcomes, strict=True):
        yield File(f"{option.stem}.scenario.yaml", to_yaml(outcome.scenario).encode())


def results_object(report: Report) -> dict[str, Any]:
    """What the report says, then everything it was computed from.

    Sections hold every figure as value, text and range, so that any other
    format can be checked against this one. Results are those of `run --json`,
    each with the whole scenario that gives them again.
    """
    return {
        "schema": SCHEMA,
        "title": report.title,
        "audience": report.audience,
        "decision": report.decision,
        "recommendation": report.recommendation,
        "change_our_mind": report.change_our_mind,
        "proposed": report.options[report.proposed].stem,
        "tag": report.tag,
        "stamp": report.stamp,
        "options": report.options,
        "sections": [
            {
                "key": section.key,
                "headline": section.headline,
                "standfirst": section.standfirst,
                "blocks": [{"kind": type(block).__name__.lower(), **plain(block)} for block in section.blocks],
            }
            for section in report.sections
        ],
        "results": [
            {**outcome_object(outcome), "settings": outcome.scenario.model_dump(mode="json")}
            for outcome in report.outcomes
        ],
    }
