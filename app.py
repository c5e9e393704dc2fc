"""The app: three pages over one simulator. Run with `streamlit run app.py`."""

import streamlit as st

from app_pages import shell, state

shell.set_up()
page = st.navigation(
    [
        st.Page("app_pages/start.py", title="Start", default=True),
        st.Page("app_pages/strategy.py", title="Strategy", url_path="strategy"),
        st.Page("app_pages/about.py", title="About", url_path="about"),
    ],
    position="top",
)
state.enter(page.url_path)
page.run()
