"""The workbook calculates what the model calculates, and what is written in it stays text."""

import json
import subprocess
import time
from dataclasses import replace
from io import BytesIO
from shutil import which
from zipfile import ZipFile

import openpyxl
import pytest
import yaml

from sim.economics import BILLED_LINES
from sim.reports.document import formats
from sim.reports.document.build import build_report
from sim.reports.document.sheets.inputs import Inputs
from sim.reports.document.sheets.ledger import ledger
from sim.reports.document.sheets.workings import FIXED, LINE_LABELS
from sim.scenario import parse, to_yaml
from sim.strategy import evaluate
from tests.unit.report_made import hostile, outcomes, report

CENT = 0.005
FIRST_INPUT, NAME, VALUE = 5, 8, 2
"""First row of the inputs, and the columns of their names and values."""
HEAD = 4
SOFFICE_S = 300


@pytest.fixture(scope="module")
def results():
    return json.loads(formats.write(report(), "json")[0].data)


@pytest.fixture(scope="module")
def workbook():
    return formats.write(report(), "xlsx")[0].data


def moved(name, value):
    """Another value of an input: drifts by points, shares within their bounds, all others by a fifth."""
    if "drift_per_year" in name:
        return value + 0.05
    return value * (0.9 if "share" in name or "ratio" in name else 1.2)


def inputs_of(sheet):
    """Row, name and value of every input."""
    row = FIRST_INPUT
    while sheet.cell(row, NAME).value:
        yield row, sheet.cell(row, NAME).value, sheet.cell(row, VALUE).value
        row += 1


@pytest.fixture(scope="module")
def recalculated(workbook, tmp_path_factory):
    """The workbook as it is and with every input moved, both recalculated by LibreOffice in one run."""
    if which("soffice") is None:
        pytest.skip("LibreOffice is not installed, so nothing here can recalculate a workbook")
    folder = tmp_path_factory.mktemp("office")
    (folder / "same.xlsx").write_bytes(workbook)
    book = openpyxl.load_workbook(BytesIO(workbook))
    sheet = book["Assumptions"]
    for row, name, value in list(inputs_of(sheet)):
        sheet.cell(row, VALUE).value = moved(name, value)
    book.save(folder / "moved.xlsx")
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", "--headless", profile, "--convert-to", "xlsx", "--outdir", str(folder / "out")]
    files = [str(folder / name) for name in ("same.xlsx", "moved.xlsx")]
    subprocess.run([*command, *files], check=True, capture_output=True, timeout=SOFFICE_S)
    return [openpyxl.load_workbook(folder / "out" / name, data_only=True) for name in ("same.xlsx", "moved.xlsx")]


def months_of(book, number, label, count):
    """Values of a row of a statement by month."""
    sheet = book[f"P&L {number}"]
    row = next(r for r in range(1, sheet.max_row + 1) if sheet.cell(r, 1).value == label)
    first = next(c for c in range(1, sheet.max_column + 1) if sheet.cell(HEAD, c).value == 1)
    return [sheet.cell(row, first + month).value for month in range(count)]


def named(book, name):
    """Value of the one cell that a name stands for."""
    (sheet, cell), = book.defined_names[name].destinations
    return book[sheet][cell.replace("$", "")].value


def check_statement(book, number, saved):
    """Lines, margin, cash, worth and payback of one option against its results."""
    months = saved["months"]
    count = len(months)
    for line, label in LINE_LABELS.items():
        wanted = [month["cost_usd"][line] for month in months]
        assert months_of(book, number, label, count) == pytest.approx(wanted, abs=CENT), line
    wanted = [month["revenue_usd"] for month in months]
    assert months_of(book, number, "Revenue after credits", count) == pytest.approx(wanted, abs=CENT)
    found = months_of(book, number, "Gross margin", count)
    for margin, month in zip(found, months, strict=True):
        assert (margin or None) == pytest.approx(month["gross_margin"], abs=1e-9)
    assert named(book, f"npv_{number}") == pytest.approx(saved["npv_usd"], abs=CENT)
    back = saved["payback_month"]
    assert named(book, f"payback_{number}") == (f"not within {count} months" if back is None else back + 1)


def test_recalculated_statements_are_the_results(recalculated, results):
    for number, saved in enumerate(results["results"], start=1):
        check_statement(recalculated[0], number, saved)


def with_inputs(outcome, values):
    """The scenario of an outcome with inputs at other values, as a user would write it."""
    data = yaml.safe_load(to_yaml(outcome.scenario))
    used = Inputs()
    ledger(outcome, used)
    rows = []
    for given in used.all:
        value = values[given.row, given.value]
        if given.row.count("/") == 2:
            low, high = min(value, given.low), max(value, given.high)
            rows.append({"row": given.row, "likely": value, "low": low, "high": high, "source": "a test"})
            continue
        parts = given.row.split(".")
        if parts[0] != "products":
            data[parts[0]][parts[1]] = value
            continue
        product = next(one for one in data["products"] if one["id"] == parts[1])
        if parts[-1] == "price":
            product["price"]["usd_per_month" if "usd_per_month" in product["price"] else "usd"] = value
        elif parts[-1] == "drift_per_year":
            product["price"]["drift_per_year"] = value
        else:
            product[parts[2]] = value
    data["assumptions"] = rows
    return parse(yaml.safe_dump(data, allow_unicode=True).encode())


def test_changed_values_give_what_the_model_gives_for_them(recalculated):
    """Every price, share and drift at once: to the cent, in every month."""
    every = Inputs()
    for outcome in outcomes():
        ledger(outcome, every)
    values = {(given.row, given.value): moved(given.name, given.value) for given in every.all}
    assert len(values) > 20
    again = [evaluate(with_inputs(outcome, values)) for outcome in outcomes()]
    saved = json.loads(formats.write(build_report(again), "json")[0].data)["results"]
    for number, result in enumerate(saved, start=1):
        check_statement(recalculated[1], number, result)
        assert result["npv_usd"] != pytest.approx(outcomes()[number - 1].npv_usd, rel=0.01)


def test_cached_values_are_there_without_recalculating(workbook, results):
    book = openpyxl.load_workbook(BytesIO(workbook), data_only=True)
    for number, saved in enumerate(results["results"], start=1):
        check_statement(book, number, saved)


def test_billed_lines_add_up_to_the_bill(workbook):
    book = openpyxl.load_workbook(BytesIO(workbook), data_only=True)
    bills = {file.name.split(".focus")[0]: file.facts["billed_usd"] for file in formats.write(report(), "focus")}
    for number, (option, outcome) in enumerate(zip(report().options, report().outcomes, strict=True), start=1):
        lines = [months_of(book, number, LINE_LABELS[line], len(outcome.months)) for line in BILLED_LINES]
        assert sum(map(sum, lines)) == pytest.approx(bills[option.stem], abs=0.01)


def test_every_amount_is_live_but_what_the_model_alone_can_tell(workbook):
    book = openpyxl.load_workbook(BytesIO(workbook))
    for sheet in (book["Workings 1"], book["Workings 2"]):
        assert not [row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 2).value == FIXED]
    for name in ("P&L 1", "P&L 2"):
        first = next(cell for cell in book[name][HEAD] if cell.value == 1).column
        numbers = [
            cell.coordinate
            for row in book[name].iter_rows(min_row=HEAD + 1, min_col=first)
            for cell in row
            if cell.value is not None and not str(cell.value).startswith("=")
        ]
        assert not numbers


def test_sheets_and_names(workbook):
    book = openpyxl.load_workbook(BytesIO(workbook))
    own = ["P&L 1", "P&L 2", "Assumptions", "KPIs", "Lock-in", "Doors", "Futures", "Method", "Workings 1", "Workings 2"]
    assert book.sheetnames == ["Summary", *own]
    names = set(book.defined_names)
    assert {name for _, name, _ in inputs_of(book["Assumptions"])} <= names
    assert {"npv_1", "payback_2", "gross_margin_1", "revenue_2", "all_cost_1"} <= names
    assert all(sheet.page_setup.orientation == "landscape" and sheet.page_setup.paperSize == 9 for sheet in book)
    letter = replace(report(), paper="letter", sections=report().sections[:1])
    plain = openpyxl.load_workbook(BytesIO(formats.write(letter, "xlsx")[0].data))
    assert plain["Summary"].page_setup.paperSize == 1 and "Futures" not in plain.sheetnames


def test_ranges_of_the_futures_are_numbers_in_the_workbook(workbook, results):
    sheet = openpyxl.load_workbook(BytesIO(workbook))["Futures"]
    fan = next(b for s in results["sections"] for b in s["blocks"] if b.get("key") == "worth_fan")
    title = next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == fan["title"])
    heads = next(row for row in range(title, title + 5) if sheet.cell(row, 1).value == "Month")
    rows = [
        [cell.value for cell in sheet[row] if cell.value is not None] for row in range(heads + 1, heads + 37)
    ]
    for at, row in enumerate(rows):
        wanted = [line[key][at] for line in fan["lines"] for key in ("values", "low", "high")]
        assert row[0] == str(at + 1) and row[1:] == pytest.approx(wanted)


def test_hostile_text_is_never_a_formula_in_the_workbook():
    data = formats.write(hostile(), "xlsx")[0].data
    book = openpyxl.load_workbook(BytesIO(data))
    said = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in said if cell.data_type == "f" and "HYPERLINK" in str(cell.value)]
    shown = [cell for cell in said if cell.data_type == "s" and str(cell.value).startswith(("=", "+", "@"))]
    assert shown and all(cell.quotePrefix for cell in shown)
    with ZipFile(BytesIO(data)) as archive:
        assert not [name for name in archive.namelist() if "hyperlink" in archive.read(name).decode("utf-8", "ignore")]


def test_equal_reports_give_equal_bytes(workbook, monkeypatch):
    """Also at another time of the day."""
    later = time.time() + 86_400 * 40
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(later))
    assert formats.write(report(), "xlsx")[0].data == workbook
    with ZipFile(BytesIO(workbook)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
