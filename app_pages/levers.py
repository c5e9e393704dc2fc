"""The sidebar's eight levers and the strip of the world, built from their declarations."""

from functools import partial
from html import escape
from typing import Any

import streamlit as st

from app_pages import evaluation, state, text
from app_pages.slider import SliderFace, slider
from app_pages.view import LAST_DECIDE, PARAMS, View
from sim.reports.levers import inert_reason, lever_door
from sim.scenario import lever_cards
from sim.scenario.fields import GROUP_LABELS, FieldCard
from sim.strategy.outcome import DoorClass, Outcome

SHAPES: dict[DoorClass, str] = {"two_way": "ring", "sticky": "square", "compounding": "triangle"}
_SHAPE_CSS = {
    "ring": "border:2px solid var(--lb-soft);border-radius:50%",
    "square": "background:var(--lb-soft)",
    "triangle": "background:var(--lb-soft);clip-path:polygon(50% 0,100% 100%,0 100%)",
}
WAITS_MS = (150, 300, 450, 800)
"""Few values: every slider is sent again whenever this one changes."""
TOOK_S = "lb_took_s"


def _name(card: FieldCard) -> str:
    return card.path.rsplit(".", 1)[-1]


def _face(card: FieldCard, view: View, *, outcome: Outcome, wait_ms: int) -> SliderFace:
    base = state.base_values(view.preset)
    low, high = round((card.low or 0) * 100), round((card.high if card.high is not None else 1) * 100)
    world = card.group == "world"
    door = lever_door(outcome, _name(card))
    return SliderFace(
        label=card.title,
        value=round(view.value(card.path, base) * 100),
        preset=round(base[card.path] * 100),
        low=low,
        high=high,
        step=round((card.step or 0.01) * 100),
        help=card.help,
        tone="world" if world else "plan",
        door="" if world else SHAPES[door],
        door_words="" if world else text.DOOR_HELP[door],
        reason=inert_reason(outcome.scenario, _name(card)),
        wait_ms=wait_ms,
        epoch=state.epoch(),
    )


def _param(card: FieldCard) -> str:
    return next(name for name, path in PARAMS.items() if path == card.path)


def _picked(key: str, path: str) -> None:
    state.move(path, st.session_state[key])


def _choice(card: FieldCard, view: View, *, outcome: Outcome) -> None:
    key = f"lever_{_param(card)}"
    value: Any = view.value(card.path, state.base_values(view.preset))
    reason = inert_reason(outcome.scenario, _name(card))
    door = lever_door(outcome, _name(card))
    st.session_state[key] = value
    st.segmented_control(
        card.title,
        list(card.options),
        format_func=lambda option: card.options[option],
        key=key,
        required=True,
        help=f"{card.help} {text.DOOR_HELP[door]}",
        disabled=bool(reason),
        on_change=partial(_picked, key, card.path),
    )
    if reason:
        st.html(f'<div class="lb-reason">{escape(reason)}</div>')


def _door_styles(outcome: Outcome) -> str:
    """The shape of its door before the name of every lever with a choice."""
    rules = (
        f'.st-key-lever_{_param(card)} [data-testid="stWidgetLabel"]::before'
        f"{{{_SHAPE_CSS[SHAPES[lever_door(outcome, _name(card))]]}}}"
        for card in lever_cards()
        if card.options
    )
    return f"<style>{''.join(rules)}</style>"


def _wait_ms() -> int:
    """Time between two reports of a dragged lever: as long as an evaluation takes; none where a hand would wait."""
    took_s: float = st.session_state.get(TOOK_S, 0.0)
    return next((wait_ms for wait_ms in WAITS_MS if wait_ms >= 1000 * took_s), 0)


def _decide(view: View) -> None:
    """When the moved levers are decided."""
    slider(
        SliderFace(
            label=text.DECIDE,
            value=view.decide,
            preset=0,
            low=0,
            high=LAST_DECIDE,
            step=1,
            help=text.DECIDE_HELP,
            tone="plan",
            door="",
            door_words="",
            reason="" if view.decisions() or view.decide else text.DECIDE_NOTHING,
            wait_ms=0,
            epoch=state.epoch(),
            unit="",
        ),
        key="lever_decide",
        on_move=lambda share: state.decide_in(round(share * 100)),
    )


def sidebar(view: View, outcome: Outcome) -> None:
    """The eight levers in their four groups, and the key of the door shapes."""
    wait_ms = _wait_ms()
    with st.sidebar:
        st.html(_door_styles(outcome))
        _decide(view)
        for group in text.LEVER_GROUPS:
            with st.container(key=f"group_{group}", gap=None):
                st.html(f'<h2 class="lb-group">{escape(GROUP_LABELS[group])}</h2>')
                for card in lever_cards():
                    if card.group != group:
                        continue
                    if card.options:
                        _choice(card, view, outcome=outcome)
                    else:
                        slider(
                            _face(card, view, outcome=outcome, wait_ms=wait_ms),
                            key=f"lever_{_param(card)}",
                            on_move=partial(state.move, card.path),
                        )
        keys = "".join(f'<span><i class="lb-{shape}"></i>{escape(words)}</span>' for shape, words in text.LEGEND)
        st.html(f'<div class="lb-legend">{keys}<span><i class="lb-tick"></i>{text.LEGEND_PRESET}</span></div>')


def world(view: View, outcome: Outcome) -> None:
    """The strip of what the company does not choose."""
    wait_ms = _wait_ms()
    cards = [card for path, card in evaluation.cards_by_path().items() if path in PARAMS.values()]
    with st.container(key="world"), st.grid(5, min_column_width=140, gap=("xsmall", "medium")):
        st.html(f'<div class="lb-world"><b>{text.WORLD}</b><span>{text.WORLD_NOTE}</span></div>')
        for card in cards:
            if card.group == "world":
                slider(
                    _face(card, view, outcome=outcome, wait_ms=wait_ms),
                    key=f"world_{_param(card)}",
                    on_move=partial(state.move, card.path),
                )
