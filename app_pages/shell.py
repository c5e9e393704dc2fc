"""What every page shares: configuration, look, theme, and safe HTML."""

from collections.abc import Callable
from functools import cache
from html import escape
from pathlib import Path

import streamlit as st

from app_pages import text
from sim.reports.palette import DARK, LIGHT, Palette
from sim.reports.sentences import Part

STATIC = Path(__file__).parent / "static"


def palette() -> Palette:
    """The colors of the theme the browser shows."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def set_up() -> None:
    """Configure the page, load the look and hand it the theme's colors."""
    st.set_page_config(
        page_title=text.PRODUCT,
        page_icon=str(STATIC / "icon.svg"),
        layout="wide",
        initial_sidebar_state=320,
        menu_items={"Get help": None, "Report a bug": None, "About": None},
    )
    colors = palette()
    st.logo(_static(f"logo-{colors.name}.svg"), size="large")
    st.html(_look(colors))
    _follow_theme()()


@cache
def _static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


@cache
def _look(colors: Palette) -> str:
    tokens = ("page", "sidebar", "panel", "ink", "soft", "accent", "signal", "reference", "rule")
    variables = "".join(f"--lb-{name}:{getattr(colors, name)};" for name in tokens)
    return f"<style>:root{{{variables}}}\n{_static('look.css')}</style>"


@st.cache_resource(max_entries=1, show_spinner=False)
def _follow_theme() -> Callable[[], object]:
    """Has the page run again when the browser turns dark or light: what Python drew wears the colors before it."""
    watch = st.components.v2.component("loadbearing_theme", html="<i></i>", js=_static("theme.js"))
    return lambda: watch(key="lb_theme", on_turned_change=_turned)


def _turned() -> None:
    """The run that follows is all there is to do."""


def sentence_html(parts: tuple[Part, ...]) -> str:
    """A sentence with its moving numbers marked, escaped."""
    return "".join(f"<b>{escape(p.text)}</b>" if p.strong else escape(p.text) for p in parts)


def table_html(header: tuple[str, ...], rows: list[tuple[str, ...]], *, caption: str) -> str:
    """A table that reads well aloud: a caption, column heads, and the first cell of a row as its head."""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in row[1:])}</tr>'
        for row in rows
    )
    return (
        f'<div class="lb-table" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
