"""Widgets that show what the store says and send what was chosen at this tab."""

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st


@dataclass(frozen=True)
class Mirror:
    """A widget's key (or what the keys of several begin with), the value to begin it with, what it shows by now."""

    name: str
    began: Any
    shows: Any
    version: int = 0


def mirror(base: str, value: Any) -> Mirror:
    """The widget for a value of the store: another one once the store says what this tab neither showed nor sent.

    Were the same widget told the new value, a browser that has not heard of it yet would send the old one back, as
    if somebody had just chosen it.

    Args:
        base: a key of the session, one for each value.
        value: as the store has it now.
    """
    now: Mirror | None = st.session_state.get(base)
    if now is None or now.shows != value:
        version = now.version + 1 if now else 0
        now = Mirror(f"{base}_{version}", began=value, shows=value, version=version)
        st.session_state[base] = now
    return now


def chosen(base: str) -> Any:
    """What was chosen in the widget, for its callback; where the store refuses it, the next run draws another."""
    now: Mirror = st.session_state[base]
    value = st.session_state.get(now.name, now.shows)
    settle(base, value)
    return value


def settle(base: str, value: Any) -> None:
    """This tab sent the value itself: the widget that shows it stays."""
    st.session_state[base] = replace(st.session_state[base], shows=value)
