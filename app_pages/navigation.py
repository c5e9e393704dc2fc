"""Which pages there are."""

import streamlit as st

from app_pages import shell, state


def run() -> None:
    """Configure the app and show the page that the address names."""
    shell.set_up()
    page = st.navigation(
        [
            st.Page("app_pages/start.py", title="Start", default=True),
            st.Page("app_pages/strategy.py", title="Strategy", url_path="strategy"),
            st.Page("app_pages/operations.py", title="Operations", url_path="operations"),
            st.Page("app_pages/economics.py", title="Economics", url_path="economics"),
            st.Page("app_pages/lockin.py", title="Lock-in", url_path="lock-in"),
            st.Page("app_pages/compare.py", title="Compare", url_path="compare"),
            st.Page("app_pages/futures.py", title="Futures", url_path="futures"),
            st.Page("app_pages/report.py", title="Report", url_path="report"),
            st.Page("app_pages/workshop/workshop.py", title="Workshop", url_path="workshop"),
            st.Page("app_pages/own.py", title="Own scenario", url_path="own"),
            st.Page("app_pages/about.py", title="About", url_path="about"),
        ],
        position="top",
    )
    state.enter(page.url_path)
    page.run()
