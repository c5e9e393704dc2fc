"""`loadbearing report`: files for others to read."""

import os
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import perf_counter
from typing import Any

from sim.cli.executing import executor_of, tell
from sim.cli.faults import InputError
from sim.cli.inputs import evaluated
from sim.cli.output import print_json
from sim.reports import words
from sim.reports.document.brand import Brand, BrandError, read_brand
from sim.reports.document.build import MOST_OPTIONS, build_report
from sim.reports.document.evidence import Evidence
from sim.reports.document.formats import File, FormatError, write
from sim.reports.document.gathering import Asked, gathered
from sim.reports.document.report import Report
from sim.strategy import Executor, Outcome


def command(arguments: Namespace) -> None:
    sources = arguments.scenarios
    if len(sources) > MOST_OPTIONS:
        raise InputError(f"report: {len(sources)} scenarios, at most {MOST_OPTIONS} stand side by side. Name fewer.")
    brand = _brand(arguments.brand)
    with executor_of(arguments) as executor:
        outcomes = [evaluated(source, arguments, executor=executor) for source in sources]
        evidence = _evidence(outcomes, arguments, executor=executor)
    try:
        report = build_report(
            outcomes,
            stems=[Path(source).stem for source in sources],
            audience=arguments.audience,
            sections=arguments.sections,
            brand=brand,
            evidence=evidence,
            paper=arguments.paper,
        )
    except LookupError as fault:
        raise InputError(f"--sections: {fault.args[0]}") from fault
    folder = Path(arguments.out)
    written = [entry for name in arguments.formats for entry in _written(report, name, folder=folder, sources=sources)]
    if arguments.json:
        print_json({"files": written})
    else:
        for entry in written:
            print(_told(entry))


def _evidence(outcomes: Sequence[Outcome], arguments: Namespace, *, executor: Executor) -> Evidence:
    """Futures, sensitivities and the cost of waiting, where they were asked for."""
    asked = Asked(futures=arguments.futures or 0, waiting=arguments.waiting)
    if not asked:
        return Evidence()
    if asked.waiting and len(outcomes) < 2:
        raise InputError("--waiting: one scenario alone has nothing to wait with. Name doing nothing, then another.")
    began_s = perf_counter()
    try:
        evidence = gathered(outcomes, asked, executor=executor)
    except ValueError as fault:
        raise InputError(f"report: {fault}") from fault
    drawn = f"{asked.futures} futures met by {len(outcomes)} scenarios" if asked.futures else "Deciding later played"
    tell(f"{drawn} in {perf_counter() - began_s:.1f} s")
    return evidence


def _brand(path: str | None) -> Brand:
    try:
        return Brand() if path is None else read_brand(Path(path))
    except BrandError as fault:
        raise InputError(f"--brand {fault}") from fault


def _written(report: Report, name: str, *, folder: Path, sources: Sequence[str]) -> list[dict[str, Any]]:
    """Write one format, and say what was written."""
    began_s = perf_counter()
    try:
        files = write(report, name)
    except FormatError as fault:
        raise InputError(f"--formats: {fault}") from fault
    for file in files:
        _save(folder / file.name, file.data, folder=folder)
    tell(f"{name}: {len(files)} {'file' if len(files) == 1 else 'files'} in {perf_counter() - began_s:.1f} s")
    return [_entry(report, name, file, folder=folder, sources=sources) for file in files]


def _entry(report: Report, name: str, file: File, *, folder: Path, sources: Sequence[str]) -> dict[str, Any]:
    owner = next((at for at, option in enumerate(report.options) if file.name.startswith(f"{option.stem}.")), None)
    of = {} if owner is None else {"scenario": sources[owner]}
    return {**of, "format": name, "path": str(folder / file.name), "bytes": len(file.data), **file.facts}


def _save(path: Path, data: bytes, *, folder: Path) -> None:
    """Write a file whole or not at all: who reads it meanwhile sees the old one."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder, prefix=".", suffix=".part", delete=False) as part:
            try:
                part.write(data)
                part.close()
                os.chmod(part.name, 0o644)
                os.replace(part.name, path)
            except OSError:
                os.unlink(part.name)
                raise
    except OSError as fault:
        reason = fault.strerror or str(fault)
        said = f"--out {folder}: cannot write there: {reason}. Name a folder that you may write to."
        raise InputError(said) from fault


def _told(entry: dict[str, Any]) -> str:
    if "billed_usd" in entry:
        billed = words.money(entry["billed_usd"])
        return f"{entry['path']}: FOCUS {entry['version']}, {entry['charges']} charges, {billed}"
    return f"{entry['path']}: {entry['format']}, {words.count(entry['bytes'])} bytes"
