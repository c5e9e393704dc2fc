"""What the room sees: one message at a time, in large type."""

from base64 import b64encode
from html import escape
from urllib.parse import urlencode, urlsplit

import streamlit as st

from app_pages.workshop import access, hindsight, live, marks, plenary, wording
from sim.workshop.qr import qr_svg
from sim.workshop.secrecy import spaced
from sim.workshop.views import Screen

THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
"""Names under which a browser sees its own machine, and a phone its own."""


def page() -> None:
    """The observer's seat: the projector, and whoever only watches."""
    screen = access.house().screen(access.held())
    with st.container(key="wsprojector"):
        showing = _showing(screen)
        still = showing not in ("timer", "join") and (showing != "bids" or screen.now.bids_revealed)
        if still:
            _head(screen)
            _still(screen, showing)
        live.follow(
            screen, see=lambda: access.house().screen(access.held()), shown=live.screen_shown,
            draw=_nothing if still else _moving, always=not still,
        )  # fmt: skip


def _showing(screen: Screen) -> str:
    """What to show: the facilitator's choice, where there is something to show for it."""
    now = screen.now
    if now.showing not in wording.SHOWS:
        return "timer"
    needs_results = now.showing not in ("join", "timer", "bids", "poll")
    if now.turn is None and now.showing == "timer":
        return "join"
    return "timer" if needs_results and not now.revealed else now.showing


def _head(screen: Screen) -> None:
    now = screen.now
    where = f"{marks.round_kicker(now.turn)}, {marks.months(now.turn)}" if now.turn else ""
    st.html(
        f'<div class="ws-strip"><b>{escape(now.title)}</b><span>{escape(where)}</span>'
        f"<em>{spaced(screen.code)}</em></div>"
    )


def _nothing(screen: Screen) -> None:
    del screen


def _moving(screen: Screen) -> None:
    """What moves by itself: the clock, who is in, who has handed in."""
    _head(screen)
    showing = _showing(screen)
    if showing == "bids":
        in_ = "".join(marks.team(row.team) for row in screen.teams if row.bid)
        st.html(f'{plenary.bids(screen.now, {})}<div class="ws-in">{in_}</div>')
    elif showing == "join":
        _join(screen)
    else:
        _clock(screen)


def _join(screen: Screen) -> None:
    address = (st.context.url or "").split("?")[0]
    rows = "".join(
        f"<li>{marks.team(row.team)}<small>{row.people or ''}{' people' if row.people else ''}</small></li>"
        for row in screen.teams
    )
    alone = urlsplit(address).hostname in THIS_MACHINE
    code = "" if alone else _code(f"{address}?{urlencode({wording.CODE_PARAM: screen.code})}")
    st.html(
        f'<div class="ws-joining"><div><h1 class="ws-big">{wording.JOIN_TITLE}</h1>'
        f'<p class="ws-sub">{escape(address)}</p><p class="ws-code">{spaced(screen.code)}</p></div>{code}</div>'
        f'{marks.note(wording.THIS_MACHINE) if alone else ""}<ul class="ws-teams">{rows}</ul>'
    )


def _code(link: str) -> str:
    """A link to scan; as an image, since a page's own markup may hold no drawing."""
    drawn = b64encode(qr_svg(link).encode()).decode()
    return f'<img class="ws-qr" alt="{wording.QR_LABEL}" src="data:image/svg+xml;base64,{drawn}">' if drawn else ""


def _clock(screen: Screen) -> None:
    now = screen.now
    rows = "".join(
        f"<li>{marks.team(row.team)}{marks.squares(row.cards, budget=screen.budget)}"
        f"<small>{'handed in' if row.handed_in else 'choosing' if row.changed_s else ''}</small></li>"
        for row in screen.teams
    )
    shocks = "".join(
        f'<p class="ws-shock"><b>{escape(card.title)}</b>, month {month}. {escape(card.text)}</p>'
        for card, month, _ in screen.shocks
    )
    title = f"{marks.round_kicker(now.turn)}: {marks.months(now.turn)}" if now.turn else now.title
    st.html(
        f'<h1 class="ws-big">{escape(title)}</h1><p class="ws-huge" role="timer">{marks.clock(now)}</p>'
        f'<p class="ws-sub">{escape(marks.clock_words(now))}</p>{shocks}<ul class="ws-teams">{rows}</ul>'
    )


def _still(screen: Screen, showing: str) -> None:
    if showing == "poll":
        st.html(plenary.poll())
        return
    if showing == "bids":
        st.html(plenary.bids(screen.now, {card.id: card.title for card in screen.cards}))
        return
    results = plenary.last_results(screen.now)
    assert results is not None
    teams = tuple(row.team for row in screen.teams)
    if showing == "medals":
        st.html(plenary.medals(results))
    elif showing == "futures":
        st.html(plenary.futures(screen.now, teams))
    elif showing == "rewind":
        st.html('<h1 class="ws-big">What if one card had been another?</h1>')
        hindsight.rewind(results, screen.cards, key="rewind")
    elif showing == "why":
        st.html('<h1 class="ws-big">Why is it so?</h1>')
        hindsight.why(results, key="why")
    else:
        st.html(plenary.guesses(results, plenary.FIGURES[showing]))
    if screen.now.question:
        st.html(f'<p class="ws-question">{escape(screen.now.question)}</p>')
