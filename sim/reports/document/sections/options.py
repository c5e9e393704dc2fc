"""The options beside one another: what is decided differently, and then what follows."""

from sim.reports import words
from sim.reports.comparison import difference_rows, dominance, kpi_rows
from sim.reports.document.facts import Facts
from sim.reports.document.parts import Cell, Column, Figure, Points, Prose, Section, Table
from sim.reports.kpi import chips
from sim.scenario import lever_cards


def write(facts: Facts) -> Section:
    """Always there; a single plan is listed by its decisions."""
    if facts.comparison is None:
        return _one(facts)
    decided = len(facts.comparison.decisions)
    start = "They decide alike" if decided == 0 else f"They differ in {decided} of {len(lever_cards())} decisions"
    return Section(
        key="options",
        kicker="Options",
        headline=f"{start}, and face the same demand" if not _other_world(facts) else start,
        standfirst=f"Doing nothing means {facts.options[0].short}. Every option is played over the same "
        f"{words.months(facts.months)}, against the same requests.",
        blocks=(
            *(
                Prose(option.name + (" (doing nothing)" if at == 0 else ""), (option.summary,))
                for at, option in enumerate(facts.options)
                if option.summary
            ),
            *_decisions(facts),
            _figures(facts),
            Points("Who is better in everything", dominance(facts.comparison, [o.short for o in facts.options])),
        ),
    )


def _other_world(facts: Facts) -> bool:
    found = facts.comparison
    return found is not None and any(d.field.startswith(("world.", "products.", "users.")) for d in found.others)


def _decisions(facts: Facts) -> tuple[Table, ...]:
    assert facts.comparison is not None
    names = tuple(option.short for option in facts.options)
    columns = (Column("", 1.6), *(Column(name, 1.0) for name in names))
    tables = []
    for key, title, note, found in (
        ("decisions", "What is decided differently", "Decisions of the platform.", facts.comparison.decisions),
        ("others", "What else differs", "Settings that are no decisions of the platform.", facts.comparison.others),
    ):
        rows = tuple(difference_rows(found))
        if rows:
            tables.append(Table(key, title, note, columns, rows))
    return tuple(tables)


def _figures(facts: Facts) -> Table:
    """Figures of every option; a difference within its interval is called noise."""
    assert facts.comparison is not None
    rows = []
    for row, kpi in zip(kpi_rows(facts.comparison), facts.comparison.kpis, strict=True):
        cells: list[Cell] = [row.label]
        for cell, value in zip(row.cells, kpi.values, strict=True):
            half = value.half_width
            known = half == half and half > 0
            low, high = (value.mean - half, value.mean + half) if known else (float("nan"), float("nan"))
            cells.append(Figure(value.mean, cell.value, low, high, cell.difference))
        rows.append(tuple(cells))
    columns = (Column("", 1.6), *(Column(option.short, 1.0, numeric=True) for option in facts.options))
    return Table(
        "figures",
        "What follows",
        "Below a figure: its difference to doing nothing, with its interval where one is "
        "known; a difference within it is noise.",
        columns,
        tuple(rows),
    )


def _one(facts: Facts) -> Section:
    option, plan = facts.options[0], facts.plan
    rows = []
    for card in lever_cards():
        value = getattr(plan.scenario.decisions, card.path.removeprefix("decisions."))
        text = card.options.get(value, value) if isinstance(value, str) else words.percent(value)
        rows.append((card.title, text))
    said = tuple(
        f"{chip.name}: {chip.figure}{chip.note.replace(words.NBSP, ' ')}"
        for chip in chips(plan, plan, month=facts.months)
    )
    return Section(
        key="options",
        kicker="The plan",
        headline=f"{option.short}: eight decisions, nothing to compare them with",
        standfirst="Name a second scenario to set it beside doing nothing.",
        blocks=(
            *((Prose(option.name, (option.summary,)),) if option.summary else ()),
            Table("decisions", "What is decided", "", (Column("", 1.6), Column(option.short, 1.0)), tuple(rows)),
            Points("At a glance", said),
        ),
    )
