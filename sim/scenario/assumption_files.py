"""Changed catalogue rows from a file: CSV with the catalogue's own columns, or YAML as in a scenario."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from sim.catalogue import Fact, load_catalogue
from sim.catalogue.facts import parse_day
from sim.scenario.assumptions import key_of
from sim.scenario.faults import ScenarioError, did_you_mean, short
from sim.scenario.schema import Scenario
from sim.scenario.validate import validated
from sim.scenario.yaml_text import MOST_BYTES, read_mapping

NAME = "assumptions"
NEEDED = ("id", "quantity", "likely")
COLUMNS = ("table", "id", "quantity", "unit", "as_of", "low", "likely", "high", "source", "grade", "note")
NUMBERS = ("low", "likely", "high")
MOST_LINES = 20_000

Row = dict[str, Any]


def with_catalogue_file(scenario: Scenario, data: bytes, *, where: str) -> Scenario:
    """The scenario with the rows of a file in place of the catalogue's, and of any that it changed before.

    Args:
        scenario: left as it is.
        data: YAML with a list `assumptions`, or CSV with the columns `table`,
            `id`, `quantity` and `likely`, and `low`, `high`, `as_of` and
            `source` if wanted. Rows equal to the shipped ones change nothing, so
            a whole table may be sent back with a few lines edited.
        where: the file's name; the table of a CSV without that column.

    Raises:
        ScenarioError: too large, not to be read, or all faults of its rows at once.
    """
    if len(data) > MOST_BYTES:
        raise ScenarioError(where, (f"the file has {len(data)} bytes; it may have at most {MOST_BYTES}.",))
    rows, faults = _from_yaml(data, where) if where.lower().endswith((".yaml", ".yml")) else _from_csv(data, where)
    plain = {**scenario.model_dump(mode="json"), NAME: rows}
    return validated(plain, where=where, faults=faults)


def catalogue_csv() -> str:
    """The shipped catalogue as one CSV that can be edited and sent back."""
    catalogue = load_catalogue()
    lines = [",".join(COLUMNS)]
    for table in catalogue.tables:
        for fact in catalogue.rows(table):
            cells = [str(getattr(fact, name)) if name not in NUMBERS else f"{getattr(fact, name):.15g}"
                     for name in COLUMNS]  # fmt: skip
            lines.append(",".join(_quoted(cell) for cell in cells))
    return "\n".join(lines) + "\n"


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ',"\n') else cell


def _from_yaml(data: bytes, where: str) -> tuple[Any, tuple[str, ...]]:
    read, faults = read_mapping(data, where=where)
    unknown = [name for name in read if name != NAME]
    if NAME not in read:
        raise ScenarioError(where, (*faults, f"{NAME}: required, and missing. Write the changed rows as its list.",))
    return read[NAME], (*faults, *(f"{name}: no such setting here. Write '{NAME}' only." for name in unknown))


def _from_csv(data: bytes, where: str) -> tuple[list[Row], tuple[str, ...]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise ScenarioError(where, (f"byte {fault.start} is not UTF-8 text. Save the file as UTF-8.",)) from fault
    try:
        reader = csv.DictReader(text.splitlines(), strict=True)
        head = [name.strip() for name in reader.fieldnames or ()]
        _check_head(head, where)
        reader.fieldnames = head
        lines = [(reader.line_num, line) for line in reader]
    except csv.Error as fault:
        raise ScenarioError(where, (f"this is not CSV: {fault}. Check the quotes.",)) from fault
    if len(lines) > MOST_LINES:
        raise ScenarioError(where, (f"more than {MOST_LINES} lines. Send the changed rows only.",))
    table = "" if "table" in head else PurePath(where).stem
    rows: list[Row] = []
    faults: list[str] = []
    for number, line in lines:
        row, found = _row(line, table=table)
        faults += [f"line {number}: {fault}" for fault in found]
        if not found and row is not None:
            rows.append(row)
    return rows, tuple(faults)


def _check_head(head: list[str], where: str) -> None:
    missing = [name for name in NEEDED if name not in head]
    unknown = [name for name in head if name not in COLUMNS]
    faults = [f"column '{name}' is missing. Begin with the line {','.join(COLUMNS[:3])},likely." for name in missing]
    faults += [f"there is no column {short(name)}.{did_you_mean(name, COLUMNS)}" for name in unknown]
    if faults:
        raise ScenarioError(where, faults)


def _row(line: Mapping[str | None, Any], *, table: str) -> tuple[Row | None, list[str]]:
    """A line as an assumption with its faults; `None` where it says what the catalogue says already."""
    if None in line or any(value is None for value in line.values()):
        return None, ["has more or fewer cells than the first line. Check its commas and quotes."]
    cells = {str(name): str(value).strip() for name, value in line.items()}
    key = (cells.get("table") or table, cells["id"], cells["quantity"])
    row: Row = {"row": "/".join(key)}
    faults: list[str] = []
    for name in NUMBERS:
        if cells.get(name):
            try:
                row[name] = float(cells[name])
            except ValueError:
                faults.append(f"{name}: must be a number (got {short(cells[name])})")
    if "likely" not in row and not faults:
        faults.append("likely: required, and missing")
    if cells.get("as_of"):
        try:
            row["as_of"] = parse_day(cells["as_of"]).isoformat()
        except ValueError:
            faults.append(f"as_of: must be a date as YYYY-MM or YYYY-MM-DD (got {short(cells['as_of'])})")
    if cells.get("source"):
        row["source"] = cells["source"][:400]
    shipped = _shipped(key)
    if shipped and cells.get("unit") and cells["unit"] != shipped[-1].unit:
        faults.append(f"unit: {row['row']} is in {shipped[-1].unit} (got {short(cells['unit'])}). Convert the value.")
    if not faults and any(_same(fact, row) for fact in shipped):
        return None, []
    return row, faults


def _shipped(key: tuple[str, str, str]) -> tuple[Fact, ...]:
    try:
        return load_catalogue().dated(*key)
    except LookupError:
        return ()


def _same(fact: Fact, row: Row) -> bool:
    """Whether a row says nothing new."""
    values = tuple(row.get(name, row["likely"]) for name in NUMBERS)
    dated = row.get("as_of") in (None, fact.as_of.isoformat())
    return dated and values == (fact.low, fact.likely, fact.high)


def changed_rows(scenario: Scenario) -> Iterator[str]:
    """What a scenario changed in the catalogue, one sentence a row."""
    for given in scenario.assumptions:
        key = key_of(given)
        shipped = _shipped(key) if key else ()
        unit = shipped[-1].unit if shipped else ""
        since = f" from {given.as_of}" if given.as_of else ""
        was = f" instead of {shipped[-1].likely:g}" if shipped else ""
        yield f"{given.row} is {given.likely:g} {unit}{since}{was}"
