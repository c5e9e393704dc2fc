"""What a facilitator looks at once results are out: the plenary's pictures, hindsight, and why."""

import streamlit as st

from app_pages import evaluation
from app_pages.workshop import access, hindsight, marks, plenary, wording
from sim.workshop.views import Console

FUTURES = "ws_futures_prepared"
LOOKS = ("results", "margin", "latency", "medals", "futures", "rewind", "why", "bids", "poll")


def page(console: Console) -> None:
    """One look at a time: each is computed when it is asked for."""
    now = console.now
    if now.revealed and (console.next_turn is None or now.stage in ("bid", "debrief")):
        _prepare(now.revealed[-1])
    looks = [look for look in LOOKS if _has(console, look)]
    if not looks:
        return
    look = st.segmented_control(
        "Look at", looks, format_func=lambda key: wording.SHOWS[key], key=f"ws_look_{'_'.join(looks[-2:])}",
        label_visibility="collapsed",
    )  # fmt: skip
    if look is None:
        return
    with st.container(key="wsdebrief"):
        if look == "poll":
            st.html(plenary.poll())
            _opening()
            return
        setup = access.house().setup(access.held())
        if look == "bids":
            titles = {card.id: card.title for card in setup.deck.cards}
            st.html(plenary.bids(now, titles))
            hindsight.why_bid(access.house().bids(access.held()), titles, round=now.revealed[-1], key="c")
            return
        results = plenary.last_results(now)
        assert results is not None
        if look == "medals":
            st.html(plenary.medals(results))
        elif look == "futures":
            st.html(plenary.futures(now, setup.teams))
            hindsight.why_future(setup.deck.futures, setup.teams, round=now.revealed[-1], key="c")
        elif look == "rewind":
            hindsight.rewind(results, setup.deck.cards, key="c_rewind")
        elif look == "why":
            hindsight.why(results, key="c_why")
        else:
            st.html(plenary.guesses(results, plenary.FIGURES[look]))


def _prepare(round: int) -> None:
    """Begin with the other futures as soon as no round is left to be decided."""
    if st.session_state.get(FUTURES) != round:
        st.session_state[FUTURES] = round
        access.prepare_futures(round)


def _has(console: Console, look: str) -> bool:
    if look == "poll":
        return console.polls_before + console.polls_after > 0
    if look == "bids":
        return console.now.bids_revealed
    return bool(console.now.revealed)


def _opening() -> None:
    """The preset that the poll suggests to open with; the model never sees the poll."""
    opening = access.house().maturity(access.held()).opening
    presets = evaluation.preset_scenarios()
    if opening in presets:
        st.html(marks.note(f"For the brief, the answers suggest to open with: {presets[opening].name}."))
