"""The workshop's one way in: every page and every test speaks to this."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sim.workshop.actions import BY_FACILITATOR, BY_TEAM, FACILITATOR, Choose, HandIn, Logged
from sim.workshop.evaluations import Evaluations
from sim.workshop.files import read_session_file, session_file
from sim.workshop.refusals import NotAdmitted, NotImported, Refused, WorkshopError
from sim.workshop.seats import OBSERVER, Created, Keys, Seat
from sim.workshop.secrecy import new_token
from sim.workshop.setup import Setup
from sim.workshop.store import day_of
from sim.workshop.table import check_hand
from sim.workshop.viewing import Viewing
from sim.workshop.views import Hall

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


class Workshop(Viewing):
    """Sessions of one store. Safe to share between threads; as many processes as one likes may share a store.

    Every method that takes a `Seat` looks up who that is, and refuses what is
    not theirs (`NotAdmitted`). What the rules do not allow now is `Refused`.
    Either way the sentence is for people, and nothing was changed.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        clock: Callable[[], float] | None = None,
        evaluations: Evaluations | None = None,
    ) -> None:
        """Open the store, and delete what is due; arguments and errors as for `Viewing`."""
        super().__init__(url, clock=clock, evaluations=evaluations)
        self.purge()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    # --- coming in --------------------------------------------------------------------------------

    def create(self, setup: Setup) -> Created:
        """A new session, its code and its keys, which are shown this once."""
        return self._added(setup, ())

    def restore(self, file: bytes, *, delete_on: date | None = None) -> Created:
        """A session from its file, with all that happened in it, under a new code and new keys.

        Raises:
            NotImported: the file is refused, and nothing was saved.
        """
        try:
            setup, log = read_session_file(file, now_s=self._now_s(), delete_on=delete_on)
        except NotImported as fault:
            LOG.warning("refused: an import of %d bytes: %s", len(file), fault)
            raise
        return self._added(setup, log)

    def export(self, seat: Seat) -> bytes:
        """The whole session as one file, without any key."""
        journal, _ = self._at(seat, FACILITATOR)
        return session_file(journal.session.setup, journal.log)

    def _now_s(self) -> float:
        with self._database.reading() as connection:
            return self._database.now_s(connection)

    def _added(self, setup: Setup, log: tuple[Logged, ...]) -> Created:
        today = day_of(self._now_s())
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
        if team in (FACILITATOR, OBSERVER) or not team.isprintable():
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
        token = new_token() if token is None else token
        if not 0 < len(token) <= MOST_TOKEN or not token.isprintable():
            raise Refused(f"A submission's token has 1 to {MOST_TOKEN} printable characters.")
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
            if isinstance(action, Choose | HandIn):
                check_hand(journal.session, team=seat.actor, cards=action.cards)
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
