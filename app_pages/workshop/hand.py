"""The cards of a round and the guess before it, for a team at its phone or somebody playing alone."""

from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from app_pages.workshop import marks, mirrors, wording
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
                    base = f"ws_card_{key}_{offer.card.id}"
                    box = mirrors.mirror(base, taken)
                    st.checkbox(
                        offer.card.title, box.began, key=box.name, disabled=off, on_change=_tap,
                        args=(tapped, base, offer.card.id),
                    )  # fmt: skip


def _tap(tapped: Callable[[str, bool], None], base: str, card: str) -> None:
    tapped(card, bool(mirrors.chosen(base)))


def guess(
    saved: Prediction | None, *, month: int, key: str, changed: Callable[[], None] | None = None, off: bool = False
) -> None:
    """Three figures to write down before the results are seen; `read_guess` has them, `kept` says they are saved."""
    # Where another phone of the team, or this one before a reload, wrote them down, the fields begin with that.
    fields = mirrors.mirror(f"ws_guess_{key}", saved)
    began: Prediction | None = fields.began
    margin, p95_s, exit_k = (
        (round(began.gross_margin * PERCENT, 1), round(began.p95_s, 2), round(began.exit_usd / THOUSAND, 1))
        if began
        else (None, None, None)
    )
    with st.container(key="wsguess", gap="small"):
        st.html(f'<h3 class="ws-ask">{escape(wording.GUESS.format(month=month))}</h3>')
        for label, name, value, low, high, step in (
            (wording.GUESS_MARGIN, MARGIN, margin, -1000.0, 100.0, STEP_MARGIN),
            (wording.GUESS_P95, P95, p95_s, 0.0, 86_400.0, STEP_P95),
            (wording.GUESS_EXIT, EXIT, exit_k, 0.0, 1e9, STEP_EXIT),
        ):
            st.number_input(
                label, low, high, value=value, step=step, format="%g", key=f"{fields.name}_{name}",
                on_change=changed, disabled=off, placeholder="your guess",
            )  # fmt: skip


def read_guess(key: str) -> Prediction | None:
    """What was written down; `None` while a figure is missing."""
    fields: mirrors.Mirror = st.session_state[f"ws_guess_{key}"]
    margin, p95_s, exit_k = (st.session_state.get(f"{fields.name}_{name}") for name in (MARGIN, P95, EXIT))
    if margin is None or p95_s is None or exit_k is None:
        return None
    return Prediction(gross_margin=margin / PERCENT, p95_s=p95_s, exit_usd=exit_k * THOUSAND)


def kept(key: str, written: Prediction | None) -> None:
    """What `read_guess` found in this tab was saved; the store keeps an earlier guess where it found none."""
    if written is not None:
        mirrors.settle(f"ws_guess_{key}", written)


def chosen_line(count: int, *, budget: int) -> str:
    """How many cards are chosen and left."""
    cards = "card" if count == 1 else "cards"
    return (
        f'<div class="ws-chosen"><span>{count} {cards} chosen, {budget - count} left</span>'
        f"{marks.squares(count, budget=budget)}</div>"
    )
