"""If someone else decides: the notice we would get against the months we would need, and the exit plan."""

from math import nan

from sim.lockin import LAYERS, Shock, deck
from sim.reports import words
from sim.reports.document import claims
from sim.reports.document.facts import Facts
from sim.reports.document.parts import Cell, Column, Figure, Table
from sim.reports.lockin import ORDER, layer_name
from sim.scenario.assumptions import catalogue_of
from sim.strategy.months import first_day


def by_hardness(facts: Facts) -> list[str]:
    """Layers, the hardest of the counterpart first and the dearest before the cheaper."""
    of = facts.outcomes[facts.against if facts.against is not None else facts.proposed]
    doors, last = {door.decision: door for door in of.doors}, of.months[facts.months - 1]
    return sorted(LAYERS, key=lambda layer: (ORDER[doors[layer].door_class], -last.exit[layer].usd_cash))


def forcing(facts: Facts) -> tuple[Shock, ...]:
    """Shocks of the deck that force layers to be left, as known at the start."""
    known = deck(catalogue_of(facts.plan.scenario), first_day(facts.plan.scenario.start, 0))
    return tuple(shock for shock in known if shock.forces and shock.hazard_per_year.likely > 0)


def needed(facts: Facts, option: int, *, shock: Shock) -> tuple[float, float, float]:
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
            likely, low, high = needed(facts, at, shock=shock)
            verdict = claims.notice_words(notice_months=notice, needed=likely, low=low, high=high)
            time = words.months(likely).split(words.NBSP)[0]
            span = claims.months_range(low, high)
            cells.append(Figure(likely, f"{time}{f' ({span})' if span else ''}: {verdict}", low, high))
        rows.append(tuple(cells))
    columns = (
        Column("If someone else decides", 1.6),
        Column("Notice, months", 0.8, numeric=True),
        *(Column(f"Needed: {option.short}", 1.3) for option in facts.options),
    )
    return Table(
        "notice",
        "The notice we would get, and the months we would need",
        f"Months to leave what the event forces, decided at {words.year_end(facts.months)}; the range is that "
        "of its slowest layer.",
        columns,
        tuple(rows),
    )


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
    for layer in by_hardness(facts):
        triggers = [shock.label for shock in shocks if layer in shock.forces]
        time = plan.months[month - 1].exit[layer].exit_months
        low, high = facts.leaving[facts.proposed].months_range(layer, month=month)
        rows.append(
            (
                layer_name(layer),
                "; ".join(triggers) or "our own decision",
                ALTERNATIVES[layer],
                Figure(time, words.months(time), low, high, claims.months_range(low, high)),
                "none on record",
            )
        )
    columns = (
        Column("Function", 1.0),
        Column("Trigger", 1.5),
        Column("Alternative", 1.7),
        Column("Transition time", 1.0, numeric=True),
        Column("Last test", 0.9),
    )
    return Table(
        "exit_plan",
        f"Exit plan of {facts.options[facts.proposed].short}",
        "In the terms of DORA, article 28(8). A test is on record only if the organization has run one; the "
        "simulation cannot know.",
        columns,
        tuple(rows),
    )
