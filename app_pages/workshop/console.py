"""The facilitator's console: agenda, the round with its one blue button, the teams, and what the room sees."""

from html import escape
from typing import Any

import streamlit as st

from app_pages.workshop import access, console_keys, console_shocks, debrief, live, marks, mirrors, wording
from sim.workshop.actions import (
    BY_FACILITATOR,
    CloseTurn,
    Extend,
    GoTo,
    HandInFor,
    OpenTurn,
    Pause,
    Resume,
    ReturnHandIn,
    Reveal,
    RevealBids,
    Show,
    Undo,
)
from sim.workshop.secrecy import spaced
from sim.workshop.setup import Stage
from sim.workshop.views import Console, TeamRow

NEXT_STAGE: dict[Stage, Stage] = {
    "brief": "bid", "turn": "bid", "bid": "debrief", "debrief": "commitments", "commitments": "ended",
}  # fmt: skip
SHORT_S = 60
SHOWING, PREPARED = "ws_showing", "ws_prepared"


def page() -> None:
    """The view of a facilitator's seat."""
    console = access.house().console(access.held())
    if console_keys.once(console):
        return
    with st.container(key="wsconsole"):
        _bar(console)
        told = access.told()
        if told:
            st.html(marks.problem(told))
        left, middle, right = st.columns([248, 760, 340], gap="medium")
        with left, st.container(key="wsagenda"):
            _agenda(console)
        with middle:
            live.follow(
                console, see=lambda: access.house().console(access.held()), shown=live.console_shown, draw=_round,
                always=True,
            )  # fmt: skip
            debrief.page(console)
        with right, st.container(key="wsright"):
            console_shocks.page(console)
            _projector(console)


def _do(label: str, action: BY_FACILITATOR, console: Console, *, key: str, **more: Any) -> None:
    """A button for an action; pressed twice it is done once."""
    token = access.tap(key, seq=console.now.seq)
    st.button(label, key=f"ws_do_{key}", on_click=access.do, args=(action, token), **more)


def _bar(console: Console) -> None:
    with st.container(key="wsbar", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(
            f'<p class="ws-where"><b>{escape(console.now.title)}</b> facilitator</p>'
            f'<p class="ws-join">Teams join with <b>{spaced(console.code)}</b></p>',
            width="stretch",
        )
        console_keys.tools(console)


# --- agenda -----------------------------------------------------------------------------------------


def _agenda(console: Console) -> None:
    now, rows = console.now, ""
    here = next((at for at, item in enumerate(console.agenda) if _is_now(item, now)), 0)
    for at, item in enumerate(console.agenda):
        minutes = f"{item.minutes:g}" + (f" + {item.review_minutes:g}" if item.review_minutes else "")
        kind = "ws-now" if at == here and now.stage != "ended" else "ws-done" if at < here else ""
        tick = "✓" if at < here or now.stage == "ended" else ""
        current = ' aria-current="step"' if kind == "ws-now" else ""
        rows += f'<li class="{kind}"{current}><i>{tick}</i><span>{escape(item.title)}</span><b>{minutes}</b></li>'
    started = f"<p>Started {marks.at_time(console.started_s)}.</p>" if console.started_s else ""
    st.html(f'<p class="ws-cap">{wording.AGENDA}</p><ol class="ws-agenda">{rows}</ol>{started}')
    if now.turn_state != "open":
        st.menu_button(
            wording.AGENDA_GO, list(wording.STAGES), format_func=lambda stage: wording.STAGES[stage], key="ws_go",
            type="tertiary", on_click=_go,
        )  # fmt: skip


def _is_now(item: Any, now: Any) -> bool:
    if now.stage != "turn":
        return bool(item.stage == now.stage)
    return now.turn is not None and item.round == now.turn.round


def _go() -> None:
    stage = st.session_state.get("ws_go")
    if stage:
        access.act(GoTo(stage=stage))


# --- the round, drawn again at every look -----------------------------------------------------------


def _round(console: Console) -> None:
    now = console.now
    if now.turn is None or now.stage != "turn":
        title, text = wording.STAGES.get(now.stage, wording.TITLE), now.title
        st.html(f'<div class="ws-roundhead"><div><h1 class="ws-title">{title}</h1><p>{escape(text)}</p></div></div>')
    else:
        _head(console)
    with st.container(key="wsbuttons", horizontal=True, vertical_alignment="center", gap="small"):
        _buttons(console)
    if now.stage in ("brief", "turn", "bid"):
        _teams(console)
    _foot(console)


def _head(console: Console) -> None:
    now = console.now
    assert now.turn is not None
    handed = sum(row.handed_in for row in console.teams)
    total_s = max(1.0, now.turn_minutes * SHORT_S)
    state = "paused" if now.paused else now.turn_state
    st.html(
        f'<div class="ws-roundhead"><div>{marks.kicker(state)}'
        f'<h1 class="ws-title">{escape(marks.round_kicker(now.turn))}: {marks.months(now.turn)}</h1>'
        f"<p>Up to {console.budget} cards a team, then a prediction. {handed} of {len(console.teams)} teams have "
        f'handed in.</p></div><div class="ws-bigclock"><small>{escape(marks.clock_words(now))}</small>'
        f'<b role="timer">{marks.clock(now)}</b></div></div>'
        f'<div class="ws-progress"><i style="width:{1 - min(1.0, now.left_s / total_s):.1%}"></i></div>'
    )


def _buttons(console: Console) -> None:
    now = console.now
    if now.turn_state == "open":
        _prepare(console)
        _do("Close round", CloseTurn(), console, key="close", type="primary")
        _do("Resume" if now.paused else "Pause", Resume() if now.paused else Pause(), console, key="pause")
    elif console.can_reveal:
        _prepare(console)
        _do("Reveal results", Reveal(), console, key="reveal", type="primary")
    elif console.next_turn is not None and (now.turn_state != "closed" or console.next_turn.step):
        again = " again" if console.next_turn.step else ""
        _do(
            f"Open {console.next_turn.title}{again}", OpenTurn(turn=console.next_turn.index), console, key="open",
            type="primary" if now.stage in ("brief", "turn") else "secondary",
        )  # fmt: skip
    if now.turn is not None and now.turn_state in ("open", "closed"):
        minutes = wording.EXTEND_MINUTES
        _do(f"+ {minutes} minutes", Extend(minutes=minutes), console, key="extend")
        st.html(marks.note(wording.UNTIL_TIME))
    if now.stage == "bid" and not now.bids_revealed:
        _do("Reveal the bids", RevealBids(), console, key="reveal_bids", type="primary")
    elif now.turn_state == "revealed" and now.stage in NEXT_STAGE:
        stage = NEXT_STAGE[now.stage]
        last = console.next_turn is None or now.stage != "turn"
        _do(
            f"Go to: {wording.STAGES[stage].lower()}", GoTo(stage=stage), console, key=f"go_{stage}",
            type="primary" if last else "secondary",
        )  # fmt: skip


def _prepare(console: Console) -> None:
    """Begin to compute while the facilitator still talks: a round that has closed, or that a shock has hit."""
    turn, closed = console.now.turn, console.now.turn_state == "closed"
    thrown = tuple(row.thrown.seq for row in console.shocks if row.thrown is not None)
    hands = (turn.index if turn else 0, closed and console.now.seq, thrown)
    if turn is None or st.session_state.get(PREPARED) == hands or not (closed or thrown):
        return
    st.session_state[PREPARED] = hands
    access.prepare(turn.round)


def _teams(console: Console) -> None:
    people = sum(row.people for row in console.teams)
    said = f"{people} people, all on the same seed" if people else "all on the same seed"
    st.html(
        f'<div class="ws-teamshead"><b>Teams</b><span>{said}</span></div>'
        f'<div class="ws-trow ws-thead"><span>Team</span><span>Cards of {console.budget}</span><span>Prediction</span>'
        "<span>State</span></div>"
    )
    for row in console.teams:
        with st.container(
            key=f"wsteam_{row.team.id}", horizontal=True, vertical_alignment="center", gap="small", wrap=False
        ):
            _team(console, row)


def _team(console: Console, row: TeamRow) -> None:
    now = console.now
    people = f"<small>{row.people} people</small>" if row.people else ""
    playing = now.stage == "turn" and now.turn_state != "waiting"
    guess = "" if not playing else "in" if row.predicted else '<em class="ws-waiting">waiting</em>'
    state = "sealed a bid" if now.stage == "bid" and row.bid else marks.state_of(row) if playing else ""
    st.html(
        f'<div class="ws-trow"><span>{marks.team(row.team)}{people}</span>'
        f"{marks.squares(row.cards, budget=console.budget)}<span>{guess}</span><span>{escape(state)}</span></div>",
        width="stretch",
    )
    if not playing or now.turn_state == "revealed":
        return
    if row.handed_in:
        _do(wording.UNDO, ReturnHandIn(team=row.team.id), console, key=f"return_{row.team.id}", type="tertiary",
            help=f"Undo the last hand-in of {row.team.name}")  # fmt: skip
    elif row.changed_s is not None:
        _do(wording.HAND_IN_FOR, HandInFor(team=row.team.id), console, key=f"for_{row.team.id}", type="tertiary")


def _foot(console: Console) -> None:
    with st.container(key="wsfoot", horizontal=True, vertical_alignment="center", gap="small"):
        saved = f"Saved {marks.at_time(console.saved_s)} after every action." if console.saved_s else "Saved."
        last = f" Last action: {escape(console.last_words)}." if console.last_words else ""
        st.html(f'<p class="lb-foot">{saved}{last}</p>', width="content")
        if console.last is not None:
            _do(wording.UNDO, Undo(seq=console.last.seq), console, key="undo", type="tertiary",
                help="Take back the last action of anybody")  # fmt: skip
        st.html(
            f'<p class="lb-foot ws-end">Seed {console.seed} · quick estimates · version {escape(console.version)} · '
            f"names are never stored; deleted on {console.delete_on}</p>",
            width="stretch",
        )


# --- the room ---------------------------------------------------------------------------------------


def _projector(console: Console) -> None:
    now = console.now
    if now.question:
        st.html(f'<p class="ws-cap">{wording.ASK}</p><p class="ws-question">{escape(now.question)}</p>')
    st.html(f'<p class="ws-cap">{wording.ON_PROJECTOR}</p>')
    shows = list(wording.SHOWS)
    choice = mirrors.mirror(SHOWING, now.showing if now.showing in shows else "timer")
    with st.container(key="ws_show"):
        st.radio(
            wording.ON_PROJECTOR, shows, shows.index(choice.began), format_func=lambda what: wording.SHOWS[what],
            key=choice.name, label_visibility="collapsed", on_change=_show,
        )  # fmt: skip


def _show() -> None:
    access.act(Show(what=str(mirrors.chosen(SHOWING))))
