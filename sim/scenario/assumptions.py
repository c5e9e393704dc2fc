"""The catalogue as a scenario sees it: the shipped one, or one with rows of the scenario's own."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

from sim.catalogue import Catalogue, Fact, load_catalogue
from sim.catalogue.facts import parse_day
from sim.scenario.events import Assumption
from sim.scenario.faults import did_you_mean
from sim.scenario.schema import Scenario

MOST_FACTOR = 1e3
"""A value further from the shipped range than this is taken for one in another unit."""

Key = tuple[str, str, str]


def catalogue_of(scenario: Scenario) -> Catalogue:
    """The catalogue that a scenario is played with. Equal assumptions share one."""
    return changed_catalogue(scenario.assumptions)


@lru_cache(maxsize=8)
def changed_catalogue(assumptions: tuple[Assumption, ...]) -> Catalogue:
    """The shipped catalogue with assumptions that were checked; itself where there are none."""
    shipped = load_catalogue()
    if not assumptions:
        return shipped
    rows = [(key_of(each), each) for each in assumptions]
    facts = [_fact(shipped.dated(*key), each) for key, each in rows if key]
    return shipped.with_rows(facts, alone=[key for key, each in rows if key and each.as_of is None])


def key_of(assumption: Assumption) -> Key | None:
    """Table, id and quantity of an assumption; `None` where the row is not named by three."""
    parts = assumption.row.split("/")
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 and all(parts) else None


def _fact(dated: Sequence[Fact], given: Assumption) -> Fact:
    newest = dated[-1]
    return Fact(
        table=newest.table,
        id=newest.id,
        quantity=newest.quantity,
        unit=newest.unit,
        as_of=dated[0].as_of if given.as_of is None else parse_day(given.as_of),
        low=given.likely if given.low is None else given.low,
        likely=given.likely,
        high=given.likely if given.high is None else given.high,
        source=given.source or "not stated",
        grade="judgement",
        note=f"in place of {newest.likely:g}",
    )


def assumption_faults(assumptions: Sequence[tuple[int, Assumption]], shipped: Catalogue) -> Iterator[str]:
    """Faults of assumptions, given with their positions: unknown rows, values that cannot be, rows given twice."""
    seen: dict[tuple[Key, date | str | None], int] = {}
    for index, given in assumptions:
        path = f"assumptions[{index}]"
        key = key_of(given)
        if key is None:
            yield (
                f"{path}.row: must be table/id/quantity, as in 'people/platform/usd_per_month' (got '{given.row}')"
            )
            continue
        unknown = _unknown(key, shipped)
        if unknown:
            yield f"{path}.row: {unknown}"
            continue
        try:
            day = given.as_of and parse_day(given.as_of)
        except ValueError:
            yield f"{path}.as_of: there is no such day (got '{given.as_of}')"
            continue
        if (key, day) in seen:
            yield f"{path}.row: {given.row} stands in assumptions[{seen[key, day]}] already. Keep one of them."
        seen.setdefault((key, day), index)
        yield from (f"{path}.likely: {given.row} {fault}" for fault in _value_faults(given, shipped.dated(*key)))


def _unknown(key: Key, shipped: Catalogue) -> str:
    table, id, quantity = key
    if table not in shipped.tables:
        return f"the catalogue has no table '{table}'.{did_you_mean(table, shipped.tables)}"
    if not shipped.has(table, id):
        return f"the catalogue's table '{table}' has no '{id}'.{did_you_mean(id, shipped.ids(table))}"
    known = shipped.quantities(table, id)
    return "" if quantity in known else f"{table}/{id} has no quantity '{quantity}'.{did_you_mean(quantity, known)}"


def _value_faults(given: Assumption, dated: Sequence[Fact]) -> Iterator[str]:
    """A value of the shipped row's kind: in order, of its sign, and near enough to be in its unit."""
    unit = dated[-1].unit
    low = given.likely if given.low is None else given.low
    high = given.likely if given.high is None else given.high
    if not low <= given.likely <= high:
        yield f"must be between low and high (got {low:g}, {given.likely:g}, {high:g})"
        return
    if unit == "share" and not 0 <= low <= high <= 1:
        yield f"is a share, from 0 to 1 (got {low:g} to {high:g}). Write 30 % as 0.3."
        return
    least, most = min(fact.low for fact in dated), max(fact.high for fact in dated)
    if least >= 0 and low < 0:
        yield f"must be at least 0 (got {low:g})"
    elif least > 0 and low == 0 and not unit.startswith("USD"):
        yield f"must be above 0, as the shipped {least:g} {unit} (got 0)"
    elif unit != "share" and (high > MOST_FACTOR * max(abs(most), abs(least)) > 0 or 0 < low < least / MOST_FACTOR):
        yield (
            f"is more than {MOST_FACTOR:g} times away from the shipped {least:g} to {most:g} {unit} "
            f"(got {given.likely:g}). Check the unit."
        )
