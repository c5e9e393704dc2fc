"""The simulated bill of every option as FOCUS CSV, in each version of the standard."""

from collections.abc import Iterator
from typing import get_args

from sim.economics import bill, billed_usd, focus_csv
from sim.economics.focus_csv import Version
from sim.reports.document.formats import File
from sim.reports.document.report import Report


def write(report: Report) -> Iterator[File]:
    """One file for each option and version."""
    for option, outcome in zip(report.options, report.outcomes, strict=True):
        simulated = bill(outcome.statements, outcome.scenario, scenario_id=outcome.scenario_hash)
        billed = billed_usd(outcome.statements)
        for version in get_args(Version):
            text = focus_csv(simulated, version=version)
            yield File(
                f"{option.stem}.focus-{version}.csv",
                text.encode(),
                facts={"version": version, "charges": len(simulated.charges), "billed_usd": billed},
            )
