"""The assumption register: every row that the answer rests on, with value, range, unit, source and grade."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import chain

from sim.catalogue import Catalogue, Fact
from sim.reports import words
from sim.reports.document.facts import Facts
from sim.reports.document.parts import Cell, Column, Figure, Section, Table
from sim.scenario import field_cards
from sim.scenario.assumptions import catalogue_of
from sim.strategy.months import first_day
from sim.strategy.outcome import Outcome

TABLE_WORDS = {
    "apis": "Models by the token",
    "api_options": "Models by the token",
    "gpus": "GPUs",
    "gpu_prices": "GPU prices",
    "storage": "Storage and search",
    "search": "Storage and search",
    "network": "Network",
    "people": "People",
    "business": "Business rules",
    "choices": "What choices cost",
    "purchase": "Purchase",
    "energy": "Energy",
    "ownership": "Owning GPUs",
    "lockin": "Leaving",
    "shocks": "Having to leave",
    "validation": "The model's own error",
    "models": "Models",
    "regions": "Regions",
}
QUANTITY_WORDS = {
    "value": "",
    "usd_per_mtok_in": "prompt tokens",
    "usd_per_mtok_cached_in": "prompt tokens seen before",
    "usd_per_mtok_out": "answer tokens",
    "data_zone_uplift": "factor for processing in the EU",
    "on_demand_usd_per_gpu_hour": "on demand",
    "reserved_ratio": "reserved, over on demand",
    "usd_per_gb": "data sent",
    "usd_per_month": "cost of one",
    "usd_per_1000_searches": "searches",
    "usd_per_gb_month": "storage",
    "run_fte": "people to run it",
    "usd_per_month_per_point": "for each point",
    "audit_usd_once": "audit, once",
    "compliance_usd_per_month": "compliance",
    "credit_share": "credits",
    "hazard_per_year": "strikes",
    "notice_months": "notice",
    "median_error": "median error",
}
GRADE_WORDS = {"judgement": "J"}
WORLD = "world."
SMALL, LARGE = 1e-4, 1e6


def write(facts: Facts) -> Section:
    rows, groups = _register(facts)
    grades = Counter(str(row[5]) for row in rows)
    ours = grades["J"]
    verb = "is" if ours == 1 else "are"
    return Section(
        key="assumptions",
        kicker="Assumption register",
        headline=f"{len(rows)} inputs carry the answer; {ours or 'none'} of them {verb} our own judgment",
        standfirst="Change any of them in the scenario or the catalogue, and the report is written again.",
        blocks=(
            Table(
                "register",
                "What we assumed",
                "Grades: A specification, law or primary data; B press or survey that "
                "names its source; C a single page; J our own judgment; S stated in the scenario.",
                (
                    Column("Input", 1.9),
                    Column("Value", 0.7, numeric=True),
                    Column("Range", 1.0, numeric=True),
                    Column("Unit", 1.0),
                    Column("Source, as of", 2.1),
                    Column("Grade", 0.5),
                ),
                rows,
                groups,
            ),
        ),
    )


def _register(facts: Facts) -> tuple[tuple[tuple[Cell, ...], ...], tuple[str, ...]]:
    catalogue = catalogue_of(facts.plan.scenario)
    on = first_day(facts.plan.scenario.start, 0)
    rows: list[tuple[Cell, ...]] = []
    groups: list[str] = []
    for group, row in chain(_stated(facts), _sourced(facts, catalogue, on)):
        rows.append(row)
        groups.append(group)
    order = sorted(range(len(rows)), key=lambda at: list(dict.fromkeys(groups)).index(groups[at]))
    return tuple(rows[at] for at in order), tuple(groups[at] for at in order)


def _stated(facts: Facts) -> Iterator[tuple[str, tuple[Cell, ...]]]:
    """The world as the scenario states it."""
    for card in field_cards():
        if not card.path.startswith(WORLD):
            continue
        value = getattr(facts.plan.scenario.world, card.path.removeprefix(WORLD))
        if isinstance(value, bool):
            text: Cell = "yes" if value else "no"
        elif isinstance(value, int | float):
            text = Figure(float(value), words.percent(value) if card.unit == "share" else f"{value:g}")
        else:
            continue
        unit = "" if card.unit == "share" else card.unit
        yield "The world", (card.title, text, "", unit, "stated in the scenario", "S")


def used_rows(outcome: Outcome) -> set[tuple[str, str, str]]:
    """Catalogue rows behind the money of a plan: table, id and quantity."""
    terms = (
        term
        for stated in outcome.statements
        for lines in (stated.cost_terms, stated.revenue_terms)
        for parts in lines.values()
        for term in parts
    )
    named = (row.split("/") for term in terms for row in term.rows if row.count("/") == 2)
    return {(table, id, quantity) for table, id, quantity in named}


def _sourced(facts: Facts, catalogue: Catalogue, on: date) -> Iterator[tuple[str, tuple[Cell, ...]]]:
    used = set().union(*(used_rows(outcome) for outcome in facts.outcomes))
    kept = {
        ("lockin", id, quantity)
        for id in catalogue.ids("lockin")
        for quantity in catalogue.quantities("lockin", id, on)
    }
    kept |= {
        ("shocks", id, quantity)
        for id in catalogue.ids("shocks")
        for quantity in ("hazard_per_year", "notice_months")
        if quantity in catalogue.quantities("shocks", id, on)
    }
    kept |= {("validation", id, "median_error") for id in catalogue.ids("validation")}
    tables = list(TABLE_WORDS)
    for table, id, quantity in sorted(
        used | kept, key=lambda key: (tables.index(key[0]) if key[0] in tables else len(tables), key)
    ):
        yield TABLE_WORDS.get(table, table.capitalize()), _row(catalogue, catalogue.fact(table, id, quantity, on))


def _row(catalogue: Catalogue, fact: Fact) -> tuple[Cell, ...]:
    label = catalogue.label(fact.table, fact.id)
    about = QUANTITY_WORDS.get(fact.quantity, fact.quantity.replace("_", " "))
    name = (f"{label}: {about}" if about else label).replace("_", " ")
    name = name[0].upper() + name[1:]
    span = f"{_plain(fact.low)} to {_plain(fact.high)}" if fact.low != fact.high else ""
    return (
        name,
        Figure(fact.likely, _plain(fact.likely), fact.low, fact.high),
        span,
        fact.unit,
        f"{fact.source}, {fact.as_of.year}",
        GRADE_WORDS.get(fact.grade, fact.grade),
    )


def _plain(value: float) -> str:
    """A value without an exponent: `0.023`, `1.25`, `15,000`, `0.000002`."""
    if value and abs(value) < SMALL:
        return f"{value:.8f}".rstrip("0")
    return f"{value:,.6g}" if abs(value) < LARGE else words.count(value)
