"""The workbook calculates what the model calculates; slides hold the figures of the results; both are harmless."""

import json
import subprocess
from dataclasses import replace
from io import BytesIO
from shutil import which
from zipfile import ZipFile

import openpyxl
import pytest
import yaml
from pptx import Presentation

from sim.economics import BILLED_LINES
from sim.reports.document import formats
from sim.reports.document.build import build_report
from sim.reports.document.sheets.inputs import Inputs
from sim.reports.document.sheets.ledger import ledger
from sim.reports.document.sheets.workings import FIXED, LINE_LABELS
from sim.scenario import load, parse, scenario_hash, set_fields, to_yaml
from sim.strategy import evaluate
from tests.unit.report_evidence import evidence

HOSTILE = "=HYPERLINK(\"http://x\",\"y\") <script>alert(1)</script> שלום 🚀 & 'quoted'"
CENT = 0.005
FIRST_INPUT, NAME, VALUE = 5, 8, 2
"""First row of the inputs, and the columns of their names and values."""
HEAD = 4
SOFFICE_S = 300
MIXED = {
    "platform.owned_share": 0.4,
    "platform.reserved_share": 0.3,
    "platform.spot_share": 0.2,
    "world.gpu_price_drift_per_year": -0.2,
}


@pytest.fixture(scope="module")
def outcomes():
    return [evaluate(load("prototype_by_friday")), evaluate(set_fields(load("own_the_platform"), MIXED))]


@pytest.fixture(scope="module")
def report(outcomes):
    return build_report(outcomes, evidence=evidence())


@pytest.fixture(scope="module")
def results(report):
    return json.loads(formats.write(report, "json")[0].data)


@pytest.fixture(scope="module")
def workbook(report):
    return formats.write(report, "xlsx")[0].data


@pytest.fixture(scope="module")
def slides(report):
    return formats.write(report, "pptx")[0].data


# --- the workbook calculates ----------------------------------------------------------------------------------------


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


def test_changed_values_give_what_the_model_gives_for_them(recalculated, outcomes, report):
    """Every price, share and drift at once: to the cent, in every month."""
    every = Inputs()
    for outcome in outcomes:
        ledger(outcome, every)
    values = {(given.row, given.value): moved(given.name, given.value) for given in every.all}
    assert len(values) > 20
    again = [evaluate(with_inputs(outcome, values)) for outcome in outcomes]
    saved = json.loads(formats.write(build_report(again), "json")[0].data)["results"]
    for number, result in enumerate(saved, start=1):
        check_statement(recalculated[1], number, result)
        assert result["npv_usd"] != pytest.approx(outcomes[number - 1].npv_usd, rel=0.01)


def test_cached_values_are_there_without_recalculating(workbook, results):
    book = openpyxl.load_workbook(BytesIO(workbook), data_only=True)
    for number, saved in enumerate(results["results"], start=1):
        check_statement(book, number, saved)


def test_billed_lines_add_up_to_the_bill(workbook, report):
    book = openpyxl.load_workbook(BytesIO(workbook), data_only=True)
    bills = {file.name.split(".focus")[0]: file.facts["billed_usd"] for file in formats.write(report, "focus")}
    for number, (option, outcome) in enumerate(zip(report.options, report.outcomes, strict=True), start=1):
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


def test_sheets_and_names(workbook, report):
    book = openpyxl.load_workbook(BytesIO(workbook))
    own = ["P&L 1", "P&L 2", "Assumptions", "KPIs", "Lock-in", "Doors", "Futures", "Method", "Workings 1", "Workings 2"]
    assert book.sheetnames == ["Summary", *own]
    names = set(book.defined_names)
    assert {name for _, name, _ in inputs_of(book["Assumptions"])} <= names
    assert {"npv_1", "payback_2", "gross_margin_1", "revenue_2", "all_cost_1"} <= names
    assert all(sheet.page_setup.orientation == "landscape" and sheet.page_setup.paperSize == 9 for sheet in book)
    letter = replace(report, paper="letter", sections=report.sections[:1])
    plain = openpyxl.load_workbook(BytesIO(formats.write(letter, "xlsx")[0].data))
    assert plain["Summary"].page_setup.paperSize == 1 and "Futures" not in plain.sheetnames


# --- the slides -----------------------------------------------------------------------------------------------------


def formulas_in(data):
    """Formulas in the workbooks inside of slides."""
    with ZipFile(BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.endswith(".xlsx"):
                sheet = openpyxl.load_workbook(BytesIO(archive.read(name))).active
                yield from (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f")


def charts_of(data):
    """Alternative text of every chart, and the rows of the workbook inside it."""
    for slide in Presentation(BytesIO(data)).slides:
        for shape in slide.shapes:
            if shape.has_chart:
                blob = shape.chart.part.chart_workbook.xlsx_part.blob
                rows = list(openpyxl.load_workbook(BytesIO(blob)).active.iter_rows(values_only=True))
                yield shape._element.nvGraphicFramePr.cNvPr.get("descr"), rows, shape.chart


def about(values):
    """What equals values but for their last digits; a value that does not exist stays so."""
    return [None if value is None else pytest.approx(value) for value in values]


def test_charts_hold_the_figures_of_the_results(slides, results):
    charts = {alt.split(". ")[0]: rows for alt, rows, _ in charts_of(slides)}
    blocks = {block.get("key"): block for section in results["sections"] for block in section["blocks"]}
    assert len(charts) == 9
    for key in ("difference", "margin", "p95", "whole"):
        rows = charts[blocks[key]["title"].replace("\u00a0", " ")]
        for line in blocks[key]["lines"]:
            column = rows[0].index(line["name"])
            assert [row[column] for row in rows[1:]] == about(line["values"])
    waterfall = charts[blocks["unit_cost"]["title"].replace("\u00a0", " ")]
    values = waterfall[0].index("value")
    parts = [bar["figure"]["value"] for bar in blocks["unit_cost"]["bars"]]
    assert [row[values] for row in waterfall[1:]] == pytest.approx([*parts, sum(parts)])
    tornado = charts[blocks["tornado"]["title"].replace("\u00a0", " ")]
    low = tornado[0].index("at its low end")
    assert [row[low] for row in tornado[1:]] == [row["at_low"]["value"] for row in blocks["tornado"]["rows"]]
    ranges = charts[blocks["worth_ranges"]["title"].replace("\u00a0", " ")]
    for row, bar in zip(ranges[1:], blocks["worth_ranges"]["bars"], strict=True):
        found = dict(zip(ranges[0], row, strict=True))
        assert (found["low"], found["middle"], found["high"]) == pytest.approx(
            tuple(bar["figure"][key] for key in ("low", "value", "high"))
        )


def test_what_is_drawn_is_what_the_sheet_inside_says(slides):
    for _, rows, chart in charts_of(slides):
        for column, series in enumerate(chart.plots[0].series, start=1):
            assert rows[0][column] == series.name
            assert [row[column] for row in rows[1:]] == about(series.values)


def test_a_board_gets_ten_to_twelve_slides_each_with_title_notes_number_and_alt_text(slides, report, outcomes):
    deck = Presentation(BytesIO(slides))
    assert len(deck.slides) == 12
    for number, slide in enumerate(deck.slides, start=1):
        assert slide.shapes.title.text_frame.text
        assert "Source:" in slide.notes_slide.notes_text_frame.text
        assert any('type="slidenum"' in shape._element.xml for shape in slide.shapes), number
        for shape in slide.shapes:
            assert shape.left >= 0 and shape.left + shape.width <= deck.slide_width
            assert shape.top >= 0 and shape.top + shape.height <= deck.slide_height
            if shape.has_chart or getattr(shape, "has_table", False):
                assert shape._element.nvGraphicFramePr.cNvPr.get("descr")
    assert len(Presentation(BytesIO(formats.write(build_report(outcomes), "pptx")[0].data)).slides) == 10
    alone = build_report(outcomes[:1])
    assert len(Presentation(BytesIO(formats.write(alone, "pptx")[0].data)).slides) == 10


# --- harmless, legible, the same bytes ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile(outcomes):
    scenarios = [
        set_fields(outcomes[0].scenario, {"name": HOSTILE, "summary": "@SUM(1) " + "W" * 1800}),
        set_fields(outcomes[1].scenario, {"name": "+" + "A" * 119}),
    ]
    renamed = [replace(o, scenario=s, scenario_hash=scenario_hash(s)) for o, s in zip(outcomes, scenarios, strict=True)]
    return build_report(renamed, evidence=evidence())


def test_hostile_text_is_never_a_formula_in_the_workbook(hostile):
    data = formats.write(hostile, "xlsx")[0].data
    book = openpyxl.load_workbook(BytesIO(data))
    said = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in said if cell.data_type == "f" and "HYPERLINK" in str(cell.value)]
    shown = [cell for cell in said if cell.data_type == "s" and str(cell.value).startswith(("=", "+", "@"))]
    assert shown and all(cell.quotePrefix for cell in shown)
    with ZipFile(BytesIO(data)) as archive:
        assert not [name for name in archive.namelist() if "hyperlink" in archive.read(name).decode("utf-8", "ignore")]


def test_hostile_text_is_text_on_slides_and_in_their_sheets(hostile):
    data = formats.write(hostile, "pptx")[0].data
    deck = Presentation(BytesIO(data))
    titles = " ".join(slide.shapes.title.text_frame.text for slide in deck.slides)
    assert "=HYPERLINK" in titles
    assert len(list(charts_of(data))) == 9 and not list(formulas_in(data))
    for slide in deck.slides:
        assert not [rel for rel in slide.part.rels.values() if rel.is_external]


def test_equal_reports_give_equal_bytes(report, workbook, slides, monkeypatch):
    """Also at another time of the day."""
    import time

    later = time.time() + 86_400 * 40
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(later))
    assert formats.write(report, "xlsx")[0].data == workbook
    assert formats.write(report, "pptx")[0].data == slides
    for data in (workbook, slides):
        with ZipFile(BytesIO(data)) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
