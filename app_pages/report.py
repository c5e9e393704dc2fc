"""Report: choose plans, audience, sections and formats; read what it says; build the files and take them along."""

from hashlib import sha256
from html import escape

import streamlit as st

from app_pages import follow, frame, offered, report_more, shell, state, text
from app_pages.jobs import Job
from sim.reports import words
from sim.reports.document.brand import Brand, BrandError, parse_brand
from sim.reports.document.build import MOST_OPTIONS, build_report
from sim.reports.document.bundle import NAME, written, zipped
from sim.reports.document.chart_tables import table_of
from sim.reports.document.charts import alt_of, figure_of
from sim.reports.document.evidence import Evidence
from sim.reports.document.formats import FORMATS, File, FormatError
from sim.reports.document.gathering import Asked
from sim.reports.document.look import WHITE
from sim.reports.document.parts import Bars, Chart, Heat, Lines, Ranges, Stack, Tornado
from sim.reports.document.report import AUDIENCES, Audience, Paper, Report
from sim.reports.document.sections import SECTIONS, for_audience
from sim.strategy.outcome import Outcome

PAPERS: list[Paper] = ["a4", "letter"]
FIRST = ("html", "pdf")
CHARTS = (Lines, Stack, Bars, Ranges, Tornado, Heat)


@st.cache_resource(max_entries=24, show_spinner=False)
def _built(
    key: tuple[str, ...], asked: Asked, audience: Audience, sections: tuple[str, ...], brand: Brand, paper: Paper,
    _outcomes: tuple[Outcome, ...], _evidence: Evidence,
) -> Report:  # fmt: skip
    """The report of some outcomes, known by their hashes and fidelity, with what was asked for beyond them."""
    return build_report(
        _outcomes, audience=audience, sections=sections, brand=brand, paper=paper, evidence=_evidence
    )


def _pick() -> list[str]:
    names = offered.plans(state.open_view())
    own = offered.THIS_PLAN in names
    picked: list[str] = st.multiselect(
        text.REPORT_PICK,
        list(names),
        default=[state.view().preset, offered.THIS_PLAN] if own and state.view().moved and state.view().preset in names
        else list(names)[:2],
        format_func=lambda key: names[key],
        max_selections=MOST_OPTIONS,
        key=f"report_{'moved' if own else 'presets'}",
        persist_state="session",
    )  # fmt: skip
    return picked


def _choose() -> tuple[Audience, tuple[str, ...], tuple[str, ...], Paper]:
    titles = {kind.key: kind.title for kind in SECTIONS}
    forms = {form.name: form.title for form in FORMATS}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        audience: Audience = st.segmented_control(
            text.REPORT_AUDIENCE, list(AUDIENCES), format_func=lambda key: AUDIENCES[key], default="board",
            key="report_audience", required=True, persist_state="session",
        )  # fmt: skip
        paper = st.segmented_control(
            text.REPORT_PAPER, PAPERS, format_func=lambda key: text.REPORT_PAPERS[key], default="a4",
            key="report_paper", required=True, persist_state="session",
        )  # fmt: skip
    sections = st.multiselect(
        text.REPORT_SECTIONS, list(titles), default=list(for_audience(audience)), format_func=lambda key: titles[key],
        key=f"report_sections_{audience}", persist_state="session",
    )  # fmt: skip
    formats = st.pills(
        text.REPORT_FORMATS, list(forms), selection_mode="multi", default=list(FIRST),
        format_func=lambda key: forms[key], key="report_formats", persist_state="session",
    )  # fmt: skip
    return audience, tuple(sections), tuple(formats), paper


def _brand() -> Brand:
    """The brand that was sent, or ours; what is wrong with it is said."""
    with st.expander(text.REPORT_BRAND):
        sent = st.file_uploader(text.REPORT_BRAND, type=["yaml", "yml"], key="report_brand", help=text.REPORT_COLORS)
        logo = st.file_uploader(text.REPORT_LOGO, type=["png", "jpg", "jpeg"], key="report_logo")
        if sent is None and logo is None:
            return Brand()
        try:
            return parse_brand(
                sent.getvalue() if sent is not None else b"{}",
                where=sent.name if sent is not None else text.REPORT_LOGO,
                logo=logo.getvalue() if logo is not None else b"",
            )
        except BrandError as fault:
            st.html(f'<p class="lb-problem" role="alert">{escape(str(fault))}</p>')
            return Brand()


def _preview(report: Report) -> None:
    st.html(f'<h2 class="lb-finding">{text.REPORT_PREVIEW}</h2><p class="lb-measure">{text.REPORT_PREVIEW_NOTE}</p>')
    said = "".join(f"<li>{escape(reason)}</li>" for reason in report.change_our_mind)
    st.html(
        f'<p class="lb-say"><b>{escape(report.decision)}.</b> {escape(report.recommendation)}</p>'
        f'<ul class="lb-notes">{said}</ul>'
    )
    rows: list[tuple[str, ...]] = [
        (section.kicker, section.headline) for section in report.sections if section.key != "decision"
    ]
    table = shell.table_html(("", ""), rows, caption=text.REPORT_PREVIEW_NOTE)
    st.html(f'<div class="lb-bare lb-prose">{table}</div>')
    _picture(report)


def _picture(report: Report) -> None:
    """One chart of the report, which the browser saves as a picture."""
    charts: dict[str, Chart] = {
        block.key: block for section in report.sections for block in section.blocks if isinstance(block, CHARTS)
    }
    if not charts:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        titles = {key: chart.title for key, chart in charts.items()}
        key = st.selectbox(text.REPORT_CHART, list(charts), format_func=lambda key: titles[key], key="report_chart")
        kind = st.segmented_control(
            text.REPORT_PICTURE, ["png", "svg"], format_func=str.upper, default="png", key="report_picture",
            required=True, help=text.REPORT_PICTURE_HELP,
        )  # fmt: skip
    chart = charts[key]
    st.plotly_chart(
        # A report is light whatever the theme is, and so are the pictures that are taken of it.
        figure_of(chart, report).update_layout(paper_bgcolor=WHITE, plot_bgcolor=WHITE),
        theme=None,
        key=f"report_plot_{key}",
        config={
            "displayModeBar": True,
            "displaylogo": False,
            "modeBarButtons": [["toImage"]],
            "toImageButtonOptions": {"format": kind, "filename": key, "scale": 3 if kind == "png" else 1},
        },
        alt=alt_of(chart),
    )
    table = table_of(chart, report.options)
    with st.expander(text.SHOW_TABLE):
        cells = [tuple(cell if isinstance(cell, str) else cell.text for cell in row) for row in table.rows]
        st.html(shell.table_html(tuple(column.title for column in table.columns), cells, caption=chart.title))


def _files(report: Report, formats: tuple[str, ...], key: str) -> None:
    st.html(f'<h2 class="lb-finding">{text.REPORT_FILES}</h2>')
    if report.quick:
        st.html(f'<p class="lb-measure">{text.REPORT_QUICK}</p>')
    if not formats:
        return

    def work(job: Job) -> tuple[tuple[File, ...], bytes] | str:
        try:
            files = written(report, formats, progress=job.progress)
        except FormatError as fault:
            return str(fault)
        return files, zipped(files)

    found = follow.known(key)
    if isinstance(found, str):
        st.html(f'<p class="lb-problem" role="alert">{escape(found)}</p>')
    elif isinstance(found, tuple):
        files, archive = found
        size = f"{words.count(len(archive))}B"
        st.download_button(
            text.REPORT_DOWNLOAD.format(count=len(files), size=size), archive, file_name=NAME, mime="application/zip",
            type="primary", key="report_download", on_click="ignore",
        )  # fmt: skip
        rows: list[tuple[str, ...]] = [(file.name, f"{words.count(len(file.data))}B") for file in files]
        st.html(f'<div class="lb-bare">{shell.table_html(("", ""), rows, caption=text.REPORT_FILES)}</div>')
    else:
        follow.ask(key, work, button=text.REPORT_BUILD, note=text.REPORT_BUILD_NOTE)


def page() -> None:
    frame.plain_headline(text.REPORT_TITLE)
    st.html(f'<p class="lb-lead">{text.REPORT_LEAD}</p>')
    picked = _pick()
    audience, sections, formats, paper = _choose()
    asked = report_more.add()
    brand = _brand()
    with st.spinner(text.PLAYING, show_time=False):
        found = {key: outcome for key in picked if (outcome := offered.outcome(key)) is not None}
    if not found or not sections:
        st.html(f'<p class="lb-lead">{text.REPORT_EMPTY}</p>')
        return
    full = tuple(offered.fullest(found).values())
    outcomes = report_more.written_of(tuple(found.values()), full, asked)
    evidence = report_more.evidence_of(outcomes, asked, button=text.REPORT_ASK) if asked else None
    if evidence is not None and report_more.names_of(outcomes) != report_more.names_of(full):
        report_more.evidence_of(full, asked, button=text.REPORT_ASK_FULL)
    there = asked if evidence is not None else Asked()
    known = report_more.names_of(outcomes)
    report = _built(known, there, audience, sections, brand, paper, outcomes, evidence or Evidence())
    _preview(report)
    chosen = repr(("report", known, there, audience, sections, formats, brand, paper))
    _files(report, formats, sha256(chosen.encode()).hexdigest())
    follow.follow_full_runs({outcome.scenario_hash: outcome.scenario for outcome in found.values()})
    frame.foot(outcomes[0])


page()
