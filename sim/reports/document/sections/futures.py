"""How the options fare in futures that we did not plan for."""

from sim.reports import words
from sim.reports.document import claims
from sim.reports.document.evidence import FuturesFound, Share
from sim.reports.document.facts import Facts
from sim.reports.document.parts import Axis, Bar, Bars, Block, Figure, Heat, HeatRow, Points, Section

MILLION = Axis(1e6, "M")
MOST_CONDITION = 60
"""Letters of a condition that a headline can hold; a longer one is said below it."""


def write(facts: Facts) -> Section | None:
    """Absent where no futures were drawn."""
    found = facts.evidence.futures
    if found is None:
        return None
    ours = facts.proposed
    name = facts.options[ours].short
    tests, share = len(found.tests), Share.of(found.passing[ours], found.n)
    fails = found.fails_when[ours]
    short = [each.condition for each in fails[:1] if len(each.condition) <= MOST_CONDITION]
    weak = f"; {short[0]} is its weak spot" if short else ""
    return Section(
        key="futures",
        kicker="How it fares when we are wrong",
        headline=f"{claims.passes(name, tests=tests, share=share, ranged=False)}{weak}",
        standfirst=f"{claims.passes(name, tests=tests, share=share)}. {found.n} futures were drawn over the ranges of "
        "the register; every option met the same ones.",
        blocks=(passing_bars(facts, found), *_fails(facts, found), *_regret(facts, found)),
    )


def passing_bars(facts: Facts, found: FuturesFound) -> Bars:
    """Futures of 100 in which an option passes every test, with the interval of the count."""
    bars = []
    for at, option in enumerate(facts.options):
        share = Share.of(found.passing[at], found.n)
        low, high = share.low * claims.HUNDRED, share.high * claims.HUNDRED
        bars.append(
            Bar(
                option.short,
                Figure(
                    share.mean * claims.HUNDRED,
                    f"{share.mean * claims.HUNDRED:.0f}",
                    low,
                    high,
                    f"{low:.0f} to {high:.0f}",
                ),
                at,
            )
        )
    return Bars(
        "passing",
        "Futures that pass every test",
        "Of 100; the line is the 95 % interval of the count. The tests: " + "; ".join(found.tests) + ".",
        Axis(),
        tuple(bars),
        most=100.0,
    )


def _fails(facts: Facts, found: FuturesFound) -> tuple[Block, ...]:
    said = []
    for at, option in enumerate(facts.options):
        failures = found.n - found.passing[at]
        items = tuple(f"{f.condition}: covers {f.covers} of its {failures} failures." for f in found.fails_when[at])
        if items:
            said.append(
                Points(f"{option.short} fails when", items, "Conditions found in the futures, not proved causes.")
            )
    return tuple(said)


def _regret(facts: Facts, found: FuturesFound) -> tuple[Block, ...]:
    if not found.named:
        return ()
    rows = []
    for at, option in enumerate(facts.options):
        cells, marks = [], []
        for future, regret in enumerate(found.regret_usd[at]):
            tie = bool(found.ties) and found.ties[at][future]
            mark = "best" if regret <= 0 else "tie" if tie else ""
            cells.append(Figure(regret, mark or words.money(regret)))
            marks.append(mark)
        worst = max(found.regret_usd[at])
        rows.append(HeatRow(option.short, at, tuple(cells), tuple(marks), Figure(worst, words.money(worst))))
    least = min(rows, key=lambda row: row.worst.value)
    return (
        Heat(
            "regret",
            f"{least.label} is never further than {least.worst.text} from the best choice in any kind of future",
            "Mean worth, over the futures of each kind, of the option that is best there, less this one's. "
            "Tie: too close to the best to tell.",
            MILLION,
            found.named,
            tuple(rows),
        ),
    )
