"""What every page shares: configuration, look, theme, and safe HTML."""

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
    st.logo(str(STATIC / f"logo-{colors.name}.svg"), size="large")
    tokens = {
        name: getattr(colors, name)
        for name in ("page", "sidebar", "panel", "ink", "soft", "accent", "signal", "reference", "rule")
    }
    variables = "".join(f"--lb-{name}:{value};" for name, value in tokens.items())
    st.html(f"<style>:root{{{variables}}}</style>")
    st.html(STATIC / "look.css")


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
