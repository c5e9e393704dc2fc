"""From outcomes to a report."""

from collections import Counter
from collections.abc import Iterator, Sequence

from sim.reports import words
from sim.reports.document.brand import Brand
from sim.reports.document.clean import one_line
from sim.reports.document.direction import held_together
from sim.reports.document.evidence import Evidence
from sim.reports.document.facts import Facts, LeavingDraws, chosen
from sim.reports.document.parts import Section
from sim.reports.document.report import AUDIENCES, Audience, Mark, Option, Paper, Report, Role, Stamp
from sim.reports.document.sections import SECTIONS, for_audience
from sim.reports.document.sections.decision import change_our_mind, decision_asked, recommendation
from sim.strategy.compare import compared
from sim.strategy.outcome import Outcome

MOST_OPTIONS = 4
MOST_NAME, MOST_SHORT, MOST_SUMMARY = 120, 26, 600
MARKS: dict[Role, Mark] = {"proposed": "disc", "counterpart": "diamond"}
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def build_report(
    outcomes: Sequence[Outcome],
    *,
    stems: Sequence[str] | None = None,
    audience: Audience = "board",
    sections: Sequence[str] | None = None,
    brand: Brand | None = None,
    evidence: Evidence | None = None,
    paper: Paper = "a4",
) -> Report:
    """Write the report of one to four scenarios of one fidelity; the first is what happens if nothing is decided.

    Args:
        stems: how the names of each scenario's own files begin; by its name unless given.
        sections: keys of SECTIONS, in any order; those of the audience unless
            given. One that has nothing to rest on is left out.
        evidence: what is known beyond the outcomes.
        paper: what pages are made for.

    Raises:
        ValueError: no scenario, more than four, or of several fidelities.
        LookupError: there is no such section.
    """
    _check(outcomes, audience)
    wanted = _wanted(sections, audience)
    evidence = evidence or Evidence()
    leaving = tuple(LeavingDraws.of(outcome) for outcome in outcomes)
    proposed, against = chosen(outcomes, evidence, leaving=leaving)
    options = _options(outcomes, proposed, against, stems)
    facts = Facts(
        options=options,
        outcomes=tuple(outcomes),
        proposed=proposed,
        against=against,
        comparison=compared(outcomes) if len(outcomes) > 1 else None,
        leaving=leaving,
        evidence=evidence,
        audience=audience,
    )
    written = (kind.write(facts) for kind in SECTIONS if kind.key in wanted)
    found: tuple[Section, ...] = tuple(section for section in written if section is not None)
    return Report(
        title=" or ".join(option.short for option in options) if len(options) < 3 else options[proposed].name,
        decision=decision_asked(facts),
        recommendation=recommendation(facts),
        change_our_mind=change_our_mind(facts),
        options=options,
        proposed=proposed,
        sections=found,
        stamp=_stamp(facts),
        brand=brand or Brand(),
        audience=audience,
        outcomes=tuple(outcomes),
        paper=paper,
    )


def _check(outcomes: Sequence[Outcome], audience: str) -> None:
    if not 1 <= len(outcomes) <= MOST_OPTIONS:
        raise ValueError(f"a report sets one to {MOST_OPTIONS} scenarios beside one another (got {len(outcomes)})")
    fidelities = {outcome.fidelity for outcome in outcomes}
    if len(fidelities) > 1:
        raise ValueError(f"a report compares scenarios of one fidelity (got {', '.join(sorted(fidelities))})")
    if audience not in AUDIENCES:
        raise LookupError(f"no audience '{audience}'. There are: {', '.join(AUDIENCES)}")


def _wanted(sections: Sequence[str] | None, audience: Audience) -> frozenset[str]:
    if sections is None:
        return frozenset(for_audience(audience))
    known = [kind.key for kind in SECTIONS]
    for key in sections:
        if key not in known:
            raise LookupError(f"no section '{key}'. There are: {', '.join(known)}")
    return frozenset(sections)


def _options(
    outcomes: Sequence[Outcome], proposed: int, against: int | None, stems: Sequence[str] | None
) -> tuple[Option, ...]:
    named = [one_line(outcome.scenario.name, most=MOST_NAME) or "Without a name" for outcome in outcomes]
    shorts = _told_apart([one_line(name, most=MOST_SHORT) for name in named])
    stems = stems or [_stem(name) for name in named]
    files = _told_apart(list(stems), joiner="-")
    gray: Iterator[Mark] = iter(("triangle", "square", "triangle"))
    options = []
    for at, outcome in enumerate(outcomes):
        role: Role = "proposed" if at == proposed else "counterpart" if at == against else "other"
        options.append(
            Option(
                name=held_together(named[at]),
                short=held_together(shorts[at]),
                summary=one_line(outcome.scenario.summary, most=MOST_SUMMARY),
                role=role,
                mark=MARKS[role] if role in MARKS else next(gray),
                scenario_hash=outcome.scenario_hash,
                stem=files[at],
            )
        )
    return tuple(options)


def _told_apart(names: list[str], *, joiner: str = " ") -> list[str]:
    """The same names, those that stand more than once numbered."""
    counts = Counter(names)
    return [
        name if counts[name] == 1 else f"{name}{joiner}{names[: at + 1].count(name)}" for at, name in enumerate(names)
    ]


def _stem(name: str) -> str:
    """A name as part of a file's name: letters and digits of ASCII, the rest as dashes."""
    kept = "".join(c.lower() if c.isascii() and c.isalnum() else "-" for c in name)
    return "-".join(part for part in kept.split("-") if part)[:60] or "scenario"


def _stamp(facts: Facts) -> Stamp:
    plan = facts.plan
    year, month = plan.scenario.start.split("-")
    futures = facts.evidence.futures
    return Stamp(
        horizon=f"{len(plan.months)} months from {MONTHS[int(month) - 1]} {year}, US dollars of that date",
        fidelity=words.FIDELITY_WORDS[plan.fidelity],
        futures=futures.n if futures else 0,
        seed=plan.scenario.seed,
        version=plan.version,
        scenario_hash=plan.scenario_hash,
    )
