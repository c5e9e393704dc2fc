"""What a page says when it fails: a plain sentence and a way on, while the fault goes to the log."""

import logging

import streamlit as st

from app_pages import text

LOG = logging.getLogger(__name__)


def tell(fault: Exception) -> bool:
    """Log a page's fault in full and show a sentence in place of a traceback."""
    LOG.error("a page failed", exc_info=fault)
    st.html(f'<p class="lb-problem" role="alert">{text.PAGE_FAILED}</p>')
    return True
