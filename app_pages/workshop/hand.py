"""The cards of a round and the guess before it, for a team at its phone or somebody playing alone."""

from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from app_pages.workshop import marks, wording
from sim.workshop.actions import Prediction
from sim.workshop.offers import Offer
from sim.workshop.printing import price_words

STEP_MARGIN, STEP_P95, STEP_EXIT = 1.0, 0.1, 10.0
PERCENT, THOUSAND = 100.0, 1000.0
MARGIN, P95, EXIT = "margin", "p95", "exit"


def _row_html(offer: Offer) -> str:
    lines = price_words(offer)
    state = f" · {wording.IN_FORCE}" if offer.in_force else ""
    more = "".join(f'<span class="ws-effect">{escape(line)}</span>' for line in lines[1:])
    return (
        f'<div class="ws-card"><b>{escape(offer.card.title)}</b>'
        f'<span class="ws-cost">{escape(lines[0])}{state}</span>{more}'
        f'<span class="ws-text">{escape(offer.card.text)}</span></div>'
    )


def cards(
    offers: Sequence[Offer], chosen: Sequence[str], *, key: str, tapped: Callable[[str, bool], None], off: bool = False
) -> None:
    """All cards, one row each, under the question that they answer.

    Args:
        key: of the round, so that a new round has rows of its own.
        tapped: called with the card and whether it is wanted now. It may be called twice for one tap: a run that
            is interrupted by a poll sends its taps again.
        off: whether nothing can be chosen now.
    """
    groups: dict[str, list[Offer]] = {}
    for offer in offers:
        group = offer.card.group if offer.card.group in wording.GROUPS else wording.OTHERS
        groups.setdefault(wording.GROUPS.get(group, wording.OTHERS), []).append(offer)
    for title, members in groups.items():
        with st.container(key=f"wsgroup_{title.split()[0].lower()}", gap=None):
            st.html(f'<h3 class="ws-group">{escape(title)}</h3>')
            for offer in members:
                taken = offer.card.id in chosen
                with st.container(key=f"wscard_{offer.card.id}", gap=None):
                    st.html(_row_html(offer))
                    name = f"ws_card_{key}_{offer.card.id}"
                    # Said only where it is news: a value sent to the browser would take back a tap that is on its way.
                    if st.session_state.get(name) != taken:
                        st.session_state[name] = taken
                    st.checkbox(
                        offer.card.title, key=name, disabled=off, on_change=_tap, args=(tapped, name, offer.card.id)
                    )


def _tap(tapped: Callable[[str, bool], None], name: str, card: str) -> None:
    tapped(card, bool(st.session_state[name]))


def guess(
    saved: Prediction | None, *, month: int, key: str, changed: Callable[[], None] | None = None, off: bool = False
) -> None:
    """Three figures to write down before the results are seen; `read_guess` has them."""
    names = {name: f"ws_guess_{key}_{name}" for name in (MARGIN, P95, EXIT)}
    known = f"ws_guess_{key}_saved"
    if saved is not None and saved != st.session_state.get(known):
        # Another phone of the team, or this one before a reload, wrote it down.
        st.session_state[names[MARGIN]] = round(saved.gross_margin * PERCENT, 1)
        st.session_state[names[P95]] = round(saved.p95_s, 2)
        st.session_state[names[EXIT]] = round(saved.exit_usd / THOUSAND, 1)
        st.session_state[known] = saved
    with st.container(key="wsguess", gap="small"):
        st.html(f'<h3 class="ws-ask">{escape(wording.GUESS.format(month=month))}</h3>')
        for label, name, low, high, step in (
            (wording.GUESS_MARGIN, names[MARGIN], -1000.0, 100.0, STEP_MARGIN),
            (wording.GUESS_P95, names[P95], 0.0, 86_400.0, STEP_P95),
            (wording.GUESS_EXIT, names[EXIT], 0.0, 1e9, STEP_EXIT),
        ):
            st.number_input(
                label, low, high, value=None, step=step, format="%g", key=name, on_change=changed, disabled=off,
                placeholder="your guess",
            )  # fmt: skip


def read_guess(key: str) -> Prediction | None:
    """What was written down; `None` while a figure is missing."""
    margin, p95_s, exit_k = (st.session_state.get(f"ws_guess_{key}_{name}") for name in (MARGIN, P95, EXIT))
    if margin is None or p95_s is None or exit_k is None:
        return None
    return Prediction(gross_margin=margin / PERCENT, p95_s=p95_s, exit_usd=exit_k * THOUSAND)


def chosen_line(count: int, *, budget: int) -> str:
    """How many cards are chosen and left."""
    cards = "card" if count == 1 else "cards"
    return (
        f'<div class="ws-chosen"><span>{count} {cards} chosen, {budget - count} left</span>'
        f"{marks.squares(count, budget=budget)}</div>"
    )
