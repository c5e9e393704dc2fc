"""Reports as files: the same numbers in every format, equal bytes for equal reports, hostile text that stays text."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO
from math import isfinite
from zipfile import ZipFile

import pytest
from pypdf import PdfReader

from sim.catalogue import load_catalogue
from sim.reports import words
from sim.reports.document import formats, html
from sim.reports.document.brand import Brand, BrandError, contrast, darkened, parse_brand, read_brand
from sim.reports.document.build import build_report
from sim.reports.document.bundle import written, zipped
from sim.reports.document.clean import one_line
from sim.reports.document.parts import Figure, Grid, Points, Table
from sim.reports.document.pdf_fonts import faces
from sim.reports.document.sections import SECTIONS
from sim.reports.lockin import layer_name
from sim.scenario import load, parse, scenario_hash, set_fields
from sim.strategy import evaluate
from tests.unit.report_evidence import evidence, waiting

NAMES = ("prototype_by_friday", "own_the_platform")
HOSTILE = "<script>alert(1)</script> =HYPERLINK(\"http://x\",\"y\") שלום مرحبا 🚀 & 'quoted'"
LINE_ENDS = re.compile(r"\s+")


@pytest.fixture(scope="module")
def outcomes():
    return [evaluate(load(name)) for name in NAMES]


@pytest.fixture(scope="module")
def report(outcomes):
    return build_report(outcomes, evidence=replace(evidence(), waiting=waiting(*outcomes)))


@pytest.fixture(scope="module")
def document(report):
    return formats.write(report, "pdf")[0].data


@pytest.fixture(scope="module")
def results(report):
    return json.loads(formats.write(report, "json")[0].data)


class _Text(HTMLParser):
    """What a page says, and the tags it holds."""

    def __init__(self):
        super().__init__()
        self.said, self.scripts, self.tags = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        (self.scripts if self.tags and self.tags[-1] in ("script", "style") else self.said).append(data)


def spoken(text):
    """Words without line ends and the kind of space that joins them."""
    return LINE_ENDS.sub(" ", text.replace("\u00a0", " ")).replace(" ", "")


def page_text(report):
    reader = _Text()
    reader.feed(html.page(report, plotly=""))
    return spoken("".join(reader.said)), reader


def pdf_text(data):
    pages = PdfReader(BytesIO(data)).pages
    # What stands in the head and foot of a page may part a paragraph that runs over it.
    return spoken(" ".join(page.extract_text() for page in pages))


def figures_of(results):
    """Every figure in a table or grid of the results, with its section."""
    for section in results["sections"]:
        for block in section["blocks"]:
            rows = block.get("rows", ()) if block["kind"] in ("table", "grid") else ()
            for row in rows:
                for cell in row["figures"] if block["kind"] == "grid" else row:
                    if isinstance(cell, dict):
                        yield section["key"], cell


# --- the same numbers everywhere ----------------------------------------------------------------------------------


def test_figures_of_the_page_and_the_document_are_those_of_the_results(report, document, results):
    page, _ = page_text(report)
    printed = pdf_text(document)
    found = list(figures_of(results))
    assert len(found) > 250
    for key, figure in found:
        assert spoken(figure["text"]) in page, (key, figure)
        assert spoken(figure["text"]) in printed, (key, figure)
    for section in results["sections"]:
        assert spoken(section["headline"]) in page and spoken(section["headline"]) in printed
    assert spoken(results["recommendation"]) in page and spoken(results["recommendation"]) in printed


def test_figures_are_those_of_the_outcomes(results, outcomes):
    grid = next(b for b in results["sections"][0]["blocks"] if b["kind"] == "grid")
    last = [outcome.months[-1] for outcome in outcomes]
    by_label = {row["label"]: [figure["value"] for figure in row["figures"]] for row in grid["rows"]}
    assert by_label["Gross margin"] == [month.gross_margin for month in last]
    assert by_label["Cash to leave"] == [month.exit["whole"].usd_cash for month in last]
    assert by_label["Cost per 1M tokens"] == [month.usd_per_mtok_allocated for month in last]
    money = next(s for s in results["sections"] if s["key"] == "money")
    worth = next(b for b in money["blocks"] if b.get("key") == "worth")
    assert [cell["value"] for cell in worth["rows"][0][1:]] == [outcome.npv_usd for outcome in outcomes]
    chart = results["sections"][0]["blocks"][1]
    gain = chart["lines"][0]["values"][-1]
    assert gain == pytest.approx(outcomes[1].npv_usd - outcomes[0].npv_usd, rel=1e-9)


def test_statement_by_year_adds_up(report, outcomes):
    """Rule 1: a year is twelve months played."""
    table = report.section("money").block("by_year")
    rows = {(group, row[0]): row[1:] for group, row in zip(table.groups, table.rows, strict=True)}
    for option, outcome in zip(report.options, outcomes, strict=True):
        cost = rows[option.short, "All cost"]
        lines = [row for (group, label), row in rows.items() if group == option.short]
        years = [sum(month.cost_usd["total"] for month in outcome.months[at : at + 12]) for at in (0, 12, 24)]
        assert [value.value for value in cost[:-1]] == pytest.approx(years, rel=1e-12)
        assert cost[-1].value == pytest.approx(sum(month.cost_usd["total"] for month in outcome.months), rel=1e-12)
        parts = [row[-1].value for row in lines[1:-3]]
        assert sum(parts) == pytest.approx(cost[-1].value, rel=1e-12)


def test_doors_of_a_report_are_told_with_and_without_growth_forgone(report, outcomes):
    """Rule 14: behavior, and the growth below which a door gets harder, with that judgment and in cash alone."""
    table = report.section("reversal").block("doors")
    doors = [door for outcome in outcomes for door in outcome.doors]
    assert len(table.rows) == len(doors)
    said = {(group, row[0]): (row[3], row[6]) for group, row in zip(table.groups, table.rows, strict=True)}
    for option, outcome in zip(report.options, outcomes, strict=True):
        for door in outcome.doors:
            behavior, below = said[option.short, layer_name(door.decision)]
            assert words.DOOR_WORDS[door.door_class] in behavior
            assert behavior.endswith(f"; in cash alone {words.DOOR_WORDS[door.class_cash_only]}")
            growths = (door.compounds_below_growth, door.compounds_below_growth_cash_only)
            with_it, without = (words.percent(growth) if isfinite(growth) else "never" for growth in growths)
            assert below.text == f"{with_it}; in cash {without}"
            assert ("could go either way" in behavior) == (100 * door.class_share < 60)
    whole = outcomes[0].doors[-1]
    (mind,) = (point for point in change_our_mind(outcomes[0]) if point.startswith("Growth below"))
    growths = (whole.compounds_below_growth, whole.compounds_below_growth_cash_only)
    assert isfinite(growths[0]) and f"below {words.percent(growths[0])} a month (" in mind
    assert (f"({words.percent(growths[1])} in cash alone)" if isfinite(growths[1]) else "(at no growth in") in mind


def change_our_mind(outcome):
    """What a report of one plan says would change our mind."""
    return next(b.items for b in build_report([outcome]).section("decision").blocks if isinstance(b, Points))


def test_results_and_scenarios_reload_to_the_same_numbers(report, results, outcomes):
    files = {file.name: file.data for file in formats.write(report, "json")}
    for option, outcome, saved in zip(report.options, outcomes, results["results"], strict=True):
        scenario = parse(files[f"{option.stem}.scenario.yaml"])
        assert scenario_hash(scenario) == saved["scenario"]["hash"] == outcome.scenario_hash
        again = evaluate(scenario)
        assert again.npv_usd == saved["npv_usd"]
        assert [month.cost_usd["total"] for month in again.months] == [m["cost_usd"]["total"] for m in saved["months"]]
        assert saved["settings"] == scenario.model_dump(mode="json")


# --- what a report holds -------------------------------------------------------------------------------------------


def test_every_section_is_there_and_none_is_empty(report):
    assert [section.key for section in report.sections] == [kind.key for kind in SECTIONS]
    for section in report.sections:
        assert section.headline and section.blocks
        for block in section.blocks:
            assert not isinstance(block, Table) or block.rows, block.key
            assert not isinstance(block, Points) or block.items


def test_sections_without_evidence_are_absent(outcomes):
    plain = build_report(outcomes)
    assert plain.section("futures") is None and plain.section("sensitivity") is None
    assert "remains open" in plain.recommendation


def test_what_is_uncertain_is_not_claimed(outcomes):
    level = build_report(outcomes, evidence=evidence(gain_usd=1e4, sensitivity=False))
    assert "cannot be told apart" in level.recommendation
    # Worth does not decide, so the one that is cheaper to leave beyond its range is proposed, and it says so.
    assert level.proposed == 1 and "choose on cash to leave, where Own the platform takes" in level.recommendation
    turned = build_report(outcomes[::-1], evidence=evidence(gain_usd=1e4, sensitivity=False))
    assert turned.proposed == 0 and turned.decision.startswith("Stay with Own the platform")
    assert build_report(outcomes, evidence=evidence(spread_usd=1e5)).proposed == 1


def test_one_plan_alone_and_four_side_by_side(outcomes):
    alone = build_report(outcomes[:1])
    assert alone.recommendation.startswith("As planned, Prototype by Friday is worth")
    assert len(alone.options) == 1 and alone.options[0].role == "proposed"
    four = build_report([*outcomes, *outcomes])
    assert len({option.short for option in four.options}) == len({option.stem for option in four.options}) == 4
    assert formats.write(replace(alone, sections=alone.sections[:2]), "pdf") and html.page(four, plotly="")
    assert formats.write(replace(four, sections=four.sections[:2]), "pdf")
    with pytest.raises(ValueError, match="one to 4"):
        build_report([*outcomes, *outcomes, outcomes[0]])


def test_unknown_names_are_refused(outcomes):
    with pytest.raises(LookupError, match="decision, options"):
        build_report(outcomes[:1], sections=["weather"])
    with pytest.raises(LookupError, match="no audience"):
        build_report(outcomes[:1], audience="everybody")
    with pytest.raises(LookupError, match="no format 'docx'"):
        formats.named("docx")


def test_the_register_holds_the_rows_behind_the_money(report, outcomes):
    table = report.section("assumptions").block("register")
    names = {row[0] for row in table.rows}
    catalogue = load_catalogue()
    terms = [term for stated in outcomes[1].statements for line in stated.cost_terms.values() for term in line]
    gpu = next(row for term in terms for row in term.rows if row.startswith("gpu_prices/")).split("/")[1]
    label = catalogue.label("gpu_prices", gpu).replace("_", " ").lower()
    assert any(label in name.lower() for name in names)
    assert all(row[4] and row[5] in ("A", "B", "C", "J", "S") for row in table.rows)


# --- equal bytes ----------------------------------------------------------------------------------------------------


def test_equal_reports_have_equal_bytes(report, document, outcomes):
    again = build_report(outcomes, evidence=replace(evidence(), waiting=waiting(*outcomes)))
    assert formats.write(again, "pdf")[0].data == document
    names = [form.name for form in formats.FORMATS if form.name != "pdf"]
    first, second = (written(one, names, progress=lambda done, of: None) for one in (report, again))
    assert [file.name for file in first] == [file.name for file in second]
    assert all(one.data == other.data for one, other in zip(first, second, strict=True))
    assert zipped(first) == zipped(second)
    assert ZipFile(BytesIO(zipped(first))).namelist() == [file.name for file in first]


def test_the_page_is_one_file_under_six_megabytes(report):
    data = formats.write(report, "html")[0].data
    assert len(data) < 6e6
    outside = re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', html.page(report, plotly=""))
    assert not outside


def test_the_document_has_bookmarks_numbers_and_metadata(report, document):
    read = PdfReader(BytesIO(document))
    assert [entry.title for entry in read.outline] == [kind.title for kind in SECTIONS]
    assert read.metadata.title == report.decision and read.metadata.author == "Loadbearing"
    last = len(read.pages)
    for number, page in enumerate(read.pages, start=1):
        words = page.extract_text()
        assert f"{number} of {last}" in words
        said = len(words) - len("".join(report.stamp.parts()))
        assert said > 350, f"page {number} is nearly empty"
    heads = [page.extract_text().split("·")[1].strip().split("\n")[0] for page in read.pages[1:]]
    assert heads[0].startswith("the decision") and len(set(heads)) > 6
    short = replace(report, paper="letter", sections=report.sections[:1])
    letter = PdfReader(BytesIO(formats.write(short, "pdf")[0].data))
    assert [float(side) for side in letter.pages[0].mediabox[2:]] == [612.0, 792.0]


# --- hostile text ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile(outcomes):
    scenarios = [
        set_fields(outcomes[0].scenario, {"name": HOSTILE, "summary": f"\u202e{HOSTILE} " + "W" * 1800}),
        set_fields(outcomes[1].scenario, {"name": "A" * 120, "summary": "\x07 \u2066 ok"}),
    ]
    renamed = [replace(o, scenario=s, scenario_hash=scenario_hash(s)) for o, s in zip(outcomes, scenarios, strict=True)]
    return build_report(renamed, evidence=evidence())


def test_hostile_text_stays_text_on_the_page(hostile):
    text, reader = page_text(hostile)
    assert reader.tags.count("script") == 3
    assert spoken(HOSTILE) in text
    assert not any("<script>alert" in script for script in reader.scripts)
    assert "\u202e" not in text and "\u2066" not in text


def test_hostile_text_is_legible_in_the_document(hostile):
    data = formats.write(replace(hostile, sections=hostile.sections[:2]), "pdf")[0].data
    text = pdf_text(data)
    assert spoken("<script>alert(1)</script>") in text
    # Read back, letters from the right stand in either order.
    hebrew = spoken(faces().fit("שלום"))
    assert hebrew in text or hebrew[::-1] in text
    assert spoken(faces().fit("🚀")) in text
    catalog = PdfReader(BytesIO(data)).trailer["/Root"]
    assert "/OpenAction" not in catalog and "/Names" not in catalog


def test_endless_text_is_cut_where_it_is_shown_and_kept_in_the_file(outcomes):
    endless = "word " * 2000
    assert len(one_line(endless, most=600)) <= 600 and one_line(endless, most=600).endswith("…")
    assert one_line("a\n\tb\u0000c\ud800", most=10) == "a bc"
    assert faces().fit("plain ≥ \u22125 %") == "plain ≥ \u22125 %"


def test_hostile_text_reloads_whole(hostile):
    file = next(f for f in formats.write(hostile, "json") if f.name.endswith("yaml"))
    assert parse(file.data).name == HOSTILE


# --- branding -------------------------------------------------------------------------------------------------------

PNG = b"\x89PNG\r\n\x1a\n"


def test_a_brand_is_read_and_worn(tmp_path, outcomes):
    (tmp_path / "logo.png").write_bytes(PNG + b"rest")
    (tmp_path / "brand.yaml").write_text('name: Alder\nlogo: logo.png\naccent: "#005a3c"\n', encoding="utf-8")
    brand = read_brand(tmp_path / "brand.yaml")
    assert brand.name == "Alder" and brand.accent == "#005A3C" and brand.logo.startswith(PNG)
    page = html.page(build_report(outcomes, brand=replace(brand, logo=b"")), plotly="")
    assert "--accent: #005A3C" in page and "<b>Alder</b>" in page


def test_all_faults_of_a_brand_come_together(tmp_path):
    text = b'accent: "#FFEE00"\ncounterpart: red\nlogo: ../secret.png\ncolour: blue\n'
    with pytest.raises(BrandError) as fault:
        parse_brand(text, where="brand.yaml", folder=tmp_path)
    said = str(fault.value)
    assert said.startswith("brand.yaml: 4 faults")
    assert "contrast of 1.2 with white" in said and "must be a color as #RRGGBB" in said
    assert "name of a file beside" in said and "colour: no such setting" in said
    with pytest.raises(BrandError, match="cannot be read"):
        read_brand(tmp_path / "none.yaml")
    with pytest.raises(BrandError, match="bytes"):
        parse_brand(b"name: " + b"x" * 20_000, where="brand.yaml")


def test_contrast_is_that_of_wcag():
    assert contrast("#FFFFFF") == pytest.approx(1.0) and contrast("#000000") == pytest.approx(21.0)
    assert contrast("#0072B2") == pytest.approx(5.2, abs=0.05)
    assert contrast(darkened("#D55E00", least=4.5)) >= 4.5
    assert Brand().counterpart_text == "#B84E00" and contrast("#B84E00") >= 4.5


def test_figures_know_their_range():
    assert Figure(1.0, "1", 0.5, 2.0).ranged and not Figure(1.0, "1").ranged
    assert isinstance(Grid("k", "t", "n", ()), Grid)
