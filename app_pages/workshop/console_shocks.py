"""Shocks on the console: what each is, throwing it now or later, and taking it back."""

from html import escape

import streamlit as st

from app_pages.workshop import access, marks, wording
from sim.reports import words
from sim.workshop.actions import TakeBack, Throw
from sim.workshop.views import Console, ShockRow


def page(console: Console) -> None:
    """Every shock of the deck."""
    st.html('<p class="ws-cap">Shocks</p>')
    for row in console.shocks:
        with st.container(key=f"ws{'thrown' if row.thrown else 'shock'}_{row.card.id}", gap=None):
            _shock(console, row)


def _facts(row: ShockRow) -> str:
    notice = row.facts.notice_months.likely
    left = ", ".join(words.LAYER_WORDS[layer] for layer in sorted(row.facts.forces))
    said = [f"notice {words.months(notice)}" if notice else "no notice"]
    if left:
        said.append(f"leaves {left}")
    return "; ".join(said)


def _shock(console: Console, row: ShockRow) -> None:
    st.html(
        f'<div class="ws-shockrow"><b>{escape(row.card.title)}</b><span>{escape(_facts(row))}</span></div>'
    )
    if row.thrown is not None:
        hidden = ", hidden" if row.thrown.hidden else ""
        with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
            st.html(
                f'<p class="ws-thrown">Thrown {marks.at_time(row.thrown.at_s)}, from month {row.thrown.month}'
                f"{hidden}</p>",
                width="stretch",
            )
            if row.can_take_back:
                token = access.tap(f"back_{row.card.id}", seq=row.thrown.seq)
                st.button(
                    wording.TAKE_BACK, key=f"ws_back_{row.card.id}", type="tertiary", on_click=access.do,
                    args=(TakeBack(thrown=row.thrown.seq), token),
                )  # fmt: skip
        return
    if console.now.stage == "ended":
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        month = _next_month(console)
        st.button(
            wording.THROW_NOW, key=f"ws_throw_{row.card.id}", on_click=access.do,
            args=(Throw(shock=row.card.id, month=month), access.tap(f"throw_{row.card.id}", seq=console.now.seq)),
            help=f"Strikes in month {month}, announced at once",
        )  # fmt: skip
        with st.popover(wording.THROW_LATER, key=f"ws_later_{row.card.id}"):
            _later(console, row, month)


def _later(console: Console, row: ShockRow, month: int) -> None:
    id = row.card.id
    st.html(marks.note(row.card.text))
    st.number_input(wording.STRIKES, 0, 119, month, key=f"ws_at_{id}")
    st.segmented_control(
        wording.SIZE, list(wording.SIZES), format_func=lambda size: wording.SIZES[size], default=row.card.size,
        required=True, key=f"ws_size_{id}",
    )  # fmt: skip
    st.toggle(wording.HIDDEN, key=f"ws_hidden_{id}")
    st.button(
        wording.THROW, key=f"ws_throw_later_{id}", type="primary", on_click=_throw,
        args=(id, access.tap(f"later_{id}", seq=console.now.seq)),
    )  # fmt: skip


def _throw(id: str, token: str) -> None:
    session = st.session_state
    month, hidden = int(session[f"ws_at_{id}"]), bool(session[f"ws_hidden_{id}"])
    access.act(Throw(shock=id, month=month, size=session[f"ws_size_{id}"], hidden=hidden), token)


def _next_month(console: Console) -> int:
    """The first month that nobody has seen: of the round that is played, or of the next one."""
    now = console.now
    turn = now.turn if now.turn is not None and now.turn_state in ("open", "closed") else console.next_turn
    turn = turn or now.turn
    return 0 if turn is None else turn.first_month if turn.round not in now.revealed else turn.last_month + 1
