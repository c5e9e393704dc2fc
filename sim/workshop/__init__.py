"""The workshop: teams decide in rounds, shocks arrive, and the debrief shows what each decision cost.

    cards      decision and shock cards, decks                 -> cards.py, decks/*.yaml
    actions    everything that can happen, as values           -> actions.py
    rules      what an action does, or why it is refused       -> rules.py
    session    the fold of the log of actions                  -> session.py
    store      SQLite or PostgreSQL, migrated                  -> store.py, database.py
    seats      codes, PINs, tokens                             -> seats.py
    views      what each seat may see                          -> views.py
    workshop   the one way in                                  -> workshop.py
"""

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from sim.workshop.actions import Prediction
from sim.workshop.refusals import NotAdmitted, NotImported, Refused, StoreUnreachable, WorkshopError
from sim.workshop.setup import Setup, usual_teams

if TYPE_CHECKING:
    from sim.workshop.seats import Created, Seat
    from sim.workshop.workshop import Saved, Workshop

__all__ = [
    "Created",
    "NotAdmitted",
    "NotImported",
    "Prediction",
    "Refused",
    "Saved",
    "Seat",
    "Setup",
    "StoreUnreachable",
    "Workshop",
    "WorkshopError",
    "usual_teams",
]

_HOMES = {
    "Created": "sim.workshop.seats",
    "Saved": "sim.workshop.workshop",
    "Seat": "sim.workshop.seats",
    "Workshop": "sim.workshop.workshop",
}
_NEEDED = ("sqlalchemy", "alembic")


def __getattr__(name: str) -> Any:
    """What needs the database libraries loads when it is asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'sim.workshop' has no attribute '{name}'")
    missing = [library for library in _NEEDED if find_spec(library) is None]
    if missing:
        raise StoreUnreachable(
            f"The workshop keeps its sessions with {' and '.join(missing)}, which is not installed. "
            "Install it with 'pip install loadbearing[workshop]'."
        )
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
