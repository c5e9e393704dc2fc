"""The reversal page: cash and months to leave, how each door behaves, notice against need, and the exit plan."""

from math import isfinite

from sim.lockin import LAYERS, WHOLE, Portability
from sim.reports import words
from sim.reports.decisions import event_sentence
from sim.reports.document import claims
from sim.reports.document.facts import Facts
from sim.reports.document.parts import (
    Axis,
    Block,
    Cell,
    Column,
    Figure,
    Line,
    Lines,
    Points,
    RangeRow,
    Ranges,
    Section,
    Table,
)
from sim.reports.document.sections.key_figures import leave_figure
from sim.reports.document.sections.leaving import by_hardness, exit_plan, notice_table
from sim.reports.document.sections.waiting import waiting_blocks
from sim.reports.document.worth import portability
from sim.reports.lockin import EXAMPLES, layer_name, staying_usd
from sim.strategy.outcome import Door, Outcome

MILLION = Axis(1e6, "M")
HARD = "compounding"
YEAR = 12


def write(facts: Facts) -> Section:
    return Section(
        key="reversal",
        kicker="Reversing the decision",
        headline=_headline(facts),
        standfirst="A door is a decision that may have to be taken back: what that costs, how long it takes, and "
        "whether it outgrows the profit that has to pay for it.",
        blocks=(
            door_ranges(facts),
            door_table(facts),
            whole_lines(facts),
            *_paid(facts),
            notice_table(facts),
            exit_plan(facts),
            *waiting_blocks(facts),
        ),
        sources=("Doors are never added up: work that they share is counted once in the whole.",),
    )


def _hard(outcome: Outcome) -> int:
    return sum(door.door_class == HARD for door in outcome.doors if door.decision in LAYERS)


def _headline(facts: Facts) -> str:
    name = facts.options[facts.proposed].short
    ours = _number(_hard(facts.plan))
    if facts.against is None:
        return f"With {name}, {ours} of six doors {_get(_hard(facts.plan))} harder to undo, as planned"
    theirs = facts.outcomes[facts.against]
    other = facts.options[facts.against].short
    return (
        f"With {other}, {_number(_hard(theirs))} of six doors {_get(_hard(theirs))} harder to undo, as planned; "
        f"with {name}, {ours}"
    )


def _number(count: int) -> str:
    return ("none", "one", "two", "three", "four", "five", "all")[count]


def _get(count: int) -> str:
    return "gets" if count <= 1 else "get"


def _doors(outcome: Outcome) -> dict[str, Door]:
    return {door.decision: door for door in outcome.doors}


def door_ranges(facts: Facts) -> Ranges:
    """Cash to leave each layer, one point with its range for each option."""
    month = facts.months
    rows = tuple(
        RangeRow(
            layer_name(layer),
            EXAMPLES[layer],
            tuple(leave_figure(facts, at, layer=layer, month=month) for at in range(len(facts.options))),
        )
        for layer in by_hardness(facts)
    )
    dearest = max(LAYERS, key=lambda layer: facts.plan.months[month - 1].exit[layer].usd_cash)
    cash = words.money(facts.plan.months[month - 1].exit[dearest].usd_cash)
    return Ranges(
        "door_ranges",
        f"{layer_name(dearest)} would cost most to leave under {facts.options[facts.proposed].short}: {cash}",
        f"Cash to leave at {words.year_end(month)}, $M. Lines: 80 of 100 futures. Doors do not add up to the whole.",
        MILLION,
        rows,
    )


def door_table(facts: Facts) -> Table:
    """Months, behavior with and without growth forgone, its count, one more month's cost, and when a door compounds."""
    rows: list[tuple[Cell, ...]] = []
    groups = []
    for at, (option, outcome) in enumerate(zip(facts.options, facts.outcomes, strict=True)):
        doors = _doors(outcome)
        for layer in (name for name in (*by_hardness(facts), WHOLE) if name in doors):
            rows.append(_door_row(facts, at, doors[layer]))
            groups.append(option.short)
    columns = (
        Column("Door", 1.3),
        Column("Cash to leave", 1.3, numeric=True),
        Column("Months", 0.9, numeric=True),
        Column("How it behaves", 1.6),
        Column("Of 100", 0.6, numeric=True),
        Column("One more month", 0.9, numeric=True),
        Column("Harder below", 1.2),
    )
    return Table(
        "doors",
        f"Doors at {words.year_end(facts.months)}",
        "Ranges hold 80 of 100 futures. Of 100: futures that give "
        "the behavior named. One more month: how much dearer leaving is a month later. Harder below: growth a month "
        "below which it gets harder to undo. In cash alone: without growth forgone, which rests on a judgment.",
        columns,
        tuple(rows),
        tuple(groups),
    )


def _door_row(facts: Facts, option: int, door: Door) -> tuple[Cell, ...]:
    outcome, month = facts.outcomes[option], facts.months
    time = outcome.months[month - 1].exit[door.decision].exit_months
    low, high = facts.leaving[option].months_range(door.decision, month=month)
    staying = staying_usd(outcome, door.decision, month=month)
    share = door.class_share
    behavior = words.DOOR_WORDS[door.door_class]
    in_cash = f"in cash alone {words.DOOR_WORDS[door.class_cash_only]}"
    return (
        layer_name(door.decision),
        leave_figure(facts, option, layer=door.decision, month=month),
        Figure(time, words.months(time).split(words.NBSP)[0], low, high, claims.months_range(low, high)),
        f"{behavior if share * claims.HUNDRED >= claims.EITHER_WAY else f'{behavior}, or not: could go either way'}; "
        f"{in_cash}",
        Figure(share * claims.HUNDRED, f"{share * claims.HUNDRED:.0f}"),
        Figure(staying, words.money(staying)),
        Figure(
            door.compounds_below_growth,
            f"{_below(door.compounds_below_growth)}; in cash {_below(door.compounds_below_growth_cash_only)}",
        ),
    )


def _below(growth_per_month: float) -> str:
    return words.percent(growth_per_month) if isfinite(growth_per_month) else "never"


def whole_lines(facts: Facts) -> Lines:
    """Cash to leave everything, by month, with its band."""
    lines = []
    for at, (option, outcome) in enumerate(zip(facts.options, facts.outcomes, strict=True)):
        values = tuple(month.exit[WHOLE].usd_cash for month in outcome.months[: facts.months])
        low, high = facts.leaving[at].usd_band(WHOLE)
        exits = outcome.months[facts.months - 1].exit[WHOLE]
        span = claims.months_range(*facts.leaving[at].months_range(WHOLE, month=facts.months))
        note = words.months(exits.exit_months) + (f" ({span})" if span else "")
        lines.append(
            Line(
                option.short,
                at,
                values,
                f"{option.short} {words.money(values[-1])}",
                note,
                low[: facts.months],
                high[: facts.months],
            )
        )
    cash = words.money(lines[facts.proposed].values[-1])
    title = f"Leaving {facts.options[facts.proposed].short} altogether: {cash} by {words.year_end(facts.months)}"
    saved = facts.leaving_less
    if saved is not None and facts.against is not None:
        said = claims.cheaper_to_leave(
            facts.options[facts.proposed].short, facts.options[facts.against].short, saved=saved
        )
        title = said or "Cash to leave does not differ beyond the range of the futures"
    return Lines(
        "whole",
        title,
        "Cash to leave everything if decided that month, $M. Band: 80 of 100 futures; beside "
        "the end: months it takes.",
        MILLION,
        tuple(lines),
    )


def _paid(facts: Facts) -> tuple[Block, ...]:
    """Whether being able to move pays for itself: p*, for everything and by event."""
    found = portability(facts)
    if found is None:
        return ()
    premium, verdict = found.premium_usd, found.verdict
    avoided = f"{words.money(verdict.expected_avoided_usd)} of leaving"
    in_cash = f"{words.money(verdict.expected_avoided_usd_cash_only)} without growth forgone"
    if premium <= 0:
        ahead = "is worth the same" if premium == 0 else f"is worth {words.money(-premium)} more"
        said: tuple[str, ...] = (
            f"The plan that can move {ahead} even if nothing ever forces us to leave, and is expected to save "
            f"{avoided} if something does ({in_cash}).",
            "So it pays at any chance of having to leave: there is no break-even chance (p*) to reach.",
        )
    else:
        said = (
            f"The plan that can move costs {words.money(premium)} more over the horizon and is expected to save "
            f"{avoided} ({in_cash}).",
            f"Chance of having to leave everything above which it pays (p*): {_chances(verdict)}.",
            *(event_sentence(event) for event in verdict.events),
        )
    note = "Chances are those of the shock deck, a judgment; each is a row of the register."
    return (Points("Does being able to move pay?", said, note),)


def _chances(verdict: Portability) -> str:
    chances = verdict.whole.break_even_probability
    ends = range(YEAR, len(chances) + 1, YEAR)
    return ", ".join(f"{_chance(float(chances[month - 1]))} by {words.year_end(month)}" for month in ends)


def _chance(chance: float) -> str:
    return "none pays" if chance > 1 else "any pays" if chance <= 0 else words.percent(chance)
