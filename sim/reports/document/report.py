"""A report as one frozen value: what every format shows, and nothing that only one of them knows."""

from dataclasses import dataclass
from typing import Literal

from sim.reports.document.brand import Brand
from sim.reports.document.parts import Section
from sim.strategy.outcome import Outcome

Mark = Literal["diamond", "disc", "triangle", "square"]
Role = Literal["proposed", "counterpart", "other"]
Audience = Literal["board", "finance", "engineering"]
Paper = Literal["a4", "letter"]

READERS: dict[Audience, str] = {"board": "board", "finance": "finance team", "engineering": "engineering team"}
AUDIENCES: dict[Audience, str] = {"board": "Board", "finance": "Finance", "engineering": "Engineering"}


@dataclass(frozen=True, slots=True)
class Option:
    """One scenario as the reader meets it; `name` is whole and clean, `short` fits beside a line.

    The one proposed is a disc in the accent color with a solid line, its
    counterpart a dashed diamond, others gray: never by color alone.
    """

    name: str
    short: str
    summary: str
    role: Role
    mark: Mark
    scenario_hash: str
    stem: str
    """Begins the names of its own files; no two options share one."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What was run, for the foot of every page."""

    horizon: str
    """As in `36 months from January 2027, US dollars of that date`."""
    fidelity: str
    futures: int
    """How many were drawn; 0 where none were."""
    seed: int
    version: str
    scenario_hash: str
    """Of the proposed option, or of the only one."""

    def parts(self) -> tuple[str, ...]:
        """What the foot says, piece by piece."""
        drawn = (f"{self.futures} futures",) if self.futures else ()
        return (
            self.horizon,
            self.fidelity.lower(),
            *drawn,
            f"seed {self.seed}",
            f"scenario {self.scenario_hash[:7]}",
            f"version {self.version}",
        )


@dataclass(frozen=True, slots=True)
class Report:
    """Options beside one another, what follows, and what it rests on.

    `options` begins with doing nothing (the first scenario named); `outcomes`
    stand in the same order and are what results and live sheets are made of.
    """

    title: str
    decision: str
    """What is asked of the reader."""
    recommendation: str
    """One sentence, no stronger than what is known."""
    change_our_mind: tuple[str, ...]
    options: tuple[Option, ...]
    proposed: int
    """Place of the option recommended; that of the baseline where nothing better is found."""
    sections: tuple[Section, ...]
    stamp: Stamp
    brand: Brand
    audience: Audience
    outcomes: tuple[Outcome, ...]
    paper: Paper = "a4"

    @property
    def quick(self) -> bool:
        """Whether any figure comes from less than a full run, which every page then says."""
        return any(outcome.fidelity == "draft" for outcome in self.outcomes)

    @property
    def addressed(self) -> str:
        """Whose report it is, for the head of every page."""
        return f"Report to the {READERS[self.audience]}"

    @property
    def tag(self) -> str:
        return "QUICK ESTIMATE" if self.quick else ""

    def section(self, key: str) -> Section | None:
        """The section of that key; `None` where it was not asked for or there is nothing to say."""
        return next((section for section in self.sections if section.key == key), None)
