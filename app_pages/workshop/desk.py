"""A team's view, made for a phone: the clock, the company in one screen, the cards, the guess, the results."""

from collections.abc import Iterable
from functools import partial
from html import escape

import streamlit as st

from app_pages.workshop import access, asked, company, hand, live, marks, own_results, take_home, wording
from sim.workshop.actions import Choose, HandIn, Prediction
from sim.workshop.views import TeamDesk

PAUSE_S = 5.0
"""A team that has tapped nothing for so long may be content with its hand: its results are computed."""


def page() -> None:
    """The view of a team's seat."""
    desk = access.house().desk(access.held())
    turn = desk.now.turn.index if desk.now.turn else None
    access.showing(f"{desk.now.stage} {turn} {desk.now.turn_state}")
    with st.container(key="wsphone"):
        live.follow(
            desk, see=lambda: access.house().desk(access.held()), shown=live.desk_shown, draw=_top, every_s=live.PHONE_S
        )
        told = access.told()
        if told:
            st.html(marks.problem(told))
        _body(desk)
        _about(desk)
        st.button(wording.LEAVE, key="ws_leave", type="tertiary", on_click=access.leave)


def _top(desk: TeamDesk) -> None:
    now = desk.now
    time = marks.clock(now) if now.turn is not None and now.stage == "turn" else ""
    words = marks.clock_words(now) if time else ""
    st.html(
        f'<div class="ws-top">{marks.team(desk.team)}'
        f'<span class="ws-time" role="timer"><small>{escape(words)}</small>{time}</span></div>'
    )


def _body(desk: TeamDesk) -> None:
    now = desk.now
    if now.stage == "bid":
        asked.bid(desk)
    elif now.stage in ("debrief", "commitments", "ended"):
        asked.poll(desk, "after")
    elif now.turn is None:
        st.html(f'<h1 class="ws-head">{escape(now.title)}</h1>{marks.note(wording.WAIT_OPEN)}')
        _state(first_month=0)
        asked.people(desk)
        asked.poll(desk, "before")
        return
    elif now.turn_state == "open":
        _decide(desk)
        return
    elif now.turn_state == "closed":
        _closed(desk)
        return
    take_home.button(desk)
    own_results.page(desk)


def _head(desk: TeamDesk) -> None:
    turn = desk.now.turn
    assert turn is not None
    count = len(desk.entry.cards) if desk.entry else 0
    st.html(
        f"{marks.kicker(marks.round_kicker(turn))}"
        f'<h1 class="ws-head">{"Try" if turn.practice else "Build for"} {marks.months(turn)}</h1>'
        f"{hand.chosen_line(count, budget=desk.budget)}"
    )


def _state(*, first_month: int) -> None:
    with st.spinner(wording.PREPARING, show_time=False):
        known = access.house().company(access.held())
    st.html(company.state_html(known, first_month=first_month))


def _closed(desk: TeamDesk) -> None:
    _head(desk)
    titles = {card.id: card.title for card in desk.cards}
    st.html(marks.note(wording.WAIT_REVEAL))
    if desk.entry is None:
        st.html(marks.note(wording.NOTHING_SAVED))
        return
    st.html(_list(titles[id] for id in desk.entry.cards))


def _decide(desk: TeamDesk) -> None:
    turn = desk.now.turn
    assert turn is not None
    _head(desk)
    _state(first_month=turn.first_month)
    _shocks(desk)
    with st.spinner(wording.PRICED, show_time=False):
        offers = access.house().offers(access.held())
    chosen = desk.entry.cards if desk.entry else ()
    key, saved = f"t{turn.index}", desk.entry.prediction if desk.entry else None
    hand.cards(offers, chosen, key=key, tapped=partial(_take, turn.index))
    hand.guess(saved, month=turn.last_month, key=key, changed=partial(_guessed, turn.index))
    handed = desk.entry is not None and desk.entry.handed_in
    again = desk.entry is not None and not handed and desk.entry.before is not None
    with st.container(key="wshandin", gap="small"):
        st.button(
            wording.HAND_IN_AGAIN if handed or again else wording.HAND_IN, key="ws_hand_in", type="primary",
            width="stretch", on_click=_hand_in, args=(turn.index, turn.round, access.tap("hand_in", seq=desk.now.seq)),
        )  # fmt: skip
        said = wording.HANDED_IN if handed else wording.CHANGED_SINCE if again else wording.CHANGE_UNTIL
        st.html(f'<p class="ws-under" role="status">{said}</p>')


def _desk() -> TeamDesk | None:
    found: TeamDesk | None = access.attempt(lambda: access.house().desk(access.held()))
    return found


def _take(turn: int, card: str, on: bool) -> None:
    """Save the team's cards with one of them taken or put back; what another phone has chosen meanwhile stays."""
    desk = _desk()
    if desk is None:
        return
    chosen = desk.entry.cards if desk.entry else ()
    if (card in chosen) == on:
        return
    taken = (*chosen, card) if on else tuple(id for id in chosen if id != card)
    written = hand.read_guess(f"t{turn}")
    if access.act(Choose(turn=turn, cards=taken, prediction=written)) is None:
        return
    hand.kept(f"t{turn}", written)
    if desk.now.turn is not None:
        access.prepare(desk.now.turn.round, pause_s=PAUSE_S)


def _guessed(turn: int) -> None:
    """Save a guess once it is whole."""
    written, desk = hand.read_guess(f"t{turn}"), _desk()
    if written is not None and desk is not None and (desk.entry is None or desk.entry.prediction != written):
        cards = desk.entry.cards if desk.entry else ()
        if access.act(Choose(turn=turn, cards=cards, prediction=written)) is not None:
            hand.kept(f"t{turn}", written)


def _hand_in(turn: int, round: int, token: str) -> None:
    written: Prediction | None = hand.read_guess(f"t{turn}")
    if written is None:
        access.tell(wording.GUESS_FIRST)
        return
    desk = _desk()
    if desk is None:
        return
    cards = desk.entry.cards if desk.entry else ()
    if access.act(HandIn(turn=turn, cards=cards, prediction=written), token) is not None:
        hand.kept(f"t{turn}", written)
        access.prepare(round)


def _shocks(desk: TeamDesk) -> None:
    for card, month, gravity in desk.shocks:
        st.html(
            f'<div class="ws-shock"><b>{escape(card.title)}</b>, month {month}, {wording.SIZES[gravity]}. '
            f"{escape(card.text)}</div>"
        )


def _list(lines: Iterable[object]) -> str:
    items = "".join(f"<li>{escape(str(line))}</li>" for line in lines)
    return f'<ul class="lb-notes">{items}</ul>'


def _about(desk: TeamDesk) -> None:
    """Decisions in force, shocks, roles: what one looks up."""
    titles = {card.id: card.title for card in desk.cards}
    with st.expander(wording.COMPANY, expanded=False):
        st.html(f'<p class="lb-measure">{escape(desk.company)}</p>')
        st.html(f'<h3 class="ws-group">{wording.DECIDED}</h3>')
        decided = [f"{titles[play.card]} (month {play.month})" for play in desk.in_force]
        st.html(_list(decided or [wording.NONE]))
        if desk.shocks:
            st.html(f'<h3 class="ws-group">{wording.SHOCKS}</h3>')
            st.html(_list(f"{card.title}, month {month}" for card, month, _ in desk.shocks))
        if desk.deck_shocks:
            st.html(f'<h3 class="ws-group">{wording.SHOCK_DECK}</h3>')
            st.html(_list(f"{card.title}. {card.text}" for card in desk.deck_shocks))
    if desk.roles:
        with st.expander(wording.ROLES):
            st.html(_list(f"{role.title}: {role.text}" for role in desk.roles))
