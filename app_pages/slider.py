"""A slider that reports while it is dragged, and the native one as its fallback.

Set `LOADBEARING_NATIVE_SLIDERS=1` to use Streamlit's own slider, which reports
on release only.
"""

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import streamlit as st

from app_pages.shell import STATIC

NATIVE_SWITCH = "LOADBEARING_NATIVE_SLIDERS"


@dataclass(frozen=True, slots=True)
class SliderFace:
    """What a slider shows. Values are whole numbers of `unit`; `door` is ring, square, triangle or empty.

    `tone` is `plan` for a lever and `world` for what nobody chooses; `reason`
    says why the slider is inert and disables it; `wait_ms` is the least time
    between two reports while dragging, 0 to report on release only.
    """

    label: str
    value: int
    preset: int
    low: int
    high: int
    step: int
    help: str
    tone: str
    door: str
    door_words: str
    reason: str
    wait_ms: int
    epoch: int
    unit: str = "%"


@st.cache_resource(max_entries=1, show_spinner=False)
def _component() -> Callable[..., Any]:
    return st.components.v2.component(
        "loadbearing_slider",
        html=(STATIC / "slider.html").read_text(encoding="utf-8"),
        css=(STATIC / "slider.css").read_text(encoding="utf-8"),
        js=(STATIC / "slider.js").read_text(encoding="utf-8"),
    )


def _report_live(key: str, on_move: Callable[[float], None]) -> None:
    sent = st.session_state[key].get("moved")
    if sent is not None:
        on_move(int(sent["percent"]) / 100)


def _report_native(key: str, on_move: Callable[[float], None]) -> None:
    on_move(st.session_state[key] / 100)


def slider(face: SliderFace, *, key: str, on_move: Callable[[float], None]) -> None:
    """Show a slider and call `on_move` with the new share whenever it is moved."""
    if os.environ.get(NATIVE_SWITCH):
        st.session_state[key] = face.value
        st.slider(
            face.label,
            face.low,
            face.high,
            step=face.step,
            key=key,
            format=f"%d {face.unit}%" if face.unit else "%d",
            help=face.help,
            disabled=bool(face.reason),
            on_change=partial(_report_native, key, on_move),
        )
        if face.reason:
            st.caption(face.reason)
        return
    _component()(key=key, data=asdict(face), on_moved_change=partial(_report_live, key, on_move))
