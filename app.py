"""The app: pages over one simulator. Run with `streamlit run app.py`."""

if __name__ == "__main__":  # Worker processes import this file under another name and show nothing.
    from app_pages import navigation

    navigation.run()
