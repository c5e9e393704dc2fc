"""The workshop: teams decide in rounds, shocks arrive, and the debrief shows what each decision cost.

    cards        decision and shock cards, decks               -> cards.py, deck_files.py, decks/*.yaml
    actions      everything that can happen, as values         -> actions.py
    rules        what an action does, or why it is refused     -> rules.py
    session      the fold of the log of actions                -> session.py
    store        SQLite or PostgreSQL, migrated                -> store.py, database.py
    seats        codes, PINs, tokens                           -> seats.py
    views        what each seat may see                        -> views.py, viewing.py
    results      a team's cards as a scenario, and its figures -> playing.py, company.py, table.py, debrief.py
    traces       the tree behind every figure                  -> tracing.py
    paper        cards, slips, a page to keep, codes to scan   -> printing.py, take_home.py, qr.py
    workshop     the one way in                                -> workshop.py

`Workshop` is a session's store and its rules in one; `Solo` plays a deck alone.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from sim.workshop.refusals import NotAdmitted, NotImported, Refused, StoreUnreachable, WorkshopError

if TYPE_CHECKING:
    from sim.workshop.deck_files import decks, load_deck
    from sim.workshop.seats import Created, Seat
    from sim.workshop.sessions import new_setup
    from sim.workshop.setup import Setup
    from sim.workshop.solo import Solo
    from sim.workshop.workshop import Saved, Workshop

__all__ = [
    "Created",
    "NotAdmitted",
    "NotImported",
    "Refused",
    "Saved",
    "Seat",
    "Setup",
    "Solo",
    "StoreUnreachable",
    "Workshop",
    "WorkshopError",
    "decks",
    "load_deck",
    "new_setup",
]

_HOMES = {
    "Created": "sim.workshop.seats",
    "Saved": "sim.workshop.workshop",
    "Seat": "sim.workshop.seats",
    "Setup": "sim.workshop.setup",
    "Solo": "sim.workshop.solo",
    "Workshop": "sim.workshop.workshop",
    "decks": "sim.workshop.deck_files",
    "load_deck": "sim.workshop.deck_files",
    "new_setup": "sim.workshop.sessions",
}
_STORED = frozenset({"Created", "Saved", "Seat", "Workshop"})
_LIBRARIES = ("sqlalchemy", "alembic")


def __getattr__(name: str) -> Any:
    """What needs the database libraries loads when it is asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'sim.workshop' has no attribute '{name}'")
    missing = [library for library in _LIBRARIES if find_spec(library) is None]
    if name in _STORED and missing:
        raise StoreUnreachable(
            f"The workshop keeps its sessions with {' and '.join(missing)}, which is not installed. "
            "Install it with 'pip install loadbearing[workshop]'."
        )
    return getattr(import_module(_HOMES[name]), name)
