"""`loadbearing report`: files for others to read."""

from argparse import Namespace
from pathlib import Path
from typing import Any, get_args

from sim.cli.faults import InputError
from sim.cli.inputs import outcome_of
from sim.cli.output import print_json
from sim.economics import bill, billed_usd, focus_csv
from sim.economics.focus_csv import Version
from sim.reports import words
from sim.strategy import Outcome


def command(arguments: Namespace) -> None:
    folder = Path(arguments.out)
    outcomes = [(source, outcome_of(source, arguments)) for source in arguments.scenarios]
    files = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for stem, (source, outcome) in zip(_stems(arguments.scenarios), outcomes, strict=True):
            files += _write_focus(folder / stem, source, outcome=outcome)
    except OSError as fault:
        reason = fault.strerror or str(fault)
        said = f"--out {folder}: cannot write there: {reason}. Name a folder that you may write to."
        raise InputError(said) from fault
    if arguments.json:
        print_json({"files": files})
    else:
        for file in files:
            billed = words.money(file["billed_usd"])
            print(f"{file['path']}: FOCUS {file['version']}, {file['charges']} charges, {billed}")


def _stems(sources: list[str]) -> list[str]:
    """A file name for each scenario; those that would be written over one another are numbered."""
    names = [Path(source).stem for source in sources]
    return [
        name if names.count(name) == 1 else f"{name}-{names[: at + 1].count(name)}" for at, name in enumerate(names)
    ]


def _write_focus(stem: Path, source: str, *, outcome: Outcome) -> list[dict[str, Any]]:
    """The simulated bill in both versions."""
    simulated = bill(outcome.statements, outcome.scenario, scenario_id=outcome.scenario_hash)
    written = []
    for version in get_args(Version):
        path = stem.with_name(f"{stem.name}.focus-{version}.csv")
        path.write_text(focus_csv(simulated, version=version), encoding="utf-8", newline="")
        written.append(
            {
                "scenario": source,
                "format": "focus",
                "version": version,
                "path": str(path),
                "charges": len(simulated.charges),
                "billed_usd": billed_usd(outcome.statements),
            }
        )
    return written
