"""What a team is asked beside its cards: how many it is, the poll, and the sealed bid."""

from html import escape
from typing import Literal

import streamlit as st

from app_pages.workshop import access, hand, marks, wording
from sim.reports import words
from sim.workshop.actions import Answer, Arrive, Bid
from sim.workshop.debrief import Reversal
from sim.workshop.poll import ASKED, HIGHEST, SCALE
from sim.workshop.views import TeamDesk

SENT = "ws_poll_sent"


def people(desk: TeamDesk) -> None:
    """How many sit at this table."""
    with st.container(key="wspeople", horizontal=True, vertical_alignment="bottom", gap="small"):
        st.number_input(wording.PEOPLE, 1, 30, desk.people or 4, key="ws_people")
        st.button(wording.PEOPLE_SAVE, key="ws_people_save", on_click=_arrive)


def _arrive() -> None:
    access.act(Arrive(people=int(st.session_state["ws_people"])))


def poll(desk: TeamDesk, when: Literal["before", "after"]) -> None:
    """Six questions; they can be answered once by everybody at the table."""
    count = st.session_state.setdefault(f"{SENT}_{when}", 0)
    with st.expander(wording.POLL_TITLE[when], key=f"ws_poll_{when}_{count}"):
        st.html(marks.note(wording.POLL_THANKS if count else wording.POLL_NOTE))
        with st.form(f"ws_poll_form_{when}", border=False):
            for at, question in enumerate(ASKED):
                st.radio(
                    question, list(range(HIGHEST + 1)), format_func=lambda score: SCALE[score], index=None,
                    horizontal=True, key=f"ws_poll_{when}_{count}_{at}",
                )  # fmt: skip
            st.form_submit_button(wording.POLL_SEND, on_click=_answer, args=(when, count), width="stretch")


def _answer(when: Literal["before", "after"], count: int) -> None:
    scores = [st.session_state.get(f"ws_poll_{when}_{count}_{at}") for at in range(len(ASKED))]
    given = tuple(int(score) for score in scores if score is not None)
    if len(given) < len(ASKED):
        access.tell(wording.POLL_MISSING)
        return
    if access.act(Answer(when=when, scores=given)) is not None:
        st.session_state[f"{SENT}_{when}"] = count + 1


def bid(desk: TeamDesk) -> None:
    """The sealed bid, and what it would have cost once the bids are revealed."""
    st.html(f'{marks.kicker(wording.BID_TITLE)}<h1 class="ws-head">{escape(wording.BID_NOTE)}</h1>')
    titles = {card.id: card.title for card in desk.cards}
    if desk.now.bids_revealed:
        if desk.bid is not None:
            _revealed(desk, titles)
        return
    through = max(desk.now.revealed, default=None)
    if through is None:
        return
    own = access.house().results(access.held(), through).teams[0].plays
    cards = list(dict.fromkeys(play.card for play in own))
    if not cards:
        st.html(marks.note("Your team has taken no decision that could be reversed."))
        return
    known = desk.bid
    with st.form("ws_bid", border=False):
        st.selectbox(
            wording.BID_CARD, cards, format_func=lambda id: titles[id], key="ws_bid_card",
            index=cards.index(known.card) if known and known.card in cards else 0,
        )  # fmt: skip
        st.number_input(
            wording.BID_USD, 0.0, 1e9, known.usd / hand.THOUSAND if known else None, step=10.0, format="%g",
            key="ws_bid_usd", placeholder="your guess",
        )  # fmt: skip
        st.number_input(
            wording.BID_MONTHS, 0.0, 600.0, known.months if known else None, step=0.5, format="%g",
            key="ws_bid_months", placeholder="your guess",
        )  # fmt: skip
        st.form_submit_button(wording.BID_SAVE, type="primary", width="stretch", on_click=_bid)
    if known is not None:
        st.html(f'<p class="ws-under" role="status">{wording.BID_SEALED}</p>')


def _bid() -> None:
    session = st.session_state
    card, usd, months = session.get("ws_bid_card"), session.get("ws_bid_usd"), session.get("ws_bid_months")
    if card is None or usd is None or months is None:
        access.tell("Write both figures first, then seal the bid. Nothing was lost.")
        return
    access.act(Bid(card=str(card), usd=float(usd) * hand.THOUSAND, months=float(months)))


def _revealed(desk: TeamDesk, titles: dict[str, str]) -> None:
    assert desk.bid is not None
    through = max(desk.now.revealed)
    found: Reversal = access.house().reversal(access.held(), through, team=desk.team.id, card=desk.bid.card)
    st.html(
        marks.pairs(
            (
                ("Decision", titles[found.card]),
                ("Your bid", f"{words.money(desk.bid.usd)}, {words.months(desk.bid.months)}"),
                (f"Undone after month {found.month}", f"{words.money(found.usd_cash)}, {words.months(found.months)}"),
            )
        )
    )
