"""A deck for one: choose, predict, and see where recorded strategies stand. Nothing is saved."""

from functools import partial
from html import escape

import streamlit as st

from app_pages.workshop import access, company, hand, marks, own_results, plenary, wording
from app_pages.workshop.create import known_deck
from sim.workshop import Refused, Solo, decks
from sim.workshop.solo import SoloRound

HANDS, GUESSES, CHOSEN, GAME = "ws_solo_hands", "ws_solo_guesses", "ws_solo_chosen", "ws_solo_game"
REVEALED = "ws_solo_revealed"
SEED = 11


@st.cache_resource(max_entries=8, show_spinner=False)
def _solo(deck: str) -> Solo:
    return Solo(known_deck(deck), seed=SEED, evaluations=access.evaluations())


def page() -> None:
    """Choosing a deck, then its rounds in order, each with its results before the next."""
    session = st.session_state
    if GAME not in session:
        _choose()
        return
    solo: Solo = _solo(session[GAME])
    access.showing(f"solo {len(session[HANDS])} {session[REVEALED]}")
    told = access.told()
    if told:
        st.html(marks.problem(told))
    if session[REVEALED]:
        _results(solo)
    else:
        _round(solo)
    st.button(wording.SOLO_AGAIN, key="ws_solo_again", type="tertiary", on_click=_again)


def _choose() -> None:
    st.html(marks.note(wording.SOLO_LEAD))
    names = {id: known_deck(id).title for id in decks()}
    chosen = st.selectbox(wording.DECK, list(names), format_func=lambda id: names[id], key="ws_solo_deck")
    st.html(marks.note(known_deck(chosen).summary))
    st.button(wording.SOLO_BEGIN, key="ws_solo_begin", type="primary", on_click=_begin)


def _begin() -> None:
    session = st.session_state
    session[GAME], session[HANDS], session[GUESSES], session[CHOSEN] = session["ws_solo_deck"], [], [], []
    session[REVEALED] = False


def _again() -> None:
    for key in (GAME, HANDS, GUESSES, CHOSEN, REVEALED):
        st.session_state.pop(key, None)


def _go_on() -> None:
    st.session_state[REVEALED] = False


def _round(solo: Solo) -> None:
    session = st.session_state
    at = len(session[HANDS])
    plan = solo.deck.rounds[solo.rounds[at]]
    st.html(
        f'{marks.kicker(plan.title)}<h1 class="ws-head">Build for months {plan.first_month} to {plan.last_month}</h1>'
        f"{hand.chosen_line(len(session[CHOSEN]), budget=solo.deck.budget)}"
    )
    with st.spinner(wording.PRICED, show_time=False):
        known, offers = solo.company(session[HANDS]), solo.offers(session[HANDS])
    st.html(company.state_html(known, first_month=plan.first_month))
    hand.cards(offers, session[CHOSEN], key=f"solo{at}", tapped=partial(_take, solo.deck.budget))
    hand.guess(None, month=plan.last_month, key=f"solo{at}")
    st.button(
        wording.SOLO_PLAY, key=f"ws_solo_play_{at}", type="primary", width="stretch", on_click=_play, args=(solo, at)
    )


def _take(budget: int, card: str, on: bool) -> None:
    chosen: list[str] = st.session_state[CHOSEN]
    if (card in chosen) == on:
        return
    if not on:
        chosen.remove(card)
    elif len(chosen) >= budget:
        access.tell(f"{budget} cards are the most in a round. Put one back first.")
    else:
        chosen.append(card)


def _play(solo: Solo, at: int) -> None:
    session = st.session_state
    written = hand.read_guess(f"solo{at}")
    if written is None:
        access.tell(wording.GUESS_FIRST)
        return
    hands, guesses = [*session[HANDS], tuple(session[CHOSEN])], [*session[GUESSES], written]
    try:
        solo.play(hands, predictions=guesses)
    except (Refused, ValueError) as fault:
        access.tell(str(fault))
        return
    session[HANDS], session[GUESSES], session[CHOSEN], session[REVEALED] = hands, guesses, [], True


def _results(solo: Solo) -> None:
    session = st.session_state
    with st.spinner(wording.PREPARING, show_time=False):
        found: SoloRound = solo.play(session[HANDS], predictions=session[GUESSES])
    you, hands = found.results[0], session[HANDS]
    st.html(
        f"{marks.kicker(solo.deck.rounds[found.round].title)}"
        f'<h1 class="ws-head">{escape(own_results.headline(you))}</h1>{own_results.guesses_html(you)}'
        f"{marks.pairs(own_results.figures(you))}{own_results.shocks_html(you)}{own_results.warnings_html(you)}"
        f"{plenary.medals_of(found.results, found.medals, month=found.month)}"
    )
    left = len(hands) < len(solo.rounds)
    if left:
        plan = solo.deck.rounds[solo.rounds[len(hands)]]
        st.button(
            wording.SOLO_GO_ON.format(first=plan.first_month, last=plan.last_month), key=f"ws_solo_go_on_{len(hands)}",
            type="primary", width="stretch", on_click=_go_on,
        )  # fmt: skip
    own_results.why(
        lambda month, figure: solo.why(hands, month=month, figure=figure), month=you.month, key=f"solo_{len(hands)}"
    )
    with st.expander(wording.SOLO_OTHERS):
        st.html("".join(f"<p><b>{escape(each.name)}.</b> {escape(each.text)}</p>" for each in solo.deck.recorded))
