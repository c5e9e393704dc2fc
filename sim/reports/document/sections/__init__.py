"""The sections of a report, in the order in which a board reads them; each is a function from facts to a section."""

from collections.abc import Callable
from dataclasses import dataclass

from sim.reports.document.facts import Facts
from sim.reports.document.parts import Section
from sim.reports.document.report import Audience
from sim.reports.document.sections import (
    assumptions,
    dates,
    decision,
    futures,
    glossary,
    method,
    money,
    options,
    reversal,
    risks,
    sensitivity,
    service,
)

__all__ = ["SECTIONS", "SectionKind", "for_audience"]


@dataclass(frozen=True, slots=True)
class SectionKind:
    """A kind of section: its key, its title in a list, who gets it unasked, and how it is written."""

    key: str
    title: str
    audiences: tuple[Audience, ...]
    write: Callable[[Facts], Section | None]


_ALL: tuple[Audience, ...] = ("board", "finance", "engineering")

SECTIONS = (
    SectionKind("decision", "The decision", _ALL, decision.write),
    SectionKind("options", "Options, doing nothing included", _ALL, options.write),
    SectionKind("money", "Margin, cash and worth", ("board", "finance"), money.write),
    SectionKind("service", "Service", ("board", "engineering"), service.write),
    SectionKind("reversal", "What it takes to reverse", _ALL, reversal.write),
    SectionKind("futures", "When we are wrong", _ALL, futures.write),
    SectionKind("sensitivity", "What moves the answer", ("board", "finance"), sensitivity.write),
    SectionKind("risks", "Top risks", _ALL, risks.write),
    SectionKind("dates", "Decisions by date", _ALL, dates.write),
    SectionKind("assumptions", "Assumption register", _ALL, assumptions.write),
    SectionKind("method", "Method and limits", _ALL, method.write),
    SectionKind("glossary", "Glossary", _ALL, glossary.write),
)


def for_audience(audience: Audience) -> tuple[str, ...]:
    """Keys of the sections that an audience gets unasked."""
    return tuple(kind.key for kind in SECTIONS if audience in kind.audiences)
