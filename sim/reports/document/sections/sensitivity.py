"""What moves the answer, and where it flips."""

from math import nan

from sim.reports import words
from sim.reports.document import claims
from sim.reports.document.evidence import Pulled
from sim.reports.document.facts import Facts
from sim.reports.document.parts import Axis, Figure, Points, Section, Tornado, TornadoRow

MOST_PULLS = 10


def write(facts: Facts) -> Section | None:
    """Absent where no assumption was moved."""
    found = facts.evidence.sensitivity
    if found is None or not found.pulls:
        return None
    ours, theirs = facts.options[found.ours].short, facts.options[found.theirs].short
    pulls = found.pulls[:MOST_PULLS]
    flips = [pull for pull in pulls if pull.flip_input]
    rest = [pull for pull in pulls if not pull.flip_input]
    headline = (
        f"{_count(len(flips))} of {len(pulls)} assumptions can turn the choice by itself"
        if flips
        else f"None of {len(pulls)} assumptions turns the choice by itself within its range"
    )
    said = [
        claims.switches(
            theirs,
            input_words=words.as_clause(pull.label),
            flip=pull.flip_input,
            below=pull.flips_below,
            likely=pull.likely_input,
            low=pull.low_input,
            high=pull.high_input,
        )
        for pull in flips
    ]
    said += [f"No value of {words.as_clause(pull.label)} in its range changes the choice." for pull in rest]
    expected = Figure(found.expected_usd, claims.signed(found.expected_usd))
    return Section(
        key="sensitivity",
        kicker="What moves the answer",
        headline=headline,
        standfirst="Each assumption is moved alone through its range; together they can do more.",
        blocks=(
            Tornado(
                "tornado",
                f"{pulls[0].label} pulls hardest",
                f"Worth of {ours} less that of {theirs}, $M, one assumption moved at a time through its range.",
                Axis(1e6, "M"),
                expected,
                f"{theirs} better",
                f"{ours} better",
                tuple(_row(pull) for pull in pulls),
            ),
            Points("Where it flips", tuple(said)),
        ),
    )


def _count(count: int) -> str:
    return ("None", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")[count]


def _row(pull: Pulled) -> TornadoRow:
    ends = pull.at_high_usd - pull.at_low_usd
    share = -pull.at_low_usd / ends if pull.flip_input and ends else nan
    return TornadoRow(
        pull.label,
        Figure(pull.at_low_usd, words.money(pull.at_low_usd)),
        Figure(pull.at_high_usd, words.money(pull.at_high_usd)),
        pull.low_input,
        pull.high_input,
        f"{'below' if pull.flips_below else 'above'} {pull.flip_input}" if pull.flip_input else "",
        share,
    )
