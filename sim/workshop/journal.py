"""Sessions as this process knows them: folded once, then brought up to date by what is new."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from sim.workshop.actions import Logged
from sim.workshop.refusals import NotAdmitted
from sim.workshop.rules import after, effective, fold
from sim.workshop.session import Session
from sim.workshop.setup import Setup
from sim.workshop.store import Held, Store

MOST_SESSIONS_HELD = 64


@dataclass(frozen=True, slots=True)
class Journal:
    """A session with the log it is the fold of."""

    held: Held
    log: tuple[Logged, ...]
    session: Session

    @property
    def standing(self) -> tuple[Logged, ...]:
        """Actions that were not undone."""
        return effective(self.log)

    def told(self, logged: Logged) -> "Journal":
        """The journal once an action has happened; raises as the rules do."""
        return Journal(self.held, (*self.log, logged), after(self.session, logged, log=self.log))

    def caught_up(self, news: tuple[Logged, ...]) -> "Journal":
        """The journal with actions that others have written."""
        journal = self
        for logged in news:
            journal = journal.told(logged)
        return journal


class Journals:
    """Journals by session, shared by threads; the least recently used goes first."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: OrderedDict[str, Journal] = OrderedDict()
        self._lock = Lock()

    def latest(self, session_id: str) -> tuple[Journal, float]:
        """A session with all that has happened, and the server's time."""
        journal = self.known(session_id)
        news, now_s = self._store.news(session_id, after_seq=journal.session.seq)
        return (self.keep(journal.caught_up(news)) if news else journal), now_s

    def known(self, session_id: str) -> Journal:
        """A session as far as this process knows it; from the store where it does not."""
        with self._lock:
            journal = self._known.get(session_id)
            if journal is not None:
                self._known.move_to_end(session_id)
        if journal is not None:
            return journal
        held = self._store.by_id(session_id)
        if held is None:
            raise NotAdmitted("This session is not here any more: it was deleted.")
        setup = Setup.model_validate_json(held.setup_json, strict=True)
        log, _ = self._store.news(session_id, after_seq=0)
        return self.keep(Journal(held, log, fold(setup, log)))

    def keep(self, journal: Journal) -> Journal:
        """Remember the newer of this journal and the one that is known."""
        with self._lock:
            known = self._known.get(journal.held.id)
            if known is None or known.session.seq < journal.session.seq:
                self._known[journal.held.id] = journal
            self._known.move_to_end(journal.held.id)
            while len(self._known) > MOST_SESSIONS_HELD:
                self._known.popitem(last=False)
            return self._known[journal.held.id]

    def forget(self, session_id: str) -> None:
        with self._lock:
            self._known.pop(session_id, None)
