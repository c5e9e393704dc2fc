"""What is remembered is set aside, and what has died since is not kept."""

import gc
import weakref

import pytest

from app_pages.memory import EVERY, Keeper


@pytest.fixture(autouse=True)
def _thaw():
    yield
    gc.unfreeze()


class Circle:
    """Garbage that only the collector can find."""

    def __init__(self) -> None:
        self.me = self


def test_what_lives_is_set_aside_at_the_first_outcome():
    gc.unfreeze()
    Keeper().remember()
    assert gc.get_freeze_count() > 1000


def test_what_was_set_aside_and_died_goes_at_the_next_look():
    keeper, circle = Keeper(), Circle()
    keeper.remember()
    seen = weakref.ref(circle)
    del circle
    gc.collect()
    assert seen() is not None
    for _ in range(EVERY):
        keeper.remember()
    assert seen() is None
