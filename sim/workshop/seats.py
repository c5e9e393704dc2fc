"""Who may do what: PINs, wrong tries, and the seats of tabs that have shown one."""

import logging
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, delete, insert, select, update

from sim.workshop.actions import FACILITATOR
from sim.workshop.database import Database
from sim.workshop.refusals import NotAdmitted
from sim.workshop.secrecy import (
    FACILITATOR_DIGITS,
    TEAM_DIGITS,
    new_pin,
    new_salt,
    new_token,
    pin_hash,
    same,
    token_hash,
)
from sim.workshop.setup import Setup
from sim.workshop.store import Held, Store
from sim.workshop.tables import KEYS, SEATS

LOG = logging.getLogger(__name__)

Role = Literal["facilitator", "team", "observer"]
OBSERVER: Literal["observer"] = "observer"
MOST_FAILURES = 5
REST_S = 600
"""After so many wrong tries nobody is admitted, right or wrong, for this long since the last."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A tab that has shown who it is. `token` proves it: keep it in the tab, and show it nowhere.

    Role and team are here to be read. What a seat may do is looked up by its
    token at every call, so another team's id in a link opens nothing.
    """

    token: str
    session_id: str
    role: Role
    team: str = ""
    """Id of the team, empty for others."""

    @property
    def actor(self) -> str:
        return self.team if self.role == "team" else self.role


@dataclass(frozen=True, slots=True)
class Created:
    """A new session and its keys. PINs are shown once: only their hashes are kept."""

    code: str
    facilitator_pin: str
    team_pins: dict[str, str]
    """By team id."""
    observer_key: str
    """Opens the session for reading, as part of a link."""
    seat: Seat
    """The facilitator's, already admitted."""


class Keys:
    """PINs drawn for one session: written with it, and handed over once."""

    def __init__(self, setup: Setup) -> None:
        self.facilitator_pin = new_pin(FACILITATOR_DIGITS)
        self.team_pins = {team.id: new_pin(TEAM_DIGITS) for team in setup.teams}
        self.observer_key = new_token()

    def write(self, connection: Connection, session_id: str) -> None:
        stated = {FACILITATOR: self.facilitator_pin, **self.team_pins, OBSERVER: self.observer_key}
        connection.execute(insert(KEYS), [_key(session_id, who, secret) for who, secret in stated.items()])


class Doorkeeper:
    """Admits, and remembers whom."""

    def __init__(self, database: Database, store: Store) -> None:
        self._database = database
        self._store = store

    def admit(self, code: str, who: str, *, secret: str) -> Seat:
        """A seat for whoever knows the code and the PIN.

        Args:
            who: `facilitator`, `observer` or a team's id.
            secret: the PIN, or the observer's key.

        Raises:
            NotAdmitted: there is no such session, the PIN is wrong, or too many were.
        """
        held = self._store.find(code)
        if held is None:
            LOG.warning("refused: no session has the code that was entered")
            raise NotAdmitted("No session has this code, or its deletion date has come. Look at the code again.")
        salt, hashed = self._try(held, who)
        if not same(pin_hash(secret.strip()[:128], salt), hashed):
            LOG.warning("refused: wrong PIN for %s of session %s", who, held.code)
            raise NotAdmitted(
                f"This PIN is not right. After {MOST_FAILURES} wrong ones it takes {REST_S // 60} minutes until "
                "another can be tried."
            )
        return self._seated(held, who)

    def known(self, seat: Seat) -> Seat:
        """The seat as the store knows it; the argument's own claims count for nothing.

        Raises:
            NotAdmitted: the token opens no seat, or not the one that is claimed.
        """
        found = self.resume(seat.token)
        if found != seat:
            LOG.warning("refused: a seat claims to be %s of %s, and is %s", seat.actor, seat.session_id, found.actor)
            raise NotAdmitted("This seat is not yours. Nothing was shown or changed; enter your code and PIN again.")
        return found

    def resume(self, token: str) -> Seat:
        """The seat of a tab that was admitted before."""
        with self._database.reading() as connection:
            columns = (SEATS.c.session_id, SEATS.c.role, SEATS.c.team)
            row = connection.execute(select(*columns).where(SEATS.c.hash == token_hash(token))).one_or_none()
        if row is None:
            LOG.warning("refused: a token that opens no seat")
            raise NotAdmitted("This tab is not admitted any more. Enter the code and your PIN again.")
        return Seat(token=token, session_id=row[0], role=row[1], team=row[2])

    def leave(self, seat: Seat) -> None:
        """Forget the seat of a tab."""
        with self._database.writing() as connection:
            connection.execute(delete(SEATS).where(SEATS.c.hash == token_hash(seat.token)))

    def new_secret(self, session_id: str, who: str) -> str:
        """Draw a new PIN, end the wait after wrong ones, and put out the tabs that used the old one."""
        secret = new_token() if who == OBSERVER else new_pin(FACILITATOR_DIGITS if who == FACILITATOR else TEAM_DIGITS)
        role, team = _role(who)
        with self._database.writing() as connection:
            connection.execute(delete(KEYS).where(KEYS.c.session_id == session_id, KEYS.c.who == who))
            connection.execute(insert(KEYS), [_key(session_id, who, secret)])
            connection.execute(
                delete(SEATS).where(SEATS.c.session_id == session_id, SEATS.c.role == role, SEATS.c.team == team)
            )
        return secret

    def grant(self, held: Held, who: str) -> Seat:
        """A seat without a PIN, for whoever has just created the session."""
        return self._seated(held, who)

    def _try(self, held: Held, who: str) -> tuple[str, str]:
        """Salt and hash to compare with. The try is counted first, so that many at once are not one."""
        rows = (KEYS.c.session_id == held.id, KEYS.c.who == who)
        with self._store.writing(held.id) as desk:
            found = desk.connection.execute(
                select(KEYS.c.salt, KEYS.c.hash, KEYS.c.failures, KEYS.c.failed_s).where(*rows)
            ).one_or_none()
            if found is None:
                LOG.warning("refused: session %s has no team of that name", held.code)
                raise NotAdmitted("This session has no such team. Choose one of those that are shown.")
            salt, hashed, failures, failed_s = found
            rests_s = failed_s + REST_S - desk.now_s
            if failures >= MOST_FAILURES and rests_s > 0:
                LOG.warning("refused: too many wrong PINs for %s of session %s", who, held.code)
                raise NotAdmitted(
                    f"Too many wrong PINs. Wait {max(1, round(rests_s / 60))} minutes, or ask the facilitator for a "
                    "new PIN."
                )
            count = 1 if failures >= MOST_FAILURES else failures + 1
            desk.connection.execute(update(KEYS).where(*rows).values(failures=count, failed_s=desk.now_s))
        return salt, hashed

    def _seated(self, held: Held, who: str) -> Seat:
        role, team = _role(who)
        seat = Seat(token=new_token(), session_id=held.id, role=role, team=team)
        with self._store.writing(held.id) as desk:
            rows = (KEYS.c.session_id == held.id, KEYS.c.who == who)
            desk.connection.execute(update(KEYS).where(*rows).values(failures=0))
            desk.connection.execute(
                insert(SEATS),
                [
                    {
                        "hash": token_hash(seat.token), "session_id": held.id, "role": role, "team": team,
                        "since_s": desk.now_s,
                    }
                ],
            )  # fmt: skip
        return seat


def _role(who: str) -> tuple[Role, str]:
    if who == FACILITATOR:
        return "facilitator", ""
    return ("observer", "") if who == OBSERVER else ("team", who)


def _key(session_id: str, who: str, secret: str) -> dict[str, object]:
    salt = new_salt()
    return {
        "session_id": session_id, "who": who, "salt": salt, "hash": pin_hash(secret, salt), "failures": 0,
        "failed_s": 0.0,
    }  # fmt: skip
