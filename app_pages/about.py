"""About: the assumptions with their sources, the equations, the limits, and what was run."""

from html import escape

import pandas as pd
import streamlit as st

from app_pages import evaluation, state, text
from app_pages.chapters import chapter_files, sections
from sim import scenario as scenarios
from sim.reports import words
from sim.scenario import Scenario
from sim.scenario.assumption_files import changed_rows
from sim.scenario.assumptions import catalogue_of


@st.cache_data(max_entries=8, show_spinner=False)
def _assumptions(scenario_hash: str, _scenario: Scenario) -> pd.DataFrame:
    catalogue = catalogue_of(_scenario)
    return pd.DataFrame(
        {
            "Table": table,
            "Of": catalogue.label(table, row.id),
            "Quantity": row.quantity.replace("_", " "),
            "Value": row.likely,
            "Changed": "in this scenario" if row.changed else "",
            "Unit": row.unit,
            "Low": row.low,
            "High": row.high,
            "Date": str(row.as_of),
            "Grade": row.grade,
            "Source": row.source,
            "Note": row.note,
        }
        for table in catalogue.tables
        for row in catalogue.rows(table)
    )


def _assumption_table(scenario: Scenario) -> None:
    rows = _assumptions(scenarios.scenario_hash(scenario), scenario)
    changed = list(changed_rows(scenario))
    if changed:
        said = "".join(f"<li>{escape(row)}</li>" for row in changed)
        st.html(f'<p class="lb-say">{text.ABOUT_CHANGED}</p><ul class="lb-notes">{said}</ul>')
    with st.container(horizontal=True):
        table = st.selectbox(text.ABOUT_TABLE, [text.ABOUT_ALL, *sorted(rows["Table"].unique())])
        wanted = st.text_input(text.ABOUT_SEARCH)
    if table != text.ABOUT_ALL:
        rows = rows[rows["Table"] == table]
    if wanted:
        hit = rows.astype(str).apply(lambda column: column.str.contains(wanted, case=False, regex=False)).any(axis=1)
        rows = rows[hit]
    st.caption(f"{len(rows)} rows. {text.ABOUT_GRADES}")
    st.dataframe(rows, hide_index=True, height=420)


@st.cache_data(max_entries=1, show_spinner=False)
def _chapters() -> dict[str, str]:
    """Chapters of the model by their titles, the main one first."""
    return {(body := file.read_text(encoding="utf-8")).splitlines()[0].lstrip("# "): body for file in chapter_files()}


def _equations() -> None:
    chapters = _chapters()
    if not chapters:
        st.html(f'<p class="lb-lead">{text.ABOUT_NO_EQUATIONS}</p>')
        return
    chosen = st.selectbox(text.ABOUT_CHAPTER, list(chapters))
    opening, *rest = sections(chapters[chosen])
    st.markdown(opening[1])
    for title, body in rest:
        with st.expander(title):
            st.markdown(body)


def page() -> None:
    st.html(f'<h1 class="lb-headline lb-wide">{text.ABOUT_TITLE}</h1><p class="lb-lead">{text.ABOUT_LEAD}</p>')
    st.html(f'<h2 class="lb-finding">{text.ABOUT_ASSUMPTIONS}</h2>')
    view = state.known_view()
    _assumption_table(evaluation.base(view.preset))
    st.html(f'<h2 class="lb-finding">{text.ABOUT_LIMITS}</h2>')
    st.html(f'<ul class="lb-list">{"".join(f"<li>{escape(limit)}</li>" for limit in text.LIMITS)}</ul>')
    st.html(f'<h2 class="lb-finding">{text.ABOUT_RUN}</h2>')
    outcome = evaluation.attempt(view.preset, dict(view.moved)).outcome
    if outcome is not None:
        st.html(
            f'<p class="lb-lead">{escape(outcome.scenario.name)}: {words.FIDELITY_WORDS[outcome.fidelity].lower()}, '
            f"version {escape(outcome.version)}, seed {outcome.scenario.seed}, "
            f"scenario <code>{escape(outcome.scenario_hash)}</code>.</p>"
        )
    st.html(f'<h2 class="lb-finding">{text.ABOUT_EQUATIONS}</h2>')
    _equations()


page()
