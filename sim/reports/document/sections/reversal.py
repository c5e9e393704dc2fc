"""The reversal page: cash and months to leave, how each door behaves, notice against need, and the exit plan."""

from math import isfinite, nan

from sim.catalogue import load_catalogue
from sim.lockin import LAYERS, WHOLE, Shock, deck
from sim.reports import words
from sim.reports.decisions import event_sentence, waiting_sentence
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
from sim.reports.document.sections.decision import leave_figure
from sim.reports.document.worth import portability
from sim.reports.lockin import EXAMPLES, ORDER, layer_name, staying_usd
from sim.strategy.months import first_day
from sim.strategy.outcome import Door, Outcome

MILLION = Axis(1e6, "M")
HARD = "compounding"


def write(facts: Facts) -> Section:
    return Section(
        key="reversal",
        kicker="Reversing the decision",
        headline=_headline(facts),
        standfirst="A door is a decision that may have to be taken back: what that costs, how long it takes, and "
        "whether it outgrows the profit that has to pay for it.",
        blocks=(door_ranges(facts), door_table(facts), whole_lines(facts), *_paid(facts), notice_table(facts),
                exit_plan(facts), *_waiting(facts)),
        sources=("Doors are never added up: work that they share is counted once in the whole.",),
    )  # fmt: skip


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


def _order(facts: Facts) -> list[str]:
    """Layers, the hardest of the counterpart first and the dearest before the cheaper."""
    of = facts.outcomes[facts.against if facts.against is not None else facts.proposed]
    doors, last = _doors(of), of.months[facts.months - 1]
    return sorted(LAYERS, key=lambda layer: (ORDER[doors[layer].door_class], -last.exit[layer].usd_cash))


def door_ranges(facts: Facts) -> Ranges:
    """Cash to leave each layer, one point with its range for each option."""
    month = facts.months
    rows = tuple(
        RangeRow(layer_name(layer), EXAMPLES[layer],
                 tuple(leave_figure(facts, at, layer, month=month) for at in range(len(facts.options))))
        for layer in _order(facts)
    )  # fmt: skip
    dearest = max(LAYERS, key=lambda layer: facts.plan.months[month - 1].exit[layer].usd_cash)
    cash = words.money(facts.plan.months[month - 1].exit[dearest].usd_cash)
    return Ranges(
        "door_ranges", f"{layer_name(dearest)} would cost most to leave under {facts.options[facts.proposed].short}: "
        f"{cash}", f"Cash to leave at {words.year_end(month)}, $M. Lines: 80 of 100 futures. Doors do not add up to the "
        "whole.", MILLION, rows,
    )  # fmt: skip


def door_table(facts: Facts) -> Table:
    """Months, behavior and its count, the cost of staying one more month, and when a door compounds."""
    rows: list[tuple[Cell, ...]] = []
    groups = []
    for at, (option, outcome) in enumerate(zip(facts.options, facts.outcomes, strict=True)):
        doors = _doors(outcome)
        for layer in (*_order(facts), WHOLE):
            rows.append(_door_row(facts, at, doors[layer]))
            groups.append(option.short)
    columns = (Column("Door", 1.3), Column("Cash to leave", 1.3, numeric=True), Column("Months", 0.9, numeric=True),
               Column("How it behaves", 1.4), Column("Of 100", 0.6, numeric=True),
               Column("One more month", 0.9, numeric=True), Column("Harder below", 1.0))  # fmt: skip
    return Table(
        "doors", f"Doors at {words.year_end(facts.months)}", "Ranges hold 80 of 100 futures. Of 100: futures that give "
        "the behavior named. One more month: how much dearer leaving is a month later. Harder below: growth a month "
        "below which it gets harder to undo.", columns, tuple(rows), tuple(groups),
    )  # fmt: skip


def _door_row(facts: Facts, option: int, door: Door) -> tuple[Cell, ...]:
    outcome, month = facts.outcomes[option], facts.months
    time = outcome.months[month - 1].exit[door.decision].exit_months
    low, high = facts.leaving[option].months_range(door.decision, month=month)
    staying = staying_usd(outcome, door.decision, month=month)
    below = door.compounds_below_growth
    share = door.class_share
    behavior = words.DOOR_WORDS[door.door_class]
    return (
        layer_name(door.decision),
        leave_figure(facts, option, door.decision, month=month),
        Figure(time, words.months(time).split(words.NBSP)[0], low, high, claims.months_range(low, high)),
        behavior if share * claims.HUNDRED >= claims.EITHER_WAY else f"{behavior}, or not: could go either way",
        Figure(share * claims.HUNDRED, f"{share * claims.HUNDRED:.0f}"),
        Figure(staying, words.money(staying)),
        Figure(below, f"{words.percent(below)} a month" if isfinite(below) else "never"),
    )


def whole_lines(facts: Facts) -> Lines:
    """Cash to leave everything, by month, with its band."""
    lines = []
    for at, (option, outcome) in enumerate(zip(facts.options, facts.outcomes, strict=True)):
        values = tuple(month.exit[WHOLE].usd_cash for month in outcome.months[: facts.months])
        low, high = facts.leaving[at].usd_band(WHOLE)
        exits = outcome.months[facts.months - 1].exit[WHOLE]
        span = claims.months_range(*facts.leaving[at].months_range(WHOLE, month=facts.months))
        note = words.months(exits.exit_months) + (f" ({span})" if span else "")
        lines.append(Line(option.short, at, values, f"{option.short} {words.money(values[-1])}", note,
                          low[: facts.months], high[: facts.months]))  # fmt: skip
    cash = words.money(lines[facts.proposed].values[-1])
    title = f"Leaving {facts.options[facts.proposed].short} altogether: {cash} by {words.year_end(facts.months)}"
    saved = facts.leaving_less
    if saved is not None and facts.against is not None:
        said = claims.cheaper_to_leave(
            facts.options[facts.proposed].short, facts.options[facts.against].short, saved=saved
        )
        title = said or "Cash to leave does not differ beyond the range of the futures"
    return Lines("whole", title, "Cash to leave everything if decided that month, $M. Shaded: 80 of 100 futures; beside "
                 "the end: months it takes.", MILLION, tuple(lines))  # fmt: skip


def _paid(facts: Facts) -> tuple[Block, ...]:
    """Whether being able to move pays for itself: p*, for everything and by event."""
    found = portability(facts)
    if found is None:
        return ()
    chances = found.verdict.whole.break_even_probability
    ends = [month for month in range(12, len(chances) + 1, 12)]
    said = ", ".join(f"{_chance(float(chances[month - 1]))} by {words.year_end(month)}" for month in ends)
    premium, avoided = found.premium_usd, found.verdict.expected_avoided_usd
    cash_only = found.verdict.expected_avoided_usd_cash_only
    first = (
        f"The plan that can move costs {words.money(premium)} more over the horizon and is expected to save "
        f"{words.money(avoided)} of leaving ({words.money(cash_only)} without growth forgone)."
        if premium > 0 else
        f"The plan that can move is worth {words.money(-premium)} more even if nothing ever forces us to leave, and is "
        f"expected to save {words.money(avoided)} if something does."
    )  # fmt: skip
    return (Points(
        "Does being able to move pay?",
        (first, f"Chance of having to leave everything above which it pays (p*): {said}.",
         *(event_sentence(event) for event in found.verdict.events)),
        "Chances are those of the shock deck, a judgement; each is a row of the register.",
    ),)  # fmt: skip


def _chance(chance: float) -> str:
    return "none pays" if chance > 1 else words.percent(max(0.0, chance))


# --- if someone else decides ----------------------------------------------------------------------------------------


def forcing(facts: Facts) -> tuple[Shock, ...]:
    """Shocks of the deck that force layers to be left, as known at the start."""
    known = deck(load_catalogue(), first_day(facts.plan.scenario.start, 0))
    return tuple(shock for shock in known if shock.forces and shock.hazard_per_year.likely > 0)


def needed(facts: Facts, option: int, shock: Shock) -> tuple[float, float, float]:
    """Months that leaving what a shock forces would take at the end, with the range of the slowest layer of it."""
    outcome, month = facts.outcomes[option], facts.months
    layers = sorted(shock.forces)
    if outcome.lockin is not None:
        likely = float(outcome.lockin.leaving(layers).exit_months[month - 1])
    else:
        likely = max(outcome.months[month - 1].exit[layer].exit_months for layer in layers)
    ranges = [facts.leaving[option].months_range(layer, month=month) for layer in layers]
    low, high = max((r[0] for r in ranges), default=nan), max((r[1] for r in ranges), default=nan)
    # The layers together take at least as long as the slowest of them alone.
    return likely, min(low, likely), max(high, likely)


def notice_table(facts: Facts) -> Table:
    """The notice that a shock gives, and the months that each option would need."""
    rows: list[tuple[Cell, ...]] = []
    for shock in forcing(facts):
        notice = shock.notice_months.likely
        cells: list[Cell] = [shock.label, Figure(notice, words.months(notice).split(words.NBSP)[0])]
        for at in range(len(facts.options)):
            likely, low, high = needed(facts, at, shock)
            verdict = claims.notice_words(notice_months=notice, needed=likely, low=low, high=high)
            time = words.months(likely).split(words.NBSP)[0]
            span = claims.months_range(low, high)
            cells.append(Figure(likely, f"{time}{f' ({span})' if span else ''}: {verdict}", low, high))
        rows.append(tuple(cells))
    columns = (Column("If someone else decides", 1.6), Column("Notice, months", 0.8, numeric=True),
               *(Column(f"Needed: {option.short}", 1.3) for option in facts.options))  # fmt: skip
    return Table("notice", "The notice we would get, and the months we would need",
                 f"Months to leave what the event forces, decided at {words.year_end(facts.months)}; the range is that "
                 "of its slowest layer.", columns, tuple(rows))  # fmt: skip


ALTERNATIVES = {
    "model_api": "another vendor's model, or an open model by the token",
    "agent_framework": "our own thin workflow code on open interfaces",
    "orchestration": "open platform software, hosted or run by us",
    "data": "an open engine in an open format",
    "network": "another region or provider over public links",
    "identity": "an open standard for log-in, logs and alerts",
}


def exit_plan(facts: Facts) -> Table:
    """The exit plan in the terms of DORA, article 28: trigger, alternative, transition time, last test."""
    plan, month = facts.plan, facts.months
    shocks = forcing(facts)
    rows: list[tuple[Cell, ...]] = []
    for layer in _order(facts):
        triggers = [shock.label for shock in shocks if layer in shock.forces]
        time = plan.months[month - 1].exit[layer].exit_months
        low, high = facts.leaving[facts.proposed].months_range(layer, month=month)
        rows.append((
            layer_name(layer),
            "; ".join(triggers) or "our own decision",
            ALTERNATIVES[layer],
            Figure(time, words.months(time), low, high, claims.months_range(low, high)),
            "none on record",
        ))  # fmt: skip
    columns = (Column("Function", 1.0), Column("Trigger", 1.5), Column("Alternative", 1.7),
               Column("Transition time", 1.0, numeric=True), Column("Last test", 0.9))  # fmt: skip
    return Table("exit_plan", f"Exit plan of {facts.options[facts.proposed].short}",
                 "In the terms of DORA, article 28(8). A test is on record only if the organization has run one; the "
                 "simulation cannot know.", columns, tuple(rows))  # fmt: skip


def _waiting(facts: Facts) -> tuple[Block, ...]:
    waiting = facts.evidence.waiting
    if waiting is None:
        return ()
    rows: list[tuple[Cell, ...]] = [
        (
            "at the start" if waited.month == 0 else f"after {words.months(waited.month)}",
            Figure(waited.npv_usd, words.money(waited.npv_usd)),
            Figure(waiting.lost_usd(waited), words.money(waiting.lost_usd(waited))),
            Figure(waited.leave_then_usd, words.money(waited.leave_then_usd)),
        )
        for waited in waiting.taken
    ]
    columns = (Column("Decided", 1.2), Column("Worth", numeric=True), Column("Lost by waiting", numeric=True),
               Column("Cash to leave then", numeric=True))  # fmt: skip
    return (Table("waiting", "The cost of waiting", waiting_sentence(waiting), columns, tuple(rows)),)
