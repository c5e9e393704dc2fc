"""What each seat may see: the facilitator who has handed in, a team its own, the room what was revealed."""

from dataclasses import dataclass

from sim.catalogue import load_catalogue
from sim.lockin import Shock
from sim.lockin import deck as shock_deck
from sim.scenario.events import Gravity
from sim.workshop.actions import Bid, Logged
from sim.workshop.cards import Card, Role, ShockCard
from sim.workshop.session import Entry, Play, Session, Thrown, TurnState
from sim.workshop.setup import AgendaItem, Stage, Team, Turn, agenda_of


@dataclass(frozen=True, slots=True)
class Hall:
    """What whoever knows the code sees before a PIN."""

    title: str
    teams: tuple[Team, ...]


@dataclass(frozen=True, slots=True)
class Now:
    """Where the session stands; the same for all who look."""

    title: str
    seq: int
    """Rises with every action: a page that shows this number is up to date."""
    now_s: float
    stage: Stage
    turn: Turn | None
    turn_state: TurnState
    turn_minutes: float
    """As planned and extended, of the turn that was opened last."""
    left_s: float
    paused: bool
    showing: str
    revealed: tuple[int, ...]
    """Rounds whose results may be shown."""
    bids_revealed: bool
    question: str
    """To put to the room now; empty where the deck has none."""
    rounds: tuple[str, ...]
    """Titles of all rounds."""


@dataclass(frozen=True, slots=True)
class TeamRow:
    """What may be told about a team before the reveal: that it has chosen, not what."""

    team: Team
    people: int
    """0 where the team has not said."""
    cards: int
    predicted: bool
    handed_in: bool
    changed_s: float | None
    """When it last saved something in this turn."""
    bid: bool


@dataclass(frozen=True, slots=True)
class ShockRow:
    """A shock of the deck, and whether it was thrown."""

    card: ShockCard
    facts: Shock
    """Its size, notice and duration with their ranges and sources, and the layers it forces to leave."""
    thrown: Thrown | None
    can_take_back: bool


@dataclass(frozen=True, slots=True)
class Console:
    """The facilitator's view."""

    now: Now
    code: str
    agenda: tuple[AgendaItem, ...]
    started_s: float | None
    """When the first round was opened."""
    saved_s: float | None
    """When the last action was saved."""
    teams: tuple[TeamRow, ...]
    budget: int
    shocks: tuple[ShockRow, ...]
    next_turn: Turn | None
    can_reveal: bool
    last: Logged | None
    """The action that `undo` would void."""
    last_words: str
    """What it was, in words that tell no cards."""
    polls_before: int
    polls_after: int
    seed: int
    version: str
    delete_on: str


@dataclass(frozen=True, slots=True)
class TeamDesk:
    """A team's own view."""

    now: Now
    team: Team
    company: str
    """What it starts from, in a sentence or two."""
    people: int
    budget: int
    cards: tuple[Card, ...]
    roles: tuple[Role, ...]
    entry: Entry | None
    """What it has saved for the open turn, or for the one opened last."""
    in_force: tuple[Play, ...]
    """Decisions of earlier rounds that stand."""
    shocks: tuple[tuple[ShockCard, int, Gravity], ...]
    """Announced shocks, the months they strike in and how grave they are."""
    deck_shocks: tuple[ShockCard, ...]
    """All of the deck where it lies open; else none."""
    bid: Bid | None


@dataclass(frozen=True, slots=True)
class Screen:
    """The projector and whoever only watches."""

    now: Now
    code: str
    teams: tuple[TeamRow, ...]
    cards: tuple[Card, ...]
    budget: int
    shocks: tuple[tuple[ShockCard, int, Gravity], ...]


def now_of(session: Session, now_s: float) -> Now:
    turn, clock = session.current, session.clock
    rounds = session.setup.deck.rounds
    return Now(
        title=session.setup.title,
        seq=session.seq,
        now_s=now_s,
        stage=session.stage,
        turn=turn,
        turn_state=session.state_of(turn, now_s) if turn else "waiting",
        turn_minutes=(clock.ends_at_s - clock.opened_at_s) / 60 if clock else 0.0,
        left_s=clock.left_s(now_s) if clock else 0.0,
        paused=clock is not None and clock.paused_at_s is not None and clock.is_open(now_s),
        showing=session.showing,
        revealed=tuple(sorted(session.revealed)),
        bids_revealed=session.bids_revealed,
        question=rounds[turn.round].question if turn else "",
        rounds=tuple(plan.title for plan in rounds),
    )


def rows_of(session: Session) -> tuple[TeamRow, ...]:
    turn = session.turn
    rows = []
    for team in session.setup.teams:
        entry = None if turn is None else session.entry(team.id, turn)
        rows.append(
            TeamRow(
                team=team,
                people=session.people.get(team.id, 0),
                cards=len(entry.cards) if entry else 0,
                predicted=entry is not None and entry.prediction is not None,
                handed_in=entry is not None and entry.handed_in,
                changed_s=entry.at_s if entry else None,
                bid=team.id in session.bids,
            )
        )
    return tuple(rows)


def console_of(session: Session, now_s: float, *, code: str, standing: tuple[Logged, ...]) -> Console:
    """
    Args:
        standing: the actions of the log that were not undone.
    """
    turn = session.current
    later = [t for t in session.turns if turn is None or t.index > turn.index]
    last = standing[-1] if standing else None
    closed = turn is not None and session.state_of(turn, now_s) == "closed"
    opened = [logged.at_s for logged in standing if logged.action.kind == "open_turn"]
    counts = [when for when, _, _ in session.polls]
    return Console(
        now=now_of(session, now_s),
        code=code,
        agenda=agenda_of(session.setup.deck),
        started_s=opened[0] if opened else None,
        saved_s=session.last_at_s or None,
        teams=rows_of(session),
        budget=session.setup.deck.budget,
        shocks=tuple(_shock_row(session, card) for card in session.setup.deck.shocks),
        next_turn=later[0] if later else None,
        can_reveal=closed and turn is not None and turn.step + 1 == turn.steps,
        last=last,
        last_words=_words(session, last),
        polls_before=counts.count("before"),
        polls_after=counts.count("after"),
        seed=session.setup.scenario.seed,
        version=session.setup.model_version,
        delete_on=session.setup.delete_on.isoformat(),
    )


def desk_of(session: Session, now_s: float, *, team: str) -> TeamDesk:
    deck, turn = session.setup.deck, session.current
    return TeamDesk(
        now=now_of(session, now_s),
        team=session.setup.team(team),
        company=f"{deck.summary} {session.setup.scenario.summary}".strip(),
        people=session.people.get(team, 0),
        budget=deck.budget,
        cards=deck.cards,
        roles=deck.roles,
        entry=None if turn is None else session.entry(team, turn.index) or _earlier_step(session, team, turn),
        in_force=session.in_force(team, before=turn.round) if turn else (),
        shocks=announced(session),
        deck_shocks=deck.shocks if session.setup.deck_open else (),
        bid=session.bids.get(team),
    )


def screen_of(session: Session, now_s: float, *, code: str) -> Screen:
    return Screen(
        now=now_of(session, now_s),
        code=code,
        teams=rows_of(session),
        cards=session.setup.deck.cards,
        budget=session.setup.deck.budget,
        shocks=announced(session),
    )


def announced(session: Session) -> tuple[tuple[ShockCard, int, Gravity], ...]:
    """Shocks that the teams know of: announced, or in months whose results they have seen."""
    covered = session.covered_month()
    return tuple(
        (session.setup.deck.shock(thrown.shock), thrown.month, thrown.size)
        for thrown in session.thrown
        if not thrown.hidden or thrown.month <= covered
    )


def _earlier_step(session: Session, team: str, turn: Turn) -> Entry | None:
    """In the second step of a round a team begins with what it decided in the first."""
    return session.counted(team, turn.round) if turn.step else None


def _shock_row(session: Session, card: ShockCard) -> ShockRow:
    thrown = next((thrown for thrown in session.thrown if thrown.shock == card.id), None)
    facts = next(shock for shock in shock_deck(load_catalogue()) if shock.id == card.shock)
    return ShockRow(card, facts, thrown, thrown is not None and thrown.month > session.covered_month())


def _words(session: Session, last: Logged | None) -> str:
    if last is None:
        return ""
    names = {team.id: team.name for team in session.setup.teams}
    who = names.get(last.actor, "The facilitator")
    told = _DID[last.action.kind]
    return f"{who} {told}"


_DID = {
    "open_turn": "opened a round",
    "close_turn": "closed the round",
    "extend": "gave more time",
    "pause": "paused the clock",
    "resume": "let the clock run on",
    "reveal": "revealed the results",
    "throw": "threw a shock",
    "take_back": "took a shock back",
    "go_to": "moved the agenda on",
    "show": "changed the projector",
    "reveal_bids": "revealed the bids",
    "return_hand_in": "undid a hand-in",
    "hand_in_for": "handed in for a team",
    "arrive": "said how many it is",
    "choose": "changed its cards",
    "hand_in": "handed in",
    "bid": "made a sealed bid",
    "answer": "filled in a poll",
}
