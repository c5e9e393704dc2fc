"""The formats of a report. A format is one module here with `write(report) -> files`, and one line below.

This file loads none of them: the command line names formats before a simulator is there.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.reports.document.report import Report

EXTRA = "reports"


@dataclass(frozen=True, slots=True)
class File:
    """A file of a report: its name, all its bytes, and what there is to say about it beside."""

    name: str
    data: bytes
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its name on the command line, what people call it, and the module that writes it."""

    name: str
    title: str
    module: str


FORMATS = (
    Format("html", "HTML page, interactive", "html"),
    Format("pdf", "PDF document", "pdf"),
    Format("pptx", "PowerPoint slides", "pptx"),
    Format("xlsx", "Excel workbook, live", "xlsx"),
    Format("focus", "FOCUS bill (CSV)", "focus"),
    Format("json", "Results (JSON) and scenarios (YAML)", "results"),
)


class FormatError(ValueError):
    """A format cannot be written here; the sentence says why, and the way out."""


def named(name: str) -> Format:
    """The format of a name.

    Raises:
        LookupError: there is none.
    """
    for known in FORMATS:
        if known.name == name:
            return known
    raise LookupError(f"no format '{name}'. There are: {', '.join(known.name for known in FORMATS)}")


def write(report: "Report", name: str) -> tuple[File, ...]:
    """The files of one format.

    Raises:
        LookupError: there is no such format.
        FormatError: a library that it needs is not installed.
    """
    form = named(name)
    try:
        writer: Callable[[Report], Iterable[File]] = import_module(f"sim.reports.document.{form.module}").write
        return tuple(writer(report))
    except ModuleNotFoundError as fault:
        raise FormatError(
            f"the format '{name}' needs the package '{fault.name}', which is not installed here. "
            f"Install it with: pip install 'loadbearing[{EXTRA}]'"
        ) from fault
