"""The app: pages over one simulator. Run with `streamlit run app.py`."""

# Streamlit reads this file twice: as `app` to find what serves it, and as a script for every visitor's run.
# Worker processes import it under another name still, and show nothing.
if __name__ == "__main__":
    from app_pages import navigation

    navigation.run()
elif __name__ == "app":
    import streamlit as st

    from app_pages import problems, web

    app = st.App(__file__, routes=web.ROUTES, middleware=web.MIDDLEWARE, on_script_error=problems.tell)
