"""Running a session: create one, come back to one with its PIN, or import one that was exported."""

from datetime import UTC, date, datetime, timedelta

import streamlit as st

from app_pages import evaluation
from app_pages.workshop import access, marks, wording
from sim.scenario import ScenarioError
from sim.workshop import decks, load_deck, new_setup
from sim.workshop.cards import Deck
from sim.workshop.deck_files import parse_deck
from sim.workshop.setup import MOST_TEAMS
from sim.workshop.workshop import LONGEST_KEPT_DAYS

USUAL_DAYS, USUAL_TEAMS, USUAL_SEED = 30, 5, 11
QUICK_MINUTES = 2.0
SMALL_MB, SESSION_MB = 1, 16


@st.cache_resource(max_entries=8, show_spinner=False)
def known_deck(id: str) -> Deck:
    """A deck that ships."""
    return load_deck(id)


def page() -> None:
    """Three ways to a console."""
    way = st.segmented_control(
        wording.WAY, list(wording.RUN_WAYS), format_func=lambda key: wording.RUN_WAYS[key], default="new",
        key="ws_run_way", required=True, label_visibility="collapsed",
    )  # fmt: skip
    told = access.told()
    if told:
        st.html(marks.problem(told))
    if way == "back":
        _come_back()
    elif way == "file":
        _import()
    else:
        _create()


def _come_back() -> None:
    with st.form("ws_back", border=False):
        st.text_input(wording.CODE, key="ws_back_code", help=wording.CODE_HELP, max_chars=24)
        st.text_input(wording.FACILITATOR_PIN, key="ws_back_pin", type="password", max_chars=24, autocomplete="off")
        st.form_submit_button(wording.ENTER, type="primary", on_click=_enter)


def _enter() -> None:
    code, pin = str(st.session_state.get("ws_back_code") or ""), str(st.session_state.get("ws_back_pin") or "")
    st.session_state["ws_back_pin"] = ""
    taken = access.attempt(lambda: access.house().enter_as_facilitator(code, pin))
    if taken is not None:
        access.sit(taken)


def _day(key: str) -> date:
    today = datetime.now(UTC).date()
    chosen = st.date_input(
        wording.DELETE_ON, today + timedelta(days=USUAL_DAYS), min_value=today + timedelta(days=1),
        max_value=today + timedelta(days=LONGEST_KEPT_DAYS), key=key, help=wording.DELETE_NOTE, format="YYYY-MM-DD",
    )  # fmt: skip
    return chosen if isinstance(chosen, date) else today + timedelta(days=USUAL_DAYS)


def _import() -> None:
    sent = st.file_uploader(wording.FILE, type=["json"], key="ws_file", max_upload_size=SESSION_MB)
    until = _day("ws_file_until")
    if st.button(wording.IMPORT, key="ws_import", type="primary", disabled=sent is None) and sent is not None:
        data = sent.getvalue()
        created = access.attempt(lambda: access.house().restore(data, delete_on=until))
        if created is not None:
            st.session_state[access.CREATED] = created
            access.sit(created.seat)
        st.rerun()


def _chosen_deck() -> Deck | None:
    names = {id: known_deck(id).title for id in decks()}
    id = st.selectbox(wording.DECK, list(names), format_func=lambda key: names[key], key="ws_deck")
    with st.expander(wording.OWN_DECK):
        sent = st.file_uploader(
            wording.OWN_DECK, type=["yaml", "yml"], key="ws_own_deck", max_upload_size=SMALL_MB,
            label_visibility="collapsed",
        )  # fmt: skip
        if sent is not None:
            try:
                return parse_deck(sent.getvalue(), where=sent.name)
            except ScenarioError as error:
                for fault in error.faults:
                    st.html(marks.problem(fault))
                return None
    return known_deck(id)


def _create() -> None:
    deck = _chosen_deck()
    if deck is None:
        return
    st.html(marks.note(deck.summary))
    with st.grid(2, min_column_width=260):
        title = st.text_input(wording.SESSION_TITLE, deck.title, max_chars=80, key=f"ws_title_{deck.id}")
        teams = st.number_input(wording.TEAMS, 1, MOST_TEAMS, USUAL_TEAMS, key="ws_teams")
        changed = _rounds(deck)
        until = _day("ws_until")
        seed = st.number_input(wording.SEED, 0, 2**31 - 1, USUAL_SEED, key="ws_seed", help=wording.SEED_HELP)
        deck_open = st.toggle(wording.OPEN_DECK, True, key="ws_open")
    if st.button(wording.CREATE, key="ws_create", type="primary"):
        _made(changed, title=title, teams=teams, until=until, seed=seed, deck_open=deck_open)
        st.rerun()


def _made(deck: Deck, *, title: str, teams: int, until: date, seed: int, deck_open: bool) -> None:
    with st.spinner(wording.CREATE, show_time=False):
        try:
            created = access.attempt(
                lambda: access.house().create(
                    new_setup(deck, teams=teams, delete_on=until, seed=seed, title=title, deck_open=deck_open)
                )
            )
        except ScenarioError as error:
            access.tell(" ".join(error.faults))
            return
    if created is not None:
        st.session_state[access.CREATED] = created
        access.sit(created.seat)
        access.prepare(0)


def _rounds(deck: Deck) -> Deck:
    """The deck with the starting point, rounds, times and budget that are asked for."""
    presets = evaluation.preset_scenarios()
    starts = list(dict.fromkeys((deck.scenario, *presets)))
    start = st.selectbox(
        wording.SCENARIO, starts, format_func=lambda id: presets[id].name if id in presets else id,
        key=f"ws_start_{deck.id}",
    )  # fmt: skip
    budget = st.number_input(wording.BUDGET, 1, 24, deck.budget, key=f"ws_budget_{deck.id}")
    practice = [plan for plan in deck.rounds if plan.practice]
    counting = [plan for plan in deck.rounds if not plan.practice]
    count = st.number_input(wording.ROUNDS, 1, len(counting), len(counting), key=f"ws_rounds_{deck.id}")
    practised = bool(practice) and st.toggle(wording.PRACTICE, True, key=f"ws_practice_{deck.id}")
    twice = st.toggle(wording.TWO_STEPS, any(plan.quick_minutes for plan in counting), key=f"ws_twice_{deck.id}")
    rounds = []
    for plan in (*(practice if practised else ()), *counting[:count]):
        minutes = st.number_input(
            wording.MINUTES.format(round=plan.title), 0.5, 120.0, plan.minutes, step=1.0, format="%g",
            key=f"ws_minutes_{deck.id}_{plan.title}",
        )  # fmt: skip
        quick = (plan.quick_minutes or QUICK_MINUTES) if twice and not plan.practice else None
        rounds.append(plan.model_copy(update={"minutes": minutes, "quick_minutes": quick}))
    update = {"scenario": start, "budget": budget, "rounds": tuple(rounds)}
    if start != deck.scenario:
        # The deck's own settings are of the preset it was written for.
        update["sets"] = {}
    return deck.model_copy(update=update)
