"""What a workshop shows: each seat sees its own view, and results once they are revealed."""

import logging
from collections.abc import Callable

from sim.economics import Node
from sim.strategy.evaluate import model_version
from sim.workshop.actions import FACILITATOR
from sim.workshop.company import Company
from sim.workshop.database import Database
from sim.workshop.debrief import (
    Regret,
    Reversal,
    Rewound,
    regret,
    regret_trace,
    reversal,
    reversal_trace,
    rewind,
)
from sim.workshop.evaluations import Evaluations
from sim.workshop.journal import Journal, Journals
from sim.workshop.offers import Offer
from sim.workshop.poll import Maturity, maturity
from sim.workshop.refusals import NotAdmitted, Refused
from sim.workshop.seats import OBSERVER, Doorkeeper, Role, Seat
from sim.workshop.session import Session
from sim.workshop.setup import Setup
from sim.workshop.store import Held, Store, day_of
from sim.workshop.table import RoundResults, round_results, team_company, team_offers, why
from sim.workshop.take_home import TakeHome, take_home
from sim.workshop.views import Console, Now, Screen, TeamDesk, console_of, desk_of, now_of, screen_of

LOG = logging.getLogger(__name__)


class Viewing:
    """The part of a `Workshop` that only reads."""

    def __init__(
        self,
        url: str | None = None,
        *,
        clock: Callable[[], float] | None = None,
        evaluations: Evaluations | None = None,
    ) -> None:
        """
        Args:
            url: of the database; `LOADBEARING_DATABASE_URL` or a file in the home folder unless given.
            clock: seconds since 1970; the database's own unless given.
            evaluations: outcomes already computed; its own unless given.

        Raises:
            StoreUnreachable: the database cannot be used; the sentence says where, why and the way out.
        """
        self._database = Database(url, clock=clock)
        self._store = Store(self._database)
        self._doors = Doorkeeper(self._database, self._store)
        self._journals = Journals(self._store)
        self._evaluations = evaluations or Evaluations()

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

    # --- results ----------------------------------------------------------------------------------

    def offers(self, seat: Seat) -> tuple[Offer, ...]:
        """The cards with what each would cost this team now. The first call of a round may compute a second."""
        journal, _ = self._at(seat, "team")
        return team_offers(journal.session, self._evaluations, team=seat.team)

    def company(self, seat: Seat) -> Company:
        """A team's company as it stands at the start of the round that was opened last."""
        journal, _ = self._at(seat, "team")
        return team_company(journal.session, self._evaluations, team=seat.team)

    def results(self, seat: Seat, round: int) -> RoundResults:
        """Results of a round that was revealed: a team sees its own, the others see all. Computes where it must."""
        journal, _ = self._shown(seat, round)
        only = seat.team if seat.role == "team" else None
        return round_results(journal.session, self._evaluations, round=round, version=model_version(), only=only)

    def prepare(self, seat: Seat, round: int) -> None:
        """Compute results before they are revealed, so that the reveal does not wait; shows nothing.

        To be called beside the page: for a team once it has handed in, for all when the round has closed.
        """
        journal, _ = self._at(seat, FACILITATOR, "team")
        _round_of(journal.session, round)
        only = seat.team if seat.role == "team" else None
        round_results(journal.session, self._evaluations, round=round, version=model_version(), only=only)

    def why(self, seat: Seat, round: int, *, team: str, month: int, figure: str) -> Node:
        """The tree behind a figure, such as `gross_margin`, of a month of a round that was revealed."""
        journal, _ = self._shown(seat, round)
        self._own(seat, team, journal.session)
        return why(journal.session, self._evaluations, team=team, round=round, month=month, figure=figure)

    def why_reversal(self, seat: Seat, round: int, *, team: str, card: str) -> Node:
        """The tree behind what undoing a decision would cost; shown to whom `reversal` shows it."""
        session = self._for_reversal(seat, round, team)
        of = session.setup.team(team)
        return reversal_trace(session, self._evaluations, team=of, through=round, card=card)

    def why_regret(self, seat: Seat, round: int, *, team: str, future: str) -> Node:
        """The tree behind one team's regret in one future."""
        journal, _ = self._shown(seat, round, FACILITATOR, OBSERVER)
        self._own(seat, team, journal.session)
        of = journal.session.setup.team(team)
        return regret_trace(journal.session, self._evaluations, team=of, through=round, future=future)

    def regret(self, seat: Seat, round: int) -> Regret:
        """Every team's decisions in every future of the deck."""
        journal, _ = self._shown(seat, round, FACILITATOR, OBSERVER)
        return regret(journal.session, self._evaluations, through=round)

    def rewind(
        self, seat: Seat, round: int, *, team: str, month: int, drop: str | None = None, add: str | None = None
    ) -> Rewound:
        """One team's game with one card of a month taken out, put in or exchanged; nothing is saved."""
        journal, _ = self._shown(seat, round)
        self._own(seat, team, journal.session)
        return rewind(
            journal.session, self._evaluations, team=journal.session.setup.team(team), through=round, month=month,
            drop=drop, add=add,
        )  # fmt: skip

    def reversal(self, seat: Seat, round: int, *, team: str, card: str) -> Reversal:
        """What undoing a decision would cost; a team learns its own once the bids are revealed."""
        session = self._for_reversal(seat, round, team)
        return reversal(session, self._evaluations, team=session.setup.team(team), through=round, card=card)

    def _for_reversal(self, seat: Seat, round: int, team: str) -> Session:
        journal, _ = self._shown(seat, round)
        self._own(seat, team, journal.session)
        if seat.role != FACILITATOR and not journal.session.bids_revealed:
            raise Refused("The bids are sealed. What it costs is shown when they are revealed.")
        return journal.session

    def bids(self, seat: Seat) -> tuple[Reversal, ...]:
        """Each team's sealed bid beside what the reversal would cost, once the bids are revealed."""
        journal, _ = self._at(seat, FACILITATOR, OBSERVER)
        session = journal.session
        if not session.bids_revealed:
            raise Refused("The bids are sealed. Reveal them first.")
        through = max(session.revealed, default=-1)
        return tuple(
            reversal(session, self._evaluations, team=team, through=through, card=session.bids[team.id].card)
            for team in session.setup.teams
            if team.id in session.bids
        )

    def take_home(self, seat: Seat) -> TakeHome:
        """A team's own game on one page, from the debrief on."""
        journal, _ = self._at(seat, "team")
        return take_home(journal.session, self._evaluations, team=seat.team, version=model_version())

    def maturity(self, seat: Seat) -> Maturity:
        """How the room answered the poll, before and after; never part of the model."""
        journal, _ = self._at(seat, FACILITATOR, OBSERVER)
        return maturity(journal.session)

    def _at(self, seat: Seat, *roles: Role) -> tuple[Journal, float]:
        """The latest journal for a seat that is what it claims, and of one of the roles; any unless given."""
        known = self._doors.known(seat)
        if roles and known.role not in roles:
            LOG.warning("refused: %s asked for what is the %s's", known.actor, roles[0])
            raise NotAdmitted(f"This is for the {' or the '.join(roles)} only. Nothing was shown or changed.")
        journal, now_s = self._journals.latest(known.session_id)
        self._check_date(journal.held, now_s)
        return journal, now_s

    def _shown(self, seat: Seat, round: int, *roles: Role) -> tuple[Journal, float]:
        """As `_at`, for a round whose results the room has seen."""
        journal, now_s = self._at(seat, *roles)
        _round_of(journal.session, round)
        if round not in journal.session.revealed:
            LOG.warning("refused: %s asked for results of round %d before the reveal", seat.actor, round)
            raise Refused("The results of this round are not revealed yet.")
        return journal, now_s

    def _own(self, seat: Seat, team: str, session: Session) -> None:
        """A team asks for its own alone."""
        if team not in {known.id for known in session.setup.teams}:
            raise Refused("There is no such team in this session.")
        if seat.role == "team" and team != seat.team:
            LOG.warning("refused: %s asked for what is %s's", seat.actor, team)
            raise NotAdmitted("This is another team's. Nothing was shown or changed.")

    def _check_date(self, held: Held, now_s: float) -> None:
        if held.delete_on <= day_of(now_s):
            self._journals.forget(held.id)
            raise NotAdmitted(f"This session's deletion date was {held.delete_on}: it is deleted.")


def _round_of(session: Session, round: int) -> None:
    if not 0 <= round < len(session.setup.deck.rounds):
        raise Refused(f"There is no round {round}: this deck has {len(session.setup.deck.rounds)}.")
