"""A session as it stands: what its log of actions has led to. Never stored; always the log's fold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from sim.scenario.events import Gravity
from sim.workshop.actions import Bid, Prediction
from sim.workshop.setup import Setup, Stage, Turn, turns_of

TurnState = Literal["waiting", "open", "closed", "revealed"]
NOTHING: Mapping = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Entry:
    """What a team has saved for one turn. The last thing saved counts, handed in or not."""

    cards: tuple[str, ...]
    prediction: Prediction | None
    handed_in: bool
    at_s: float
    before: "Entry | None" = None
    """As it was before the last hand-in: what undoing that brings back."""


@dataclass(frozen=True, slots=True)
class Thrown:
    """A shock that was thrown, and at which month it strikes."""

    seq: int
    at_s: float
    shock: str
    """Id of the deck's shock card."""
    month: int
    size: Gravity
    hidden: bool


@dataclass(frozen=True, slots=True)
class Play:
    """A card in force, and the month it was played in."""

    card: str
    month: int


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of the turn that was opened last."""

    opened_at_s: float
    ends_at_s: float
    """When the turn closes by itself; while paused, as if the pause ended now."""
    paused_at_s: float | None = None
    closed_at_s: float | None = None
    """When a facilitator closed it."""

    def left_s(self, now_s: float) -> float:
        """Time until it closes, 0 once it has."""
        if self.closed_at_s is not None:
            return 0.0
        return max(0.0, self.ends_at_s - (now_s if self.paused_at_s is None else self.paused_at_s))

    def is_open(self, now_s: float) -> bool:
        """A turn is open up to the instant its time is up, and closed from that instant on."""
        return self.left_s(now_s) > 0

    def closed_since_s(self, now_s: float) -> float:
        """For how long it has been closed; 0 while it is open."""
        closed_at_s = self.ends_at_s if self.closed_at_s is None else self.closed_at_s
        return 0.0 if self.is_open(now_s) else max(0.0, now_s - closed_at_s)


@dataclass(frozen=True, slots=True)
class Session:
    """What the log has led to."""

    setup: Setup
    turns: tuple[Turn, ...]
    seq: int = 0
    """Of the last action of the log."""
    last_at_s: float = 0.0
    stage: Stage = "brief"
    turn: int | None = None
    """The turn that was opened last."""
    clock: Clock | None = None
    revealed: frozenset[int] = frozenset()
    """Rounds whose results the room has seen."""
    entries: Mapping[tuple[str, int], Entry] = field(default_factory=lambda: NOTHING)
    """By team and turn."""
    thrown: tuple[Thrown, ...] = ()
    bids: Mapping[str, Bid] = field(default_factory=lambda: NOTHING)
    bids_revealed: bool = False
    polls: tuple[tuple[str, str, tuple[int, ...]], ...] = ()
    """(before or after, team, scores) of each poll that was filled in."""
    people: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    showing: str = "timer"

    @classmethod
    def begin(cls, setup: Setup) -> "Session":
        return cls(setup=setup, turns=turns_of(setup.deck))

    @property
    def current(self) -> Turn | None:
        """The turn that was opened last."""
        return None if self.turn is None else self.turns[self.turn]

    def state_of(self, turn: Turn, now_s: float) -> TurnState:
        """Where a turn stands by the server's clock."""
        if turn.round in self.revealed:
            return "revealed"
        if self.turn is None or self.clock is None or turn.index > self.turn:
            return "waiting"
        return "open" if turn.index == self.turn and self.clock.is_open(now_s) else "closed"

    def entry(self, team: str, turn: int) -> Entry | None:
        return self.entries.get((team, turn))

    def counted(self, team: str, round: int, *, step: int | None = None) -> Entry | None:
        """What counts for a team in a round: the last step it saved anything in; `None` where it saved nothing.

        Args:
            step: count only up to this step, to compare a quick decision with the second one.
        """
        for turn in reversed(self.turns):
            if turn.round == round and (step is None or turn.step <= step):
                entry = self.entry(team, turn.index)
                if entry is not None:
                    return entry
        return None

    def plays(self, team: str, *, through: int, step: int | None = None) -> tuple[Play, ...]:
        """A team's decisions from the first round through one of them, in order.

        Practice counts only where it is the round asked for: it is forgotten afterwards.

        Args:
            through: position of the last round.
            step: of that round, as in `counted`.
        """
        plays: list[Play] = []
        for position, plan in enumerate(self.setup.deck.rounds[: through + 1]):
            if plan.practice and position != through:
                continue
            entry = self.counted(team, position, step=step if position == through else None)
            if entry is not None:
                plays += [Play(card, plan.first_month) for card in entry.cards]
        return tuple(plays)

    def in_force(self, team: str, *, before: int) -> tuple[Play, ...]:
        """A team's decisions of the rounds before one; what it tried in practice is none of them."""
        earlier = [at for at, plan in enumerate(self.setup.deck.rounds[:before]) if not plan.practice]
        return self.plays(team, through=earlier[-1]) if earlier else ()

    def covered_month(self) -> int:
        """Last month that the room has seen results of, practice apart; -1 before any."""
        rounds = self.setup.deck.rounds
        return max((rounds[r].last_month for r in self.revealed if not rounds[r].practice), default=-1)
