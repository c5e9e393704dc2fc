"""Slides hold the figures of the results in charts that can be edited, and what is written on them stays text."""

import json
import time
from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest
from PIL import Image
from pptx import Presentation

from sim.reports.document import formats
from sim.reports.document.build import build_report
from tests.unit.report_made import hostile, outcomes, report

CHARTS = 11


@pytest.fixture(scope="module")
def results():
    return json.loads(formats.write(report(), "json")[0].data)


@pytest.fixture(scope="module")
def slides():
    return formats.write(report(), "pptx")[0].data


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
    assert len(charts) == CHARTS
    for key in ("difference", "margin", "worth_fan", "p95", "whole"):
        rows = charts[blocks[key]["title"].replace("\u00a0", " ")]
        for line in blocks[key]["lines"]:
            column = rows[0].index(line["name"])
            assert [row[column] for row in rows[1:]] == about(line["values"])
    waited = charts[blocks["waiting_gain"]["title"].replace("\u00a0", " ")]
    middle = waited[0].index("middle")
    gains = [bar["figure"]["value"] for bar in blocks["waiting_gain"]["bars"]]
    assert [row[middle] for row in waited[1:]] == about(gains)
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


def test_a_board_gets_ten_to_twelve_slides_each_with_title_notes_number_and_alt_text(slides):
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
    assert len(Presentation(BytesIO(formats.write(build_report(outcomes()), "pptx")[0].data)).slides) == 10
    alone = build_report(outcomes()[:1])
    assert len(Presentation(BytesIO(formats.write(alone, "pptx")[0].data)).slides) == 10


def test_a_logo_is_on_every_slide_and_in_the_file_once():
    drawn = BytesIO()
    Image.new("RGB", (64, 16), "#005A3C").save(drawn, "png")
    worn = replace(report(), brand=replace(report().brand, name="Alder", logo=drawn.getvalue()))
    data = formats.write(worn, "pptx")[0].data
    deck = Presentation(BytesIO(data))
    pictures = [shape for shape in deck.slides[0].slide_layout.shapes if shape._element.tag.endswith("}pic")]
    assert [shape._element.nvPicPr.cNvPr.get("descr") for shape in pictures] == ["Logo of Alder"]
    assert all(slide.slide_layout == deck.slides[0].slide_layout for slide in deck.slides)
    embedded = pictures[0]._element.blipFill.blip.rEmbed
    assert deck.slides[0].slide_layout.part.related_part(embedded).blob == drawn.getvalue()
    with ZipFile(BytesIO(data)) as archive:
        assert len([name for name in archive.namelist() if "/media/" in name]) == 1


def test_hostile_text_is_text_on_slides_and_in_their_sheets():
    data = formats.write(hostile(), "pptx")[0].data
    deck = Presentation(BytesIO(data))
    titles = " ".join(slide.shapes.title.text_frame.text for slide in deck.slides)
    assert "=HYPERLINK" in titles
    assert len(list(charts_of(data))) == CHARTS and not list(formulas_in(data))
    for slide in deck.slides:
        assert not [rel for rel in slide.part.rels.values() if rel.is_external]


def test_equal_reports_give_equal_bytes(slides, monkeypatch):
    """Also at another time of the day."""
    later = time.time() + 86_400 * 40
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(later))
    assert formats.write(report(), "pptx")[0].data == slides
    with ZipFile(BytesIO(slides)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
