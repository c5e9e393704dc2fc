"""The workshop's one way in: every page and every test speaks to this."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from sim.workshop.actions import BY_FACILITATOR, BY_TEAM, FACILITATOR, Logged
from sim.workshop.database import Database
from sim.workshop.journal import Journal, Journals
from sim.workshop.refusals import NotAdmitted, Refused, WorkshopError
from sim.workshop.seats import OBSERVER, Created, Doorkeeper, Keys, Role, Seat
from sim.workshop.secrecy import new_token
from sim.workshop.session import Session
from sim.workshop.setup import Setup
from sim.workshop.store import Held, Store, day_of
from sim.workshop.views import Console, Hall, Now, Screen, TeamDesk, console_of, desk_of, now_of, screen_of

LOG = logging.getLogger(__name__)

LONGEST_KEPT_DAYS = 180
MOST_TOKEN = 80


@dataclass(frozen=True, slots=True)
class Saved:
    """An action that was acknowledged: it is on disk."""

    seq: int
    at_s: float
    again: bool
    """Whether it had been saved before, under the same token."""


class Workshop:
    """Sessions of one store. Safe to share between threads; as many processes as one likes may share a store.

    Every method that takes a `Seat` looks up who that is, and refuses what is
    not theirs (`NotAdmitted`). What the rules do not allow now is `Refused`.
    Either way the sentence is for people, and nothing was changed.
    """

    def __init__(self, url: str | None = None, *, clock: Callable[[], float] | None = None) -> None:
        """
        Args:
            url: of the database; `LOADBEARING_DATABASE_URL` or a file in the home folder unless given.
            clock: seconds since 1970; the database's own unless given.

        Raises:
            StoreUnreachable: the database cannot be used; the sentence says where, why and the way out.
        """
        self._database = Database(url, clock=clock)
        self._store = Store(self._database)
        self._doors = Doorkeeper(self._database, self._store)
        self._journals = Journals(self._store)
        self.purge()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    # --- coming in --------------------------------------------------------------------------------

    def create(self, setup: Setup) -> Created:
        """A new session, its code and its keys, which are shown this once."""
        return self.restore(setup, ())

    def restore(self, setup: Setup, log: tuple[Logged, ...]) -> Created:
        """A session with what happened in it before, under a new code and new keys."""
        with self._database.reading() as connection:
            today = day_of(self._database.now_s(connection))
        if not 0 < (setup.delete_on - today).days <= LONGEST_KEPT_DAYS:
            raise Refused(
                f"The deletion date {setup.delete_on} must be after {today} and at most {LONGEST_KEPT_DAYS} days later."
            )
        keys = Keys(setup)
        held = self._store.add(setup, log=log, keys=keys.write)
        LOG.info("session %s created, to be deleted on %s", held.code, held.delete_on)
        return Created(
            code=held.code,
            facilitator_pin=keys.facilitator_pin,
            team_pins=keys.team_pins,
            observer_key=keys.observer_key,
            seat=self._doors.grant(held, FACILITATOR),
        )

    def hall(self, code: str) -> Hall:
        """Title and teams of a session, for whoever knows its code."""
        held = self._store.find(code)
        if held is None:
            LOG.warning("refused: no session has the code that was entered")
            raise NotAdmitted("No session has this code, or its deletion date has come. Look at the code again.")
        setup = self._journals.known(held.id).session.setup
        return Hall(setup.title, setup.teams)

    def enter_as_facilitator(self, code: str, pin: str) -> Seat:
        return self._doors.admit(code, FACILITATOR, secret=pin)

    def enter_as_team(self, code: str, team: str, *, pin: str) -> Seat:
        """
        Args:
            team: id of one of the teams in the hall.
        """
        if team in (FACILITATOR, OBSERVER):
            raise NotAdmitted("This session has no such team. Choose one of those that are shown.")
        return self._doors.admit(code, team, secret=pin)

    def observe(self, code: str, key: str) -> Seat:
        """A seat that only sees what the projector may show."""
        return self._doors.admit(code, OBSERVER, secret=key)

    def resume(self, token: str) -> Seat:
        """The seat of a tab that was admitted before, after a reload or a crash."""
        return self._doors.resume(token)

    def leave(self, seat: Seat) -> None:
        """Give the seat up."""
        self._doors.leave(self._doors.known(seat))

    def new_pin(self, seat: Seat, team: str) -> str:
        """A new PIN for a team, or for `facilitator` or `observer`; tabs that used the old one are put out."""
        journal, _ = self._at(seat, FACILITATOR)
        if team not in {FACILITATOR, OBSERVER, *(known.id for known in journal.session.setup.teams)}:
            raise Refused("There is no such team in this session.")
        return self._doors.new_secret(seat.session_id, team)

    # --- seeing -----------------------------------------------------------------------------------

    def now(self, seat: Seat) -> Now:
        """Where the session stands: cheap, to be polled. Its `seq` says whether anything is new."""
        journal, now_s = self._at(seat)
        return now_of(journal.session, now_s)

    def console(self, seat: Seat) -> Console:
        """The facilitator's view."""
        journal, now_s = self._at(seat, FACILITATOR)
        return console_of(journal.session, now_s, code=journal.held.code, standing=journal.standing)

    def desk(self, seat: Seat) -> TeamDesk:
        """A team's view of its own."""
        journal, now_s = self._at(seat, "team")
        return desk_of(journal.session, now_s, team=seat.team)

    def screen(self, seat: Seat) -> Screen:
        """What the projector may show; for observers and the facilitator."""
        journal, now_s = self._at(seat, FACILITATOR, OBSERVER)
        return screen_of(journal.session, now_s, code=journal.held.code)

    def setup(self, seat: Seat) -> Setup:
        """What the session was set up with; a team of a hidden deck does not get it."""
        journal, _ = self._at(seat, FACILITATOR)
        return journal.session.setup

    # --- acting -----------------------------------------------------------------------------------

    def act(self, seat: Seat, action: BY_FACILITATOR | BY_TEAM, *, token: str | None = None) -> Saved:
        """Do something. When this returns, it is saved and survives a crash.

        The server's time decides, taken when the session is this action's
        alone: an action that finds the round closed is refused and told by
        how much it was late.

        Args:
            token: the client's own name for this submission. Sent twice, by a double tap or after a
                lost answer, it is done once, and the answer to the second says so.

        Raises:
            NotAdmitted, Refused: nothing was changed.
        """
        seat = self._doors.known(seat)
        token = token or new_token()
        if not 0 < len(token) <= MOST_TOKEN:
            raise Refused(f"A submission's token has 1 to {MOST_TOKEN} characters.")
        try:
            return self._record(seat, action, token=token)
        except WorkshopError as fault:
            LOG.warning("refused: %s by %s in %s: %s", action.kind, seat.actor, seat.session_id[:8], fault)
            raise

    def _record(self, seat: Seat, action: BY_FACILITATOR | BY_TEAM, *, token: str) -> Saved:
        journal = self._journals.known(seat.session_id)
        with self._store.writing(seat.session_id) as desk:
            journal = journal.caught_up(desk.log(after_seq=journal.session.seq))
            self._check_date(journal.held, desk.now_s)
            before = next((done for done in journal.log if (done.actor, done.token) == (seat.actor, token)), None)
            if before is not None:
                if before.action != action:
                    raise Refused("This submission was made before with other contents. Send it anew.")
                return Saved(before.seq, before.at_s, again=True)
            # Two machines' clocks may differ by a little; the log's times never fall.
            at_s = max(desk.now_s, journal.session.last_at_s)
            logged = Logged(journal.session.seq + 1, at_s, seat.actor, token, action)
            journal = journal.told(logged)
            desk.append(logged)
        self._journals.keep(journal)
        return Saved(logged.seq, logged.at_s, again=False)

    # --- keeping ----------------------------------------------------------------------------------

    def delete(self, seat: Seat) -> None:
        """Delete the session and everything in it, now."""
        self._at(seat, FACILITATOR)
        self._store.drop(seat.session_id)
        self._journals.forget(seat.session_id)
        LOG.info("session %s deleted by its facilitator", seat.session_id[:8])

    def purge(self) -> int:
        """Delete the sessions whose deletion date has come; how many there were."""
        count = self._store.purge()
        if count:
            LOG.info("%d sessions deleted on their deletion date", count)
        return count

    def journal(self, seat: Seat) -> tuple[Session, tuple[Logged, ...]]:
        """The session and its whole log, for the facilitator: what an export holds."""
        journal, _ = self._at(seat, FACILITATOR)
        return journal.session, journal.log

    def _at(self, seat: Seat, *roles: Role) -> tuple[Journal, float]:
        """The latest journal for a seat that is what it claims, and of one of the roles; any unless given."""
        known = self._doors.known(seat)
        if roles and known.role not in roles:
            LOG.warning("refused: %s asked for what is the %s's", known.actor, roles[0])
            raise NotAdmitted(f"This is for the {' or the '.join(roles)} only. Nothing was shown or changed.")
        journal, now_s = self._journals.latest(known.session_id)
        self._check_date(journal.held, now_s)
        return journal, now_s

    def _check_date(self, held: Held, now_s: float) -> None:
        if held.delete_on <= day_of(now_s):
            self._journals.forget(held.id)
            raise NotAdmitted(f"This session's deletion date was {held.delete_on}: it is deleted.")
