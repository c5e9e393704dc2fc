"""From which day on the catalogue can price a scenario."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from sim.catalogue import Catalogue
from sim.scenario.parts import Parts

RULES = ("business", "choices", "network", "people", "storage")
"""Tables of which every row is read."""


def start_day(start: str) -> date:
    """First day of a scenario's month 0."""
    return date.fromisoformat(f"{start}-01")


def dated_too_late(parts: Parts, catalogue: Catalogue, *, groups: set[str]) -> tuple[str, date] | None:
    """The row that comes into force last among those the scenario reads, and its day; `None` if all are in force.

    Args:
        parts: with a start.
        groups: price groups of the regions that may serve.
    """
    first = _first_days(catalogue)
    read = [key for key in first if key[0] in RULES]
    if parts.decisions is not None:
        read += [("apis", parts.decisions.api_tier), ("search", parts.decisions.vector_store)]
    if parts.platform is not None:
        seller = f"{parts.platform.engine.gpu}.{parts.platform.seller}"
        read += [("gpu_prices", f"{seller}.{group}") for group in sorted(groups)]
    days = [(first[key], "/".join(key)) for key in read if key in first]
    last, row = max(days)
    return (row, last) if parts.start is not None and last > start_day(parts.start) else None


@lru_cache(maxsize=4)
def _first_days(catalogue: Catalogue) -> Mapping[tuple[str, str], date]:
    """For each table and id the day from which all its quantities have a value."""
    first: dict[tuple[str, str, str], date] = {}
    for table in catalogue.tables:
        for fact in catalogue.rows(table):
            key = (table, fact.id, fact.quantity)
            first[key] = min(first.get(key, fact.as_of), fact.as_of)
    whole: dict[tuple[str, str], date] = {}
    for (table, id, _), day in first.items():
        whole[table, id] = max(whole.get((table, id), day), day)
    return whole
