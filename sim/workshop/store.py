"""Sessions and their logs in the database."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection, Row, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from sim.workshop.actions import Logged, action_of
from sim.workshop.database import Database
from sim.workshop.refusals import NotAdmitted, Refused
from sim.workshop.secrecy import new_code, new_token, plain_code
from sim.workshop.setup import Setup
from sim.workshop.tables import ACTIONS, SESSIONS

MOST_SESSIONS = 2000
MOST_ACTIONS = 20_000
CODE_TRIES = 5


@dataclass(frozen=True, slots=True)
class Held:
    """A session of the store."""

    id: str
    code: str
    setup_json: str
    delete_on: date


class Desk:
    """One session while it is written to: nobody else writes to it until the block is left."""

    def __init__(self, connection: Connection, *, session_id: str, now_s: float) -> None:
        self.connection = connection
        self.session_id = session_id
        self.now_s = now_s

    def log(self, *, after_seq: int) -> tuple[Logged, ...]:
        return _log(self.connection, self.session_id, after_seq=after_seq)

    def append(self, logged: Logged) -> None:
        if logged.seq > MOST_ACTIONS:
            raise Refused(f"This session holds {MOST_ACTIONS} actions, the most. Export it and begin anew.")
        self.connection.execute(insert(ACTIONS), [_row(self.session_id, logged)])


class Store:
    """Sessions by code. A session past its deletion date is gone, whether or not its rows are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, setup: Setup, *, log: tuple[Logged, ...] = (), keys: Callable[[Connection, str], None]) -> Held:
        """A new session under a new code.

        Args:
            setup: kept as it is.
            log: actions that happened before, of an imported session.
            keys: writes the session's keys in the same transaction.
        """
        self.purge()
        with self._database.writing() as connection:
            if connection.execute(select(func.count()).select_from(SESSIONS)).scalar_one() >= MOST_SESSIONS:
                raise Refused(f"{MOST_SESSIONS} sessions are kept here, the most there can be. Delete some first.")
            held = Held(new_token()[:32], self._free_code(connection), setup.model_dump_json(), setup.delete_on)
            connection.execute(
                insert(SESSIONS),
                [
                    {
                        "id": held.id, "code": held.code, "created_s": self._database.now_s(connection),
                        "delete_on": held.delete_on, "setup": held.setup_json,
                    }
                ],
            )  # fmt: skip
            if log:
                connection.execute(insert(ACTIONS), [_row(held.id, logged) for logged in log])
            keys(connection, held.id)
        return held

    def find(self, code: str) -> Held | None:
        """The session of a code; `None` where there is none, or its deletion date has come."""
        with self._database.reading() as connection:
            found = connection.execute(_HELD.where(SESSIONS.c.code == plain_code(code))).one_or_none()
            return _alive(found, today=day_of(self._database.now_s(connection)))

    def by_id(self, session_id: str) -> Held | None:
        with self._database.reading() as connection:
            found = connection.execute(_HELD.where(SESSIONS.c.id == session_id)).one_or_none()
            return _alive(found, today=day_of(self._database.now_s(connection)))

    def news(self, session_id: str, *, after_seq: int) -> tuple[tuple[Logged, ...], float]:
        """What happened after an action, and the server's time."""
        with self._database.reading() as connection:
            now_s = self._database.now_s(connection)
            return _log(connection, session_id, after_seq=after_seq), now_s

    @contextmanager
    def writing(self, session_id: str) -> Iterator[Desk]:
        """Write to one session; others wait. The server's time is taken once the session is ours."""
        try:
            with self._database.writing() as connection:
                row = select(SESSIONS.c.id).where(SESSIONS.c.id == session_id).with_for_update()
                if connection.execute(row).one_or_none() is None:
                    raise NotAdmitted("This session is not here any more: it was deleted. Nothing was changed.")
                yield Desk(connection, session_id=session_id, now_s=self._database.now_s(connection))
        except IntegrityError as fault:
            raise Refused("Somebody else did this in the same instant. Nothing was changed; look again.") from fault

    def drop(self, session_id: str) -> None:
        """Delete a session and all that belongs to it."""
        with self._database.writing() as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.id == session_id))

    def purge(self) -> int:
        """Delete every session whose deletion date has come; how many there were."""
        with self._database.writing() as connection:
            today = day_of(self._database.now_s(connection))
            return connection.execute(delete(SESSIONS).where(SESSIONS.c.delete_on <= today)).rowcount

    def _free_code(self, connection: Connection) -> str:
        for _ in range(CODE_TRIES):
            code = new_code()
            if connection.execute(select(SESSIONS.c.id).where(SESSIONS.c.code == code)).one_or_none() is None:
                return code
        raise Refused("No free code was found. Try again.")


_HELD = select(SESSIONS.c.id, SESSIONS.c.code, SESSIONS.c.setup, SESSIONS.c.delete_on)


def day_of(now_s: float) -> date:
    """The day in UTC."""
    return datetime.fromtimestamp(now_s, UTC).date()


def _alive(found: Row | None, *, today: date) -> Held | None:
    if found is None or found[3] <= today:
        return None
    return Held(id=found[0], code=found[1], setup_json=found[2], delete_on=found[3])


def _log(connection: Connection, session_id: str, *, after_seq: int) -> tuple[Logged, ...]:
    columns = (ACTIONS.c.seq, ACTIONS.c.at_s, ACTIONS.c.actor, ACTIONS.c.token, ACTIONS.c.action)
    rows = connection.execute(
        select(*columns)
        .where(ACTIONS.c.session_id == session_id, ACTIONS.c.seq > after_seq)
        .order_by(ACTIONS.c.seq)
    )
    return tuple(Logged(seq, at_s, actor, token, action_of(json.loads(text))) for seq, at_s, actor, token, text in rows)


def _row(session_id: str, logged: Logged) -> dict[str, object]:
    return {
        "session_id": session_id, "seq": logged.seq, "at_s": logged.at_s, "actor": logged.actor,
        "token": logged.token, "action": logged.action.model_dump_json(),
    }  # fmt: skip
