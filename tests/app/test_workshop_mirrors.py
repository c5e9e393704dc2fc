"""Widgets that show the store's values: another one for news, the same one for what was chosen here."""

from streamlit.testing.v1 import AppTest


def _page():
    import streamlit as st

    from app_pages.workshop import mirrors

    store = st.session_state.setdefault("store", {"showing": "timer", "refuses": False})

    def show():
        what = mirrors.chosen("showing")
        if not store["refuses"]:
            store["showing"] = what

    choice = mirrors.mirror("showing", store["showing"])
    shows = ["timer", "results", "medals"]
    st.radio("Showing", shows, shows.index(choice.began), key=choice.name, on_change=show)


def opened():
    at = AppTest.from_function(_page).run()
    return at, at.radio[0].key


def test_what_was_chosen_here_is_sent_and_the_widget_stays():
    at, key = opened()
    at.radio[0].set_value("medals").run()
    assert at.session_state["store"]["showing"] == "medals"
    assert (at.radio[0].key, at.radio[0].value) == (key, "medals")


def test_news_of_the_store_come_in_another_widget_so_that_a_late_browser_changes_nothing():
    at, key = opened()
    at.session_state["store"] = {"showing": "results", "refuses": False}
    at.run()
    assert at.radio[0].key != key and at.radio[0].value == "results"
    # The browser that still shows "timer" sends it once more.
    at.session_state[key] = "timer"
    at.run()
    assert at.session_state["store"]["showing"] == "results" and at.radio[0].value == "results"


def test_a_refused_choice_is_taken_back_on_the_page():
    at, _ = opened()
    at.session_state["store"] = {"showing": "timer", "refuses": True}
    at.run()
    at.radio[0].set_value("medals").run()
    assert at.session_state["store"]["showing"] == "timer" and at.radio[0].value == "timer"
