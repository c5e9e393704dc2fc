"""Key numbers, chips and warnings, as Strategy shows them."""

from base64 import b64encode
from html import escape

import streamlit as st

from app_pages import shell, state, text
from sim.reports.behind import Branch, behind
from sim.reports.fixes import fix_of, reason_without_fix
from sim.reports.kpi import Chip, KpiCard, chips, kpi_cards
from sim.reports.sparkline import sparkline
from sim.strategy.outcome import Outcome

OPEN_DEPTH = 2
"""How many levels of a tree stand open at first."""


def _spark_html(card: KpiCard, *, month: int) -> str:
    drawn = sparkline(card.plan, card.preset, palette=shell.palette(), through=month, band=card.band, limit=card.limit)
    data = b64encode(drawn.svg.encode()).decode()
    dot = f'<i style="left:{drawn.end[0]:.1%};top:{drawn.end[1]:.1%}"></i>' if drawn.end else ""
    image = f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(card.alt)}">'
    return f'<div class="lb-spark">{image}{dot}</div>'


def _card(card: KpiCard, outcome: Outcome, *, month: int) -> None:
    with st.container(key=f"kpi_{card.key}", gap=None):
        delta = card.delta
        st.metric(
            card.label,
            card.value,
            delta=delta.size if delta else text.AS_PRESET,
            delta_color=("blue" if delta.better else "orange") if delta else "off",
            delta_arrow=("up" if delta.upward else "down") if delta else "off",
            delta_description=delta.word if delta else None,
            help=card.help,
        )
        lines = "".join(f"<div>{escape(line)}</div>" for line in card.lines)
        st.html(f'{_spark_html(card, month=month)}<div class="lb-lines">{lines}</div>')
        if st.button(text.WHY, key=f"why_{card.key}", type="tertiary", help=text.WHY_HELP.format(of=card.label)):
            _show_behind(outcome, card.key, month)


def kpi_row(outcome: Outcome, preset: Outcome, *, month: int) -> None:
    """The four key numbers."""
    with st.container(key="kpis"), st.grid(4, min_column_width=130, gap=("small", 18)):
        for card in kpi_cards(outcome, preset, month=month):
            _card(card, outcome, month=month)


def _chip_html(chip: Chip) -> str:
    return (
        f'<div class="lb-chip"><span>{escape(chip.name)}</span>'
        f"<p><b>{escape(chip.figure)}</b>{escape(chip.note)}</p></div>"
    )


def chip_row(outcome: Outcome, preset: Outcome, *, month: int) -> None:
    """Ceiling, launch, deepest cash hole, refused."""
    found = chips(outcome, preset, month=month)
    st.html(f'<div class="lb-chips">{"".join(_chip_html(chip) for chip in found)}</div>')


def warnings(outcome: Outcome) -> None:
    """What the model warns of, each in a sentence, with a move against it where one is obvious."""
    if not outcome.warnings:
        return
    with st.container(key="warnings"):
        for at, warning in enumerate(outcome.warnings):
            fix = fix_of(warning, outcome.scenario)
            with st.container(key=f"warning_{at}", horizontal=True, vertical_alignment="center", gap="small"):
                why = "" if fix else f" <span>{escape(reason_without_fix(warning))}</span>"
                st.html(f'<ul class="lb-warnings" role="status"><li>{escape(warning)}{why}</li></ul>', width="stretch")
                if fix:
                    st.button(
                        fix.label, key=f"fix_{at}", type="tertiary", on_click=state.fix, args=(fix.path, fix.value)
                    )


def tree_html(branch: Branch, *, depth: int = 0) -> str:
    """A tree to open line by line, escaped."""
    how = f" <em>{escape(branch.how)}</em>" if branch.how else ""
    line = f"{escape(branch.label)} <b>{escape(branch.value)}</b>{how}"
    sources = "".join(f"<small>{escape(source)}</small>" for source in branch.sources)
    if not branch.parts and not sources:
        return f'<div class="lb-leaf">{line}</div>'
    parts = "".join(tree_html(part, depth=depth + 1) for part in branch.parts)
    return f"<details{' open' if depth < OPEN_DEPTH else ''}><summary>{line}</summary>{sources}{parts}</details>"


@st.dialog(text.BEHIND, width="large")
def _show_behind(outcome: Outcome, key: str, month: int) -> None:
    st.caption(text.BEHIND_NOTE)
    st.html(f'<div class="lb-tree">{tree_html(behind(outcome, key, month=month))}</div>')
